-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_users AS
SELECT json_extract_scalar(line, '$.user_id') AS "user_id",
  json_extract_scalar(line, '$.email_hash') AS "email_hash",
  json_extract_scalar(line, '$.email_prefix') AS "email_prefix",
  json_extract_scalar(line, '$.role') AS "role",
  json_extract_scalar(line, '$.added_at') AS "added_at",
  CAST(json_extract_scalar(line, '$.is_service_account') AS boolean) AS "is_service_account",
  CAST(json_extract_scalar(line, '$.enabled') AS boolean) AS "enabled",
  CAST(json_extract_scalar(line, '$.banned') AS boolean) AS "banned",
  CAST(json_extract_scalar(line, '$.is_scim_managed') AS boolean) AS "is_scim_managed",
  json_extract_scalar(line, '$.api_key_last_used_at') AS "api_key_last_used_at",
  nullif(json_format(json_extract(line, '$.unreadable')), 'null') AS "unreadable",
  nullif(json_format(json_extract(line, '$.roles_held')), 'null') AS "roles_held",
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
WHERE section = 'users'
