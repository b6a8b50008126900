-- How exact are the times: from when to when was each hour pictured, how far apart were the clocks?
SELECT org_id, hour, (seal ->> '$.pictured_from') AS pictured_from,
  (seal ->> '$.pictured_to') AS pictured_to,
  date_diff('second', (seal ->> '$.pictured_from')::TIMESTAMP,
    (seal ->> '$.pictured_to')::TIMESTAMP) AS seconds,
  -- OpenAI's clock minus ours; beside the seal, not sealed.
  (run ->> '$.skew_s')::BIGINT AS skew_s, seal_hour, seal_sha256
FROM coverage
WHERE (seal ->> '$.pictured_from') IS NOT NULL
ORDER BY org_id, hour;
