-- Are all audit events here, and each once: how many did which hour seal, and does its seal say so?
WITH sealed AS (
  SELECT org_id, hour, seal_sha256, sum((e.value ->> '$.rows')::BIGINT)::BIGINT AS told
  FROM coverage c, json_each(c.seal, '$.segments.events') e
  GROUP BY org_id, hour, seal_sha256),
here AS (
  SELECT org_id, sealed_hour, count(*) AS events, count(DISTINCT event_id) AS ids,
    count(*) FILTER (late) AS late
  FROM events GROUP BY org_id, sealed_hour)
SELECT coalesce(h.org_id, s.org_id) AS org_id, coalesce(h.sealed_hour, s.hour) AS sealed_hour,
  coalesce(h.events, 0) AS events, coalesce(h.ids, 0) AS ids, coalesce(h.late, 0) AS late,
  -- An hour may seal events of another period as well: then it tells of more than are here.
  s.told AS events_told_by_the_seal, coalesce(h.sealed_hour, s.hour) AS seal_hour,
  s.seal_sha256
FROM here h FULL JOIN sealed s ON s.org_id = h.org_id AND s.hour = h.sealed_hour
ORDER BY 1, 2;
