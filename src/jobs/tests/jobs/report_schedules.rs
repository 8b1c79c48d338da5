//! Reports that the scheduler orders.

use std::time::Duration;

use domain::job::JobPayload;
use domain::listing::PageRequest;
use domain::report::{Report, ReportFormat, ReportStatus, ReportType};
use domain::report_schedule::{NewReportSchedule, RelativePeriod, ReportSchedule};
use domain::{Scope, UtcTime};
use jobs::Scheduler;
use tokio_util::sync::CancellationToken;

use super::Bench;

async fn scheduled(bench: &Bench, due: Option<UtcTime>) -> ReportSchedule {
    let new = NewReportSchedule {
        report_type: ReportType::Inventory,
        format: ReportFormat::Json,
        organization_id: None,
        period: RelativePeriod::PreviousMonth,
        cron: "0 6 1 * *".to_owned(),
        time_zone: "UTC".to_owned(),
        enabled: true,
    };
    store::report_schedule::create(bench.db(), new, due, "ada")
        .await
        .unwrap()
}

async fn look(bench: &Bench) {
    let db = bench.db().clone();
    let stop = CancellationToken::new();
    let scheduler = tokio::spawn(Scheduler { db }.run(stop.clone()));
    tokio::time::sleep(Duration::from_millis(400)).await;
    stop.cancel();
    scheduler.await.unwrap();
}

async fn reports(bench: &Bench) -> Vec<Report> {
    let page = PageRequest::default();
    store::report::list(bench.db(), &Scope::All, &page)
        .await
        .unwrap()
        .items
}

async fn read(bench: &Bench, schedule: &ReportSchedule) -> ReportSchedule {
    store::report_schedule::find(bench.db(), &Scope::All, &schedule.id)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_start_missed_by_months_makes_one_report_about_the_month_it_was_due_after() {
    let bench = Bench::new().await;
    let schedule = scheduled(&bench, Some("2026-08-01T06:00:00Z".parse().unwrap())).await;
    look(&bench).await;
    look(&bench).await;
    let ordered = reports(&bench).await;
    assert_eq!(ordered.len(), 1, "{ordered:?}");
    let report = &ordered[0];
    assert_eq!(
        (report.period_from.as_str(), report.period_to.as_str()),
        ("2026-07-01", "2026-07-31")
    );
    assert_eq!(report.created_by, "ada (schedule)");
    let job = bench.jobs().await.remove(0);
    assert_eq!(
        (job.trigger.as_str(), &report.job_id),
        ("schedule", &Some(job.id.clone()))
    );
    assert_eq!(
        job.payload,
        JobPayload::MakeReport {
            report_id: report.id.clone()
        }
    );
    let after = read(&bench, &schedule).await;
    assert!(after.next_run_at.unwrap() > UtcTime::now());
    assert_eq!(after.last_report_id.as_ref(), Some(&report.id));
    assert!(after.last_run_at.is_some());

    let (stop, workers) = bench.work();
    bench.when(&job, |job| job.state.ended()).await;
    stop.cancel();
    workers.await.unwrap();
    assert_eq!(reports(&bench).await[0].status, ReportStatus::Ready);
}

#[tokio::test]
async fn one_that_was_never_planned_is_planned_and_not_started() {
    let bench = Bench::new().await;
    let schedule = scheduled(&bench, None).await;
    look(&bench).await;
    assert!(reports(&bench).await.is_empty());
    assert!(read(&bench, &schedule).await.next_run_at.unwrap() > UtcTime::now());
}

#[tokio::test]
async fn two_schedulers_order_once() {
    let bench = Bench::new().await;
    let due = "2026-08-01T06:00:00Z".parse().unwrap();
    let schedule = scheduled(&bench, Some(due)).await;
    let period = ("2026-07-01".to_owned(), "2026-07-31".to_owned());
    let start = || {
        store::report_schedule::start(bench.db(), &schedule, period.clone(), Some(UtcTime::now()))
    };
    let both = [start().await.unwrap(), start().await.unwrap()];
    assert!(both[0].is_some() && both[1].is_none(), "{both:?}");
}
