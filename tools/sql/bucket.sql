-- The same views of the evidence bucket, or of a copy of it: docs/evidence-layout.md.
--
--   SET VARIABLE bucket = 's3://EVIDENCE-BUCKET';   -- or a folder
--   SET VARIABLE tenant = 'TENANT';
--   SET VARIABLE period_start = '2026-04-01T00:00:00Z';   -- of its first hour
--   SET VARIABLE period_end = '2026-04-30T23:59:59Z';     -- the last second of its last hour
--   .read tools/sql/bucket.sql
--
-- Where you like: `orgs` (a list of organizations; all that there are), `cut_hour` (the last hour
-- whose events and verdicts count; the newest), `late_after` (also what occurred before the period
-- and was sealed behind this hour, the cut of the monthly pack before; nothing).
-- Nothing here checks a digest: SQL proves nothing (docs/sql.md).
-- Built by `python -m tools.sql.build`; a test compares.

SET VARIABLE checked = CASE WHEN getvariable('bucket') IS NULL OR getvariable('tenant') IS NULL
    OR getvariable('period_start') IS NULL OR getvariable('period_end') IS NULL THEN
  error('set the variables bucket, tenant, period_start and period_end first')
  WHEN NOT regexp_full_match(getvariable('period_start'), '\d{4}-\d\d-\d\dT\d\d:00:00Z')
    OR NOT regexp_full_match(getvariable('period_end'), '\d{4}-\d\d-\d\dT\d\d:59:59Z') THEN
  error('a period is whole hours: 2026-04-01T00:00:00Z to 2026-04-30T23:59:59Z') END;
SET VARIABLE prefix = getvariable('bucket') || '/tenant=' || getvariable('tenant') || '/';

CREATE OR REPLACE TABLE _seal_files AS
SELECT regexp_extract(file, '/org=([^/]+)/seals/', 1) AS org_id,
  regexp_extract(file, '/seals/([^/]+)\.json$', 1) AS hour, file
FROM glob(getvariable('prefix') || 'org=*/seals/*.json')
WHERE getvariable('orgs') IS NULL OR list_contains(getvariable('orgs')::VARCHAR[],
  regexp_extract(file, '/org=([^/]+)/seals/', 1));
CREATE OR REPLACE TABLE period AS
SELECT getvariable('tenant') AS tenant_id, getvariable('period_start') AS period_start,
  getvariable('period_end') AS period_end, getvariable('period_start') AS first_hour,
  left(getvariable('period_end'), 13) || ':00:00Z' AS last_hour,
  coalesce(getvariable('cut_hour'), (SELECT max(hour) FROM _seal_files)) AS cut_hour;
-- Of each organization also the seal before: whether hours are missing behind it, it tells.
SET VARIABLE seal_files = (
  SELECT list(s.file ORDER BY s.file) FROM _seal_files s, period p
  WHERE s.hour <= p.cut_hour AND s.hour >= coalesce(
    (SELECT max(b.hour) FROM _seal_files b WHERE b.org_id = s.org_id AND b.hour < p.first_hour
      AND b.hour <= coalesce(getvariable('late_after'), p.first_hour)), ''));
SET VARIABLE stand_in = getvariable('seal_files')[1];
SET VARIABLE checked = CASE WHEN getvariable('stand_in') IS NULL THEN
  error('no seal of this tenant up to the end of the period in ' || getvariable('prefix')) END;

-- Lines, and no JSON reader: one that looks at the data to find types is led by whoever chose the
-- texts, and DuckDB's refuses a whole file for one lone surrogate in one name. The delimiter is a
-- control character, which stands in no line of canonical JSON. What is no JSON, or does not fit
-- its column, is an error and never left out.
CREATE OR REPLACE MACRO texts_of(files) AS TABLE
  SELECT replace(regexp_replace(replace(coalesce(written, ''), '\\', chr(1)),
      -- A lone surrogate becomes the six characters that spell it, \ud800.
      '\\(ud[89a-f][0-9a-f]{2})', chr(1) || '\1', 'g'), chr(1), '\\') AS text, filename
  FROM read_csv(files, columns = {'written': 'VARCHAR'}, auto_detect = false, header = false,
    delim = chr(1), quote = '', escape = '', comment = '', new_line = '\n', ignore_errors = false,
    max_line_size = 2097152, hive_partitioning = false, filename = true);
