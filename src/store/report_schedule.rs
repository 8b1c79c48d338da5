//! When reports are made by themselves. A start writes the report, its job and the next start in one
//! transaction, so that a process that is killed neither loses a report nor orders it twice.

use domain::job::{JobPayload, NewJob};
use domain::listing::{Page, PageRequest};
use domain::report::{NewReport, ReportFormat, ReportStatus, ReportType};
use domain::report_schedule::{NewReportSchedule, RelativePeriod, ReportSchedule};
use domain::{ReportId, ReportScheduleId, Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;
use crate::{job, report};

const COLUMNS: &str =
    "s.report_schedule_id, s.organization_id, o.name, s.report_type, s.format, s.period, s.cron,
    s.time_zone, s.enabled, s.next_run_at, s.last_run_at, s.last_report_id, s.created_by,
    s.created_at";

const FROM: &str =
    "report_schedule s LEFT JOIN organization o ON o.organization_id = s.organization_id";

const SORTS: &[SortColumn] = &[
    column("id", "s.report_schedule_id"),
    column("report_type", "s.report_type"),
    nullable("next_run_at", "s.next_run_at"),
];

fn from_row(row: &Row<'_>) -> Result<ReportSchedule, StoreError> {
    let (kind, format, period): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(ReportSchedule {
        id: row.get(0)?,
        organization_id: row.get(1)?,
        organization_name: row.get(2)?,
        report_type: ReportType::from(kind.as_str()),
        format: ReportFormat::from_text(&format)
            .ok_or_else(|| StoreError::Unreadable(format!("report format {format:?}")))?,
        period: RelativePeriod::from_text(&period)
            .ok_or_else(|| StoreError::Unreadable(format!("report period {period:?}")))?,
        cron: row.get(6)?,
        time_zone: row.get(7)?,
        enabled: row.get(8)?,
        next_run_at: row.get(9)?,
        last_run_at: row.get(10)?,
        last_report_id: row.get(11)?,
        created_by: row.get(12)?,
        created_at: row.get(13)?,
    })
}

fn fetch(
    conn: &Conn,
    scope: &Scope,
    id: &ReportScheduleId,
) -> Result<Option<ReportSchedule>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "s.organization_id");
    conditions.any_of("s.report_schedule_id", [id]);
    let sql = format!("SELECT {COLUMNS} FROM {FROM} {}", conditions.sql());
    conn.query_opt(&sql, &conditions.values(), from_row)
}

/// A schedule of an organization in the scope; one about all organizations is for those who see all.
pub async fn find(
    db: &Db,
    scope: &Scope,
    id: &ReportScheduleId,
) -> Result<Option<ReportSchedule>, StoreError> {
    let (scope, id) = (scope.clone(), id.clone());
    db.read(move |conn| fetch(conn, &scope, &id)).await
}

