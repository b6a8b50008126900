-- Which keys were there, whose are they, and when was each last used?
SELECT k.org_id, k.project_id, k.key_id, k.name, k.name_large_sha256, k.redacted_value,
  k.owner_type, k.owner_id, a.person_id AS answered_for_by, k.owner_project_access, k.created_at,
  k.last_used_at,
  -- Null is "not known": it says "never used" only where the field could be read.
  CASE WHEN coalesce(json_contains(k.unreadable, '"last_used_at"'), false) THEN 'cannot be read'
    WHEN k.last_used_at IS NULL THEN 'never' ELSE 'told' END AS last_use,
  k.first_seen_at, k.removed_at, k.seal_hour, k.seal_sha256
FROM api_keys k
LEFT JOIN service_accounts a ON a.org_id = k.org_id AND a.service_account_id = k.owner_id
  AND a.removed_at IS NULL
ORDER BY k.org_id, k.key_id, k.first_seen_at;
