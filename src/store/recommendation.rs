//! Recommendations and estimates as they were worked out last. Each organization's are replaced as a
//! whole, so nothing stale is left.

use domain::advice::{AdviceTotals, Estimate, Recommendation};
use domain::listing::{Page, PageRequest};
use domain::usage::Month;
use domain::{AccountId, Money, OrganizationId, Scope, UtcTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;
use crate::value::Json;

/// Which recommendations. Values within one field are alternatives; fields narrow each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecommendationFilter {
    pub organization_id: Vec<OrganizationId>,
    pub account_id: Vec<AccountId>,
    pub workspace_id: Vec<String>,
    pub kind: Vec<String>,
    pub confidence: Vec<String>,
}

/// Puts what was worked out for one organization in place of what was there.
pub async fn replace(
    db: &Db,
    organization_id: &OrganizationId,
    found: Vec<Recommendation>,
    totals: AdviceTotals,
) -> Result<(), StoreError> {
    let organization_id = organization_id.clone();
    let at = totals.as_of.unwrap_or_else(UtcTime::now);
    db.write(move |conn| {
        conn.execute(
            "DELETE FROM recommendation WHERE organization_id = $1",
            &[&organization_id],
        )?;
        for one in &found {
            conn.execute(
                "INSERT INTO recommendation (recommendation_id, organization_id, account_id, region,
                   workspace_id, kind, saving_micros, saving_low_micros, saving_high_micros,
                   confidence, created_at, body)
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
                 WHERE EXISTS (SELECT 1 FROM account WHERE account_id = $3 AND organization_id = $2)",
                &[
                    &one.id,
                    &organization_id,
                    &one.account_id,
                    &one.region,
                    &one.workspace_id,
                    &one.kind.as_str(),
                    &one.saving,
                    &one.saving_low,
                    &one.saving_high,
                    &one.confidence.as_str(),
                    &at,
                    &Json(one),
                ],
            )?;
        }
        conn.execute(
            "INSERT INTO advice_run (organization_id, worked_out_at, totals)
             SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM organization WHERE organization_id = $1)
             ON CONFLICT (organization_id) DO UPDATE SET
               worked_out_at = excluded.worked_out_at, totals = excluded.totals",
            &[&organization_id, &at, &Json(&totals)],
        )?;
        conn.changed("recommendations");
        Ok(())
    })
    .await
}

const SORTS: &[SortColumn] = &[
    nullable("saving", "r.saving_micros"),
    column("workspace_id", "r.workspace_id"),
    column("kind", "r.kind"),
];

fn conditions(scope: &Scope, filter: &RecommendationFilter) -> Conditions {
    let mut conditions = Conditions::in_scope(scope, "r.organization_id");
    conditions.any_of_if_given("r.organization_id", &filter.organization_id);
    conditions.any_of_if_given("r.account_id", &filter.account_id);
    conditions.any_of_if_given("r.workspace_id", &filter.workspace_id);
    conditions.any_of_if_given("r.kind", &filter.kind);
    conditions.any_of_if_given("r.confidence", &filter.confidence);
    conditions
}

fn from_row(row: &Row<'_>) -> Result<Recommendation, StoreError> {
    Ok(row.get::<Json<Recommendation>>(0)?.0)
}

/// One page, the largest saving first unless sorted otherwise.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &RecommendationFilter,
    request: &PageRequest,
) -> Result<Page<Recommendation>, StoreError> {
    let conditions = conditions(scope, filter);
    let fingerprint = format!("{filter:?}");
    let request = request.clone();
    db.read(move |conn| {
        let listing = Listing {
            name: "recommendations",
            columns: "r.body",
            from: "recommendation r",
            sorts: SORTS,
            default_sort: "-saving",
            ids: &["r.recommendation_id"],
            fingerprint: &fingerprint,
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.as_of = worked_out_at(conn, &conditions)?;
        Ok(page)
    })
    .await
}

/// The totals of each organization in the scope.
pub async fn totals(db: &Db, scope: &Scope) -> Result<Vec<AdviceTotals>, StoreError> {
    let conditions = Conditions::in_scope(scope, "t.organization_id");
    db.read(move |conn| {
        let sql = format!("SELECT t.totals FROM advice_run t {}", conditions.sql());
        conn.query(&sql, &conditions.values(), |row| {
            Ok(row.get::<Json<AdviceTotals>>(0)?.0)
        })
    })
    .await
}

fn worked_out_at(conn: &Conn, conditions: &Conditions) -> Result<Option<UtcTime>, StoreError> {
    let sql = format!(
        "SELECT min(r.created_at) FROM recommendation r {}",
        conditions.sql()
    );
    conn.query_one(&sql, &conditions.values(), |row| row.get(0))
}

/// Every recommendation that matches, the largest saving first.
pub async fn all(
    db: &Db,
    scope: &Scope,
    filter: &RecommendationFilter,
) -> Result<Vec<Recommendation>, StoreError> {
    let conditions = conditions(scope, filter);
    db.read(move |conn| {
        let sql = format!(
            "SELECT r.body FROM recommendation r {}
             ORDER BY r.saving_micros IS NULL, r.saving_micros DESC, r.recommendation_id",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), from_row)
    })
    .await
}

/// The recommendations of these ids that are within the scope.
pub async fn find_all(
    db: &Db,
    scope: &Scope,
    ids: &[String],
) -> Result<Vec<Recommendation>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "r.organization_id");
    conditions.any_of("r.recommendation_id", ids);
    db.read(move |conn| {
        let sql = format!("SELECT r.body FROM recommendation r {}", conditions.sql());
        conn.query(&sql, &conditions.values(), from_row)
    })
    .await
}

