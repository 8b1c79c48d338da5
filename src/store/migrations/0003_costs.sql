-- Usage, billing, CloudTrail, advice, plans, reports.
-- Money is whole micro-dollars. Months are '2026-10', days '2026-10-31', both UTC.

-- What is known of one desktop's connections in one month. `known` and `connected` are spans of
-- five-minute slots from the month's first (domain::usage::Spans); the rest follows from them.
CREATE TABLE usage_month (
  account_id     TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region         TEXT NOT NULL,
  workspace_id   TEXT NOT NULL,
  month          TEXT NOT NULL,
  known          BLOB NOT NULL,
  connected      BLOB NOT NULL,
  sessions       INTEGER NOT NULL,             -- begun in the month
  connected_minutes INTEGER NOT NULL,
  billable_hours INTEGER NOT NULL,             -- as AUTO_STOP bills them, with timeout_hours
  timeout_hours  INTEGER NOT NULL,
  unknown_minutes INTEGER NOT NULL,            -- gone by, and AWS gave no value
  cpu_average    REAL,                         -- per cent; of the days with values
  cpu_peak       REAL,
  memory_average REAL,
  memory_peak    REAL,
  health_days    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, region, workspace_id, month)
) WITHOUT ROWID;

-- The same by day, for lists, charts and people's queries; a day without any value has no row.
CREATE TABLE usage_day (
  account_id     TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region         TEXT NOT NULL,
  workspace_id   TEXT NOT NULL,
  day            TEXT NOT NULL,
  sessions       INTEGER NOT NULL DEFAULT 0,
  connected_minutes INTEGER NOT NULL DEFAULT 0,
  billable_hours INTEGER NOT NULL DEFAULT 0,
  unknown_minutes INTEGER NOT NULL DEFAULT 0,
  cpu_average    REAL,                         -- per cent
  cpu_peak       REAL,
  memory_average REAL,
  memory_peak    REAL,
  root_volume_used REAL,                       -- per cent
  user_volume_used REAL,
  session_latency_ms REAL,
  packet_loss    REAL,                         -- per cent
  PRIMARY KEY (account_id, region, workspace_id, day)
) WITHOUT ROWID;

-- What was billed, by day, service and usage type. A line without a desktop is the whole, desktops
-- included; a line with one is that desktop's part of it. Sums take the one or the other.
CREATE TABLE cost_line (
  account_id   TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  workspace_id TEXT NOT NULL DEFAULT '',       -- '' for the whole
  service      TEXT NOT NULL,
  usage_type   TEXT NOT NULL,
  starts_on    TEXT NOT NULL,
  ends_on      TEXT NOT NULL,                  -- the day after the last
  region       TEXT,
  amount_micros INTEGER NOT NULL,              -- unblended
  quantity     REAL,
  unit         TEXT,
  estimated    INTEGER NOT NULL,               -- AWS may still change it
  source       TEXT NOT NULL,                  -- cost_explorer, cost_explorer_resources, export
  read_at      TEXT NOT NULL,
  in_desktops_micros INTEGER NOT NULL DEFAULT 0,  -- of a whole: what its desktops' lines add up to
  in_desktops_quantity REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, workspace_id, service, usage_type, starts_on, ends_on)
) WITHOUT ROWID;
CREATE INDEX cost_line_day ON cost_line (account_id, starts_on);
CREATE INDEX cost_line_whole ON cost_line (starts_on) WHERE workspace_id = '';

-- What AWS was asked that costs money, by day.
CREATE TABLE paid_request (
  account_id TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  day        TEXT NOT NULL,
  service    TEXT NOT NULL,                    -- cost_explorer, cloudwatch
  requests   INTEGER NOT NULL,                 -- requests, or metrics asked for
  amount_micros INTEGER NOT NULL,
  PRIMARY KEY (account_id, day, service)
) WITHOUT ROWID;

-- Who did what, from CloudTrail, kept beyond its 90 days.
CREATE TABLE trail_event (
  event_id     TEXT NOT NULL,
  account_id   TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region       TEXT NOT NULL,
  event_time   TEXT NOT NULL,
  event_name   TEXT NOT NULL,
  event_source TEXT NOT NULL,
  read_only    INTEGER NOT NULL,
  user_name    TEXT,
  user_arn     TEXT,
  source_ip    TEXT,
  user_agent   TEXT,
  error_code   TEXT,
  error_message TEXT,
  request_parameters TEXT,                     -- JSON
  record       TEXT NOT NULL,                  -- the event as AWS gave it without credentials, JSON
  PRIMARY KEY (account_id, event_id)
) WITHOUT ROWID;
CREATE INDEX trail_event_time ON trail_event (account_id, region, event_time);
CREATE INDEX trail_event_newest ON trail_event (event_time);

