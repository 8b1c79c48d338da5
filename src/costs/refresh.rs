//! Works out estimates and advice anew and keeps them: after each sync, and when somebody asks.

use std::collections::BTreeMap;

use domain::advice::{AdviceTotals, Estimate, Recommendation};
use domain::price::PriceBook;
use domain::usage::{Month, months};
use domain::{OrganizationId, Scope, UtcTime};
use store::estate::EstateDesktop;
use store::{Db, StoreError};

use crate::bill::{estimate, watched};
use crate::{advice, prices};

/// Months that are looked back on: 13, as Cost Explorer does.
pub const MONTHS: i32 = 13;

/// Estimates per write, so that other writes get their turn in between.
const BATCH: usize = 5_000;

/// Brings estimates and recommendations of the organizations in `scope` up to date as of `now`.
pub async fn refresh(db: &Db, scope: &Scope, now: UtcTime) -> Result<AdviceTotals, StoreError> {
    let book = prices::current(db).await?;
    let estate = store::estate::load(db, scope, Month::of(now).plus(1 - MONTHS)).await?;
    let (estimates, by_organization) =
        tokio::task::spawn_blocking(move || work_out(&book, &estate, now))
            .await
            .map_err(|error| StoreError::Database(error.to_string()))?;
    for part in estimates.chunks(BATCH) {
        store::recommendation::keep_estimates(db, part.to_vec()).await?;
    }
    let mut all = AdviceTotals::default();
    for (organization_id, (found, totals)) in by_organization {
        add(&mut all, &totals);
        store::recommendation::replace(db, &organization_id, found, totals).await?;
    }
    Ok(all)
}

type Found = BTreeMap<OrganizationId, (Vec<Recommendation>, AdviceTotals)>;

fn work_out(book: &PriceBook, estate: &[EstateDesktop], now: UtcTime) -> (Vec<Estimate>, Found) {
    let current = Month::of(now);
    let closed = current.plus(-1);
    let mut estimates = Vec::new();
    let mut cost_now: BTreeMap<OrganizationId, domain::Money> = BTreeMap::new();
    for desktop in estate {
        let all = watched(desktop);
        for month in months(current.plus(1 - MONTHS), current) {
            let Some(one) = estimate(book, desktop, &all, month, now) else {
                continue;
            };
            if month == closed && desktop.gone_at.is_none() {
                *cost_now.entry(desktop.organization_id.clone()).or_default() +=
                    one.amount.unwrap_or_default();
            }
            estimates.push(one);
        }
    }
    let mut found = Found::new();
    let mut rest = estate;
    // The estate comes by account, and an account belongs to one organization.
    let mut parts: BTreeMap<OrganizationId, Vec<EstateDesktop>> = BTreeMap::new();
    while let Some(first) = rest.first() {
        let end = rest.partition_point(|desktop| desktop.account_id <= first.account_id);
        parts
            .entry(first.organization_id.clone())
            .or_default()
            .extend_from_slice(&rest[..end]);
        rest = &rest[end..];
    }
    for (organization_id, part) in parts {
        let (recommendations, mut totals) = advice::advise(book, &part, now);
        totals.cost_now = cost_now.get(&organization_id).copied().unwrap_or_default();
        found.insert(organization_id, (recommendations, totals));
    }
    (estimates, found)
}

/// Adds up the totals of several organizations.
pub fn add(all: &mut AdviceTotals, one: &AdviceTotals) {
    all.recommendations += one.recommendations;
    all.desktops += one.desktops;
    all.saving += one.saving;
    all.saving_low += one.saving_low;
    all.saving_high += one.saving_high;
    all.cost_now += one.cost_now;
    all.without_price += one.without_price;
    for left in &one.left_alone {
        match all
            .left_alone
            .iter_mut()
            .find(|known| known.reason == left.reason)
        {
            Some(known) => known.desktops += left.desktops,
            None => all.left_alone.push(left.clone()),
        }
    }
    all.as_of = match (all.as_of, one.as_of) {
        (Some(first), Some(second)) => Some(first.min(second)),
        (known, other) => known.or(other),
    };
}
