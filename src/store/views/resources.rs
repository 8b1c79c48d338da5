//! Clients, their accounts, and what desktops are made from.

use super::{View, col};

pub(super) const ORGANIZATIONS: View = View {
    name: "organizations",
    meaning: "the clients",
    parts: &[&[
        col(
            "organization_id",
            "o.organization_id",
            "our id of the client",
        ),
        col("organization_name", "o.name", "the client's name"),
        col("created_at", "o.created_at", "when it was added, UTC"),
    ]],
    from: "main.organization o",
    organization: "o.organization_id",
};

pub(super) const ACCOUNTS: View = View {
    name: "accounts",
    meaning: "onboarded AWS accounts",
    parts: &[&[
        col("account_id", "a.account_id", "twelve digits").told(),
        col("account_name", "a.name", "as AWS or a person named it"),
        col(
            "organization_id",
            "a.organization_id",
            "our id of the client",
        ),
        col("organization_name", "o.name", "the client it belongs to"),
        col(
            "role_arn",
            "a.role_arn",
            "the role that is assumed to read it",
        ),
        col(
            "regions",
            "a.regions",
            "JSON array of regions to look at; empty means all",
        )
        .told(),
        col("enabled", "a.enabled", "1 when syncs include it").told(),
        col("created_at", "a.created_at", "when it was onboarded, UTC"),
        col(
            "last_complete_sync_at",
            "(SELECT max(s.last_complete_at) FROM main.sync_scope s
              WHERE s.account_id = a.account_id AND s.resource_type = 'workspaces')",
            "start of the newest complete listing of its desktops, UTC",
        )
        .told(),
    ]],
    from: "main.account a
    JOIN main.organization o ON o.organization_id = a.organization_id",
    organization: "a.organization_id",
};

pub(super) const DIRECTORIES: View = View {
    name: "directories",
    meaning: "directories that desktops are registered with",
    parts: &[&[
        col("directory_id", "d.directory_id", "AWS's id, d-…"),
        col("alias", "d.alias", "its alias at AWS"),
        col("directory_name", "d.directory_name", "its domain name"),
        col("directory_type", "d.directory_type", "SIMPLE_AD, AD_CONNECTOR, …").told(),
        col("state", "d.state", "REGISTERED, REGISTERING, …"),
        col("account_id", "d.account_id", "its AWS account"),
        col("account_name", "a.name", "the account's name"),
        col("organization_name", "o.name", "the client it belongs to"),
        col("region", "d.region", "its region"),
        col("first_seen_at", "d.first_seen_at", "the first sync that listed it, UTC"),
    ]],
    from: "main.directory d
    JOIN main.account a ON a.account_id = d.account_id
    JOIN main.organization o ON o.organization_id = d.organization_id WHERE d.missing_since IS NULL AND d.deleted_at IS NULL",
    organization: "d.organization_id",
};

pub(super) const BUNDLES: View = View {
    name: "bundles",
    meaning: "bundles that desktops are made from",
    parts: &[&[
        col("bundle_id", "b.bundle_id", "AWS's id, wsb-…"),
        col("bundle_name", "b.name", "its name"),
        col("owner", "b.owner", "AMAZON or the account id").told(),
        col("compute_type", "b.compute_type", "VALUE, STANDARD, PERFORMANCE, …"),
        col("account_id", "b.account_id", "the AWS account it was listed in"),
        col("account_name", "a.name", "the account's name"),
        col("organization_name", "o.name", "the client it belongs to"),
        col("region", "b.region", "its region"),
        col("first_seen_at", "b.first_seen_at", "the first sync that listed it, UTC"),
    ]],
    from: "main.bundle b
    JOIN main.account a ON a.account_id = b.account_id
    JOIN main.organization o ON o.organization_id = b.organization_id WHERE b.missing_since IS NULL AND b.deleted_at IS NULL",
    organization: "b.organization_id",
};
