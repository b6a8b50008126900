-- Which changes does no event explain?
SELECT org_id, hour, section, entity_id, kind, fields, before, after,
  -- Null: no verdict was sealed yet.
  verdict, reason, decided_hour, seal_hour, seal_sha256
FROM changes
WHERE verdict IS DISTINCT FROM 'explained'
ORDER BY verdict IS NOT DISTINCT FROM 'unexplained' DESC, org_id, hour, section, entity_id, kind;
