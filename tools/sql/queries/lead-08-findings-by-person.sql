-- How many open findings has each accountable person, by due date and severity?
SELECT f.org_id, t.accountable, t.due_date, count(*) AS findings,
  count(*) FILTER (f.severity = 'high') AS high, count(*) FILTER (f.severity = 'medium') AS medium,
  count(*) FILTER (f.severity = 'low') AS low,
  count(*) FILTER (t.state IS NOT DISTINCT FROM 'accepted') AS accepted, l.seal_hour, l.seal_sha256
FROM findings f
LEFT JOIN last_statements t ON t.org_id = f.org_id AND t.finding_id = f.finding_id
  AND t.first_seen_hour = f.first_seen_hour
JOIN last_seals l ON l.org_id = f.org_id
WHERE f.resolved_hour IS NULL
GROUP BY f.org_id, t.accountable, t.due_date, l.seal_hour, l.seal_sha256
ORDER BY f.org_id, t.accountable NULLS LAST, t.due_date NULLS LAST;
