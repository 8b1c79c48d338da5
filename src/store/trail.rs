//! Events of CloudTrail: kept once each, listed for people, and joined to the changes they caused.
//! Which event caused a change is decided in the inventory room.

mod causes;

use domain::listing::{Page, PageRequest};
use domain::trail::{EventDetail, EventFilter, KeptEvent, TrailEvent, TrailRecord};
use domain::{AccountId, Region, Scope, UtcTime};

use crate::account;
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;
use crate::value::Json;

pub use causes::{
    Cause, DesktopEvent, Listed, Previous, Unexplained, explain, listings, unexplained,
};

const FROM: &str = "trail_event e JOIN account a ON a.account_id = e.account_id
    JOIN organization o ON o.organization_id = a.organization_id";

const COLUMNS: &str = "e.account_id, a.name, o.organization_id, o.name, e.region, e.event_id,
    e.event_time, e.event_name, e.event_source, e.read_only, e.user_name, e.user_arn, e.source_ip,
    e.user_agent, e.error_code, e.error_message, e.request_parameters,
    (SELECT string_agg(t.workspace_id, ' ') FROM trail_event_workspace t
     WHERE t.account_id = e.account_id AND t.event_id = e.event_id)";

const SORTS: &[SortColumn] = &[
    column("event_time", "e.event_time"),
    column("event_name", "e.event_name"),
    column("account_name", "a.name"),
    column("region", "e.region"),
    nullable("user_name", "e.user_name"),
    nullable("source_ip", "e.source_ip"),
    nullable("error_code", "e.error_code"),
];

fn from_row(row: &Row<'_>) -> Result<KeptEvent, StoreError> {
    let desktops: Option<String> = row.get(17)?;
    Ok(KeptEvent {
        account_id: row.get(0)?,
        account_name: row.get(1)?,
        organization_id: row.get(2)?,
        organization_name: row.get(3)?,
        region: row.get(4)?,
        event: TrailEvent {
            event_id: row.get(5)?,
            event_time: row.get(6)?,
            event_name: row.get(7)?,
            event_source: row.get(8)?,
            read_only: row.get(9)?,
            user_name: row.get(10)?,
            user_arn: row.get(11)?,
            source_ip: row.get(12)?,
            user_agent: row.get(13)?,
            error_code: row.get(14)?,
            error_message: row.get(15)?,
            request_parameters: row.get::<Option<Json<_>>>(16)?.map(|json| json.0),
            workspace_ids: desktops
                .iter()
                .flat_map(|ids| ids.split(' '))
                .map(str::to_owned)
                .collect(),
        },
    })
}

/// Keeps events that are not known yet; answers how many those were. Nothing is kept when the account
/// was deleted meanwhile.
pub async fn add(
    db: &Db,
    account_id: &AccountId,
    region: &Region,
    records: Vec<TrailRecord>,
) -> Result<u64, StoreError> {
    let (account_id, region) = (account_id.clone(), region.clone());
    db.write(move |conn| {
        if !account::known(conn, &account_id, None)? {
            return Ok(0);
        }
        let mut new = 0;
        for record in &records {
            new += u64::from(keep(conn, &account_id, &region, record)?);
        }
        if new > 0 {
            conn.changed("events");
        }
        Ok(new)
    })
    .await
}

fn keep(
    conn: &Conn,
    account_id: &AccountId,
    region: &Region,
    TrailRecord { event, record }: &TrailRecord,
) -> Result<bool, StoreError> {
    let is_new = conn.execute(
        "INSERT INTO trail_event (event_id, account_id, region, event_time, event_name, event_source,
           read_only, user_name, user_arn, source_ip, user_agent, error_code, error_message,
           request_parameters, record)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (account_id, event_id) DO NOTHING",
        &[
            &event.event_id,
            account_id,
            region,
            &event.event_time,
            &event.event_name,
            &event.event_source,
            &event.read_only,
            &event.user_name,
            &event.user_arn,
            &event.source_ip,
            &event.user_agent,
            &event.error_code,
            &event.error_message,
            &event.request_parameters.as_ref().map(Json),
            &Json(record),
        ],
    )? > 0;
    if is_new {
        for workspace_id in &event.workspace_ids {
            conn.execute(
                "INSERT INTO trail_event_workspace (account_id, event_id, workspace_id, event_time)
                 VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                &[account_id, &event.event_id, workspace_id, &event.event_time],
            )?;
        }
    }
    Ok(is_new)
}

