//! Reports: what was asked for, and the file it became. Files stand under the data folder, named by
//! the report's id, and are checked against their checksum when they are read.

use std::path::PathBuf;

use domain::listing::{Page, PageRequest};
use domain::report::{NewReport, Report, ReportFormat, ReportStatus, ReportType};
use domain::{JobId, OrganizationId, ReportId, Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::digest;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;

/// Where files stand in the data folder.
const FOLDER: &str = "reports";

const COLUMNS: &str =
    "r.report_id, r.organization_id, o.name, r.report_type, r.format, r.period_from,
    r.period_to, r.status, r.file_bytes, r.checksum, r.created_by, r.created_at, r.finished_at,
    r.error, r.job_id";

const FROM: &str = "report r LEFT JOIN organization o ON o.organization_id = r.organization_id";

const SORTS: &[SortColumn] = &[
    column("id", "r.report_id"),
    column("report_type", "r.report_type"),
    column("format", "r.format"),
    column("status", "r.status"),
    column("period_from", "r.period_from"),
    nullable("file_bytes", "r.file_bytes"),
];

fn from_row(row: &Row<'_>) -> Result<Report, StoreError> {
    let (kind, format, status): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(7)?);
    Ok(Report {
        id: row.get(0)?,
        organization_id: row.get(1)?,
        organization_name: row.get(2)?,
        report_type: ReportType::from(kind.as_str()),
        format: ReportFormat::from_text(&format)
            .ok_or_else(|| StoreError::Unreadable(format!("report format {format:?}")))?,
        period_from: row.get(5)?,
        period_to: row.get(6)?,
        status: ReportStatus::from_text(&status)
            .ok_or_else(|| StoreError::Unreadable(format!("report status {status:?}")))?,
        file_bytes: row.get(8)?,
        checksum: row.get(9)?,
        created_by: row.get(10)?,
        created_at: row.get(11)?,
        finished_at: row.get(12)?,
        error: row.get(13)?,
        job_id: row.get(14)?,
    })
}

/// Keeps an order. Its period is in `new`, whole.
pub async fn create(
    db: &Db,
    new: NewReport,
    period: (String, String),
    by: &str,
) -> Result<Report, StoreError> {
    let by = by.to_owned();
    db.write(move |conn| {
        let id = insert(conn, &new, &period, &by)?;
        fetch(conn, &Scope::All, &id)?
            .ok_or_else(|| StoreError::Database("a report just written is not there".to_owned()))
    })
    .await
}

pub(crate) fn insert(
    conn: &Conn,
    new: &NewReport,
    (from, to): &(String, String),
    by: &str,
) -> Result<ReportId, StoreError> {
    let id = ReportId::new();
    conn.execute(
        "INSERT INTO report (report_id, organization_id, report_type, format, period_from,
           period_to, status, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)",
        &[
            &id,
            &new.organization_id,
            &new.report_type.as_str(),
            &new.format.as_str(),
            from,
            to,
            &by,
            &UtcTime::now(),
        ],
    )?;
    conn.changed("reports");
    Ok(id)
}

fn fetch(conn: &Conn, scope: &Scope, id: &ReportId) -> Result<Option<Report>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "r.organization_id");
    conditions.any_of("r.report_id", [id]);
    let sql = format!("SELECT {COLUMNS} FROM {FROM} {}", conditions.sql());
    conn.query_opt(&sql, &conditions.values(), from_row)
}

/// A report of an organization in the scope; one about all organizations is for those who see all.
pub async fn find(db: &Db, scope: &Scope, id: &ReportId) -> Result<Option<Report>, StoreError> {
    let (scope, id) = (scope.clone(), id.clone());
    db.read(move |conn| fetch(conn, &scope, &id)).await
}

