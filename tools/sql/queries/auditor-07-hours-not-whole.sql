-- Which hours are not complete, and why?
SELECT c.org_id, c.hour, c.outcome, c.reason,
  -- Of an hour without a seal the next one tells that it is missing; it rests on the last.
  coalesce(c.seal_hour, l.seal_hour) AS seal_hour,
  coalesce(c.seal_sha256, l.seal_sha256) AS seal_sha256
FROM coverage c LEFT JOIN last_seals l ON l.org_id = c.org_id
WHERE c.outcome <> 'complete'
ORDER BY c.org_id, c.hour;
