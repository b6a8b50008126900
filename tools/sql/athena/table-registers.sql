-- Put the name of the bucket in place of EVIDENCE-BUCKET.
-- Built by `python -m tools.sql.build`; never run where it was written.
CREATE EXTERNAL TABLE openai_audit_registers_lines (line string)
PARTITIONED BY (`tenant` string, `org` string, `month` string, `section` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\001' ESCAPED BY '\002' LINES TERMINATED BY '\n'
STORED AS TEXTFILE
LOCATION 's3://EVIDENCE-BUCKET/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.tenant.type' = 'injected',
  'projection.org.type' = 'injected',
  'projection.month.type' = 'date',
  'projection.month.format' = 'yyyy-MM',
  'projection.month.range' = '2020-01,NOW',
  'projection.month.interval' = '1',
  'projection.month.interval.unit' = 'MONTHS',
  'projection.section.type' = 'enum',
  'projection.section.values' = 'users,projects,api_keys,admin_keys,invites,groups,roles,service_accounts,project_users,group_members,group_roles,user_roles,project_groups,workload_identity_providers,workload_identity_rules,findings',
  'storage.location.template' = 's3://EVIDENCE-BUCKET/tenant=${tenant}/org=${org}/registers/month=${month}/section=${section}/'
)
