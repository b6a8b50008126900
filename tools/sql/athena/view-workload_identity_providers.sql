-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_workload_identity_providers AS
SELECT json_extract_scalar(line, '$.provider_id') AS "provider_id",
  json_extract_scalar(line, '$.name') AS "name",
  json_extract_scalar(line, '$.name["$large"].sha256') AS "name_large_sha256",
  json_extract_scalar(line, '$.type') AS "type",
  json_extract_scalar(line, '$.issuer') AS "issuer",
  json_extract_scalar(line, '$.issuer["$large"].sha256') AS "issuer_large_sha256",
  json_extract_scalar(line, '$.audience') AS "audience",
  json_extract_scalar(line, '$.audience["$large"].sha256') AS "audience_large_sha256",
  CAST(json_extract_scalar(line, '$.enabled') AS boolean) AS "enabled",
  json_extract_scalar(line, '$.created_at') AS "created_at",
  nullif(json_format(json_extract(line, '$.extra')), 'null') AS "extra",
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
WHERE section = 'workload_identity_providers'
