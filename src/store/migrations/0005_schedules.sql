-- Reports that are made by themselves, and who may approve their own plans.

CREATE TABLE report_schedule (
  report_schedule_id TEXT PRIMARY KEY,
  organization_id TEXT REFERENCES organization (organization_id) ON DELETE CASCADE,  -- NULL: all
  report_type     TEXT NOT NULL,
  format          TEXT NOT NULL,
  period          TEXT NOT NULL,               -- previous_month, previous_week, last_30_days
  cron            TEXT NOT NULL,
  time_zone       TEXT NOT NULL,
  enabled         INTEGER NOT NULL,
  next_run_at     TEXT,
  last_run_at     TEXT,
  last_report_id  TEXT,
  created_by      TEXT NOT NULL,
  created_at      TEXT NOT NULL
);
CREATE INDEX report_schedule_organization ON report_schedule (organization_id, report_schedule_id);

-- NULL: as soon as a second person may approve in the organization (domain::plan::ActionSettings).
ALTER TABLE organization ADD COLUMN own_plans_need_another INTEGER;