/// Events that match, the newest first unless sorted otherwise.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &EventFilter,
    request: &PageRequest,
) -> Result<Page<KeptEvent>, StoreError> {
    let conditions = narrowed(scope, filter);
    let (scope, filter, request) = (scope.clone(), filter.clone(), request.clone());
    db.read(move |conn| {
        let listing = Listing {
            name: "events",
            columns: COLUMNS,
            from: FROM,
            sorts: SORTS,
            default_sort: "-event_time",
            ids: &["e.account_id", "e.event_id"],
            fingerprint: &format!("{filter:?}"),
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.as_of = as_of(conn, &scope, &filter)?;
        Ok(page)
    })
    .await
}

fn narrowed(scope: &Scope, filter: &EventFilter) -> Conditions {
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    all.any_of_if_given("e.account_id", &filter.account_id);
    all.any_of_if_given("e.region", &filter.region);
    all.any_of_if_given("e.event_name", &filter.event_name);
    all.any_of_if_given("e.user_name", &filter.user_name);
    if !filter.workspace_id.is_empty() {
        let places: Vec<String> = filter
            .workspace_id
            .iter()
            .map(|id| all.bind(id.as_str()))
            .collect();
        all.push(format!(
            "(e.account_id, e.event_id) IN (SELECT t.account_id, t.event_id FROM trail_event_workspace t
               WHERE t.workspace_id IN ({}))",
            places.join(", ")
        ));
    }
    if let Some(from) = filter.from {
        let place = all.bind(from);
        all.push(format!("e.event_time >= {place}"));
    }
    if let Some(to) = filter.to {
        let place = all.bind(to);
        all.push(format!("e.event_time < {place}"));
    }
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let place = all.bind(q.to_lowercase());
        all.push(format!(
            "instr(lower(e.event_name || ' ' || coalesce(e.user_name, '') || ' ' || coalesce(e.user_arn, '')
               || ' ' || coalesce(e.source_ip, '') || ' ' || coalesce(e.error_code, '') || ' '
               || coalesce(e.error_message, '') || ' ' || coalesce(e.request_parameters, '') || ' ' || a.name),
               {place}) > 0"
        ));
    }
    all
}

/// One event, if the caller may see it, with all that is kept of it.
pub async fn find(
    db: &Db,
    scope: &Scope,
    event_id: &str,
) -> Result<Option<EventDetail>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of("e.event_id", [event_id]);
    db.read(move |conn| {
        // An event's id is AWS's and unique; the key begins with the account, so each is tried.
        let sql = format!(
            "SELECT {COLUMNS}, e.record FROM {FROM} {} ORDER BY e.account_id LIMIT 1",
            conditions.sql()
        );
        conn.query_opt(&sql, &conditions.values(), |row| {
            Ok(EventDetail {
                event: from_row(row)?,
                record: row.get::<Json<_>>(18)?.0,
            })
        })
    })
    .await
}

/// The oldest of the newest complete readings.
fn as_of(conn: &Conn, scope: &Scope, filter: &EventFilter) -> Result<Option<UtcTime>, StoreError> {
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    all.push(account::in_use("s.region"));
    all.push("s.resource_type = 'events'");
    all.any_of_if_given("s.account_id", &filter.account_id);
    all.any_of_if_given("s.region", &filter.region);
    let sql = format!(
        "SELECT min(s.last_complete_at) FROM sync_scope s JOIN account a ON a.account_id = s.account_id {}",
        all.sql()
    );
    conn.query_one(&sql, &all.values(), |row| row.get(0))
}

#[cfg(test)]
mod tests;