-- Of no file at all, too: one that is there anyway stands in, and its line is left out.
CREATE OR REPLACE MACRO lines_of(files) AS TABLE
  SELECT CASE WHEN filename <> getvariable('stand_in') THEN text END::JSON AS line, filename
  FROM texts_of(list_concat([getvariable('stand_in')], files))
  WHERE filename <> getvariable('stand_in');

CREATE OR REPLACE TABLE _seal_objects AS
SELECT (text::JSON ->> '$.seal.org_id') AS org_id, (text::JSON ->> '$.seal.hour') AS hour,
  (text::JSON ->> '$.sha256') AS sha256, (text::JSON -> '$.seal') AS seal,
  nullif((text::JSON -> '$.run'), 'null') AS run, filename
FROM texts_of(getvariable('seal_files'));
SET VARIABLE checked = (SELECT CASE WHEN count(*) > 0 THEN
    error('a seal of another tenant, organization or hour: ' || min(filename)) END
  FROM _seal_objects WHERE filename IS DISTINCT FROM concat(getvariable('bucket'), '/tenant=',
    (seal ->> '$.tenant_id'), '/org=', org_id, '/seals/', hour, '.json'));

-- Hours without a seal: behind each seal up to the next one, but not while disconnected.
CREATE OR REPLACE TABLE _gaps AS
WITH ends AS (
  SELECT org_id, hour, list_filter(seal ->> '$.lifecycle[*].kind', lambda kind: kind IN
      ('connected', 'reconnected', 'disconnected')) AS kinds,
    (seal ->> '$.lifecycle[*].kind') AS every_kind, (seal ->> '$.lifecycle[*].at') AS every_at
  FROM _seal_objects),
told AS (
  SELECT org_id, hour, kinds[-1] IS NOT DISTINCT FROM 'disconnected' AS is_end,
    CASE WHEN list_contains(kinds, 'reconnected') THEN
      left(every_at[list_position(every_kind, 'disconnected')], 13) || ':00:00Z' END AS left_in
  FROM ends),
pairs AS (
  SELECT org_id, hour, is_end, lead(hour) OVER w AS next_hour, lead(left_in) OVER w AS left_in
  FROM told WINDOW w AS (PARTITION BY org_id ORDER BY hour)),
spans AS (
  SELECT org_id, hour::TIMESTAMP + INTERVAL 1 HOUR AS first, coalesce(
      least(next_hour, coalesce(left_in, next_hour))::TIMESTAMP,
      p.last_hour::TIMESTAMP + INTERVAL 1 HOUR) - INTERVAL 1 HOUR AS last
  FROM pairs, period p WHERE NOT is_end)
SELECT org_id, strftime(unnest(generate_series(first, last, INTERVAL 1 HOUR)),
  '%Y-%m-%dT%H:%M:%SZ') AS hour
FROM spans;
CREATE OR REPLACE VIEW _coverage AS
SELECT s.org_id, s.hour, (s.seal ->> '$.outcome') AS outcome, s.run, s.seal, s.sha256
FROM _seal_objects s, period p WHERE s.hour BETWEEN p.first_hour AND p.last_hour
UNION ALL
SELECT g.org_id, g.hour, 'gap', NULL, NULL, NULL
FROM _gaps g, period p WHERE g.hour BETWEEN p.first_hour AND p.last_hour
  AND NOT EXISTS (FROM _seal_objects s WHERE s.org_id = g.org_id AND s.hour = g.hour);

