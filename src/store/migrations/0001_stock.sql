-- The first schema: tenants, people, accounts, stock and its history, jobs, audit.
-- Base tables are singular; the names people query are the views in `views.rs`.
-- Times are UTC text in whole seconds, booleans 0 or 1, JSON is text.

CREATE TABLE organization (
  organization_id TEXT PRIMARY KEY,
  name            TEXT NOT NULL UNIQUE,
  created_at      TEXT NOT NULL
);

CREATE TABLE person (
  user_id       TEXT PRIMARY KEY,
  username      TEXT NOT NULL UNIQUE,          -- kept in lower case
  email         TEXT UNIQUE,
  display_name  TEXT,
  password_hash TEXT NOT NULL,                 -- PHC string
  global_admin  INTEGER NOT NULL DEFAULT 0,
  disabled      INTEGER NOT NULL DEFAULT 0,
  created_at    TEXT NOT NULL,
  last_login_at TEXT
);

CREATE TABLE membership (
  user_id         TEXT NOT NULL REFERENCES person (user_id) ON DELETE CASCADE,
  organization_id TEXT NOT NULL REFERENCES organization (organization_id) ON DELETE CASCADE,
  role            TEXT NOT NULL,
  PRIMARY KEY (user_id, organization_id)
);
CREATE INDEX membership_organization ON membership (organization_id);

CREATE TABLE login_session (
  session_id   TEXT PRIMARY KEY,
  user_id      TEXT NOT NULL REFERENCES person (user_id) ON DELETE CASCADE,
  secret_hash  TEXT NOT NULL,                  -- SHA-256 of the cookie's secret, hexadecimal
  kind         TEXT NOT NULL,                  -- cookie, bearer
  created_at   TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  expires_at   TEXT NOT NULL,
  revoked_at   TEXT,
  client_ip    TEXT,
  user_agent   TEXT
);
CREATE INDEX login_session_user ON login_session (user_id);

CREATE TABLE setup_link (
  secret_hash TEXT PRIMARY KEY,
  created_at  TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  used_at     TEXT
);

-- Secrets the installation makes for itself, such as the key that signs tokens.
CREATE TABLE installation_secret (
  name       TEXT PRIMARY KEY,
  secret     BLOB NOT NULL,
  created_at TEXT NOT NULL
);

CREATE TABLE account (
  account_id      TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (organization_id),
  name            TEXT NOT NULL,
  role_arn        TEXT,
  external_id     TEXT,
  regions         TEXT NOT NULL,               -- JSON array; empty means all
  endpoint_url    TEXT,
  enabled         INTEGER NOT NULL DEFAULT 1,
  created_at      TEXT NOT NULL
);
CREATE INDEX account_organization ON account (organization_id);

CREATE TABLE workspace (
  workspace_id          TEXT NOT NULL,
  account_id            TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  organization_id       TEXT NOT NULL,         -- the account's, repeated so that one index serves a scoped list
  region                TEXT NOT NULL,
  state                 TEXT NOT NULL,
  user_name             TEXT,
  computer_name         TEXT,
  workspace_name        TEXT,
  display_name          TEXT,
  directory_id          TEXT,
  bundle_id             TEXT,
  running_mode          TEXT,
  compute_type          TEXT,
  operating_system      TEXT,
  ip_address            TEXT,
  subnet_id             TEXT,
  auto_stop_timeout_minutes INTEGER,
  root_volume_gib       INTEGER,
  user_volume_gib       INTEGER,
  root_volume_encrypted INTEGER,
  user_volume_encrypted INTEGER,
  error_code            TEXT,
  error_message         TEXT,
  record                TEXT NOT NULL,         -- JSON of domain::workspace::WorkspaceRecord
  tags                  TEXT NOT NULL,         -- JSON object
  search                TEXT NOT NULL,         -- every attribute and tag in lower case, for q
  digest                TEXT NOT NULL,         -- of the versioned part: record without volatile fields, and tags
  connection_state      TEXT,
  connection_checked_at TEXT,
  last_connected_at     TEXT,
  created_at            TEXT NOT NULL,
  created_at_source     TEXT NOT NULL,
  first_seen_at         TEXT NOT NULL,
  gone_seen_at          TEXT,                  -- last seen, kept only once missing; else the scope's last listing says
  missing_since         TEXT,
  missing_runs          INTEGER NOT NULL DEFAULT 0,
  deleted_at            TEXT,
  terminated_at         TEXT,
  PRIMARY KEY (workspace_id, account_id, region)
);
CREATE INDEX workspace_scope ON workspace (account_id, region);
-- Everything the list filters and sorts by, so that counting, filtering and sorting read this
-- narrow index and not the wide rows with their JSON.
CREATE INDEX workspace_listed ON workspace (
  organization_id, account_id, region, state, running_mode, compute_type, operating_system,
  directory_id, bundle_id, connection_state, last_connected_at, user_name, computer_name,
  workspace_name, display_name, ip_address, subnet_id, auto_stop_timeout_minutes, root_volume_gib,
  user_volume_gib, root_volume_encrypted, user_volume_encrypted, error_code, error_message,
  connection_checked_at, created_at, created_at_source, first_seen_at, workspace_id,
  missing_since, deleted_at, gone_seen_at, terminated_at
);
-- The sorts people use most can stop after one page. Not limited to rows in stock: the engine takes
-- a partial index for a short one and scans it where workspace_listed would do without the rows.
CREATE INDEX workspace_by_user ON workspace (user_name, workspace_id, account_id, region);
CREATE INDEX workspace_by_last_connected ON workspace (last_connected_at, workspace_id, account_id, region);

