//! Hours of use: by month, where the spans of connection are, and by day for lists and charts. What
//! the hours are is worked out in the inventory room; here they are kept and read.

use std::collections::HashMap;

use domain::listing::{Page, PageRequest};
use domain::usage::{DayHealth, Hours, Load, Month, Spans, UsageDay, UsageMonth, Watched};
use domain::{AccountId, Money, Region, Scope, UtcTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account;
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;

/// One desktop as a reading of usage needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    pub workspace_id: String,
    /// Whole hours; absent for desktops that never stop by themselves.
    pub timeout_hours: Option<u32>,
    /// Whether any month of it is kept.
    pub is_known: bool,
}

/// One month of one desktop, ready to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthRow {
    pub workspace_id: String,
    pub month: Month,
    pub watched: Watched,
    pub hours: Hours,
    pub timeout_hours: u32,
}

/// One day of one desktop, ready to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct DayRow {
    pub workspace_id: String,
    pub day: String,
    pub hours: Hours,
}

/// What a reading adds to the stock.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Addition {
    pub months: Vec<MonthRow>,
    pub days: Vec<DayRow>,
    /// By desktop.
    pub health: Vec<(String, DayHealth)>,
}

/// The desktops in stock in a region of an account.
pub async fn watches(
    db: &Db,
    account_id: &AccountId,
    region: &Region,
) -> Result<Vec<Watch>, StoreError> {
    let (account_id, region) = (account_id.clone(), region.clone());
    db.read(move |conn| {
        conn.query(
            "SELECT w.workspace_id, w.auto_stop_timeout_minutes,
               EXISTS (SELECT 1 FROM usage_month u WHERE u.account_id = w.account_id
                 AND u.region = w.region AND u.workspace_id = w.workspace_id)
             FROM workspace w
             WHERE w.account_id = $1 AND w.region = $2
               AND w.missing_since IS NULL AND w.deleted_at IS NULL
             ORDER BY w.workspace_id",
            &[&account_id, &region],
            |row| {
                let minutes: Option<u32> = row.get(1)?;
                Ok(Watch {
                    workspace_id: row.get(0)?,
                    timeout_hours: minutes.map(|minutes| minutes.div_ceil(60)),
                    is_known: row.get(2)?,
                })
            },
        )
    })
    .await
}

/// What is known of these desktops in the months from `from` on.
pub async fn watched(
    db: &Db,
    account_id: &AccountId,
    region: &Region,
    ids: Vec<String>,
    from: Month,
) -> Result<HashMap<String, Vec<(Month, Watched)>>, StoreError> {
    let (account_id, region) = (account_id.clone(), region.clone());
    db.read(move |conn| {
        let mut found = HashMap::with_capacity(ids.len());
        for id in ids {
            let months = conn.query(
                "SELECT month, known, connected FROM usage_month
                 WHERE account_id = $1 AND region = $2 AND workspace_id = $3 AND month >= $4
                 ORDER BY month",
                &[&account_id, &region, &id, &from],
                |row| {
                    let month: Month = row.get(0)?;
                    Ok((month, watched_from_row(row, month, 1)?))
                },
            )?;
            found.insert(id, months);
        }
        Ok(found)
    })
    .await
}

pub(crate) fn watched_from_row(
    row: &Row<'_>,
    month: Month,
    first: usize,
) -> Result<Watched, StoreError> {
    let start = month.slots().start;
    let spans = |bytes: Vec<u8>| {
        Spans::from_bytes(start, &bytes)
            .ok_or_else(|| StoreError::Unreadable(format!("spans of {month}")))
    };
    Ok(Watched {
        known: spans(row.get(first)?)?,
        connected: spans(row.get(first + 1)?)?,
    })
}

/// Keeps what a reading found; nothing when the account was deleted meanwhile.
pub async fn add(
    db: &Db,
    account_id: &AccountId,
    region: &Region,
    addition: Addition,
) -> Result<(), StoreError> {
    let place = (account_id.clone(), region.clone());
    db.write(move |conn| {
        if !account::known(conn, &place.0, None)? {
            return Ok(());
        }
        for row in &addition.months {
            keep_month(conn, &place, row)?;
        }
        for row in &addition.days {
            keep_day(conn, &place, row)?;
        }
        let mut months: Vec<(&str, &str)> = Vec::new();
        for (id, health) in &addition.health {
            keep_health(conn, &place, id, health)?;
            let month = (id.as_str(), health.day.get(..7).unwrap_or_default());
            if months.last() != Some(&month) {
                months.push(month);
            }
        }
        for (id, month) in months {
            average_month(conn, &place, id, month)?;
        }
        conn.changed("usage");
        Ok(())
    })
    .await
}

