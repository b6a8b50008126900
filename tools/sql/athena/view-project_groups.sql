-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_project_groups AS
SELECT json_extract_scalar(line, '$.project_id') AS "project_id",
  json_extract_scalar(line, '$.membership_id') AS "membership_id",
  json_extract_scalar(line, '$.group_id') AS "group_id",
  json_extract_scalar(line, '$.created_at') AS "created_at",
  nullif(json_format(json_extract(line, '$.unreadable')), 'null') AS "unreadable",
  json_extract_scalar(line, '$.first_seen_at') AS "first_seen_at",
  json_extract_scalar(line, '$.removed_at') AS "removed_at",
  json_extract_scalar(line, '$.added_not_before') AS "added_not_before",
  json_extract_scalar(line, '$.removed_not_before') AS "removed_not_before",
  json_extract_scalar(line, '$.shown_until') AS "shown_until",
  "$path" AS object_path,
  "tenant",
  "org",
  "month"
FROM openai_audit_registers_lines
WHERE section = 'project_groups'
