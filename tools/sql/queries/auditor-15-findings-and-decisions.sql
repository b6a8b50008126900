-- What should have been looked at, what did people decide, and when was it over?
SELECT f.org_id, f.finding_id, f.kind, f.reason, f.severity, f.section, f.entity_id,
  f.first_seen_hour, f.resolved_hour, f.resolved_by_kind, f.resolved_by_event_id,
  t.n AS statement, t.state, t.reason_code, t.accountable, t.due_date, f.seal_hour, f.seal_sha256
FROM findings f
LEFT JOIN last_statements t ON t.org_id = f.org_id AND t.finding_id = f.finding_id
  AND t.first_seen_hour = f.first_seen_hour
ORDER BY f.org_id, f.finding_id, f.first_seen_hour;
