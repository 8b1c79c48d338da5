//! Orders the reports that are due by themselves. A start that fell into a stop of the process is made up
//! for once, and is about the days it would have been about in time.

use domain::UtcTime;
use domain::cron::next_start;
use domain::report_schedule::ReportSchedule;
use store::{Db, StoreError};

/// Orders everything that is due at `now`; answers the next starts.
pub async fn tick(db: &Db, now: UtcTime) -> Result<Vec<UtcTime>, StoreError> {
    let mut starts = Vec::new();
    for schedule in store::report_schedule::enabled(db).await? {
        let next = match schedule.next_run_at {
            Some(later) if later > now => Some(later),
            due => {
                let next = next(&schedule, now);
                match due.and_then(|due| schedule.period.days(due, &schedule.time_zone)) {
                    Some(period) => order(db, &schedule, period, next).await?,
                    None if schedule.next_run_at != next => {
                        store::report_schedule::set_next(db, &schedule.id, next).await?;
                    }
                    // It is not valid, which was said.
                    None => {}
                }
                next
            }
        };
        starts.extend(next);
    }
    Ok(starts)
}

async fn order(
    db: &Db,
    schedule: &ReportSchedule,
    period: (String, String),
    next: Option<UtcTime>,
) -> Result<(), StoreError> {
    let about = format!("{} to {}", period.0, period.1);
    if let Some(report) = store::report_schedule::start(db, schedule, period, next).await? {
        tracing::info!(schedule_id = %schedule.id, report_id = %report, "a {} report about {about} was ordered by its schedule", schedule.report_type);
    }
    Ok(())
}

fn next(schedule: &ReportSchedule, now: UtcTime) -> Option<UtcTime> {
    match next_start(&schedule.cron, &schedule.time_zone, now) {
        Ok(next) => Some(next),
        Err(error) => {
            tracing::error!(schedule_id = %schedule.id, "a report's schedule is not valid: {error}");
            None
        }
    }
}
