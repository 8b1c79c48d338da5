//! Queues what is due: cron times in a named time zone, spread by jitter, with a rule for starts
//! that fell into a stop of the process.

use std::time::Duration;

use domain::UtcTime;
use domain::cron::next_start;
use domain::event::EventBody;
use domain::job::{MissedRun, NewJob, Schedule};
use store::{Db, StoreError};
use tokio_util::sync::CancellationToken;

use crate::report_schedules;

/// Looks at the clock at least this often, so that a changed system time is noticed.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// A start more than this late fell into a stop and is `missed`.
const LATE_SECONDS: i64 = 120;

/// What is announced when a schedule was changed.
const SCHEDULES: [&str; 2] = ["settings", "report_schedules"];

/// The scheduler's loop.
pub struct Scheduler {
    pub db: Db,
}

impl Scheduler {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut events = self.db.events().subscribe();
        loop {
            let wait = match self.tick(UtcTime::now()).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "the scheduler could not look at the schedules: {error}");
                    LOOK_EVERY
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                () = schedules_changed(&mut events) => {}
            }
        }
    }

    /// Queues everything that is due at `now`; answers how long nothing will be.
    async fn tick(&self, now: UtcTime) -> Result<Duration, StoreError> {
        let mut starts = Vec::new();
        for schedule in store::schedule::list(&self.db).await? {
            if !schedule.enabled {
                continue;
            }
            let next = match schedule.next_run_at {
                None => self.plan(&schedule, now, None).await?,
                Some(due) if due <= now => {
                    let started = self.start(&schedule, due, now).await?;
                    self.plan(&schedule, now, started.then_some(now)).await?
                }
                Some(later) => Some(later),
            };
            starts.extend(next);
        }
        starts.extend(report_schedules::tick(&self.db, now).await?);
        let next = starts.into_iter().min().map_or(LOOK_EVERY, |next| {
            Duration::from_secs(u64::try_from(next.seconds_since(now)).unwrap_or(0).max(1))
        });
        Ok(next.min(LOOK_EVERY))
    }

    /// Queues the schedule's job, or lets a missed start go by. True when it was queued.
    async fn start(
        &self,
        schedule: &Schedule,
        due: UtcTime,
        now: UtcTime,
    ) -> Result<bool, StoreError> {
        let late = now.seconds_since(due) > LATE_SECONDS;
        if late && schedule.missed == MissedRun::Skip {
            tracing::info!(schedule = schedule.name, %due, "schedule {} was due at {due} while stopped; skipped", schedule.name);
            return Ok(false);
        }
        let job = NewJob {
            payload: schedule.payload.clone(),
            organization_id: None,
            trigger: "schedule".to_owned(),
            requested_by: None,
        };
        store::job::enqueue(&self.db, job).await?;
        Ok(true)
    }

    async fn plan(
        &self,
        schedule: &Schedule,
        now: UtcTime,
        ran_at: Option<UtcTime>,
    ) -> Result<Option<UtcTime>, StoreError> {
        let next = match next_start(&schedule.cron, &schedule.time_zone, now) {
            Ok(next) => Some(next.plus_seconds(i64::from(jitter(schedule.jitter_seconds)))),
            Err(error) => {
                tracing::error!(
                    schedule = schedule.name,
                    "schedule {} is not valid: {error}",
                    schedule.name
                );
                None
            }
        };
        store::schedule::set_next(&self.db, &schedule.name, next, ran_at).await?;
        Ok(next)
    }
}

fn jitter(most: u32) -> u32 {
    rand::random_range(0..=most)
}

/// Waits until somebody changed the settings that schedules come from.
async fn schedules_changed(events: &mut tokio::sync::broadcast::Receiver<domain::event::Event>) {
    loop {
        match events.recv().await {
            Ok(event) => {
                if matches!(&event.body, EventBody::Changed { names } if names.iter().any(|name| SCHEDULES.contains(&name.as_str())))
                {
                    return;
                }
            }
            // Messages were dropped; a change may have been among them.
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => return,
            Err(tokio::sync::broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_within_its_bound() {
        assert_eq!(jitter(0), 0);
        assert!((0..200).map(|_| jitter(5)).all(|seconds| seconds <= 5));
    }
}
