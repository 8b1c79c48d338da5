//! History, syncs, alerts and jobs.

use super::{View, col};

pub(super) const RESOURCE_VERSIONS: View = View {
    name: "resource_versions",
    meaning: "what each desktop, directory and bundle was, from when until when",
    parts: &[&[
        col(
            "resource_type",
            "v.resource_type",
            "workspaces, directories or bundles",
        )
        .one_of(&["workspaces", "directories", "bundles"]),
        col("resource_id", "v.resource_id", "AWS's id"),
        col("account_id", "v.account_id", "its AWS account"),
        col("account_name", "a.name", "the account's name"),
        col("region", "v.region", "its region"),
        col("version", "v.version", "1 for the oldest"),
        col("valid_from", "v.valid_from", "since when, UTC"),
        col(
            "valid_to",
            "v.valid_to",
            "until when, UTC; NULL for the version in force",
        )
        .told(),
        col(
            "change",
            "v.change",
            "created, changed, missing, returned, deleted or terminated",
        )
        .one_of(&[
            "created",
            "changed",
            "missing",
            "returned",
            "deleted",
            "terminated",
        ]),
        col("body", "v.body", "the attributes and tags as a JSON object"),
    ]],
    from: "main.resource_version v
    JOIN main.account a ON a.account_id = v.account_id",
    organization: "a.organization_id",
};

pub(super) const STATE_CHANGES: View = View {
    name: "state_changes",
    meaning: "when desktops went from one state to another, as syncs saw it",
    parts: &[&[
        col("workspace_id", "c.workspace_id", "the desktop"),
        col("account_id", "c.account_id", "its AWS account"),
        col("account_name", "a.name", "the account's name"),
        col("region", "c.region", "its region"),
        col("changed_at", "c.changed_at", "the sync that saw it, UTC"),
        col(
            "from_state",
            "c.from_state",
            "the state before; NULL at first sight",
        )
        .told(),
        col("to_state", "c.to_state", "the state after"),
    ]],
    from: "main.workspace_state_change c
    JOIN main.account a ON a.account_id = c.account_id",
    organization: "a.organization_id",
};

pub(super) const SYNC_HISTORY: View = View {
    name: "sync_history",
    meaning: "each scope (account, region, resource type) of each sync run",
    parts: &[&[
        col("run_id", "r.run_id", "the run, which is also its job"),
        col("account_id", "r.account_id", "the AWS account"),
        col("account_name", "a.name", "the account's name"),
        col(
            "region",
            "r.region",
            "the region; empty for what an account has once",
        ),
        col("resource_type", "r.resource_type", "what was listed").told(),
        col(
            "status",
            "r.status",
            "complete, partial, failed, skipped, interrupted, running, waiting",
        )
        .one_of(&[
            "complete",
            "partial",
            "failed",
            "skipped",
            "interrupted",
            "running",
            "waiting",
        ]),
        col(
            "calls_made",
            "r.calls_made",
            "AWS API calls, retries included",
        ),
        col("rows_seen", "r.rows_seen", "rows AWS listed"),
        col("rows_new", "r.rows_new", "rows seen for the first time"),
        col("rows_changed", "r.rows_changed", "rows that differed"),
        col(
            "rows_missing",
            "r.rows_missing",
            "rows that were no longer listed",
        ),
        col("rows_deleted", "r.rows_deleted", "rows taken as deleted"),
        col(
            "versions_written",
            "r.versions_written",
            "history entries written",
        ),
        col("started_at", "r.started_at", "UTC"),
        col("completed_at", "r.completed_at", "UTC"),
        col("duration_ms", "r.duration_ms", "milliseconds"),
        col(
            "error_code",
            "r.error_code",
            "AWS's code of what went wrong",
        ),
        col("error_message", "r.error_message", "AWS's words"),
        col("request_id", "r.request_id", "AWS's request id"),
        col("note", "r.note", "what to know though it is no error"),
    ]],
    from: "main.sync_scope_run r
    JOIN main.account a ON a.account_id = r.account_id",
    organization: "a.organization_id",
};

pub(super) const ALERTS: View = View {
    name: "alerts",
    meaning: "things a person should look at, open and closed",
    parts: &[&[
        col("alert_id", "l.alert_id", "our id"),
        col(
            "kind",
            "l.kind",
            "credentials, workspaces_shrank, directories_shrank, bundles_shrank",
        )
        .told(),
        col("message", "l.message", "what is the matter"),
        col(
            "account_id",
            "l.account_id",
            "the AWS account, where there is one",
        ),
        col("region", "l.region", "the region, where there is one"),
        col("raised_at", "l.raised_at", "UTC"),
        col("last_seen_at", "l.last_seen_at", "when it was last so, UTC"),
        col("closed_at", "l.closed_at", "UTC; NULL while open").told(),
    ]],
    from: "main.alert l",
    organization: "l.organization_id",
};

pub(super) const JOBS: View = View {
    name: "jobs",
    meaning: "background work: syncs, account tests, discoveries",
    parts: &[&[
        col("job_id", "j.job_id", "our id"),
        col("kind", "j.kind", "what it does").one_of(domain::job::JobPayload::KINDS),
        col(
            "state",
            "j.state",
            "queued, running, succeeded, partial, failed or cancelled",
        )
        .one_of(&[
            "queued",
            "running",
            "succeeded",
            "partial",
            "failed",
            "cancelled",
        ]),
        col("cause", "j.cause", "button, api, cli, schedule or demo")
            .one_of(&["button", "api", "cli", "schedule", "demo"]),
        col("requested_by", "j.requested_by", "who asked for it").told(),
        col("created_at", "j.created_at", "UTC"),
        col("started_at", "j.started_at", "UTC"),
        col("finished_at", "j.finished_at", "UTC"),
        col("progress_done", "j.progress_done", "steps done"),
        col("progress_total", "j.progress_total", "steps in all"),
        col("error", "j.error", "why it failed"),
        col("attempts", "j.attempts", "how often it was started"),
    ]],
    from: "main.job j",
    organization: "j.organization_id",
};
