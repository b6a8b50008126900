-- Who had access in a given hour, with which role and in which projects?
-- SET VARIABLE hour = '2026-04-15T09:00:00Z'; the period's last hour where it is not set.
WITH asked AS (SELECT coalesce(getvariable('hour'), last_hour) AS hour FROM period),
roles AS (
  SELECT u.org_id, u.user_id, u.first_seen_at, (r.value ->> '$.role') AS role
  FROM users u, json_each(u.roles_held) r, asked a
  WHERE (r.value ->> '$.from') <= a.hour
    AND ((r.value ->> '$.to') IS NULL OR (r.value ->> '$.to') > a.hour)),
projects_of AS (
  SELECT m.org_id, m.user_id,
    string_agg(DISTINCT m.project_id, ' ' ORDER BY m.project_id) AS projects
  FROM project_users m, asked a
  WHERE m.first_seen_at <= a.hour AND (m.removed_at IS NULL OR m.removed_at > a.hour)
  GROUP BY m.org_id, m.user_id)
SELECT u.org_id, u.user_id, r.role, u.first_seen_at, u.removed_at, p.projects,
  coalesce(s.hour, u.seal_hour) AS seal_hour, coalesce(s.sha256, u.seal_sha256) AS seal_sha256
FROM users u JOIN asked a ON u.first_seen_at <= a.hour
  AND (u.removed_at IS NULL OR u.removed_at > a.hour)
LEFT JOIN roles r ON r.org_id = u.org_id AND r.user_id = u.user_id
  AND r.first_seen_at = u.first_seen_at
LEFT JOIN projects_of p ON p.org_id = u.org_id AND p.user_id = u.user_id
LEFT JOIN seals s ON s.org_id = u.org_id AND s.hour = a.hour
ORDER BY u.org_id, u.user_id, u.first_seen_at, r.role;
