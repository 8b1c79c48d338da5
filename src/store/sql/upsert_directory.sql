INSERT INTO directory (
  directory_id, account_id, organization_id, region, alias, directory_name, directory_type, state,
  record, search, digest, first_seen_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (directory_id, account_id, region) DO UPDATE SET
  organization_id = excluded.organization_id,
  alias = excluded.alias,
  directory_name = excluded.directory_name,
  directory_type = excluded.directory_type,
  state = excluded.state,
  record = excluded.record,
  search = excluded.search,
  digest = excluded.digest,
  gone_seen_at = NULL,
  missing_since = NULL,
  missing_runs = 0,
  deleted_at = NULL