-- What the seals say of each list: the hours whose own picture shows it, the last that shows it,
-- and the register that the period's last seal which names one names.
CREATE OR REPLACE TABLE _pictures AS
SELECT s.org_id, s.hour, e.key AS section, (e.value ->> '$.register.key') AS register,
  CASE WHEN (s.seal ->> '$.v')::BIGINT > 2 THEN (e.value ->> '$.state_at')
    WHEN (e.value ->> '$.status') NOT IN ('complete', 'partial') THEN NULL
    ELSE coalesce(strftime((e.value ->> '$.asked_at')::TIMESTAMP - INTERVAL 1 HOUR,
      '%Y-%m-%dT%H:%M:%SZ'), s.hour) END AS state_at,
  CASE (e.value ->> '$.status') WHEN 'derived' THEN (s.seal ->> '$.pictured_from') IS NOT NULL
    ELSE (e.value ->> '$.status') IN ('complete', 'partial') AND coalesce(e.value ->> '$.asked_at',
      strftime(s.hour::TIMESTAMP + INTERVAL 1 HOUR, '%Y-%m-%dT%H:%M:%SZ'))
      = strftime(s.hour::TIMESTAMP + INTERVAL 1 HOUR, '%Y-%m-%dT%H:%M:%SZ') END AS is_own
FROM _seal_objects s, period p, json_each(s.seal, '$.sections') e
WHERE s.hour BETWEEN p.first_hour AND p.last_hour;
CREATE OR REPLACE TABLE _registers AS
SELECT org_id, section,
  coalesce(arg_max_null(state_at, hour), max(hour) FILTER (is_own)) AS listed_at,
  getvariable('bucket') || '/' || arg_max(register, hour) AS file
FROM _pictures GROUP BY org_id, section;
CREATE OR REPLACE TABLE _segments AS
SELECT s.org_id, s.hour, k.key AS kind, (e.value ->> '$.month') AS month,
  getvariable('bucket') || '/' || (e.value ->> '$.key') AS file
FROM _seal_objects s, json_each(s.seal, '$.segments') k, json_each(k.value) e;
SET VARIABLE checked = (SELECT CASE WHEN count(*) > 0 THEN
    error('a seal names an object of another organization: ' || min(file)) END
  FROM (FROM _registers SELECT org_id, file UNION ALL FROM _segments SELECT org_id, file)
  WHERE NOT starts_with(file, getvariable('prefix') || 'org=' || org_id || '/')
    OR regexp_matches(file, '[*?\[]'));

SET VARIABLE users_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'users' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _users AS
SELECT r.org_id, line ->> '$.user_id' AS "user_id",
  line ->> '$.email_hash' AS "email_hash",
  line ->> '$.email_prefix' AS "email_prefix",
  line ->> '$.role' AS "role",
  line ->> '$.added_at' AS "added_at",
  (line ->> '$.is_service_account')::BOOLEAN AS "is_service_account",
  (line ->> '$.enabled')::BOOLEAN AS "enabled",
  (line ->> '$.banned')::BOOLEAN AS "banned",
  (line ->> '$.is_scim_managed')::BOOLEAN AS "is_scim_managed",
  line ->> '$.api_key_last_used_at' AS "api_key_last_used_at",
  nullif(line -> '$.unreadable', 'null') AS "unreadable",
  nullif(line -> '$.roles_held', 'null') AS "roles_held",
  line ->> '$.first_seen_at' AS "first_seen_at",
  line ->> '$.removed_at' AS "removed_at",
  line ->> '$.added_not_before' AS "added_not_before",
  line ->> '$.removed_not_before' AS "removed_not_before",
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('users_files')) l
JOIN _registers r ON r.section = 'users' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;

