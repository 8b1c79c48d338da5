//! One file for each kind of job; this page turns a payload into its job.

mod account_discover;
mod account_test;
mod apply_plan;
mod make_report;
mod sync;

use domain::job::{JobPayload, JobState};

use crate::{Job, Outcome};

pub fn of(payload: JobPayload) -> Box<dyn Job> {
    match payload {
        JobPayload::Sync(request) => Box::new(sync::Sync { request }),
        JobPayload::AccountTest { account_id } => {
            Box::new(account_test::AccountTest { account_id })
        }
        JobPayload::AccountDiscover(request) => {
            Box::new(account_discover::AccountDiscover { request })
        }
        JobPayload::MakeReport { report_id } => Box::new(make_report::MakeReport { report_id }),
        JobPayload::ApplyPlan { plan_id } => Box::new(apply_plan::ApplyPlan { plan_id }),
    }
}

impl Outcome {
    fn failed(error: &dyn std::error::Error) -> Self {
        Self {
            state: JobState::Failed,
            result: None,
            error: Some(error.to_string()),
        }
    }

    fn succeeded(result: impl serde::Serialize) -> Self {
        match serde_json::to_value(result) {
            Ok(value) => Self {
                state: JobState::Succeeded,
                result: Some(value),
                error: None,
            },
            Err(error) => Self::failed(&error),
        }
    }
}
