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

@LINES@

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

@REGISTERS@
SET VARIABLE event_files = (SELECT coalesce(list(s.file), []) FROM _segments s, period p
  WHERE s.kind = 'events' AND s.month <= left(p.last_hour, 7)
    AND (s.month >= left(p.first_hour, 7) OR s.hour > getvariable('late_after')));
CREATE OR REPLACE VIEW _events AS
SELECT s.org_id, @EVENT@,
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
SELECT * FROM (SELECT s.org_id, @VERDICT@
  FROM lines_of(getvariable('verdict_files')) l JOIN _segments s ON s.file = l.filename)
QUALIFY row_number() OVER (PARTITION BY org_id, hour, section, entity_id, kind
  ORDER BY decided_hour DESC) = 1;
SET VARIABLE change_files = (SELECT coalesce(list(s.file), []) FROM _segments s, period p
  WHERE s.kind = 'changes' AND s.hour BETWEEN p.first_hour AND p.last_hour);
CREATE OR REPLACE VIEW _changes AS
SELECT c.*, v.verdict, v.reason, v.event_id, v.decided_hour
FROM (SELECT s.org_id, @CHANGE@
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
SELECT s.org_id, @STATEMENT@,
  s.hour AS sealed_hour
FROM lines_of(getvariable('statement_files')) l JOIN _segments s ON s.file = l.filename;
SET VARIABLE custody_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('prefix') || 'custody/*.jsonl'));
CREATE OR REPLACE VIEW _custody AS
SELECT c.* FROM (SELECT @CUSTODY@
  FROM lines_of(getvariable('custody_files'))) c, (SELECT first_hour AS first FROM period),
  (SELECT max((seal ->> '$.custody.n')::BIGINT) AS named FROM _coverage)
WHERE c.sealed_hour >= first AND c.n <= named;
-- Those made in the period, and the first one behind it: it commits to the last hours.
SET VARIABLE anchor_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('prefix') || 'anchors/*.json')
  WHERE regexp_extract(file, '([^/]+)\.json$', 1) >= left(getvariable('period_start'), 10));
CREATE OR REPLACE VIEW _anchors AS
SELECT a.* FROM (SELECT @ANCHOR@
  FROM lines_of(getvariable('anchor_files'))) a, period p
WHERE a.at >= p.period_start AND a.at::TIMESTAMP < p.cut_hour::TIMESTAMP + INTERVAL 1 HOUR
QUALIFY coalesce(lag(a.at) OVER (ORDER BY a.at), '') <= p.period_end;

@VIEWS@
