-- With whose admin key was OpenAI asked, from which hour to which?
WITH asked AS (
  SELECT org_id, hour, seal_sha256,
    coalesce(seal ->> '$.source.key_last4', (run ->> '$.key_last4')) AS key_last4
  FROM coverage)
SELECT a.org_id, a.key_last4, min(a.hour) AS first_hour, max(a.hour) AS last_hour,
  count(*) AS hours,
  -- Which key that is, as far as the list of admin keys could be read.
  (SELECT string_agg(k.key_id, ' ' ORDER BY k.key_id) FROM admin_keys k
    WHERE k.org_id = a.org_id AND k.is_own AND ends_with(k.redacted_value, a.key_last4)) AS key_ids,
  max(a.hour) AS seal_hour, arg_max(a.seal_sha256, a.hour) AS seal_sha256
FROM asked a
WHERE a.key_last4 IS NOT NULL
GROUP BY a.org_id, a.key_last4
ORDER BY a.org_id, first_hour;
