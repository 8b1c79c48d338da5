-- Questions in plain words, and pairs of question and SQL that people verified.

CREATE TABLE question (
  question_id TEXT PRIMARY KEY,
  user_id     TEXT REFERENCES person (user_id) ON DELETE CASCADE,  -- NULL: the control socket
  asked_by    TEXT NOT NULL,
  asked_at    TEXT NOT NULL,
  question    TEXT NOT NULL,
  follows     TEXT,
  outcome     TEXT NOT NULL,
  reason      TEXT,
  tier        TEXT,
  understood  TEXT,
  sql         TEXT,
  meaning     TEXT,                            -- what it was understood as, JSON, for follow-ups
  summary     TEXT,
  rows        INTEGER,
  duration_ms INTEGER NOT NULL,
  scope       TEXT NOT NULL,                   -- JSON array of organizations; null means all
  feedback    TEXT
);
CREATE INDEX question_of_asker ON question (user_id, question_id);
CREATE INDEX question_time ON question (asked_at);

CREATE TABLE verified_query (
  verified_id     TEXT PRIMARY KEY,
  organization_id TEXT REFERENCES organization (organization_id) ON DELETE CASCADE,  -- NULL: everyone's
  question        TEXT NOT NULL,
  normalized      TEXT NOT NULL,               -- the question without case, punctuation and extra spaces
  sql             TEXT NOT NULL,
  created_by      TEXT NOT NULL,
  created_at      TEXT NOT NULL,
  broken          TEXT,                        -- why it no longer runs
  checked_at      TEXT NOT NULL,
  schema_digest   TEXT NOT NULL                -- of the views it was last run against
);
CREATE INDEX verified_query_question ON verified_query (normalized);
CREATE INDEX verified_query_organization ON verified_query (organization_id);
