//! What was billed, and who did what.

use super::{View, col};

pub(super) const BILLING_DATA: View = View {
    name: "billing_data",
    meaning: "what AWS billed: one row per day, service, usage type and desktop; the rows add up to the bill",
    parts: &[&[
        col("account_id", "l.account_id", "the AWS account"),
        col("account_name", "a.name", "the account's name"),
        col("organization_name", "o.name", "the client it belongs to"),
        col(
            "workspace_id",
            "nullif(l.workspace_id, '')",
            "the desktop; NULL for what AWS does not say by desktop",
        )
        .told(),
        col("service", "l.service", "as AWS names it: Amazon WorkSpaces").told(),
        col(
            "usage_type",
            "l.usage_type",
            "as AWS names it: EUW1-AW-HW-2-AutoStop-Usage",
        ),
        col("starts_on", "l.starts_on", "its first day, 2026-10-31"),
        col("ends_on", "l.ends_on", "the day after its last"),
        col(
            "month",
            "substr(l.starts_on, 1, 7)",
            "the month it is billed in, 2026-10",
        )
        .told(),
        col(
            "region",
            "l.region",
            "the AWS region, where the bill says so",
        ),
        col(
            "cost",
            "(l.amount_micros - l.in_desktops_micros) / 1000000.0",
            "US dollars, unblended",
        )
        .told(),
        col(
            "quantity",
            "l.quantity - l.in_desktops_quantity",
            "how much of it, in unit",
        ),
        col("unit", "l.unit", "what the quantity counts: Hrs, GB-Mo"),
        col(
            "estimated",
            "l.estimated",
            "1 while AWS may still change it",
        )
        .told(),
        col("source", "l.source", "which reading it is from").one_of(&[
            "cost_explorer",
            "cost_explorer_resources",
            "export",
        ]),
    ]],
    // A whole that its desktops' lines make up entirely has nothing left to say.
    from: "main.cost_line l
    JOIN main.account a ON a.account_id = l.account_id
    JOIN main.organization o ON o.organization_id = a.organization_id WHERE (l.workspace_id <> ''
      OR l.in_desktops_micros = 0 OR l.amount_micros <> l.in_desktops_micros)",
    organization: "a.organization_id",
};

pub(super) const CLOUDTRAIL_EVENTS: View = View {
    name: "cloudtrail_events",
    meaning: "who changed desktops, from where and when: one row per event and desktop it is about",
    parts: &[&[
        col("event_id", "e.event_id", "AWS's id"),
        col("account_id", "e.account_id", "the AWS account"),
        col("account_name", "a.name", "the account's name"),
        col("organization_name", "o.name", "the client it belongs to"),
        col("region", "e.region", "its region"),
        col("event_time", "e.event_time", "UTC"),
        col("event_name", "e.event_name", "the API call: TerminateWorkspaces").told(),
        col(
            "workspace_id",
            "t.workspace_id",
            "the desktop; NULL when it is about none",
        )
        .told(),
        col("user_name", "e.user_name", "who did it: a user or a role's session").told(),
        col("user_arn", "e.user_arn", "the same as an ARN"),
        col("source_ip", "e.source_ip", "from where: an address or an AWS service"),
        col("user_agent", "e.user_agent", "with which program"),
        col("error_code", "e.error_code", "why AWS refused it; NULL when it worked").told(),
        col("error_message", "e.error_message", "the same, longer"),
        col("request_parameters", "e.request_parameters", "what was asked for, JSON"),
    ]],
    from: "main.trail_event e
    JOIN main.account a ON a.account_id = e.account_id
    JOIN main.organization o ON o.organization_id = a.organization_id
    LEFT JOIN main.trail_event_workspace t ON t.account_id = e.account_id AND t.event_id = e.event_id",
    organization: "a.organization_id",
};
