//! Desktops and their tags.

use domain::workspace::{ConnectionState, RunningMode, WorkspaceState};

use super::{Column, View, col};

const DESKTOP: &[Column] = &[
    col(
        "workspace_id",
        "w.workspace_id",
        "AWS's id of the desktop, ws-…",
    ),
    col(
        "state",
        "w.state",
        "AVAILABLE, STOPPED, UNHEALTHY, … as AWS last said",
    )
    .one_of(WorkspaceState::KNOWN),
    col(
        "user_name",
        "w.user_name",
        "the directory user it is assigned to",
    )
    .told(),
    col(
        "display_name",
        "w.display_name",
        "the user's name in full, where a tag gives it",
    )
    .told(),
    col(
        "computer_name",
        "w.computer_name",
        "its name on the network",
    ),
    col(
        "workspace_name",
        "w.workspace_name",
        "the name AWS keeps for it",
    ),
    col("organization_name", "o.name", "the client it belongs to").told(),
    col(
        "account_id",
        "w.account_id",
        "the AWS account, twelve digits",
    ),
    col("account_name", "a.name", "the account's name"),
    col("region", "w.region", "the AWS region, eu-west-1").told(),
    col(
        "running_mode",
        "w.running_mode",
        "AUTO_STOP, ALWAYS_ON or MANUAL",
    )
    .one_of(RunningMode::KNOWN),
    col(
        "auto_stop_timeout_minutes",
        "w.auto_stop_timeout_minutes",
        "minutes without a user until it stops; AUTO_STOP only",
    )
    .told(),
    col(
        "compute_type",
        "w.compute_type",
        "VALUE, STANDARD, PERFORMANCE, POWER, …",
    )
    .told(),
    col("operating_system", "w.operating_system", "as AWS names it"),
    col(
        "root_volume_gib",
        "w.root_volume_gib",
        "size of the system disk in GiB",
    )
    .told(),
    col(
        "user_volume_gib",
        "w.user_volume_gib",
        "size of the user's disk in GiB",
    ),
    col("root_volume_encrypted", "w.root_volume_encrypted", "1 or 0").told(),
    col("user_volume_encrypted", "w.user_volume_encrypted", "1 or 0").told(),
    col(
        "bundle_id",
        "w.bundle_id",
        "the bundle it was made from, wsb-…",
    ),
    col(
        "bundle_name",
        "(SELECT b.name FROM main.bundle b WHERE b.bundle_id = w.bundle_id
            AND b.account_id = w.account_id AND b.region = w.region)",
        "the bundle's name, where it is known",
    ),
    col(
        "directory_id",
        "w.directory_id",
        "the directory it is registered with, d-…",
    ),
    col(
        "directory_name",
        "(SELECT coalesce(d.alias, d.directory_name) FROM main.directory d
            WHERE d.directory_id = w.directory_id AND d.account_id = w.account_id
            AND d.region = w.region)",
        "the directory's alias, else its name",
    ),
    col("ip_address", "w.ip_address", "its address in the subnet"),
    col("subnet_id", "w.subnet_id", "subnet-…"),
    col(
        "error_code",
        "w.error_code",
        "why it is unwell, in AWS's words",
    )
    .told(),
    col("error_message", "w.error_message", "the same, longer"),
    col(
        "connection_state",
        "w.connection_state",
        "CONNECTED, DISCONNECTED or UNKNOWN; NULL when never read",
    )
    .one_of(ConnectionState::KNOWN)
    .told(),
    col(
        "connection_checked_at",
        "w.connection_checked_at",
        "when AWS looked, UTC",
    ),
    col(
        "last_connected_at",
        "w.last_connected_at",
        "the last time a user was connected, UTC; NULL means never",
    )
    .told(),
    col(
        "created_at",
        "w.created_at",
        "best known creation time, UTC",
    )
    .told(),
    col(
        "created_at_source",
        "w.created_at_source",
        "where that is from: first_seen or cloudtrail",
    ),
    col(
        "first_seen_at",
        "w.first_seen_at",
        "the first sync that listed it, UTC",
    ),
    col(
        "tags",
        "w.tags",
        "all tags as a JSON object; workspace_tags has one row each",
    )
    .told(),
];

const GONE: &[Column] = &[
    col(
        "missing_since",
        "w.missing_since",
        "since when complete listings lack it, UTC",
    )
    .told(),
    col(
        "deleted_at",
        "w.deleted_at",
        "when it was taken as deleted, UTC",
    ),
    col(
        "terminated_at",
        "w.terminated_at",
        "when AWS said TERMINATED, UTC",
    )
    .told(),
];

// Names of bundles and directories are looked up where they are asked for, not joined to every row.
macro_rules! desktop_tables {
    () => {
        "main.workspace w
         JOIN main.account a ON a.account_id = w.account_id
         JOIN main.organization o ON o.organization_id = w.organization_id"
    };
}

pub(super) const WORKSPACES: View = View {
    name: "workspaces",
    meaning: "desktops in stock: one row each, without those that are missing or deleted",
    parts: &[DESKTOP],
    from: concat!(
        desktop_tables!(),
        " WHERE w.missing_since IS NULL AND w.deleted_at IS NULL"
    ),
    organization: "w.organization_id",
};

pub(super) const WORKSPACES_ALL: View = View {
    name: "workspaces_all",
    meaning: "every desktop ever listed, also missing and deleted ones",
    parts: &[DESKTOP, GONE],
    from: desktop_tables!(),
    organization: "w.organization_id",
};

pub(super) const WORKSPACE_TAGS: View = View {
    name: "workspace_tags",
    meaning: "tags of desktops in stock: one row per desktop and key",
    parts: &[&[
        col("workspace_id", "t.workspace_id", "the desktop"),
        col("account_id", "t.account_id", "its AWS account"),
        col("region", "t.region", "its region"),
        col("tag_key", "t.tag_key", "the tag's key"),
        col("tag_value", "t.tag_value", "the tag's value"),
    ]],
    from: "main.workspace_tag t
    JOIN main.workspace w ON w.workspace_id = t.workspace_id AND w.account_id = t.account_id
      AND w.region = t.region WHERE w.missing_since IS NULL AND w.deleted_at IS NULL",
    organization: "w.organization_id",
};
