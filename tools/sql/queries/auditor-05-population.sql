-- What is the population: how many rows has each list, and how many of them were there at the end?
WITH stays AS (
  SELECT org_id, 'users' AS list, removed_at IS NULL AS is_there FROM users
  UNION ALL SELECT org_id, 'projects', removed_at IS NULL FROM projects
  UNION ALL SELECT org_id, 'api_keys', removed_at IS NULL FROM api_keys
  UNION ALL SELECT org_id, 'admin_keys', removed_at IS NULL FROM admin_keys
  UNION ALL SELECT org_id, 'service_accounts', removed_at IS NULL FROM service_accounts
  UNION ALL SELECT org_id, 'invites', removed_at IS NULL FROM invites
  UNION ALL SELECT org_id, 'project_users', removed_at IS NULL FROM project_users
  UNION ALL SELECT org_id, 'events', NULL FROM events
  UNION ALL SELECT org_id, 'changes', NULL FROM changes
  UNION ALL SELECT org_id, 'findings', resolved_hour IS NULL FROM findings),
counted AS (
  SELECT org_id, list, count(*) AS n_rows, count(*) FILTER (is_there) AS there_at_the_end
  FROM stays GROUP BY org_id, list),
-- With those that have no row: whether they were read says auditor-08-lists-not-read.
lists AS (
  SELECT org_id, seal_hour, seal_sha256, unnest(['users', 'projects', 'api_keys', 'admin_keys',
    'service_accounts', 'invites', 'project_users', 'events', 'changes', 'findings']) AS list
  FROM last_seals)
SELECT l.org_id, l.list, coalesce(c.n_rows, 0) AS n_rows,
  CASE WHEN l.list NOT IN ('events', 'changes') THEN coalesce(c.there_at_the_end, 0)
    END AS there_at_the_end, l.seal_hour, l.seal_sha256
FROM lists l LEFT JOIN counted c ON c.org_id = l.org_id AND c.list = l.list
ORDER BY l.org_id, l.list;
