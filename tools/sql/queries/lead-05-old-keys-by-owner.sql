-- Who owns how many keys that are older than 90 days?
WITH aged AS (
  SELECT k.*, k.created_at < strftime(p.period_end::TIMESTAMP - INTERVAL 90 DAY,
    '%Y-%m-%dT%H:%M:%SZ') AS is_old
  FROM api_keys k, period p WHERE k.removed_at IS NULL)
SELECT a.org_id, a.owner_type, a.owner_id, count(*) FILTER (is_old) AS old_keys,
  min(a.created_at) AS oldest, max(a.last_used_at) AS last_used_at,
  count(*) FILTER (is_old IS NULL) AS keys_of_unknown_age, l.seal_hour, l.seal_sha256
FROM aged a JOIN last_seals l ON l.org_id = a.org_id
GROUP BY a.org_id, a.owner_type, a.owner_id, l.seal_hour, l.seal_sha256
HAVING old_keys > 0 OR keys_of_unknown_age > 0
ORDER BY a.org_id, old_keys DESC, a.owner_type, a.owner_id;
