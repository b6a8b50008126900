-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_verdicts AS
SELECT json_extract_scalar(line, '$.change_id') AS "change_id",
  json_extract_scalar(line, '$.hour') AS "hour",
  json_extract_scalar(line, '$.section') AS "section",
  json_extract_scalar(line, '$.entity_id') AS "entity_id",
  json_extract_scalar(line, '$.kind') AS "kind",
  json_extract_scalar(line, '$.verdict') AS "verdict",
  json_extract_scalar(line, '$.reason') AS "reason",
  json_extract_scalar(line, '$.event_id') AS "event_id",
  json_extract_scalar(line, '$.decided_hour') AS "decided_hour",
  "$path" AS object_path,
  "tenant",
  "org",
  "month"
FROM openai_audit_verdicts_lines