SET VARIABLE projects_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'projects' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _projects AS
SELECT r.org_id, line ->> '$.project_id' AS "project_id",
  CASE json_type(line, '$.name') WHEN 'VARCHAR' THEN line ->> '$.name' END AS "name",
  line ->> '$.name."$large".sha256' AS "name_large_sha256",
  line ->> '$.status' AS "status",
  line ->> '$.created_at' AS "created_at",
  line ->> '$.archived_at' AS "archived_at",
  nullif(line -> '$.unreadable', 'null') AS "unreadable",
  line ->> '$.first_seen_at' AS "first_seen_at",
  line ->> '$.removed_at' AS "removed_at",
  line ->> '$.added_not_before' AS "added_not_before",
  line ->> '$.removed_not_before' AS "removed_not_before",
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('projects_files')) l
JOIN _registers r ON r.section = 'projects' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;

SET VARIABLE api_keys_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'api_keys' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _api_keys AS
SELECT r.org_id, line ->> '$.project_id' AS "project_id",
  line ->> '$.key_id' AS "key_id",
  CASE json_type(line, '$.name') WHEN 'VARCHAR' THEN line ->> '$.name' END AS "name",
  line ->> '$.name."$large".sha256' AS "name_large_sha256",
  line ->> '$.redacted_value' AS "redacted_value",
  line ->> '$.type' AS "type",
  line ->> '$.owner_type' AS "owner_type",
  line ->> '$.owner_id' AS "owner_id",
  line ->> '$.owner_hash' AS "owner_hash",
  line ->> '$.owner_project_access' AS "owner_project_access",
  line ->> '$.created_at' AS "created_at",
  line ->> '$.last_used_at' AS "last_used_at",
  line ->> '$.expires_at' AS "expires_at",
  nullif(line -> '$.unreadable', 'null') AS "unreadable",
  line ->> '$.first_seen_at' AS "first_seen_at",
  line ->> '$.removed_at' AS "removed_at",
  line ->> '$.added_not_before' AS "added_not_before",
  line ->> '$.removed_not_before' AS "removed_not_before",
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('api_keys_files')) l
JOIN _registers r ON r.section = 'api_keys' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;

SET VARIABLE admin_keys_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'admin_keys' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _admin_keys AS
SELECT r.org_id, line ->> '$.key_id' AS "key_id",
  CASE json_type(line, '$.name') WHEN 'VARCHAR' THEN line ->> '$.name' END AS "name",
  line ->> '$.name."$large".sha256' AS "name_large_sha256",
  line ->> '$.redacted_value' AS "redacted_value",
  line ->> '$.type' AS "type",
  line ->> '$.owner_type' AS "owner_type",
  line ->> '$.owner_id' AS "owner_id",
  line ->> '$.owner_role' AS "owner_role",
  line ->> '$.created_at' AS "created_at",
  line ->> '$.last_used_at' AS "last_used_at",
  (line ->> '$.ever_used')::BOOLEAN AS "ever_used",
  line ->> '$.expires_at' AS "expires_at",
  (line ->> '$.has_expiry')::BOOLEAN AS "has_expiry",
  nullif(line -> '$.unreadable', 'null') AS "unreadable",
  (line ->> '$.is_own')::BOOLEAN AS "is_own",
  line ->> '$.first_seen_at' AS "first_seen_at",
  line ->> '$.removed_at' AS "removed_at",
  line ->> '$.added_not_before' AS "added_not_before",
  line ->> '$.removed_not_before' AS "removed_not_before",
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('admin_keys_files')) l
JOIN _registers r ON r.section = 'admin_keys' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;

SET VARIABLE service_accounts_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'service_accounts' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _service_accounts AS
SELECT r.org_id, line ->> '$.project_id' AS "project_id",
  line ->> '$.service_account_id' AS "service_account_id",
  CASE json_type(line, '$.name') WHEN 'VARCHAR' THEN line ->> '$.name' END AS "name",
  line ->> '$.name."$large".sha256' AS "name_large_sha256",
  line ->> '$.role' AS "role",
  line ->> '$.created_at' AS "created_at",
  nullif(line -> '$.unreadable', 'null') AS "unreadable",
  line ->> '$.person_id' AS "person_id",
  line ->> '$.first_seen_at' AS "first_seen_at",
  line ->> '$.removed_at' AS "removed_at",
  line ->> '$.added_not_before' AS "added_not_before",
  line ->> '$.removed_not_before' AS "removed_not_before",
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('service_accounts_files')) l
JOIN _registers r ON r.section = 'service_accounts' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;

