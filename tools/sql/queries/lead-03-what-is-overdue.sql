-- What is late, and whose is it: open findings whose due date is over?
SELECT f.org_id, t.due_date, t.accountable, f.finding_id, f.kind, f.severity, f.section,
  f.entity_id, t.state, f.first_seen_hour, f.seal_hour, f.seal_sha256
FROM findings f
JOIN last_statements t ON t.org_id = f.org_id AND t.finding_id = f.finding_id
  AND t.first_seen_hour = f.first_seen_hour, period p
WHERE f.resolved_hour IS NULL AND t.due_date || 'T23:59:59Z' <= p.period_end
ORDER BY f.org_id, t.due_date, t.accountable, f.finding_id;