fn keep_month(conn: &Conn, place: &(AccountId, Region), row: &MonthRow) -> Result<(), StoreError> {
    let start = row.month.slots().start;
    conn.execute(
        "INSERT INTO usage_month (account_id, region, workspace_id, month, known, connected,
           sessions, connected_minutes, billable_hours, unknown_minutes, timeout_hours)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (account_id, region, workspace_id, month) DO UPDATE SET
           known = excluded.known, connected = excluded.connected, sessions = excluded.sessions,
           connected_minutes = excluded.connected_minutes, billable_hours = excluded.billable_hours,
           unknown_minutes = excluded.unknown_minutes, timeout_hours = excluded.timeout_hours",
        &[
            &place.0,
            &place.1,
            &row.workspace_id,
            &row.month,
            &row.watched.known.to_bytes(start),
            &row.watched.connected.to_bytes(start),
            &row.hours.sessions,
            &row.hours.connected_minutes,
            &row.hours.billable_hours,
            &row.hours.unknown_minutes,
            &row.timeout_hours,
        ],
    )?;
    Ok(())
}

fn keep_day(conn: &Conn, place: &(AccountId, Region), row: &DayRow) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO usage_day (account_id, region, workspace_id, day,
           sessions, connected_minutes, billable_hours, unknown_minutes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (account_id, region, workspace_id, day) DO UPDATE SET
           sessions = excluded.sessions, connected_minutes = excluded.connected_minutes,
           billable_hours = excluded.billable_hours, unknown_minutes = excluded.unknown_minutes",
        &[
            &place.0,
            &place.1,
            &row.workspace_id,
            &row.day,
            &row.hours.sessions,
            &row.hours.connected_minutes,
            &row.hours.billable_hours,
            &row.hours.unknown_minutes,
        ],
    )?;
    Ok(())
}

fn keep_health(
    conn: &Conn,
    place: &(AccountId, Region),
    id: &str,
    health: &DayHealth,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO usage_day (account_id, region, workspace_id, day, cpu_average, cpu_peak,
           memory_average, memory_peak, root_volume_used, user_volume_used, session_latency_ms, packet_loss)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (account_id, region, workspace_id, day) DO UPDATE SET
           cpu_average = excluded.cpu_average, cpu_peak = excluded.cpu_peak,
           memory_average = excluded.memory_average, memory_peak = excluded.memory_peak,
           root_volume_used = excluded.root_volume_used, user_volume_used = excluded.user_volume_used,
           session_latency_ms = excluded.session_latency_ms, packet_loss = excluded.packet_loss",
        &[
            &place.0,
            &place.1,
            &id,
            &health.day,
            &health.load.cpu_average,
            &health.load.cpu_peak,
            &health.load.memory_average,
            &health.load.memory_peak,
            &health.root_volume_used,
            &health.user_volume_used,
            &health.session_latency_ms,
            &health.packet_loss,
        ],
    )?;
    Ok(())
}

/// The month's load is that of its days. A month without spans yet waits for them.
fn average_month(
    conn: &Conn,
    place: &(AccountId, Region),
    id: &str,
    month: &str,
) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE usage_month SET (cpu_average, cpu_peak, memory_average, memory_peak, health_days) = (
           SELECT avg(d.cpu_average), max(d.cpu_peak), avg(d.memory_average), max(d.memory_peak),
             count(coalesce(d.cpu_average, d.memory_average))
           FROM usage_day d
           WHERE d.account_id = $1 AND d.region = $2 AND d.workspace_id = $3
             AND d.day >= $4 || '-01' AND d.day <= $4 || '-31')
         WHERE account_id = $1 AND region = $2 AND workspace_id = $3 AND month = $4",
        &[&place.0, &place.1, &id, &month],
    )?;
    Ok(())
}

/// Up to when a kind of reading of a region was complete.
pub async fn read_until(
    db: &Db,
    account_id: &AccountId,
    region: &str,
    what: &'static str,
) -> Result<Option<UtcTime>, StoreError> {
    let (account_id, region) = (account_id.clone(), region.to_owned());
    db.read(move |conn| {
        conn.query_opt(
            "SELECT last_complete_at FROM sync_scope
             WHERE account_id = $1 AND region = $2 AND resource_type = $3",
            &[&account_id, &region, &what],
            |row| row.get(0),
        )
    })
    .await
}

