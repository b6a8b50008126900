-- Who holds the role of an owner now, and since when?
SELECT u.org_id, u.user_id, u.email_prefix, u.email_hash, (r.value ->> '$.from') AS owner_since,
  u.added_at, u.enabled, u.is_service_account, u.seal_hour, u.seal_sha256
FROM users u, json_each(u.roles_held) r
WHERE u.removed_at IS NULL AND u.role = 'owner'
  AND (r.value ->> '$.role') = 'owner' AND (r.value ->> '$.to') IS NULL
ORDER BY u.org_id, owner_since, u.user_id;