/// One page, newest first unless sorted otherwise.
pub async fn list(
    db: &Db,
    scope: &Scope,
    request: &PageRequest,
) -> Result<Page<ReportSchedule>, StoreError> {
    let conditions = Conditions::in_scope(scope, "s.organization_id");
    let request = request.clone();
    db.read(move |conn| {
        let listing = Listing {
            name: "report_schedules",
            columns: COLUMNS,
            from: FROM,
            sorts: SORTS,
            default_sort: "-id",
            ids: &["s.report_schedule_id"],
            fingerprint: "",
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// Those that are switched on, for the scheduler.
pub async fn enabled(db: &Db) -> Result<Vec<ReportSchedule>, StoreError> {
    db.read(|conn| {
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE s.enabled = 1 ORDER BY s.report_schedule_id"
        );
        conn.query(&sql, &[], from_row)
    })
    .await
}

/// Keeps a schedule that next starts at `next`.
pub async fn create(
    db: &Db,
    new: NewReportSchedule,
    next: Option<UtcTime>,
    by: &str,
) -> Result<ReportSchedule, StoreError> {
    let by = by.to_owned();
    db.write(move |conn| {
        let id = ReportScheduleId::new();
        conn.execute(
            "INSERT INTO report_schedule (report_schedule_id, organization_id, report_type, format,
               period, cron, time_zone, enabled, next_run_at, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                &id,
                &new.organization_id,
                &new.report_type.as_str(),
                &new.format.as_str(),
                &new.period.as_str(),
                &new.cron,
                &new.time_zone,
                &new.enabled,
                &next,
                &by,
                &UtcTime::now(),
            ],
        )?;
        conn.changed("report_schedules");
        fetch(conn, &Scope::All, &id)?
            .ok_or_else(|| StoreError::Database("a schedule just written is not there".to_owned()))
    })
    .await
}

/// Puts `new` in its place; what it made and when stays.
pub async fn update(
    db: &Db,
    id: &ReportScheduleId,
    new: NewReportSchedule,
    next: Option<UtcTime>,
) -> Result<Option<ReportSchedule>, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        conn.execute(
            "UPDATE report_schedule SET organization_id = $2, report_type = $3, format = $4,
               period = $5, cron = $6, time_zone = $7, enabled = $8, next_run_at = $9
             WHERE report_schedule_id = $1",
            &[
                &id,
                &new.organization_id,
                &new.report_type.as_str(),
                &new.format.as_str(),
                &new.period.as_str(),
                &new.cron,
                &new.time_zone,
                &new.enabled,
                &next,
            ],
        )?;
        conn.changed("report_schedules");
        fetch(conn, &Scope::All, &id)
    })
    .await
}

/// Answers whether there was one. The reports that it made stay.
pub async fn delete(db: &Db, id: &ReportScheduleId) -> Result<bool, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        conn.changed("report_schedules");
        Ok(conn.execute(
            "DELETE FROM report_schedule WHERE report_schedule_id = $1",
            &[&id],
        )? > 0)
    })
    .await
}

/// Plans the next start without one now.
pub async fn set_next(
    db: &Db,
    id: &ReportScheduleId,
    next: Option<UtcTime>,
) -> Result<(), StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        conn.execute(
            "UPDATE report_schedule SET next_run_at = $2 WHERE report_schedule_id = $1",
            &[&id, &next],
        )?;
        Ok(())
    })
    .await
}

/// Orders the report of a start that is due, and plans the next. `None` when the schedule was changed,
/// removed or started by somebody else since it was read.
pub async fn start(
    db: &Db,
    schedule: &ReportSchedule,
    period: (String, String),
    next: Option<UtcTime>,
) -> Result<Option<ReportId>, StoreError> {
    let schedule = schedule.clone();
    db.write(move |conn| {
        let taken = conn.execute(
            "UPDATE report_schedule SET next_run_at = $3, last_run_at = $4
             WHERE report_schedule_id = $1 AND next_run_at = $2 AND enabled = 1",
            &[&schedule.id, &schedule.next_run_at, &next, &UtcTime::now()],
        )?;
        if taken == 0 {
            return Ok(None);
        }
        let new = NewReport {
            report_type: schedule.report_type.clone(),
            format: schedule.format,
            organization_id: schedule.organization_id.clone(),
            from: None,
            to: None,
        };
        let by = format!("{} (schedule)", schedule.created_by);
        let id = report::insert(conn, &new, &period, &by)?;
        let order = NewJob {
            payload: JobPayload::MakeReport {
                report_id: id.clone(),
            },
            organization_id: schedule.organization_id.clone(),
            trigger: "schedule".to_owned(),
            requested_by: None,
        };
        let job = job::insert(conn, &order)?;
        report::note_job(conn, &id, ReportStatus::Waiting, &job.id)?;
        conn.execute(
            "UPDATE report_schedule SET last_report_id = $2 WHERE report_schedule_id = $1",
            &[&schedule.id, &id],
        )?;
        conn.changed("report_schedules");
        Ok(Some(id))
    })
    .await
}