/// Notes that a kind of reading was complete up to `until`.
pub async fn set_read_until(
    db: &Db,
    account_id: &AccountId,
    region: &str,
    what: &'static str,
    until: UtcTime,
) -> Result<(), StoreError> {
    let (account_id, region) = (account_id.clone(), region.to_owned());
    db.write(move |conn| {
        if !account::known(conn, &account_id, None)? {
            return Ok(());
        }
        conn.execute(
            "INSERT INTO sync_scope (account_id, region, resource_type, last_complete_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (account_id, region, resource_type) DO UPDATE SET
               last_complete_at = excluded.last_complete_at",
            &[&account_id, &region, &what, &until],
        )?;
        Ok(())
    })
    .await
}

const MONTH_COLUMNS: &str = "u.account_id, u.region, u.workspace_id, u.month, u.sessions,
    u.connected_minutes, u.billable_hours, u.unknown_minutes, u.timeout_hours, u.cpu_average,
    u.cpu_peak, u.memory_average, u.memory_peak, u.health_days";

fn month_from_row(row: &Row<'_>) -> Result<UsageMonth, StoreError> {
    Ok(UsageMonth {
        account_id: row.get(0)?,
        region: row.get(1)?,
        workspace_id: row.get(2)?,
        month: row.get(3)?,
        hours: Hours {
            sessions: row.get(4)?,
            connected_minutes: row.get(5)?,
            billable_hours: row.get(6)?,
            unknown_minutes: row.get(7)?,
        },
        timeout_hours: row.get(8)?,
        load: Load {
            cpu_average: row.get(9)?,
            cpu_peak: row.get(10)?,
            memory_average: row.get(11)?,
            memory_peak: row.get(12)?,
        },
        health_days: row.get(13)?,
    })
}

/// Which months of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthFilter {
    pub month: Month,
    pub account_id: Vec<AccountId>,
    /// Text found, ignoring case, in any attribute or tag of the desktop.
    pub q: Option<String>,
}

/// One desktop's month with whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageRow {
    #[serde(flatten)]
    pub usage: UsageMonth,
    pub organization_name: String,
    pub account_name: String,
    pub user_name: Option<String>,
    pub running_mode: Option<String>,
    pub compute_type: Option<String>,
    /// What the month cost by the price book; absent where `cost_missing` says why.
    pub cost: Option<Money>,
    pub cost_missing: Option<String>,
}

const MONTH_SORTS: &[SortColumn] = &[
    column("billable_hours", "u.billable_hours"),
    column("connected_minutes", "u.connected_minutes"),
    column("unknown_minutes", "u.unknown_minutes"),
    column("workspace_id", "u.workspace_id"),
    nullable("user_name", "w.user_name"),
    nullable("cost", "e.amount_micros"),
    nullable("cpu_average", "u.cpu_average"),
    nullable("memory_average", "u.memory_average"),
];

/// One page of a month, the most billable hours first unless sorted otherwise.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &MonthFilter,
    request: &PageRequest,
) -> Result<Page<UsageRow>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of("u.month", [filter.month]);
    conditions.any_of_if_given("u.account_id", &filter.account_id);
    if let Some(text) = &filter.q {
        let text = conditions.bind(text.to_lowercase());
        conditions.push(format!("instr(w.search, {text}) > 0"));
    }
    let fingerprint = format!("{filter:?}");
    let request = request.clone();
    db.read(move |conn| {
        let columns = format!(
            "{MONTH_COLUMNS}, o.name, a.name, w.user_name, w.running_mode, w.compute_type,
             e.amount_micros, e.missing"
        );
        let listing = Listing {
            name: "usage",
            columns: &columns,
            from: "usage_month u
              JOIN account a ON a.account_id = u.account_id
              JOIN organization o ON o.organization_id = a.organization_id
              LEFT JOIN workspace w ON w.workspace_id = u.workspace_id
                AND w.account_id = u.account_id AND w.region = u.region
              LEFT JOIN cost_estimate e ON e.account_id = u.account_id AND e.region = u.region
                AND e.workspace_id = u.workspace_id AND e.month = u.month",
            sorts: MONTH_SORTS,
            default_sort: "-billable_hours",
            ids: &["u.workspace_id", "u.account_id", "u.region"],
            fingerprint: &fingerprint,
        };
        let mut page = listing.page(conn, &conditions, &request, |row| {
            Ok(UsageRow {
                usage: month_from_row(row)?,
                organization_name: row.get(14)?,
                account_name: row.get(15)?,
                user_name: row.get(16)?,
                running_mode: row.get(17)?,
                compute_type: row.get(18)?,
                cost: row.get(19)?,
                cost_missing: row.get(20)?,
            })
        })?;
        page.as_of = conn.query_one(
            "SELECT min(last_complete_at) FROM sync_scope WHERE resource_type = 'usage'",
            &[],
            |row| row.get(0),
        )?;
        Ok(page)
    })
    .await
}

