-- Does each seal name the one before it, and which anchors name one of them?
WITH linked AS (
  SELECT org_id, hour, seal_sha256, (seal ->> '$.previous_sha256') AS previous,
    lag(seal_sha256) OVER (PARTITION BY org_id ORDER BY hour) AS before
  FROM coverage WHERE seal_sha256 IS NOT NULL)
SELECT l.org_id, count(*) AS n_seals, arg_min(l.previous, l.hour) AS first_previous_sha256,
  count(*) FILTER (l.before IS NOT NULL AND l.previous IS DISTINCT FROM l.before) AS broken_links,
  (SELECT count(*) FROM anchors a JOIN seals s ON s.org_id = a.org_id AND s.hour = a.seal_hour
    WHERE a.org_id = l.org_id AND s.sha256 = a.seal_sha256) AS anchors_that_fit,
  (SELECT count(*) FROM anchors a JOIN seals s ON s.org_id = a.org_id AND s.hour = a.seal_hour
    WHERE a.org_id = l.org_id AND s.sha256 <> a.seal_sha256) AS anchors_that_do_not,
  (SELECT count(*) FROM anchors a WHERE a.org_id = l.org_id AND a.has_token) AS with_a_token,
  max(l.hour) AS seal_hour, arg_max(l.seal_sha256, l.hour) AS seal_sha256
FROM linked l
GROUP BY l.org_id
ORDER BY l.org_id;
