-- Who was asked: at which address, with which key, clock and region, from which hour to which?
WITH told AS (
  SELECT org_id, hour, seal_sha256,
    -- Version 2 of the seal told of it beside the seal.
    CASE json_type(seal, '$.source') WHEN 'OBJECT' THEN (seal -> '$.source') ELSE run END AS source
  FROM coverage WHERE seal_sha256 IS NOT NULL)
SELECT org_id, (source ->> '$.api_base') AS api_base, (source ->> '$.key_last4') AS key_last4,
  (source ->> '$.clock') AS clock, (source ->> '$.region') AS region, count(*) AS hours,
  min(hour) AS first_hour, max(hour) AS last_hour, max(hour) AS seal_hour,
  arg_max(seal_sha256, hour) AS seal_sha256
FROM told
GROUP BY 1, 2, 3, 4, 5
ORDER BY org_id, first_hour, 2, 3, 4, 5;
