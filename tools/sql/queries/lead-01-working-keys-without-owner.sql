-- Which keys that still work have no owner?
SELECT f.org_id, k.project_id, f.entity_id AS key_id, k.name, k.name_large_sha256,
  k.redacted_value, f.reason, f.severity,
  -- Null is "not known": such a key may well work.
  f.still_works, k.owner_type, k.owner_id, k.created_at, k.last_used_at, f.first_seen_hour,
  f.seal_hour, f.seal_sha256
FROM findings f
LEFT JOIN api_keys k ON k.org_id = f.org_id AND k.key_id = f.entity_id AND k.removed_at IS NULL
WHERE f.kind = 'orphan_key' AND f.resolved_hour IS NULL AND f.still_works IS NOT FALSE
ORDER BY f.org_id, k.project_id, key_id;