SET VARIABLE invites_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'invites' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _invites AS
SELECT r.org_id, line ->> '$.invite_id' AS "invite_id",
  line ->> '$.email_hash' AS "email_hash",
  line ->> '$.email_prefix' AS "email_prefix",
  line ->> '$.role' AS "role",
  line ->> '$.status' AS "status",
  line ->> '$.created_at' AS "created_at",
  line ->> '$.expires_at' AS "expires_at",
  line ->> '$.accepted_at' AS "accepted_at",
  nullif(line -> '$.projects', 'null') AS "projects",
  nullif(line -> '$.unreadable', 'null') AS "unreadable",
  line ->> '$.first_seen_at' AS "first_seen_at",
  line ->> '$.removed_at' AS "removed_at",
  line ->> '$.added_not_before' AS "added_not_before",
  line ->> '$.removed_not_before' AS "removed_not_before",
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('invites_files')) l
JOIN _registers r ON r.section = 'invites' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;

SET VARIABLE project_users_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'project_users' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _project_users AS
SELECT r.org_id, line ->> '$.project_id' AS "project_id",
  line ->> '$.membership_id' AS "membership_id",
  line ->> '$.user_id' AS "user_id",
  line ->> '$.email_hash' AS "email_hash",
  line ->> '$.email_prefix' AS "email_prefix",
  line ->> '$.role' AS "role",
  line ->> '$.added_at' AS "added_at",
  nullif(line -> '$.unreadable', 'null') AS "unreadable",
  line ->> '$.first_seen_at' AS "first_seen_at",
  line ->> '$.removed_at' AS "removed_at",
  line ->> '$.added_not_before' AS "added_not_before",
  line ->> '$.removed_not_before' AS "removed_not_before",
  coalesce(line ->> '$.shown_until', CASE WHEN (line ->> '$.removed_at') IS NULL THEN r.listed_at
    ELSE (SELECT max(o.hour) FROM _pictures o WHERE o.is_own AND o.org_id = r.org_id
      AND o.section = r.section AND o.hour < (line ->> '$.removed_at')) END) AS state_at
FROM lines_of(getvariable('project_users_files')) l
JOIN _registers r ON r.section = 'project_users' AND r.file = l.filename, period p
WHERE (line ->> '$.removed_at') IS NULL OR (line ->> '$.removed_at') > p.first_hour;

SET VARIABLE findings_files = (SELECT coalesce(list(file), [])
  FROM _registers WHERE section = 'findings' AND file IS NOT NULL);
CREATE OR REPLACE VIEW _sealed_findings AS
SELECT r.org_id, line ->> '$.finding_id' AS "finding_id",
  line ->> '$.kind' AS "kind",
  line ->> '$.reason' AS "reason",
  line ->> '$.severity' AS "severity",
  line ->> '$.section' AS "section",
  line ->> '$.entity_id' AS "entity_id",
  (line ->> '$.still_works')::BOOLEAN AS "still_works",
  line ->> '$.first_seen_hour' AS "first_seen_hour",
  line ->> '$.resolved_hour' AS "resolved_hour",
  line ->> '$.change_hour' AS "change_hour",
  line ->> '$.event_id' AS "event_id",
  r.listed_at AS state_at,
  line ->> '$.resolved_by.hour' AS resolved_by_hour,
  line ->> '$.resolved_by.kind' AS resolved_by_kind,
  line ->> '$.resolved_by.event_id' AS resolved_by_event_id,
  json_exists(line, '$.resolved_by.fields') AS is_resolved_by_change
FROM lines_of(getvariable('findings_files')) l
JOIN _registers r ON r.section = 'findings' AND r.file = l.filename, period p
WHERE (line ->> '$.resolved_hour') IS NULL OR (line ->> '$.resolved_hour') >= p.first_hour;

