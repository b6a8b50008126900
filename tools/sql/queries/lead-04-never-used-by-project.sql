-- How many keys of each project were never used?
SELECT k.org_id, k.project_id, p.name AS project, p.name_large_sha256 AS project_large_sha256,
  count(*) AS keys, count(*) FILTER (k.last_used_at IS NULL AND NOT
    coalesce(json_contains(k.unreadable, '"last_used_at"'), false)) AS never_used,
  count(*) FILTER (coalesce(json_contains(k.unreadable, '"last_used_at"'), false)) AS not_known,
  l.seal_hour, l.seal_sha256
FROM api_keys k
LEFT JOIN projects p ON p.org_id = k.org_id AND p.project_id = k.project_id AND p.removed_at IS NULL
JOIN last_seals l ON l.org_id = k.org_id
WHERE k.removed_at IS NULL
GROUP BY ALL
ORDER BY k.org_id, never_used DESC, k.project_id;
