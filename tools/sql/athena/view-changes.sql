-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_changes AS
SELECT json_extract_scalar(line, '$.hour') AS "hour",
  json_extract_scalar(line, '$.section') AS "section",
  json_extract_scalar(line, '$.entity_id') AS "entity_id",
  json_extract_scalar(line, '$.kind') AS "kind",
  nullif(json_format(json_extract(line, '$.fields')), 'null') AS "fields",
  nullif(json_format(json_extract(line, '$.before')), 'null') AS "before",
  nullif(json_format(json_extract(line, '$.after')), 'null') AS "after",
  "$path" AS object_path,
  "tenant",
  "org",
  "month"
FROM openai_audit_changes_lines
