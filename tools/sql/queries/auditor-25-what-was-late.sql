-- What was late: events of an earlier period, hours that the log was not read to, late verdicts?
SELECT org_id, 'event of before the period' AS what, event_id AS id, occurred_at AS due,
  sealed_hour AS came, seal_hour, seal_sha256
FROM events WHERE late
UNION ALL
SELECT org_id, 'audit log read ' || lag_hours || ' hours short', section, hour, NULL, seal_hour,
  seal_sha256
FROM sections WHERE section = 'audit_events' AND lag_hours > 0
UNION ALL
SELECT org_id, 'verdict on a change of ' || section, entity_id, hour, decided_hour, seal_hour,
  seal_sha256
FROM changes WHERE decided_hour > hour
ORDER BY 1, 2, 4, 3;
