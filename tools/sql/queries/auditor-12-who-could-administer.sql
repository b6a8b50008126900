-- Who could administer the organization in the period: owners, admin keys, owners' invites?
WITH owners AS (
  SELECT u.org_id, u.user_id, (r.value ->> '$.from') AS since, (r.value ->> '$.to') AS until,
    u.seal_hour, u.seal_sha256
  FROM users u, json_each(u.roles_held) r WHERE (r.value ->> '$.role') = 'owner')
SELECT o.org_id, 'owner' AS how, o.user_id AS id, o.user_id AS held_by, o.since, o.until,
  NULL AS ends_by_itself, o.seal_hour, o.seal_sha256
FROM owners o, period p WHERE o.until IS NULL OR o.until > p.first_hour
UNION ALL
SELECT org_id, 'admin key', key_id, owner_id, first_seen_at, removed_at, expires_at, seal_hour,
  seal_sha256
FROM admin_keys
UNION ALL
SELECT org_id, 'invite, ' || coalesce(status, 'status not known'), invite_id, email_hash,
  first_seen_at, removed_at, expires_at, seal_hour, seal_sha256
FROM invites WHERE role = 'owner'
ORDER BY 1, 2, 3, 5;
