-- Which admin keys are new in the period, and who made them?
SELECT k.org_id, k.key_id, k.name, k.name_large_sha256, k.redacted_value, k.created_at,
  k.first_seen_at, k.removed_at, k.expires_at, k.has_expiry, k.owner_id, c.verdict, c.event_id,
  e.occurred_at, e.actor_type, e.actor_id, k.seal_hour, k.seal_sha256
FROM admin_keys k
LEFT JOIN changes c ON c.org_id = k.org_id AND c.section = 'admin_keys'
  AND c.entity_id = k.key_id AND c.kind = 'added' AND c.hour = k.first_seen_at
LEFT JOIN events e ON e.org_id = c.org_id AND e.event_id = c.event_id, period p
WHERE c.hour IS NOT NULL OR k.created_at >= p.period_start
ORDER BY k.org_id, k.first_seen_at, k.key_id;
