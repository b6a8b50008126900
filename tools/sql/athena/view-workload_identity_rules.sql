-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_workload_identity_rules AS
SELECT json_extract_scalar(line, '$.provider_id') AS "provider_id",
  json_extract_scalar(line, '$.rule_id') AS "rule_id",
  json_extract_scalar(line, '$.name') AS "name",
  json_extract_scalar(line, '$.name["$large"].sha256') AS "name_large_sha256",
  json_extract_scalar(line, '$.project_id') AS "project_id",
  json_extract_scalar(line, '$.service_account_id') AS "service_account_id",
  nullif(json_format(json_extract(line, '$.attribute_matchers')), 'null') AS "attribute_matchers",
  json_extract_scalar(line, '$.permission_type') AS "permission_type",
  nullif(json_format(json_extract(line, '$.scopes')), 'null') AS "scopes",
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
WHERE section = 'workload_identity_rules'
