-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_findings AS
SELECT json_extract_scalar(line, '$.finding_id') AS "finding_id",
  json_extract_scalar(line, '$.kind') AS "kind",
  json_extract_scalar(line, '$.reason') AS "reason",
  json_extract_scalar(line, '$.severity') AS "severity",
  json_extract_scalar(line, '$.section') AS "section",
  json_extract_scalar(line, '$.entity_id') AS "entity_id",
  CAST(json_extract_scalar(line, '$.still_works') AS boolean) AS "still_works",
  json_extract_scalar(line, '$.first_seen_hour') AS "first_seen_hour",
  json_extract_scalar(line, '$.resolved_hour') AS "resolved_hour",
  nullif(json_format(json_extract(line, '$.resolved_by')), 'null') AS "resolved_by",
  json_extract_scalar(line, '$.change_hour') AS "change_hour",
  json_extract_scalar(line, '$.event_id') AS "event_id",
  "$path" AS object_path,
  "tenant",
  "org",
  "month"
FROM openai_audit_registers_lines
WHERE section = 'findings'
