-- Put the name of the bucket in place of EVIDENCE-BUCKET.
-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE EXTERNAL TABLE openai_audit_seals_lines (line string)
PARTITIONED BY (`tenant` string, `org` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\001' ESCAPED BY '\002' LINES TERMINATED BY '\n'
STORED AS TEXTFILE
LOCATION 's3://EVIDENCE-BUCKET/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.tenant.type' = 'injected',
  'projection.org.type' = 'injected',
  'storage.location.template' = 's3://EVIDENCE-BUCKET/tenant=${tenant}/org=${org}/seals/'
)
