INSERT INTO bundle (
  bundle_id, account_id, organization_id, region, name, owner, compute_type, record, search, digest,
  first_seen_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (bundle_id, account_id, region) DO UPDATE SET
  organization_id = excluded.organization_id,
  name = excluded.name,
  owner = excluded.owner,
  compute_type = excluded.compute_type,
  record = excluded.record,
  search = excluded.search,
  digest = excluded.digest,
  gone_seen_at = NULL,
  missing_since = NULL,
  missing_runs = 0,
  deleted_at = NULL
