-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_group_roles AS
SELECT json_extract_scalar(line, '$.role_id') AS "role_id",
  json_extract_scalar(line, '$.role_name') AS "role_name",
  json_extract_scalar(line, '$.role_name["$large"].sha256') AS "role_name_large_sha256",
  nullif(json_format(json_extract(line, '$.permissions')), 'null') AS "permissions",
  json_extract_scalar(line, '$.resource_type') AS "resource_type",
  CAST(json_extract_scalar(line, '$.predefined_role') AS boolean) AS "predefined_role",
  json_extract_scalar(line, '$.group_id') AS "group_id",
  json_extract_scalar(line, '$.assignment_id') AS "assignment_id",
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
WHERE section = 'group_roles'