CREATE TABLE workspace_tag (
  workspace_id TEXT NOT NULL,
  account_id   TEXT NOT NULL,
  region       TEXT NOT NULL,
  tag_key      TEXT NOT NULL,
  tag_value    TEXT NOT NULL,
  PRIMARY KEY (tag_key, tag_value, workspace_id, account_id, region),
  FOREIGN KEY (workspace_id, account_id, region)
    REFERENCES workspace (workspace_id, account_id, region) ON DELETE CASCADE
);
CREATE INDEX workspace_tag_owner ON workspace_tag (workspace_id, account_id, region, tag_key);

-- The short log of states; versions leave states out.
CREATE TABLE workspace_state_change (
  workspace_id TEXT NOT NULL,
  account_id   TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region       TEXT NOT NULL,
  changed_at   TEXT NOT NULL,
  from_state   TEXT,
  to_state     TEXT NOT NULL,
  PRIMARY KEY (workspace_id, account_id, region, changed_at, to_state)
);

CREATE TABLE directory (
  directory_id    TEXT NOT NULL,
  account_id      TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  organization_id TEXT NOT NULL,
  region          TEXT NOT NULL,
  alias           TEXT,
  directory_name  TEXT,
  directory_type  TEXT,
  state           TEXT,
  record          TEXT NOT NULL,
  search          TEXT NOT NULL,
  digest          TEXT NOT NULL,
  first_seen_at   TEXT NOT NULL,
  gone_seen_at    TEXT,
  missing_since   TEXT,
  missing_runs    INTEGER NOT NULL DEFAULT 0,
  deleted_at      TEXT,
  PRIMARY KEY (directory_id, account_id, region)
);

CREATE TABLE bundle (
  bundle_id       TEXT NOT NULL,
  account_id      TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  organization_id TEXT NOT NULL,
  region          TEXT NOT NULL,
  name            TEXT,
  owner           TEXT,
  compute_type    TEXT,
  record          TEXT NOT NULL,
  search          TEXT NOT NULL,
  digest          TEXT NOT NULL,
  first_seen_at   TEXT NOT NULL,
  gone_seen_at    TEXT,
  missing_since   TEXT,
  missing_runs    INTEGER NOT NULL DEFAULT 0,
  deleted_at      TEXT,
  PRIMARY KEY (bundle_id, account_id, region)
);

-- What each resource was, from when until when. valid_to is NULL for the version in force.
CREATE TABLE resource_version (
  account_id      TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region          TEXT NOT NULL,
  resource_type   TEXT NOT NULL,               -- workspaces, directories, bundles
  resource_id     TEXT NOT NULL,
  version         INTEGER NOT NULL,
  valid_from      TEXT NOT NULL,
  valid_to        TEXT,
  change          TEXT NOT NULL,               -- created, changed, missing, returned, deleted, terminated
  run_id          TEXT,
  body            TEXT NOT NULL,               -- JSON: the versioned part
  PRIMARY KEY (account_id, region, resource_type, resource_id, version)
);
CREATE INDEX resource_version_time ON resource_version (valid_from);

