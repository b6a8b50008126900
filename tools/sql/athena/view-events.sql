-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_events AS
SELECT json_extract_scalar(line, '$.org_id') AS "org_id",
  json_extract_scalar(line, '$.event_id') AS "event_id",
  json_extract_scalar(line, '$.event_type') AS "event_type",
  json_extract_scalar(line, '$.occurred_at') AS "occurred_at",
  json_extract_scalar(line, '$.actor_type') AS "actor_type",
  json_extract_scalar(line, '$.actor_id') AS "actor_id",
  json_extract_scalar(line, '$.actor_hash') AS "actor_hash",
  json_extract_scalar(line, '$.project_id') AS "project_id",
  json_extract_scalar(line, '$.target_id') AS "target_id",
  nullif(json_format(json_extract(line, '$.details')), 'null') AS "details",
  json_extract_scalar(line, '$.sealed_hour') AS "sealed_hour",
  CAST(json_extract_scalar(line, '$.late') AS boolean) AS "late",
  "$path" AS object_path,
  "tenant",
  "org",
  "month"
FROM openai_audit_events_lines
