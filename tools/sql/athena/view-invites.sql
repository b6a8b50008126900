-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_invites AS
SELECT json_extract_scalar(line, '$.invite_id') AS "invite_id",
  json_extract_scalar(line, '$.email_hash') AS "email_hash",
  json_extract_scalar(line, '$.email_prefix') AS "email_prefix",
  json_extract_scalar(line, '$.role') AS "role",
  json_extract_scalar(line, '$.status') AS "status",
  json_extract_scalar(line, '$.created_at') AS "created_at",
  json_extract_scalar(line, '$.expires_at') AS "expires_at",
  json_extract_scalar(line, '$.accepted_at') AS "accepted_at",
  nullif(json_format(json_extract(line, '$.projects')), 'null') AS "projects",
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
WHERE section = 'invites'
