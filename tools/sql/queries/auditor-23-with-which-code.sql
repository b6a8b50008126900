-- With which code was each hour read?
SELECT org_id, coalesce(seal ->> '$.source.code_sha256', (run ->> '$.code_sha256')) AS code_sha256,
  count(*) AS hours, min(hour) AS first_hour, max(hour) AS last_hour, max(hour) AS seal_hour,
  arg_max(seal_sha256, hour) AS seal_sha256
FROM coverage
WHERE seal_sha256 IS NOT NULL
GROUP BY 1, 2
ORDER BY org_id, first_hour, 2;
