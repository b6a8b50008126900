-- Was the audit log switched on, and could it be read?
SELECT s.org_id, s.status, s.reason, coalesce(c.seal ->> '$.watermarks.proven',
    (c.seal ->> '$.frontiers.proven'))::BOOLEAN AS proven,
  count(*) AS hours, min(s.hour) AS first_hour, max(s.hour) AS last_hour, max(s.hour) AS seal_hour,
  arg_max(s.seal_sha256, s.hour) AS seal_sha256
FROM sections s JOIN coverage c ON c.org_id = s.org_id AND c.hour = s.hour
WHERE s.section = 'audit_events'
GROUP BY ALL
ORDER BY s.org_id, first_hour, s.status, s.reason;