/// One page, newest first unless sorted otherwise.
pub async fn list(
    db: &Db,
    scope: &Scope,
    request: &PageRequest,
) -> Result<Page<Report>, StoreError> {
    let conditions = Conditions::in_scope(scope, "r.organization_id");
    let request = request.clone();
    db.read(move |conn| {
        let listing = Listing {
            name: "reports",
            columns: COLUMNS,
            from: FROM,
            sorts: SORTS,
            default_sort: "-id",
            ids: &["r.report_id"],
            fingerprint: "",
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// Notes the job that makes it.
pub async fn started(
    db: &Db,
    id: &ReportId,
    status: ReportStatus,
    job: &JobId,
) -> Result<(), StoreError> {
    let (id, job) = (id.clone(), job.clone());
    db.write(move |conn| note_job(conn, &id, status, &job))
        .await
}

pub(crate) fn note_job(
    conn: &Conn,
    id: &ReportId,
    status: ReportStatus,
    job: &JobId,
) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE report SET status = $2, job_id = $3 WHERE report_id = $1 AND status <> 'ready'",
        &[id, &status.as_str(), job],
    )?;
    conn.changed("reports");
    Ok(())
}

/// Writes the file, then the row that names it.
pub async fn finish(db: &Db, report: &Report, file: Vec<u8>) -> Result<(), StoreError> {
    let (id, path) = (report.id.clone(), path(db, report));
    let checksum = digest::hex(&file);
    let bytes = file.len() as u64;
    let named = format!("{FOLDER}/{}.{}", report.id, report.format.as_str());
    tokio::task::spawn_blocking(move || keep(&path, &file))
        .await
        .map_err(|error| StoreError::Database(error.to_string()))?
        .map_err(|error| {
            StoreError::Database(format!("the report's file could not be written: {error}"))
        })?;
    db.write(move |conn| {
        conn.execute(
            "UPDATE report SET status = 'ready', file_path = $2, file_bytes = $3, checksum = $4,
               finished_at = $5, error = NULL WHERE report_id = $1",
            &[&id, &named, &bytes, &checksum, &UtcTime::now()],
        )?;
        conn.changed("reports");
        Ok(())
    })
    .await
}

/// Under its name only once it is whole.
fn keep(path: &std::path::Path, file: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let partial = path.with_extension("partial");
    std::fs::write(&partial, file)?;
    std::fs::rename(&partial, path)
}

pub async fn fail(db: &Db, id: &ReportId, error: &str) -> Result<(), StoreError> {
    let (id, error) = (id.clone(), error.to_owned());
    db.write(move |conn| {
        conn.execute(
            "UPDATE report SET status = 'failed', error = $2, finished_at = $3 WHERE report_id = $1",
            &[&id, &error, &UtcTime::now()],
        )?;
        conn.changed("reports");
        Ok(())
    })
    .await
}

fn path(db: &Db, report: &Report) -> PathBuf {
    let folder = db
        .path()
        .parent()
        .map(std::path::Path::to_owned)
        .unwrap_or_default();
    folder
        .join(FOLDER)
        .join(format!("{}.{}", report.id, report.format.as_str()))
}

/// The file of a report, if it is there and is what was written.
pub async fn file(db: &Db, report: &Report) -> Result<Result<Vec<u8>, String>, StoreError> {
    let path = path(db, report);
    let read = tokio::task::spawn_blocking(move || std::fs::read(path))
        .await
        .map_err(|error| StoreError::Database(error.to_string()))?;
    Ok(match read {
        Ok(file) if report.checksum.as_deref() == Some(digest::hex(&file).as_str()) => Ok(file),
        Ok(_) => Err("the report's file is not what was written; make it again".to_owned()),
        Err(error) => Err(format!(
            "the report's file cannot be read ({error}); make it again"
        )),
    })
}

/// Removes a report and its file; answers whether there was one.
pub async fn delete(db: &Db, report: &Report) -> Result<bool, StoreError> {
    let path = path(db, report);
    let id = report.id.clone();
    let deleted = db
        .write(move |conn| {
            conn.changed("reports");
            Ok(conn.execute("DELETE FROM report WHERE report_id = $1", &[&id])? > 0)
        })
        .await?;
    // A file without a row is cleared away with the old ones.
    drop(tokio::task::spawn_blocking(move || std::fs::remove_file(path)).await);
    Ok(deleted)
}

/// Clears away files that are older than `before`; their rows stay and say so. Answers how many.
pub async fn expire(db: &Db, before: UtcTime) -> Result<u64, StoreError> {
    let old: Vec<Report> = db
        .read(move |conn| {
            let sql = format!(
                "SELECT {COLUMNS} FROM {FROM} WHERE r.status = 'ready' AND r.finished_at < $1"
            );
            conn.query(&sql, &[&before], from_row)
        })
        .await?;
    for report in &old {
        let (path, id) = (path(db, report), report.id.clone());
        drop(tokio::task::spawn_blocking(move || std::fs::remove_file(path)).await);
        db.write(move |conn| {
            conn.execute(
                "UPDATE report SET status = 'expired' WHERE report_id = $1",
                &[&id],
            )?;
            conn.changed("reports");
            Ok(())
        })
        .await?;
    }
    Ok(old.len() as u64)
}

/// The organization's name for a report's cover.
pub async fn subject(db: &Db, id: Option<&OrganizationId>) -> Result<String, StoreError> {
    let Some(id) = id.cloned() else {
        return Ok("All organizations".to_owned());
    };
    db.read(move |conn| {
        let name = conn.query_opt(
            "SELECT name FROM organization WHERE organization_id = $1",
            &[&id],
            |row| row.get(0),
        )?;
        Ok(name.unwrap_or_else(|| "An organization that is gone".to_owned()))
    })
    .await
}