SET VARIABLE event_files = (SELECT coalesce(list(s.file), []) FROM _segments s, period p
  WHERE s.kind = 'events' AND s.month <= left(p.last_hour, 7)
    AND (s.month >= left(p.first_hour, 7) OR s.hour > getvariable('late_after')));
CREATE OR REPLACE VIEW _events AS
SELECT s.org_id, line ->> '$.event_id' AS "event_id",
  line ->> '$.event_type' AS "event_type",
  line ->> '$.occurred_at' AS "occurred_at",
  line ->> '$.actor_type' AS "actor_type",
  line ->> '$.actor_id' AS "actor_id",
  line ->> '$.actor_hash' AS "actor_hash",
  line ->> '$.project_id' AS "project_id",
  line ->> '$.target_id' AS "target_id",
  nullif(line -> '$.details', 'null') AS "details",
  s.hour AS sealed_hour, s.month < left(p.first_hour, 7) AS late
FROM lines_of(getvariable('event_files')) l JOIN _segments s ON s.file = l.filename, period p
WHERE CASE WHEN s.month < left(p.first_hour, 7)
  THEN coalesce(l.line ->> '$.occurred_at', s.hour) < p.period_start
  ELSE coalesce(l.line ->> '$.occurred_at', s.hour) BETWEEN p.period_start AND p.period_end END
-- Version 2 of the seal could seal an event twice: the first one counts.
QUALIFY row_number() OVER (PARTITION BY s.org_id, (l.line ->> '$.event_id') ORDER BY s.hour) = 1;

SET VARIABLE verdict_files = (SELECT coalesce(list(s.file), []) FROM _segments s, period p
  WHERE s.kind = 'verdicts' AND s.hour >= p.first_hour);
CREATE OR REPLACE VIEW _verdicts AS
SELECT * FROM (SELECT s.org_id, line ->> '$.hour' AS "hour",
    line ->> '$.section' AS "section",
    line ->> '$.entity_id' AS "entity_id",
    line ->> '$.kind' AS "kind",
    line ->> '$.verdict' AS "verdict",
    line ->> '$.reason' AS "reason",
    line ->> '$.event_id' AS "event_id",
    line ->> '$.decided_hour' AS "decided_hour"
  FROM lines_of(getvariable('verdict_files')) l JOIN _segments s ON s.file = l.filename)
QUALIFY row_number() OVER (PARTITION BY org_id, hour, section, entity_id, kind
  ORDER BY decided_hour DESC) = 1;
SET VARIABLE change_files = (SELECT coalesce(list(s.file), []) FROM _segments s, period p
  WHERE s.kind = 'changes' AND s.hour BETWEEN p.first_hour AND p.last_hour);
CREATE OR REPLACE VIEW _changes AS
SELECT c.*, v.verdict, v.reason, v.event_id, v.decided_hour
FROM (SELECT s.org_id, line ->> '$.hour' AS "hour",
    line ->> '$.section' AS "section",
    line ->> '$.entity_id' AS "entity_id",
    line ->> '$.kind' AS "kind",
    nullif(line -> '$.fields', 'null') AS "fields",
    nullif(line -> '$.before', 'null') AS "before",
    nullif(line -> '$.after', 'null') AS "after"
  FROM lines_of(getvariable('change_files')) l JOIN _segments s ON s.file = l.filename) c
LEFT JOIN _verdicts v ON v.org_id = c.org_id AND v.hour = c.hour AND v.section = c.section
  AND v.entity_id = c.entity_id AND v.kind = c.kind;
-- Of what a change resolved the event is the one that explains the change.
CREATE OR REPLACE VIEW _findings AS
SELECT f.* EXCLUDE (is_resolved_by_change) REPLACE (coalesce(f.resolved_by_event_id,
  CASE v.verdict WHEN 'explained' THEN v.event_id END) AS resolved_by_event_id)
