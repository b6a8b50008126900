-- How do I find a person: which keyed hash is which user, and how much did they do?
WITH done AS (
  SELECT org_id, actor_hash, count(*) AS events, min(occurred_at) AS first_event_at,
    max(occurred_at) AS last_event_at
  FROM events WHERE actor_hash IS NOT NULL GROUP BY org_id, actor_hash)
SELECT u.org_id, u.email_hash, u.email_prefix, u.user_id, u.role, u.first_seen_at, u.removed_at,
  coalesce(d.events, 0) AS events, d.first_event_at, d.last_event_at, u.seal_hour, u.seal_sha256
FROM users u LEFT JOIN done d ON d.org_id = u.org_id AND d.actor_hash = u.email_hash
ORDER BY u.org_id, u.user_id, u.first_seen_at;
