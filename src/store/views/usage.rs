//! Hours of use, what they cost, what to change.

use domain::advice::AdviceKind;

use super::{View, col};

pub(super) const WORKSPACE_USAGE: View = View {
    name: "workspace_usage",
    meaning: "hours of use of each desktop by day",
    parts: &[&[
        col("workspace_id", "u.workspace_id", "the desktop"),
        col("account_id", "u.account_id", "its AWS account"),
        col("account_name", "a.name", "the account's name"),
        col("organization_name", "o.name", "the client it belongs to"),
        col("region", "u.region", "its region"),
        col("day", "u.day", "2026-10-31, UTC").told(),
        col("month", "substr(u.day, 1, 7)", "2026-10").told(),
        col(
            "usage_hours",
            "u.connected_minutes / 60.0",
            "hours somebody was connected",
        )
        .told(),
        col(
            "billable_hours",
            "u.billable_hours",
            "hours that AUTO_STOP bills, the timeout included",
        )
        .told(),
        col("sessions", "u.sessions", "sessions begun"),
        col(
            "unknown_hours",
            "u.unknown_minutes / 60.0",
            "hours for which AWS gave no value; they are not zero",
        )
        .told(),
        col("cpu_average", "u.cpu_average", "per cent"),
        col("cpu_peak", "u.cpu_peak", "per cent"),
        col("memory_average", "u.memory_average", "per cent"),
        col("memory_peak", "u.memory_peak", "per cent"),
        col("root_volume_used", "u.root_volume_used", "per cent"),
        col("user_volume_used", "u.user_volume_used", "per cent"),
        col("session_latency_ms", "u.session_latency_ms", "milliseconds"),
        col("packet_loss", "u.packet_loss", "per cent"),
    ]],
    from: "main.usage_day u
    JOIN main.account a ON a.account_id = u.account_id
    JOIN main.organization o ON o.organization_id = a.organization_id",
    organization: "a.organization_id",
};

pub(super) const COSTS_MONTHLY: View = View {
    name: "costs_monthly",
    meaning: "each desktop's month: hours, and what it cost by the price book (an estimate, not a bill)",
    parts: &[&[
        col("workspace_id", "e.workspace_id", "the desktop"),
        col("account_id", "e.account_id", "its AWS account"),
        col("account_name", "a.name", "the account's name"),
        col("organization_name", "o.name", "the client it belongs to"),
        col("region", "e.region", "its region"),
        col("month", "e.month", "2026-10").told(),
        col(
            "running_mode",
            "e.running_mode",
            "its mode at the month's begin",
        ),
        col(
            "usage_hours",
            "u.connected_minutes / 60.0",
            "hours somebody was connected",
        ),
        col(
            "billable_hours",
            "e.billable_hours",
            "hours billed; NULL on ALWAYS_ON",
        )
        .told(),
        col(
            "cost",
            "e.amount_micros / 1000000.0",
            "US dollars; NULL where missing says why",
        )
        .told(),
        col("cost_low", "e.low_micros / 1000000.0", "at least"),
        col(
            "cost_high",
            "e.high_micros / 1000000.0",
            "at most, if unknown hours were used",
        ),
        col(
            "missing",
            "e.missing",
            "why there is no cost: no price, no usage data",
        ),
    ]],
    from: "main.cost_estimate e
    JOIN main.account a ON a.account_id = e.account_id
    JOIN main.organization o ON o.organization_id = a.organization_id
    LEFT JOIN main.usage_month u ON u.account_id = e.account_id AND u.region = e.region
      AND u.workspace_id = e.workspace_id AND u.month = e.month",
    organization: "a.organization_id",
};

pub(super) const RECOMMENDATIONS: View = View {
    name: "recommendations",
    meaning: "what to change and what it saves",
    parts: &[&[
        col("recommendation_id", "r.recommendation_id", "our id"),
        col("workspace_id", "r.workspace_id", "the desktop"),
        col("account_id", "r.account_id", "its AWS account"),
        col("organization_name", "o.name", "the client it belongs to"),
        col("region", "r.region", "its region"),
        col("kind", "r.kind", "what kind of change").one_of(AdviceKind::KNOWN),
        col("advice", "r.body ->> 'title'", "in words"),
        col(
            "saving",
            "r.saving_micros / 1000000.0",
            "US dollars a month; NULL without a price",
        )
        .told(),
        col("saving_low", "r.saving_low_micros / 1000000.0", "at least"),
        col("saving_high", "r.saving_high_micros / 1000000.0", "at most"),
        col("confidence", "r.confidence", "how sure").one_of(&["high", "medium", "low"]),
        col("created_at", "r.created_at", "when it was worked out, UTC"),
    ]],
    from: "main.recommendation r
    JOIN main.organization o ON o.organization_id = r.organization_id",
    organization: "r.organization_id",
};