/// Keeps estimates; of an account that was deleted meanwhile nothing is written. Rows that are as
/// they were cost no write.
pub async fn keep_estimates(db: &Db, estimates: Vec<Estimate>) -> Result<(), StoreError> {
    db.write(move |conn| {
        for one in &estimates {
            conn.execute(
                "INSERT INTO cost_estimate (account_id, region, workspace_id, month, running_mode,
                   billable_hours, amount_micros, low_micros, high_micros, missing)
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
                 WHERE EXISTS (SELECT 1 FROM account WHERE account_id = $1)
                 ON CONFLICT (account_id, region, workspace_id, month) DO UPDATE SET
                   running_mode = excluded.running_mode, billable_hours = excluded.billable_hours,
                   amount_micros = excluded.amount_micros, low_micros = excluded.low_micros,
                   high_micros = excluded.high_micros, missing = excluded.missing
                 WHERE amount_micros IS NOT excluded.amount_micros
                   OR low_micros IS NOT excluded.low_micros OR high_micros IS NOT excluded.high_micros
                   OR billable_hours IS NOT excluded.billable_hours
                   OR running_mode IS NOT excluded.running_mode OR missing IS NOT excluded.missing",
                &[
                    &one.account_id,
                    &one.region,
                    &one.workspace_id,
                    &one.month,
                    &one.running_mode,
                    &one.billable_hours,
                    &one.amount,
                    &one.low,
                    &one.high,
                    &one.missing,
                ],
            )?;
        }
        conn.changed("estimates");
        Ok(())
    })
    .await
}

/// The estimates of one desktop, oldest first.
pub async fn estimates_of(db: &Db, scope: &Scope, id: &str) -> Result<Vec<Estimate>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of("e.workspace_id", [id]);
    db.read(move |conn| {
        let sql = format!(
            "SELECT e.account_id, e.region, e.workspace_id, e.month, e.running_mode,
               e.billable_hours, e.amount_micros, e.low_micros, e.high_micros, e.missing
             FROM cost_estimate e JOIN account a ON a.account_id = e.account_id {}
             ORDER BY e.month",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), |row| {
            Ok(Estimate {
                account_id: row.get(0)?,
                region: row.get(1)?,
                workspace_id: row.get(2)?,
                month: row.get(3)?,
                running_mode: row.get(4)?,
                billable_hours: row.get(5)?,
                amount: row.get(6)?,
                low: row.get(7)?,
                high: row.get(8)?,
                missing: row.get(9)?,
            })
        })
    })
    .await
}

/// Estimates of a month added up by a part of the estate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EstimateSum {
    pub month: Month,
    /// The value of the column it is grouped by.
    pub key: String,
    pub label: String,
    pub amount: Money,
    pub low: Money,
    pub high: Money,
    pub desktops: u64,
    /// Desktops without a price, or without hours where hours are billed; they are not in the amounts.
    pub missing: u64,
}

/// What estimates are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EstimateGroup {
    Organization,
    Account,
    RunningMode,
    ComputeType,
}

impl EstimateGroup {
    /// The expressions of its key and label.
    fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::Organization => ("a.organization_id", "o.name"),
            Self::Account => ("e.account_id", "a.name"),
            Self::RunningMode => (
                "coalesce(e.running_mode, '')",
                "coalesce(e.running_mode, 'unknown')",
            ),
            Self::ComputeType => (
                "coalesce(w.compute_type, '')",
                "coalesce(w.compute_type, 'unknown')",
            ),
        }
    }
}

/// Estimates since `from`, added up by month and group.
pub async fn sum_estimates(
    db: &Db,
    scope: &Scope,
    from: Month,
    group: EstimateGroup,
) -> Result<Vec<EstimateSum>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    let from = conditions.bind(from);
    conditions.push(format!("e.month >= {from}"));
    let (key, label) = group.columns();
    db.read(move |conn| {
        let sql = format!(
            "SELECT e.month, {key}, {label}, coalesce(sum(e.amount_micros), 0),
               coalesce(sum(e.low_micros), 0), coalesce(sum(e.high_micros), 0), count(*),
               sum(e.amount_micros IS NULL)
             FROM cost_estimate e
             JOIN account a ON a.account_id = e.account_id
             JOIN organization o ON o.organization_id = a.organization_id
             LEFT JOIN workspace w ON w.workspace_id = e.workspace_id
               AND w.account_id = e.account_id AND w.region = e.region {}
             GROUP BY 1, 2, 3 ORDER BY 1, 3",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), |row| {
            Ok(EstimateSum {
                month: row.get(0)?,
                key: row.get(1)?,
                label: row.get(2)?,
                amount: row.get(3)?,
                low: row.get(4)?,
                high: row.get(5)?,
                desktops: row.get(6)?,
                missing: row.get(7)?,
            })
        })
    })
    .await
}
