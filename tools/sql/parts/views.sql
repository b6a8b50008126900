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

@STAYS@
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
