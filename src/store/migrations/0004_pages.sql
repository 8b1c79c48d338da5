-- What people keep about their pages: preferences, saved views; and tokens with a name.

CREATE TABLE preference (
  user_id    TEXT NOT NULL REFERENCES person (user_id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  value      TEXT NOT NULL,                    -- JSON
  PRIMARY KEY (user_id, name)
) WITHOUT ROWID;

CREATE TABLE saved_view (
  view_id         TEXT PRIMARY KEY,
  owner_id        TEXT NOT NULL REFERENCES person (user_id) ON DELETE CASCADE,
  organization_id TEXT REFERENCES organization (organization_id) ON DELETE CASCADE,  -- NULL: the owner's alone
  page            TEXT NOT NULL,               -- workspaces, activity, …
  name            TEXT NOT NULL,
  search          TEXT NOT NULL,               -- the address's query string
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL
);
CREATE INDEX saved_view_owner ON saved_view (owner_id, page);
CREATE INDEX saved_view_organization ON saved_view (organization_id, page);

-- The view a person's page opens with.
CREATE TABLE default_view (
  user_id TEXT NOT NULL REFERENCES person (user_id) ON DELETE CASCADE,
  page    TEXT NOT NULL,
  view_id TEXT NOT NULL REFERENCES saved_view (view_id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, page)
) WITHOUT ROWID;
CREATE INDEX default_view_view ON default_view (view_id);

-- Tokens for programs have a name; logins have none.
ALTER TABLE login_session ADD COLUMN name TEXT;
