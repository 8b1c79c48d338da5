INSERT INTO sync_scope_run (
  run_id, account_id, region, resource_type, status, calls_made, rows_seen, rows_new, rows_changed, rows_missing,
  rows_deleted, versions_written, started_at, completed_at, duration_ms, error_code, error_message, request_id, note
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ON CONFLICT (run_id, account_id, region, resource_type) DO UPDATE SET
  status = excluded.status,
  calls_made = excluded.calls_made,
  rows_seen = excluded.rows_seen,
  rows_new = excluded.rows_new,
  rows_changed = excluded.rows_changed,
  rows_missing = excluded.rows_missing,
  rows_deleted = excluded.rows_deleted,
  versions_written = excluded.versions_written,
  started_at = excluded.started_at,
  completed_at = excluded.completed_at,
  duration_ms = excluded.duration_ms,
  error_code = excluded.error_code,
  error_message = excluded.error_message,
  request_id = excluded.request_id,
  note = excluded.note
