-- Is an empty list empty, or was it not read: which status had each list, for how many hours?
SELECT org_id, section, status, reason, count(*) AS hours, min(hour) AS first_hour,
  max(hour) AS last_hour, arg_max(count, hour) AS last_count, max(hour) AS seal_hour,
  arg_max(seal_sha256, hour) AS seal_sha256
FROM sections
WHERE status <> 'derived'
GROUP BY org_id, section, status, reason
ORDER BY org_id, section, first_hour, status, reason;
