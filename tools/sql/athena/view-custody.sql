-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_custody AS
SELECT CAST(json_extract_scalar(line, '$.n') AS bigint) AS "n",
  json_extract_scalar(line, '$.at') AS "at",
  json_extract_scalar(line, '$.by') AS "by",
  json_extract_scalar(line, '$.action') AS "action",
  nullif(json_format(json_extract(line, '$.facts')), 'null') AS "facts",
  json_extract_scalar(line, '$.previous_sha256') AS "previous_sha256",
  json_extract_scalar(line, '$.sealed_hour') AS "sealed_hour",
  "$path" AS object_path,
  "tenant"
FROM openai_audit_custody_lines