FROM _sealed_findings f
LEFT JOIN _verdicts v ON f.is_resolved_by_change AND v.org_id = f.org_id
  AND v.hour = f.resolved_by_hour AND v.section = f.section AND v.entity_id = f.entity_id
  AND v.kind = f.resolved_by_kind;

SET VARIABLE statement_files = (SELECT coalesce(list(s.file), []) FROM _segments s, period p
  WHERE s.kind = 'statements' AND s.hour BETWEEN p.first_hour AND p.last_hour);
CREATE OR REPLACE VIEW _statements AS
SELECT s.org_id, line ->> '$.finding_id' AS "finding_id",
  line ->> '$.first_seen_hour' AS "first_seen_hour",
  line ->> '$.service_account_id' AS "service_account_id",
  line ->> '$.state' AS "state",
  line ->> '$.reason_code' AS "reason_code",
  line ->> '$.accountable' AS "accountable",
  line ->> '$.due_date' AS "due_date",
  line ->> '$.review_date' AS "review_date",
  line ->> '$.by' AS "by",
  line ->> '$.at' AS "at",
  (line ->> '$.n')::BIGINT AS "n",
  (line ->> '$.replaces')::BIGINT AS "replaces",
  line ->> '$.note_hash' AS "note_hash",
  s.hour AS sealed_hour
FROM lines_of(getvariable('statement_files')) l JOIN _segments s ON s.file = l.filename;
SET VARIABLE custody_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('prefix') || 'custody/*.jsonl'));
CREATE OR REPLACE VIEW _custody AS
SELECT c.* FROM (SELECT (line ->> '$.n')::BIGINT AS "n",
    line ->> '$.at' AS "at",
    line ->> '$.by' AS "by",
    line ->> '$.action' AS "action",
    nullif(line -> '$.facts', 'null') AS "facts",
    line ->> '$.previous_sha256' AS "previous_sha256",
    line ->> '$.sealed_hour' AS "sealed_hour"
  FROM lines_of(getvariable('custody_files'))) c, (SELECT first_hour AS first FROM period),
  (SELECT max((seal ->> '$.custody.n')::BIGINT) AS named FROM _coverage)
WHERE c.sealed_hour >= first AND c.n <= named;
-- Those made in the period, and the first one behind it: it commits to the last hours.
SET VARIABLE anchor_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('prefix') || 'anchors/*.json')
  WHERE regexp_extract(file, '([^/]+)\.json$', 1) >= left(getvariable('period_start'), 10));
CREATE OR REPLACE VIEW _anchors AS
SELECT a.* FROM (SELECT line ->> '$.at' AS "at",
    line ->> '$.day' AS "day",
    nullif(line -> '$.document', 'null') AS "document",
    line ->> '$.sha256' AS "sha256",
    line ->> '$.token' AS "token",
    line ->> '$.authority' AS "authority",
    line ->> '$.reason' AS "reason"
  FROM lines_of(getvariable('anchor_files'))) a, period p
WHERE a.at >= p.period_start AND a.at::TIMESTAMP < p.cut_hour::TIMESTAMP + INTERVAL 1 HOUR
QUALIFY coalesce(lag(a.at) OVER (ORDER BY a.at), '') <= p.period_end;

-- The views, the same of a pack and of the bucket. `seal_hour` and `seal_sha256` say which seal a
-- row rests on; where its hour has none here, that is of the period's last hour, and of what an
-- hour behind the period sealed it is null: the next pack has that seal.
CREATE OR REPLACE TABLE seals AS
SELECT org_id, hour, sha256 FROM _coverage WHERE sha256 IS NOT NULL;
CREATE OR REPLACE TABLE last_seals AS
SELECT org_id, max(hour) AS seal_hour, arg_max(sha256, hour) AS seal_sha256
FROM seals GROUP BY org_id;
CREATE OR REPLACE VIEW coverage AS
SELECT org_id, hour, outcome, (seal ->> '$.reason') AS reason, run, seal,
  CASE WHEN sha256 IS NOT NULL THEN hour END AS seal_hour, sha256 AS seal_sha256
