-- Is it really this organization: did OpenAI refuse the key for another one's name?
SELECT org_id, (seal ->> '$.org_proof') AS org_proof, count(*) AS hours, min(hour) AS first_hour,
  max(hour) AS last_hour, max(hour) AS seal_hour, arg_max(seal_sha256, hour) AS seal_sha256
FROM coverage
WHERE seal_sha256 IS NOT NULL
GROUP BY org_id, org_proof
ORDER BY org_id, first_hour;
