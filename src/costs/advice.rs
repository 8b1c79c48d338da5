//! All advice for an estate: who is left alone and why, which kinds apply to the others, what it adds
//! up to.

use std::collections::BTreeMap;

use domain::advice::{
    AdviceInput, AdviceKind, AdviceMonth, AdviceTotals, Confidence, LeftAlone, Recommendation,
};
use domain::plan::Change;
use domain::price::PriceBook;
use domain::usage::slot_of;
use domain::{Money, UtcTime};
use store::estate::EstateDesktop;

use crate::bill::{price_of, watched};
use crate::{idle, mode, size};

/// Tags that keep a desktop out of all advice, whatever their value: that of AWS's tool, and ours.
pub const OPT_OUT_TAGS: [&str; 2] = ["Skip_Convert", "stocktake:skip"];

/// Advice before it is put down for a desktop.
pub struct Advice {
    pub kind: AdviceKind,
    pub title: String,
    pub change: Option<Change>,
    pub saving: Option<Money>,
    pub low: Option<Money>,
    pub high: Option<Money>,
    pub cost_now: Option<Money>,
    pub cost_then: Option<Money>,
    pub formula: String,
    pub when: String,
    pub inputs: Vec<AdviceInput>,
    pub evidence: Vec<AdviceMonth>,
    pub confidence: Confidence,
    pub confidence_reason: String,
}

/// Advice for every desktop, and its totals.
#[must_use]
pub fn advise(
    book: &PriceBook,
    estate: &[EstateDesktop],
    now: UtcTime,
) -> (Vec<Recommendation>, AdviceTotals) {
    let mut found = Vec::new();
    let mut left: BTreeMap<&str, u64> = BTreeMap::new();
    let mut totals = AdviceTotals {
        as_of: Some(now),
        ..AdviceTotals::default()
    };
    let at = slot_of(now);
    for desktop in estate.iter().filter(|desktop| desktop.gone_at.is_none()) {
        if let Some(reason) = left_alone(desktop) {
            *left.entry(reason).or_default() += 1;
            continue;
        }
        let all = watched(desktop);
        let price = desktop
            .now()
            .and_then(|configuration| price_of(book, &desktop.region, configuration));
        let price = price.as_ref();
        let advice = [
            idle::advise(desktop, price, &all, at),
            price.and_then(|price| mode::advise(desktop, price, &all, at)),
            size::advise(desktop, book, price, &all, at),
        ];
        if price.is_none() {
            totals.without_price += 1;
        }
        let all_kinds: Vec<Recommendation> = advice
            .into_iter()
            .flatten()
            .map(|advice| put_down(desktop, advice, now))
            .collect();
        count(&mut totals, &all_kinds);
        found.extend(all_kinds);
    }
    totals.left_alone = left
        .into_iter()
        .map(|(reason, desktops)| LeftAlone {
            reason: reason.to_owned(),
            desktops,
        })
        .collect();
    (found, totals)
}

/// Why a desktop gets no advice.
#[must_use]
pub fn left_alone(desktop: &EstateDesktop) -> Option<&'static str> {
    if OPT_OUT_TAGS
        .iter()
        .any(|tag| desktop.tags.contains_key(*tag))
    {
        Some("opted out by tag")
    } else if desktop.standby {
        Some("half of a standby pair")
    } else if matches!(
        desktop.state.as_str(),
        "PENDING" | "TERMINATING" | "TERMINATED" | "ERROR"
    ) {
        Some("neither running nor stopped")
    } else {
        None
    }
}

/// A desktop counts with the advice that saves most.
fn count(totals: &mut AdviceTotals, of_one: &[Recommendation]) {
    totals.recommendations += of_one.len() as u64;
    totals.desktops += u64::from(!of_one.is_empty());
    let best = of_one
        .iter()
        .filter(|one| one.saving > Some(Money::ZERO))
        .max_by_key(|one| one.saving);
    if let Some(best) = best {
        totals.saving += best.saving.unwrap_or_default();
        totals.saving_low += best.saving_low.or(best.saving).unwrap_or_default();
        totals.saving_high += best.saving_high.or(best.saving).unwrap_or_default();
    }
}

fn put_down(desktop: &EstateDesktop, advice: Advice, now: UtcTime) -> Recommendation {
    let configuration = desktop.now();
    Recommendation {
        id: format!(
            "{}-{}-{}",
            desktop.account_id, desktop.workspace_id, advice.kind
        ),
        organization_id: desktop.organization_id.clone(),
        organization_name: desktop.organization_name.clone(),
        account_id: desktop.account_id.clone(),
        account_name: desktop.account_name.clone(),
        region: desktop.region.clone(),
        workspace_id: desktop.workspace_id.clone(),
        user_name: desktop.user_name.clone(),
        compute_type: configuration.and_then(|configuration| configuration.compute_type.clone()),
        running_mode: configuration
            .and_then(|configuration| configuration.running_mode.as_ref().map(ToString::to_string)),
        kind: advice.kind,
        title: advice.title,
        change: advice.change,
        saving: advice.saving,
        saving_low: advice.low,
        saving_high: advice.high,
        cost_now: advice.cost_now,
        cost_then: advice.cost_then,
        formula: advice.formula,
        when: advice.when,
        inputs: advice.inputs,
        evidence: advice.evidence,
        confidence: advice.confidence,
        confidence_reason: advice.confidence_reason,
        as_of: now,
    }
}
