//! Makes a report's file from what is in stock. It may be killed at any time; run again, it makes the
//! file again.

use async_trait::async_trait;
use domain::job::Job as JobRow;
use domain::report::{Report, ReportStatus};
use domain::{ReportId, Scope, UtcTime};
use reports::gather::{self, Order};
use thiserror::Error;

use crate::{Job, JobContext, Outcome};

pub struct MakeReport {
    pub report_id: ReportId,
}

#[derive(Debug, Error)]
enum MakeError {
    #[error("the report was deleted")]
    Gone,
    #[error("its period cannot be read: {0}")]
    Period(String),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Report(#[from] reports::ReportError),
    #[error("it could not be written: {0}")]
    Stopped(String),
}

#[async_trait]
impl Job for MakeReport {
    async fn run(self: Box<Self>, job: &JobRow, context: &JobContext) -> Outcome {
        match self.make(job, context).await {
            Ok(report) => Outcome::succeeded(report),
            Err(error) => {
                let db = &context.inventory.db;
                if let Err(error) =
                    store::report::fail(db, &self.report_id, &error.to_string()).await
                {
                    tracing::warn!(%error, "the failure of report {} could not be written: {error}", self.report_id);
                }
                Outcome::failed(&error)
            }
        }
    }
}

impl MakeReport {
    async fn make(&self, job: &JobRow, context: &JobContext) -> Result<Report, MakeError> {
        let db = &context.inventory.db;
        let find = async || {
            store::report::find(db, &Scope::All, &self.report_id)
                .await?
                .ok_or(MakeError::Gone)
        };
        let report = find().await?;
        store::report::started(db, &report.id, ReportStatus::Running, &job.id).await?;
        let day = |text: &str| {
            text.parse::<UtcTime>()
                .map_err(|error| MakeError::Period(error.to_string()))
        };
        let order = Order {
            report_type: report.report_type.clone(),
            scope: match &report.organization_id {
                Some(id) => Scope::All.narrowed_to(id),
                None => Scope::All,
            },
            subject: store::report::subject(db, report.organization_id.as_ref()).await?,
            from: day(&report.period_from)?,
            to: day(&report.period_to)?.plus_days(1),
            demo: context.demo,
            created_at: report.created_at,
        };
        let document = gather::document(db, &order).await?;
        let format = report.format;
        let file = tokio::task::spawn_blocking(move || reports::write(&document, format))
            .await
            .map_err(|error| MakeError::Stopped(error.to_string()))??;
        store::report::finish(db, &report, file).await?;
        find().await
    }
}
