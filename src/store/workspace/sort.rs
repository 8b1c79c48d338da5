//! What the desktop list can be sorted by: every flat column it shows.

use crate::page::{SortColumn, column, nullable};

pub(super) const DEFAULT: &str = "user_name";

pub(super) const SORTS: &[SortColumn] = &[
    column("workspace_id", "w.workspace_id"),
    column("state", "w.state"),
    nullable("user_name", "w.user_name"),
    nullable("computer_name", "w.computer_name"),
    nullable("workspace_name", "w.workspace_name"),
    nullable("display_name", "w.display_name"),
    nullable("directory_id", "w.directory_id"),
    nullable("directory_name", "coalesce(d.alias, d.directory_name)"),
    nullable("bundle_id", "w.bundle_id"),
    nullable("bundle_name", "b.name"),
    nullable("running_mode", "w.running_mode"),
    nullable("compute_type", "w.compute_type"),
    nullable("operating_system", "w.operating_system"),
    nullable("ip_address", "w.ip_address"),
    nullable("subnet_id", "w.subnet_id"),
    nullable("auto_stop_timeout_minutes", "w.auto_stop_timeout_minutes"),
    nullable("root_volume_gib", "w.root_volume_gib"),
    nullable("user_volume_gib", "w.user_volume_gib"),
    nullable("root_volume_encrypted", "w.root_volume_encrypted"),
    nullable("user_volume_encrypted", "w.user_volume_encrypted"),
    nullable("error_code", "w.error_code"),
    nullable("error_message", "w.error_message"),
    column("account_id", "w.account_id"),
    column("account_name", "a.name"),
    column("organization_id", "w.organization_id"),
    column("organization_name", "o.name"),
    column("region", "w.region"),
    nullable("connection_state", "w.connection_state"),
    nullable("connection_checked_at", "w.connection_checked_at"),
    nullable("last_connected_at", "w.last_connected_at"),
    column("created_at", "w.created_at"),
    column("created_at_source", "w.created_at_source"),
    column("first_seen_at", "w.first_seen_at"),
    column(
        "last_seen_at",
        "coalesce(w.gone_seen_at, (SELECT CASE WHEN s.last_complete_at > w.first_seen_at
           THEN s.last_complete_at END FROM sync_scope s
         WHERE s.account_id = w.account_id AND s.region = w.region
           AND s.resource_type = 'workspaces'), w.first_seen_at)",
    ),
    nullable("missing_since", "w.missing_since"),
    nullable("deleted_at", "w.deleted_at"),
    nullable("terminated_at", "w.terminated_at"),
];

/// Whether an index has the rows in this order.
pub(super) fn indexed(column: &str) -> bool {
    matches!(column, "workspace_id" | "user_name" | "last_connected_at")
}

/// The tables a sort column needs beside `workspace w`.
pub(super) fn joins(column: &str) -> &'static str {
    match column {
        "account_name" => "JOIN account a ON a.account_id = w.account_id",
        "organization_name" => "JOIN organization o ON o.organization_id = w.organization_id",
        "bundle_name" => {
            "LEFT JOIN bundle b ON b.bundle_id = w.bundle_id AND b.account_id = w.account_id
               AND b.region = w.region"
        }
        "directory_name" => {
            "LEFT JOIN directory d ON d.directory_id = w.directory_id
               AND d.account_id = w.account_id AND d.region = w.region"
        }
        _ => "",
    }
}