FROM _coverage;
CREATE OR REPLACE VIEW sections AS
SELECT c.org_id, c.hour, s.key AS section, (s.value ->> '$.status') AS status,
  (s.value ->> '$.reason') AS reason,
  (s.value ->> '$.count')::BIGINT AS count, (s.value ->> '$.unknown')::BIGINT AS unknown,
  (s.value ->> '$.lag_hours')::BIGINT AS lag_hours, (s.value ->> '$.asked_at') AS asked_at,
  c.seal_hour, c.seal_sha256
FROM coverage c, json_each(c.seal, '$.sections') s;

CREATE OR REPLACE VIEW users AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _users r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.removed_at, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW projects AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _projects r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.removed_at, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW api_keys AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _api_keys r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.removed_at, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW admin_keys AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _admin_keys r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.removed_at, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW service_accounts AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _service_accounts r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.removed_at, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW invites AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _invites r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.removed_at, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW project_users AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _project_users r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.removed_at, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW findings AS
SELECT r.*, coalesce(s.hour, l.seal_hour) AS seal_hour,
  coalesce(s.sha256, l.seal_sha256) AS seal_sha256
FROM _findings r
LEFT JOIN seals s ON s.org_id = r.org_id AND s.hour = coalesce(r.resolved_hour, r.state_at)
LEFT JOIN last_seals l ON l.org_id = r.org_id;
CREATE OR REPLACE VIEW events AS
SELECT e.*, e.sealed_hour AS seal_hour, s.sha256 AS seal_sha256
FROM _events e LEFT JOIN seals s ON s.org_id = e.org_id AND s.hour = e.sealed_hour;
CREATE OR REPLACE VIEW changes AS
SELECT c.*, c.hour AS seal_hour, s.sha256 AS seal_sha256
FROM _changes c LEFT JOIN seals s ON s.org_id = c.org_id AND s.hour = c.hour;
CREATE OR REPLACE VIEW statements AS
SELECT t.*, t.sealed_hour AS seal_hour, s.sha256 AS seal_sha256
FROM _statements t LEFT JOIN seals s ON s.org_id = t.org_id AND s.hour = t.sealed_hour;
-- The custody log is the tenant's: the first seal that names an entry, or one behind it, vouches.
CREATE OR REPLACE TABLE _custody_heads AS
SELECT n, min(hour) AS seal_hour, arg_min(org_id, (hour, org_id)) AS seal_org_id,
  arg_min(sha256, (hour, org_id)) AS seal_sha256
FROM (SELECT (seal ->> '$.custody.n')::BIGINT AS n, hour, org_id, sha256 FROM _coverage)
WHERE n IS NOT NULL GROUP BY n;
CREATE OR REPLACE VIEW custody AS
SELECT c.n, c.at, c.by, c.action, c.facts, c.previous_sha256, c.sealed_hour, h.seal_org_id,
  h.seal_hour, h.seal_sha256
FROM _custody c ASOF LEFT JOIN _custody_heads h ON c.n <= h.n;
-- An anchor names seals itself: one row for each of an organization that is here.
CREATE OR REPLACE VIEW anchors AS
SELECT (h.value ->> '$.org_id') AS org_id, a.day, a.at, a.sha256, a.authority, a.reason,
  a.token IS NOT NULL AS has_token, (h.value ->> '$.hour') AS seal_hour,
  (h.value ->> '$.seal_sha256') AS seal_sha256
FROM _anchors a, json_each(a.document, '$.heads') h
WHERE (h.value ->> '$.org_id') IN (SELECT org_id FROM last_seals);
-- What was said last of a finding, in the period: an earlier pack has what was said before it.
CREATE OR REPLACE VIEW last_statements AS
SELECT * FROM statements WHERE finding_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY org_id, finding_id, first_seen_hour ORDER BY n DESC) = 1;
