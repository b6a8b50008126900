-- Is the population whole: how many hours have which outcome?
SELECT c.org_id, c.outcome, count(*) AS hours, min(c.hour) AS first_hour, max(c.hour) AS last_hour,
  coalesce(max(c.seal_hour), any_value(l.seal_hour)) AS seal_hour,
  coalesce(arg_max(c.seal_sha256, c.hour), any_value(l.seal_sha256)) AS seal_sha256
FROM coverage c LEFT JOIN last_seals l ON l.org_id = c.org_id
GROUP BY c.org_id, c.outcome
ORDER BY c.org_id, c.outcome;
