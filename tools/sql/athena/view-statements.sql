-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE OR REPLACE VIEW openai_audit_statements AS
SELECT json_extract_scalar(line, '$.finding_id') AS "finding_id",
  json_extract_scalar(line, '$.first_seen_hour') AS "first_seen_hour",
  json_extract_scalar(line, '$.service_account_id') AS "service_account_id",
  json_extract_scalar(line, '$.state') AS "state",
  json_extract_scalar(line, '$.reason_code') AS "reason_code",
  json_extract_scalar(line, '$.accountable') AS "accountable",
  json_extract_scalar(line, '$.due_date') AS "due_date",
  json_extract_scalar(line, '$.review_date') AS "review_date",
  json_extract_scalar(line, '$.by') AS "by",
  json_extract_scalar(line, '$.at') AS "at",
  CAST(json_extract_scalar(line, '$.n') AS bigint) AS "n",
  CAST(json_extract_scalar(line, '$.replaces') AS bigint) AS "replaces",
  json_extract_scalar(line, '$.note_hash') AS "note_hash",
  "$path" AS object_path,
  "tenant",
  "org",
  "month"
FROM openai_audit_statements_lines
