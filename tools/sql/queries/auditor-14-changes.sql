-- What changed, and does the audit log admit it?
SELECT org_id, hour, section, entity_id, kind, fields, verdict, reason, event_id, decided_hour,
  seal_hour, seal_sha256
FROM changes
ORDER BY org_id, hour, section, entity_id, kind;