-- The desktops that an event is about.
CREATE TABLE trail_event_workspace (
  account_id   TEXT NOT NULL,
  event_id     TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  event_time   TEXT NOT NULL,
  PRIMARY KEY (account_id, workspace_id, event_time, event_id),
  FOREIGN KEY (account_id, event_id) REFERENCES trail_event (account_id, event_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX trail_event_workspace_event ON trail_event_workspace (account_id, event_id);

-- The event that caused a change, where CloudTrail has one.
ALTER TABLE resource_version ADD COLUMN event_id TEXT;

-- A price book that was imported in place of the one the program carries; the newest counts.
CREATE TABLE price_file (
  price_file_id INTEGER PRIMARY KEY,
  imported_at   TEXT NOT NULL,
  imported_by   TEXT NOT NULL,
  title         TEXT NOT NULL,
  body          TEXT NOT NULL                  -- JSON, domain::price::PriceFile
);

-- What each desktop cost in each month by the price book and its hours.
CREATE TABLE cost_estimate (
  account_id     TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region         TEXT NOT NULL,
  workspace_id   TEXT NOT NULL,
  month          TEXT NOT NULL,
  running_mode   TEXT,                         -- at the month's begin
  billable_hours INTEGER,
  amount_micros  INTEGER,                      -- NULL where `missing` says why
  low_micros     INTEGER,
  high_micros    INTEGER,
  missing        TEXT,
  PRIMARY KEY (account_id, region, workspace_id, month)
) WITHOUT ROWID;
CREATE INDEX cost_estimate_month ON cost_estimate (month, account_id, amount_micros);

-- What to change, as it was worked out last. Replaced as a whole for each organization.
CREATE TABLE recommendation (
  recommendation_id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (organization_id) ON DELETE CASCADE,
  account_id   TEXT NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
  region       TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  kind         TEXT NOT NULL,
  saving_micros INTEGER,                       -- a month; NULL where there is no price
  saving_low_micros INTEGER,
  saving_high_micros INTEGER,
  confidence   TEXT NOT NULL,                  -- high, medium, low
  created_at   TEXT NOT NULL,
  body         TEXT NOT NULL                   -- JSON, domain::advice::Recommendation
);
CREATE INDEX recommendation_saving ON recommendation (organization_id, saving_micros);
CREATE INDEX recommendation_workspace ON recommendation (workspace_id, account_id, region);

-- What the advice for an organization added up to, and when it was worked out.
CREATE TABLE advice_run (
  organization_id TEXT PRIMARY KEY REFERENCES organization (organization_id) ON DELETE CASCADE,
  worked_out_at   TEXT NOT NULL,
  totals          TEXT NOT NULL                -- JSON, domain::advice::AdviceTotals
);

-- Changing things: off until an account has a role for it and its organization wants it.
ALTER TABLE account ADD COLUMN write_role_arn TEXT;
ALTER TABLE organization ADD COLUMN actions_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organization ADD COLUMN terminate_enabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organization ADD COLUMN blackout TEXT NOT NULL DEFAULT '[]';  -- JSON, domain::plan::Blackout

CREATE TABLE plan (
  plan_id         TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (organization_id) ON DELETE CASCADE,
  title           TEXT NOT NULL,
  reason          TEXT,
  state           TEXT NOT NULL,
  created_by      TEXT NOT NULL,
  created_by_id   TEXT,
  created_at      TEXT NOT NULL,
  expires_at      TEXT NOT NULL,               -- an approval later than this is refused
  approvals_needed INTEGER NOT NULL,
  saving_micros   INTEGER,
  job_id          TEXT,
  applied_at      TEXT,
  finished_at     TEXT,
  reverts         TEXT                         -- the plan that this one undoes
);
CREATE INDEX plan_organization ON plan (organization_id, plan_id);

CREATE TABLE plan_approval (
  plan_id  TEXT NOT NULL REFERENCES plan (plan_id) ON DELETE CASCADE,
  approver TEXT NOT NULL,
  user_id  TEXT NOT NULL,                      -- '' for the control socket
  at       TEXT NOT NULL,
  PRIMARY KEY (plan_id, user_id)
);

CREATE TABLE plan_item (
  plan_id      TEXT NOT NULL REFERENCES plan (plan_id) ON DELETE CASCADE,
  position     INTEGER NOT NULL,
  account_id   TEXT NOT NULL,
  region       TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  verb         TEXT NOT NULL,
  change       TEXT NOT NULL,                  -- JSON, domain::plan::Change
  before       TEXT NOT NULL,                  -- JSON, what the change replaces
  saving_micros INTEGER,
  recommendation_id TEXT,
  state        TEXT NOT NULL,                  -- planned, intended, called, verified, failed, skipped
  intended_at  TEXT,                           -- written before the call to AWS
  called_at    TEXT,
  verified_at  TEXT,
  request_id   TEXT,
  error_code   TEXT,
  error_message TEXT,
  note         TEXT,
  PRIMARY KEY (plan_id, position)
);
CREATE INDEX plan_item_workspace ON plan_item (workspace_id, account_id, region, state);

CREATE TABLE report (
  report_id       TEXT PRIMARY KEY,
  organization_id TEXT REFERENCES organization (organization_id) ON DELETE CASCADE,  -- NULL: all
  report_type     TEXT NOT NULL,
  format          TEXT NOT NULL,
  period_from     TEXT NOT NULL,
  period_to       TEXT NOT NULL,
  status          TEXT NOT NULL,               -- waiting, running, ready, failed, expired
  file_path       TEXT,                        -- within the data folder
  file_bytes      INTEGER,
  checksum        TEXT,                        -- SHA-256, hexadecimal
  created_by      TEXT NOT NULL,
  created_at      TEXT NOT NULL,
  finished_at     TEXT,
  error           TEXT,
  job_id          TEXT
);
CREATE INDEX report_organization ON report (organization_id, report_id);