/// The months of one desktop that is within the scope, oldest first.
pub async fn months_of(db: &Db, scope: &Scope, id: &str) -> Result<Vec<UsageMonth>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of("u.workspace_id", [id]);
    db.read(move |conn| {
        let sql = format!(
            "SELECT {MONTH_COLUMNS} FROM usage_month u JOIN account a ON a.account_id = u.account_id {}
             ORDER BY u.month",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), month_from_row)
    })
    .await
}

/// The days of one desktop that is within the scope, from `from` to `to`, both included.
pub async fn days_of(
    db: &Db,
    scope: &Scope,
    id: &str,
    from: &str,
    to: &str,
) -> Result<Vec<UsageDay>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of("u.workspace_id", [id]);
    let (from, to) = (conditions.bind(from), conditions.bind(to));
    conditions.push(format!("u.day >= {from} AND u.day <= {to}"));
    db.read(move |conn| {
        let sql = format!(
            "SELECT u.day, u.sessions, u.connected_minutes, u.billable_hours, u.unknown_minutes,
               u.cpu_average, u.cpu_peak, u.memory_average, u.memory_peak, u.root_volume_used,
               u.user_volume_used, u.session_latency_ms, u.packet_loss
             FROM usage_day u JOIN account a ON a.account_id = u.account_id {} ORDER BY u.day",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), |row| {
            Ok(UsageDay {
                hours: Hours {
                    sessions: row.get(1)?,
                    connected_minutes: row.get(2)?,
                    billable_hours: row.get(3)?,
                    unknown_minutes: row.get(4)?,
                },
                health: DayHealth {
                    day: row.get(0)?,
                    load: Load {
                        cpu_average: row.get(5)?,
                        cpu_peak: row.get(6)?,
                        memory_average: row.get(7)?,
                        memory_peak: row.get(8)?,
                    },
                    root_volume_used: row.get(9)?,
                    user_volume_used: row.get(10)?,
                    session_latency_ms: row.get(11)?,
                    packet_loss: row.get(12)?,
                },
            })
        })
    })
    .await
}

/// The spans of desktops that are within the scope, month by month: for heat maps. `id` narrows to
/// one desktop. Visits `(workspace_id, month, watched)`.
pub async fn visit_spans<T: Send + 'static>(
    db: &Db,
    scope: &Scope,
    id: Option<&str>,
    months: (Month, Month),
    start: T,
    mut visit: impl FnMut(&mut T, &str, Month, &Watched) + Send + 'static,
) -> Result<T, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    if let Some(id) = id {
        conditions.any_of("u.workspace_id", [id]);
    }
    let (from, to) = (conditions.bind(months.0), conditions.bind(months.1));
    conditions.push(format!("u.month >= {from} AND u.month <= {to}"));
    db.read(move |conn| {
        let mut state = start;
        let sql = format!(
            "SELECT u.workspace_id, u.month, u.known, u.connected
             FROM usage_month u JOIN account a ON a.account_id = u.account_id {}",
            conditions.sql()
        );
        conn.for_each(&sql, &conditions.values(), |row| {
            let month: Month = row.get(1)?;
            let id: String = row.get(0)?;
            visit(&mut state, &id, month, &watched_from_row(row, month, 2)?);
            Ok(())
        })?;
        Ok(state)
    })
    .await
}

/// The health of each desktop within the scope over a month: the mean of its days.
pub async fn health_of_month(
    db: &Db,
    scope: &Scope,
    month: Month,
) -> Result<HashMap<String, DayHealth>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    let month = month.to_string();
    let bound = conditions.bind(month.as_str());
    conditions.push(format!(
        "u.day >= {bound} || '-01' AND u.day <= {bound} || '-31'"
    ));
    db.read(move |conn| {
        let sql = format!(
            "SELECT u.workspace_id, avg(u.cpu_average), max(u.cpu_peak), avg(u.memory_average),
               max(u.memory_peak), avg(u.root_volume_used), avg(u.user_volume_used),
               avg(u.session_latency_ms), avg(u.packet_loss)
             FROM usage_day u JOIN account a ON a.account_id = u.account_id {} GROUP BY 1",
            conditions.sql()
        );
        let rows = conn.query(&sql, &conditions.values(), |row| {
            let health = DayHealth {
                day: month.clone(),
                load: Load {
                    cpu_average: row.get(1)?,
                    cpu_peak: row.get(2)?,
                    memory_average: row.get(3)?,
                    memory_peak: row.get(4)?,
                },
                root_volume_used: row.get(5)?,
                user_volume_used: row.get(6)?,
                session_latency_ms: row.get(7)?,
                packet_loss: row.get(8)?,
            };
            Ok((row.get::<String>(0)?, health))
        })?;
        Ok(rows.into_iter().collect())
    })
    .await
}