-- The newest state of each (account, region, resource type): how fresh its rows are.
CREATE TABLE sync_scope (
  account_id       TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region           TEXT NOT NULL,
  resource_type    TEXT NOT NULL,
  last_complete_at TEXT NOT NULL,              -- start of the newest complete listing
  PRIMARY KEY (account_id, region, resource_type)
);

-- One row for each scope of each run.
CREATE TABLE sync_scope_run (
  run_id           TEXT NOT NULL,
  account_id       TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region           TEXT NOT NULL,              -- '' for what an account has once
  resource_type    TEXT NOT NULL,
  status           TEXT NOT NULL,
  calls_made       INTEGER NOT NULL DEFAULT 0,
  rows_seen        INTEGER NOT NULL DEFAULT 0,
  rows_new         INTEGER NOT NULL DEFAULT 0,
  rows_changed     INTEGER NOT NULL DEFAULT 0,
  rows_missing     INTEGER NOT NULL DEFAULT 0,
  rows_deleted     INTEGER NOT NULL DEFAULT 0,
  versions_written INTEGER NOT NULL DEFAULT 0,
  started_at       TEXT,
  completed_at     TEXT,
  duration_ms      INTEGER,
  error_code       TEXT,
  error_message    TEXT,
  request_id       TEXT,
  note             TEXT,
  PRIMARY KEY (run_id, account_id, region, resource_type)
);
CREATE INDEX sync_scope_run_newest ON sync_scope_run (account_id, region, resource_type, run_id);
CREATE INDEX sync_scope_run_of_account ON sync_scope_run (account_id, run_id, status, completed_at);

CREATE TABLE alert (
  alert_id        TEXT PRIMARY KEY,
  organization_id TEXT,
  account_id      TEXT REFERENCES account (account_id) ON DELETE CASCADE,
  region          TEXT,
  kind            TEXT NOT NULL,
  message         TEXT NOT NULL,
  raised_at       TEXT NOT NULL,
  last_seen_at    TEXT NOT NULL,
  closed_at       TEXT
);
CREATE INDEX alert_open ON alert (closed_at, kind, account_id, region);

CREATE TABLE job (
  job_id           TEXT PRIMARY KEY,
  kind             TEXT NOT NULL,
  payload          TEXT NOT NULL,
  state            TEXT NOT NULL,
  organization_id  TEXT,
  cause            TEXT NOT NULL,              -- button, api, cli, schedule, demo
  requested_by     TEXT,
  created_at       TEXT NOT NULL,
  started_at       TEXT,
  finished_at      TEXT,
  progress_done    INTEGER NOT NULL DEFAULT 0,
  progress_total   INTEGER NOT NULL DEFAULT 0,
  progress_message TEXT NOT NULL DEFAULT '',
  result           TEXT,
  error            TEXT,
  attempts         INTEGER NOT NULL DEFAULT 0,
  leased_by        TEXT,                       -- the process that runs it
  leased_until     TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX job_state ON job (state, created_at);
CREATE INDEX job_kind ON job (kind, job_id);

CREATE TABLE schedule (
  name           TEXT PRIMARY KEY,
  cron           TEXT NOT NULL,
  time_zone      TEXT NOT NULL,
  jitter_seconds INTEGER NOT NULL,
  missed         TEXT NOT NULL,
  enabled        INTEGER NOT NULL,
  payload        TEXT NOT NULL,
  next_run_at    TEXT,
  last_run_at    TEXT
);

CREATE TABLE setting (
  name       TEXT PRIMARY KEY,
  value      TEXT NOT NULL,                    -- JSON
  changed_at TEXT NOT NULL
);

CREATE TABLE audit_entry (
  sequence        INTEGER PRIMARY KEY,
  at              TEXT NOT NULL,
  actor           TEXT NOT NULL,
  actor_id        TEXT,
  organization_id TEXT,
  action          TEXT NOT NULL,
  subject         TEXT,
  client_ip       TEXT,
  details         TEXT NOT NULL,
  previous_hash   TEXT NOT NULL,
  hash            TEXT NOT NULL                -- SHA-256 over previous_hash and this row's fields
);

-- What the writer writes to find out whether a disk that was full takes writes again.
CREATE TABLE write_probe (
  id   INTEGER PRIMARY KEY,
  body BLOB NOT NULL
);
