//! What is read of bills: sums by month, lists of lines, and what asking for them cost.

use domain::billing::{
    AccountMeter, BilledLine, CostGroup, CostLine, CostMeter, CostSource, MonthlyCost,
    MonthlyCosts, MonthlyTotal, WORKSPACES_SERVICE,
};
use domain::listing::{Page, PageRequest};
use domain::usage::Month;
use domain::{AccountId, Money, Scope, UtcTime};

use crate::account;
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;

/// Which lines a list or a sum holds; empty means any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LineFilter {
    pub account_id: Vec<AccountId>,
    /// Naming one lists desktops' lines.
    pub workspace_id: Vec<String>,
    pub service: Vec<String>,
    pub usage_type: Vec<String>,
    pub source: Vec<String>,
    /// Lines that begin on or after this day.
    pub from: Option<String>,
    /// Lines that begin before this day.
    pub to: Option<String>,
    /// Desktops' lines in place of wholes: the two together would count twice.
    pub by_desktop: bool,
}

const FROM: &str = "cost_line l JOIN account a ON a.account_id = l.account_id
    JOIN organization o ON o.organization_id = a.organization_id";

const COLUMNS: &str = "l.account_id, a.name, o.organization_id, o.name, l.workspace_id, l.service,
    l.usage_type, l.starts_on, l.ends_on, l.region, l.amount_micros, l.quantity, l.unit, l.estimated,
    l.source, l.read_at";

const SORTS: &[SortColumn] = &[
    column("starts_on", "l.starts_on"),
    column("amount", "l.amount_micros"),
    column("service", "l.service"),
    column("usage_type", "l.usage_type"),
    column("workspace_id", "l.workspace_id"),
    column("account_name", "a.name"),
    nullable("region", "l.region"),
    nullable("quantity", "l.quantity"),
];

fn from_row(row: &Row<'_>) -> Result<BilledLine, StoreError> {
    let source: String = row.get(14)?;
    let desktop: String = row.get(4)?;
    Ok(BilledLine {
        account_id: row.get(0)?,
        account_name: row.get(1)?,
        organization_id: row.get(2)?,
        organization_name: row.get(3)?,
        line: CostLine {
            workspace_id: Some(desktop).filter(|id| !id.is_empty()),
            service: row.get(5)?,
            usage_type: row.get(6)?,
            starts_on: row.get(7)?,
            ends_on: row.get(8)?,
            region: row.get(9)?,
            amount: row.get(10)?,
            quantity: row.get(11)?,
            unit: row.get(12)?,
            estimated: row.get(13)?,
        },
        source: CostSource::from_text(&source)
            .ok_or_else(|| StoreError::Unreadable(format!("cost source {source:?}")))?,
        read_at: row.get(15)?,
    })
}

fn narrowed(scope: &Scope, filter: &LineFilter) -> Conditions {
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    let by_desktop = filter.by_desktop || !filter.workspace_id.is_empty();
    all.push(if by_desktop {
        "l.workspace_id > ''"
    } else {
        "l.workspace_id = ''"
    });
    all.any_of_if_given("l.account_id", &filter.account_id);
    all.any_of_if_given("l.workspace_id", &filter.workspace_id);
    all.any_of_if_given("l.service", &filter.service);
    all.any_of_if_given("l.usage_type", &filter.usage_type);
    all.any_of_if_given("l.source", &filter.source);
    if let Some(from) = &filter.from {
        let place = all.bind(from.as_str());
        all.push(format!("l.starts_on >= {place}"));
    }
    if let Some(to) = &filter.to {
        let place = all.bind(to.as_str());
        all.push(format!("l.starts_on < {place}"));
    }
    all
}

