-- Which keys were made and gone again before any picture showed them, and who made them?
SELECT f.org_id, f.entity_id, f.reason, f.first_seen_hour, f.event_id, e.event_type,
  e.occurred_at AS made_at, e.actor_type, e.actor_id, e.project_id,
  -- The end has the same target; of several events behind the beginning it is the last.
  (SELECT max(g.occurred_at) FROM events g WHERE g.org_id = e.org_id
    AND g.target_id = e.target_id AND g.occurred_at >= e.occurred_at
    AND g.event_id <> e.event_id) AS gone_at,
  f.seal_hour, f.seal_sha256
FROM findings f LEFT JOIN events e ON e.org_id = f.org_id AND e.event_id = f.event_id
WHERE f.kind = 'short_lived_key'
ORDER BY f.org_id, f.first_seen_hour, f.entity_id;
