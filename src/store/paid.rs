//! What AWS was asked that costs money: one row for each account, day and service.

use domain::{AccountId, Money, Scope, UtcTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account;
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

/// A service that bills what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaidService {
    /// $0.01 a request.
    CostExplorer,
    /// $0.01 a thousand metrics.
    Cloudwatch,
}

impl PaidService {
    fn as_str(self) -> &'static str {
        match self {
            Self::CostExplorer => "cost_explorer",
            Self::Cloudwatch => "cloudwatch",
        }
    }
}

/// What was asked and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paid {
    pub account_id: AccountId,
    /// `2026-11-25`.
    pub day: String,
    pub service: String,
    /// Requests of Cost Explorer, metrics of CloudWatch.
    pub requests: u64,
    pub amount: Money,
}

/// Counts what was asked at `at`.
pub async fn add(
    db: &Db,
    account_id: &AccountId,
    service: PaidService,
    at: UtcTime,
    requests: u64,
    amount: Money,
) -> Result<(), StoreError> {
    let account_id = account_id.clone();
    db.write(move |conn| {
        if !account::known(conn, &account_id, None)? {
            return Ok(());
        }
        conn.execute(
            "INSERT INTO paid_request (account_id, day, service, requests, amount_micros)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account_id, day, service) DO UPDATE SET
               requests = requests + excluded.requests,
               amount_micros = amount_micros + excluded.amount_micros",
            &[
                &account_id,
                &at.day(),
                &service.as_str(),
                &requests,
                &amount,
            ],
        )?;
        Ok(())
    })
    .await
}

/// Counts one request before it is sent, unless `most` were counted on that day already; answers whether
/// it may be sent. A request that never leaves is still counted: the sum must never be too small.
pub async fn take(
    db: &Db,
    account_id: &AccountId,
    service: PaidService,
    at: UtcTime,
    amount: Money,
    most: u64,
) -> Result<bool, StoreError> {
    let account_id = account_id.clone();
    db.write(move |conn| {
        if most == 0 || !account::known(conn, &account_id, None)? {
            return Ok(false);
        }
        let counted = conn.execute(
            "INSERT INTO paid_request (account_id, day, service, requests, amount_micros)
             VALUES ($1, $2, $3, 1, $4)
             ON CONFLICT (account_id, day, service) DO UPDATE SET
               requests = requests + 1, amount_micros = amount_micros + excluded.amount_micros
             WHERE paid_request.requests < $5",
            &[&account_id, &at.day(), &service.as_str(), &amount, &most],
        )?;
        Ok(counted > 0)
    })
    .await
}

/// Requests of a service by an account on the day of `at`.
pub async fn on_day(
    db: &Db,
    account_id: &AccountId,
    service: PaidService,
    at: UtcTime,
) -> Result<u64, StoreError> {
    let account_id = account_id.clone();
    db.read(move |conn| {
        let found = conn.query_opt(
            "SELECT requests FROM paid_request WHERE account_id = $1 AND day = $2 AND service = $3",
            &[&account_id, &at.day(), &service.as_str()],
            |row| row.get(0),
        )?;
        Ok(found.unwrap_or(0))
    })
    .await
}

/// What was asked on and after `day`, newest first.
pub async fn list(db: &Db, scope: &Scope, day: &str) -> Result<Vec<Paid>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    let from = conditions.bind(day);
    conditions.push(format!("p.day >= {from}"));
    db.read(move |conn| {
        let sql = format!(
            "SELECT p.account_id, p.day, p.service, p.requests, p.amount_micros
             FROM paid_request p JOIN account a ON a.account_id = p.account_id {}
             ORDER BY p.day DESC, p.account_id, p.service",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), |row| {
            Ok(Paid {
                account_id: row.get(0)?,
                day: row.get(1)?,
                service: row.get(2)?,
                requests: row.get(3)?,
                amount: row.get(4)?,
            })
        })
    })
    .await
}