/// Lines that match, the newest first unless sorted otherwise.
pub async fn lines(
    db: &Db,
    scope: &Scope,
    filter: &LineFilter,
    request: &PageRequest,
) -> Result<Page<BilledLine>, StoreError> {
    let conditions = narrowed(scope, filter);
    let (scope, filter, request) = (scope.clone(), filter.clone(), request.clone());
    db.read(move |conn| {
        let listing = Listing {
            name: "cost_lines",
            columns: COLUMNS,
            from: FROM,
            sorts: SORTS,
            default_sort: "-starts_on",
            ids: &[
                "l.account_id",
                "l.workspace_id",
                "l.service",
                "l.usage_type",
                "l.starts_on",
                "l.ends_on",
            ],
            fingerprint: &format!("{filter:?}"),
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.as_of = as_of(conn, &scope, &filter.account_id)?;
        Ok(page)
    })
    .await
}

/// Costs of the months from `from` to `to`, both included, over the whole of the accounts.
pub async fn monthly(
    db: &Db,
    scope: &Scope,
    filter: &LineFilter,
    months: (Month, Month),
    group_by: CostGroup,
) -> Result<MonthlyCosts, StoreError> {
    let (from, to) = months;
    let filter = LineFilter {
        from: Some(from.start().day()),
        to: Some(to.end().day()),
        by_desktop: false,
        workspace_id: Vec::new(),
        ..filter.clone()
    };
    let scope = scope.clone();
    db.read(move |conn| {
        Ok(MonthlyCosts {
            from,
            to,
            group_by,
            rows: grouped(conn, &scope, &filter, group_by)?,
            totals: totals(conn, &scope, &filter)?,
            as_of: as_of(conn, &scope, &filter.account_id)?,
        })
    })
    .await
}

fn grouped(
    conn: &Conn,
    scope: &Scope,
    filter: &LineFilter,
    group_by: CostGroup,
) -> Result<Vec<MonthlyCost>, StoreError> {
    let (key, name) = match group_by {
        CostGroup::Organization => ("o.organization_id", "o.name"),
        CostGroup::Account => ("l.account_id", "a.name"),
        CostGroup::Service => ("l.service", "l.service"),
        CostGroup::UsageType => ("l.usage_type", "l.usage_type"),
    };
    let mut conditions = narrowed(scope, filter);
    let service = conditions.bind(WORKSPACES_SERVICE);
    let sql = format!(
        "SELECT substr(l.starts_on, 1, 7) AS month, {key} AS group_key, max({name}), sum(l.amount_micros) AS amount,
           sum(CASE WHEN l.service = {service} THEN l.amount_micros ELSE 0 END), max(l.estimated)
         FROM {FROM} {} GROUP BY month, group_key ORDER BY month, amount DESC, group_key",
        conditions.sql()
    );
    conn.query(&sql, &conditions.values(), |row| {
        Ok(MonthlyCost {
            month: row.get(0)?,
            key: row.get(1)?,
            name: row.get(2)?,
            amount: row.get(3)?,
            workspaces_amount: row.get(4)?,
            estimated: row.get(5)?,
        })
    })
}

fn totals(
    conn: &Conn,
    scope: &Scope,
    filter: &LineFilter,
) -> Result<Vec<MonthlyTotal>, StoreError> {
    let mut conditions = narrowed(scope, filter);
    let service = conditions.bind(WORKSPACES_SERVICE);
    let sql = format!(
        "SELECT substr(l.starts_on, 1, 7) AS month, sum(l.amount_micros),
           sum(CASE WHEN l.service = {service} THEN l.amount_micros ELSE 0 END),
           sum(l.in_desktops_micros), max(l.estimated), count(DISTINCT l.starts_on)
         FROM {FROM} {} GROUP BY month ORDER BY month",
        conditions.sql()
    );
    conn.query(&sql, &conditions.values(), |row| {
        Ok(MonthlyTotal {
            month: row.get(0)?,
            amount: row.get(1)?,
            workspaces_amount: row.get(2)?,
            by_desktop_amount: row.get(3)?,
            estimated: row.get(4)?,
            days: row.get(5)?,
        })
    })
}

/// The oldest of the newest readings of the accounts that are in use.
fn as_of(
    conn: &Conn,
    scope: &Scope,
    accounts: &[AccountId],
) -> Result<Option<UtcTime>, StoreError> {
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    all.push(account::in_use("s.region"));
    all.push("s.resource_type = 'costs'");
    all.any_of_if_given("s.account_id", accounts);
    let sql = format!(
        "SELECT min(s.last_complete_at) FROM sync_scope s JOIN account a ON a.account_id = s.account_id {}",
        all.sql()
    );
    conn.query_one(&sql, &all.values(), |row| row.get(0))
}

/// What was asked this month, the dearest account first.
pub async fn meter(
    db: &Db,
    scope: &Scope,
    now: UtcTime,
    requests_per_day: u64,
) -> Result<CostMeter, StoreError> {
    let month = Month::of(now);
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    let (from, to) = (
        conditions.bind(month.start().day()),
        conditions.bind(month.end().day()),
    );
    conditions.push(format!("p.day >= {from} AND p.day < {to}"));
    let today = conditions.bind(now.day());
    db.read(move |conn| {
        let sql = format!(
            "SELECT p.account_id, a.name, o.organization_id, o.name, p.service, sum(p.requests),
               sum(CASE WHEN p.day = {today} THEN p.requests ELSE 0 END), sum(p.amount_micros) AS amount
             FROM paid_request p JOIN account a ON a.account_id = p.account_id
             JOIN organization o ON o.organization_id = a.organization_id {}
             GROUP BY p.account_id, p.service ORDER BY amount DESC, p.account_id, p.service",
            conditions.sql()
        );
        let accounts = conn.query(&sql, &conditions.values(), |row| {
            Ok(AccountMeter {
                account_id: row.get(0)?,
                account_name: row.get(1)?,
                organization_id: row.get(2)?,
                organization_name: row.get(3)?,
                service: row.get(4)?,
                requests: row.get(5)?,
                requests_today: row.get(6)?,
                amount: row.get(7)?,
            })
        })?;
        let total: Money = accounts.iter().map(|account| account.amount).sum();
        Ok(CostMeter { month, requests_per_day, accounts, total })
    })
    .await
}
