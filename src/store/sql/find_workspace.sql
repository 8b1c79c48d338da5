SELECT
  w.record, w.state, w.running_mode,
  w.account_id, a.name, w.organization_id, o.name, w.region,
  w.tags, b.name, coalesce(d.alias, d.directory_name), w.display_name,
  w.connection_state, w.connection_checked_at, w.last_connected_at,
  w.created_at, w.created_at_source, w.first_seen_at,
  CASE
    WHEN w.gone_seen_at IS NOT NULL THEN w.gone_seen_at
    WHEN s.last_complete_at > w.first_seen_at THEN s.last_complete_at
    ELSE w.first_seen_at
  END,
  w.missing_since, w.deleted_at, w.terminated_at
FROM workspace w
JOIN account a ON a.account_id = w.account_id
JOIN organization o ON o.organization_id = w.organization_id
LEFT JOIN bundle b
  ON b.bundle_id = w.bundle_id AND b.account_id = w.account_id AND b.region = w.region
LEFT JOIN directory d
  ON d.directory_id = w.directory_id AND d.account_id = w.account_id AND d.region = w.region
LEFT JOIN sync_scope s
  ON s.account_id = w.account_id AND s.region = w.region AND s.resource_type = 'workspaces'
WHERE w.workspace_id = $1 AND w.account_id = $2 AND w.region = $3
