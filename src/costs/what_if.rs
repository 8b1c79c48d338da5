//! What it would cost if desktops ran otherwise, over the connections that were recorded.

use domain::Money;
use domain::price::PriceBook;
use domain::usage::slot_of;
use domain::{AccountId, OrganizationId, Scope, UtcTime};
use serde::{Deserialize, Serialize};
use store::estate::{Configuration, EstateDesktop};
use store::{Db, StoreError};
use utoipa::ToSchema;

use crate::bill::{price_of, watched};
use crate::mode::{MONTHS, Mode, mean, months_known};
use crate::prices;

/// Which desktops, and how they would run. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// Only this organization.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
    /// Only these compute types.
    #[serde(default)]
    pub compute_types: Vec<String>,
    /// Only these accounts.
    #[serde(default)]
    pub account_ids: Vec<AccountId>,
    /// Only desktops that run in this mode now.
    #[serde(default)]
    pub current_mode: Option<String>,
    /// `AUTO_STOP` or `ALWAYS_ON`.
    #[serde(default)]
    pub running_mode: Option<String>,
    /// Whole hours; with AUTO_STOP, 1 when left out.
    #[serde(default)]
    pub timeout_hours: Option<u32>,
    #[serde(default)]
    pub compute_type: Option<String>,
}

/// A month's cost now and then, the mean of the last closed months; list prices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhatIfAnswer {
    pub desktops: u64,
    pub cost_now: Money,
    pub cost_then: Money,
    pub saving: Money,
    /// For how many it would cost less, and more.
    pub cheaper: u64,
    pub dearer: u64,
    /// Left out, because there is no price or no month is known well enough.
    pub without_price: u64,
    pub without_usage: u64,
}

pub async fn what_if(
    db: &Db,
    scope: &Scope,
    question: WhatIf,
    now: UtcTime,
) -> Result<WhatIfAnswer, StoreError> {
    let scope = match &question.organization_id {
        Some(id) => &scope.narrowed_to(id),
        None => scope,
    };
    let book = prices::current(db).await?;
    let from = domain::usage::Month::of(now).plus(-MONTHS - 1);
    let estate = store::estate::load(db, scope, from).await?;
    tokio::task::spawn_blocking(move || answer(&book, &estate, &question, now))
        .await
        .map_err(|error| StoreError::Database(error.to_string()))
}

fn answer(
    book: &PriceBook,
    estate: &[EstateDesktop],
    question: &WhatIf,
    now: UtcTime,
) -> WhatIfAnswer {
    let mut answer = WhatIfAnswer::default();
    let wanted = estate
        .iter()
        .filter(|desktop| desktop.gone_at.is_none() && is_meant(desktop, question));
    for desktop in wanted {
        let Some(current) = desktop.now() else {
            continue;
        };
        let then = changed(current, question);
        let costs = (
            price_of(book, &desktop.region, current).zip(Mode::of(current)),
            price_of(book, &desktop.region, &then).zip(Mode::of(&then)),
        );
        let (Some((price_now, mode_now)), Some((price_then, mode_then))) = costs else {
            answer.without_price += 1;
            continue;
        };
        let all = watched(desktop);
        let at = slot_of(now);
        let months = months_known(&all, at, MONTHS);
        if months.is_empty() {
            answer.without_usage += 1;
            continue;
        }
        let cost_now = mean(mode_now, &price_now, &all, &months, at);
        let cost_then = mean(mode_then, &price_then, &all, &months, at);
        answer.desktops += 1;
        answer.cost_now += cost_now;
        answer.cost_then += cost_then;
        answer.cheaper += u64::from(cost_then < cost_now);
        answer.dearer += u64::from(cost_then > cost_now);
    }
    answer.saving = answer.cost_now - answer.cost_then;
    answer
}

fn is_meant(desktop: &EstateDesktop, question: &WhatIf) -> bool {
    let Some(current) = desktop.now() else {
        return false;
    };
    let mode = current.running_mode.as_ref().map(ToString::to_string);
    let compute_type = current.compute_type.as_ref();
    (question.compute_types.is_empty()
        || compute_type.is_some_and(|of| question.compute_types.contains(of)))
        && (question.account_ids.is_empty() || question.account_ids.contains(&desktop.account_id))
        && question
            .current_mode
            .as_ref()
            .is_none_or(|wanted| mode.as_ref() == Some(wanted))
}

fn changed(current: &Configuration, question: &WhatIf) -> Configuration {
    let mut then = current.clone();
    if let Some(mode) = &question.running_mode {
        then.running_mode = Some(mode.as_str().into());
        then.auto_stop_timeout_minutes = Some(60);
    }
    if let Some(hours) = question.timeout_hours {
        then.auto_stop_timeout_minutes = Some(hours * 60);
    }
    if let Some(compute_type) = &question.compute_type {
        then.compute_type = Some(compute_type.clone());
    }
    then
}
