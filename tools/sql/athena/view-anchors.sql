-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_anchors AS
SELECT json_extract_scalar(line, '$.at') AS "at",
  json_extract_scalar(line, '$.day') AS "day",
  nullif(json_format(json_extract(line, '$.document')), 'null') AS "document",
  json_extract_scalar(line, '$.sha256') AS "sha256",
  json_extract_scalar(line, '$.token') AS "token",
  json_extract_scalar(line, '$.authority') AS "authority",
  json_extract_scalar(line, '$.reason') AS "reason",
  "$path" AS object_path,
  "tenant"
FROM openai_audit_anchors_lines
