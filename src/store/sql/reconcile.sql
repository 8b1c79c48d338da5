-- Estimates and bills are summed apart, so that neither multiplies the other.
WITH estimated AS (
  SELECT account_id, month, sum(amount_micros) AS amount, count(*) AS desktops,
    sum(CASE WHEN amount_micros IS NULL THEN 1 ELSE 0 END) AS without_price
  FROM cost_estimate WHERE month >= {month}
  GROUP BY account_id, month
), billed AS (
  SELECT account_id, substr(starts_on, 1, 7) AS month,
    sum(CASE WHEN service = {service} THEN amount_micros ELSE 0 END) AS amount,
    count(DISTINCT starts_on) AS days, max(estimated) AS estimated
  FROM cost_line WHERE workspace_id = '' AND starts_on >= {day}
  GROUP BY account_id, substr(starts_on, 1, 7)
), known AS (
  SELECT account_id, month FROM estimated UNION SELECT account_id, month FROM billed
)
SELECT k.month, k.account_id, a.name, o.organization_id, o.name, e.amount, coalesce(e.desktops, 0),
  coalesce(e.without_price, 0), b.amount, coalesce(b.days, 0), coalesce(b.estimated, 0)
FROM known k
JOIN account a ON a.account_id = k.account_id
JOIN organization o ON o.organization_id = a.organization_id
LEFT JOIN estimated e ON e.account_id = k.account_id AND e.month = k.month
LEFT JOIN billed b ON b.account_id = k.account_id AND b.month = k.month
{conditions}
ORDER BY k.month, o.name, a.name, k.account_id
