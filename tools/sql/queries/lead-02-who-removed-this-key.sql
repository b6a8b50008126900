-- Who removed each key that went, and did the log say so?
SELECT c.org_id, c.hour, c.section, c.entity_id AS key_id,
  CASE json_type(c.before, '$.name') WHEN 'VARCHAR' THEN (c.before ->> '$.name') END AS name,
  (c.before ->> '$.owner_id') AS owner_id, c.verdict, c.reason, c.event_id, e.event_type,
  e.occurred_at, e.actor_type, e.actor_id, c.seal_hour, c.seal_sha256
FROM changes c LEFT JOIN events e ON e.org_id = c.org_id AND e.event_id = c.event_id
WHERE c.section IN ('api_keys', 'admin_keys') AND c.kind = 'removed'
ORDER BY c.org_id, c.hour, c.section, key_id;
