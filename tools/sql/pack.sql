-- Views of an evidence pack: the folder into which a pack-N.tar.gz was extracted.
--
--   SET VARIABLE pack = 'pack-3';   -- the folder; the current one where it is not set
--   .read tools/sql/pack.sql
--
-- Run the verifier first: SQL proves nothing (docs/sql.md).
-- Built by `python -m tools.sql.build`; a test compares.

SET VARIABLE folder = coalesce(getvariable('pack'), '.');
SET VARIABLE stand_in = (SELECT min(file) FROM glob(getvariable('folder') || '/manifest.sig'));
SET VARIABLE checked = CASE WHEN getvariable('stand_in') IS NULL THEN
  error('no manifest.sig in ' || getvariable('folder') || ': extract the pack there first') END;

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

SET VARIABLE manifest = (SELECT content::JSON
  FROM read_text(getvariable('folder') || '/manifest.json'));
SET VARIABLE checked = CASE
  WHEN (getvariable('manifest') ->> '$.profile') IS DISTINCT FROM 'full' THEN
    error('not a pack of profile full: no row of another one is bound to a seal')
  WHEN (getvariable('manifest') ->> '$.format')::BIGINT > 3 THEN
    error('this pack is of a newer format than these views know') END;

CREATE OR REPLACE TABLE period AS
SELECT (m ->> '$.tenant_id') AS tenant_id, (m ->> '$.period_start') AS period_start,
  (m ->> '$.period_end') AS period_end, (m ->> '$.period_start') AS first_hour,
  left(m ->> '$.period_end', 13) || ':00:00Z' AS last_hour, (m ->> '$.cut_hour') AS cut_hour
FROM (SELECT getvariable('manifest')::JSON AS m);

SET VARIABLE users_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/users.jsonl'));
CREATE OR REPLACE VIEW _users AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.user_id' AS "user_id",
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
  line ->> '$.state_at' AS "state_at"
FROM lines_of(getvariable('users_files'));

SET VARIABLE projects_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/projects.jsonl'));
CREATE OR REPLACE VIEW _projects AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.project_id' AS "project_id",
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
  line ->> '$.state_at' AS "state_at"
FROM lines_of(getvariable('projects_files'));

SET VARIABLE api_keys_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/api_keys.jsonl'));
CREATE OR REPLACE VIEW _api_keys AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.project_id' AS "project_id",
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
  line ->> '$.state_at' AS "state_at"
FROM lines_of(getvariable('api_keys_files'));

SET VARIABLE admin_keys_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/admin_keys.jsonl'));
CREATE OR REPLACE VIEW _admin_keys AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.key_id' AS "key_id",
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
  line ->> '$.state_at' AS "state_at"
FROM lines_of(getvariable('admin_keys_files'));

SET VARIABLE service_accounts_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/service_accounts.jsonl'));
CREATE OR REPLACE VIEW _service_accounts AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.project_id' AS "project_id",
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
  line ->> '$.state_at' AS "state_at"
FROM lines_of(getvariable('service_accounts_files'));

SET VARIABLE invites_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/invites.jsonl'));
CREATE OR REPLACE VIEW _invites AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.invite_id' AS "invite_id",
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
  line ->> '$.state_at' AS "state_at"
FROM lines_of(getvariable('invites_files'));

SET VARIABLE project_users_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/project_users.jsonl'));
CREATE OR REPLACE VIEW _project_users AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.project_id' AS "project_id",
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
  line ->> '$.state_at' AS "state_at"
FROM lines_of(getvariable('project_users_files'));

SET VARIABLE findings_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/findings.jsonl'));
CREATE OR REPLACE VIEW _findings AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.finding_id' AS "finding_id",
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
  line ->> '$.state_at' AS "state_at",
  line ->> '$.resolved_by.hour' AS resolved_by_hour,
  line ->> '$.resolved_by.kind' AS resolved_by_kind,
  line ->> '$.resolved_by.event_id' AS resolved_by_event_id
FROM lines_of(getvariable('findings_files'));

SET VARIABLE events_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/events.jsonl'));
CREATE OR REPLACE VIEW _events AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.event_id' AS "event_id",
  line ->> '$.event_type' AS "event_type",
  line ->> '$.occurred_at' AS "occurred_at",
  line ->> '$.actor_type' AS "actor_type",
  line ->> '$.actor_id' AS "actor_id",
  line ->> '$.actor_hash' AS "actor_hash",
  line ->> '$.project_id' AS "project_id",
  line ->> '$.target_id' AS "target_id",
  nullif(line -> '$.details', 'null') AS "details",
  line ->> '$.sealed_hour' AS "sealed_hour",
  (line ->> '$.late')::BOOLEAN AS "late"
FROM lines_of(getvariable('events_files'));

SET VARIABLE coverage_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/coverage.jsonl'));
CREATE OR REPLACE VIEW _coverage AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.hour' AS "hour",
  line ->> '$.outcome' AS "outcome",
  nullif(line -> '$.run', 'null') AS "run",
  nullif(line -> '$.seal', 'null') AS "seal",
  line ->> '$.sha256' AS "sha256"
FROM lines_of(getvariable('coverage_files'));

SET VARIABLE changes_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/changes.jsonl'));
CREATE OR REPLACE VIEW _changes AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.hour' AS "hour",
  line ->> '$.section' AS "section",
  line ->> '$.entity_id' AS "entity_id",
  line ->> '$.kind' AS "kind",
  nullif(line -> '$.fields', 'null') AS "fields",
  nullif(line -> '$.before', 'null') AS "before",
  nullif(line -> '$.after', 'null') AS "after",
  line ->> '$.verdict' AS "verdict",
  line ->> '$.reason' AS "reason",
  line ->> '$.event_id' AS "event_id",
  line ->> '$.decided_hour' AS "decided_hour"
FROM lines_of(getvariable('changes_files'));

SET VARIABLE statements_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/statements.jsonl'));
CREATE OR REPLACE VIEW _statements AS
SELECT line ->> '$.org_id' AS "org_id",
  line ->> '$.finding_id' AS "finding_id",
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
  line ->> '$.sealed_hour' AS "sealed_hour"
FROM lines_of(getvariable('statements_files'));

SET VARIABLE custody_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/custody.jsonl'));
CREATE OR REPLACE VIEW _whole_custody AS
SELECT (line ->> '$.n')::BIGINT AS "n",
  line ->> '$.at' AS "at",
  line ->> '$.by' AS "by",
  line ->> '$.action' AS "action",
  nullif(line -> '$.facts', 'null') AS "facts",
  line ->> '$.previous_sha256' AS "previous_sha256",
  line ->> '$.sealed_hour' AS "sealed_hour"
FROM lines_of(getvariable('custody_files'));

SET VARIABLE anchors_files = (SELECT coalesce(list(file), [])
  FROM glob(getvariable('folder') || '/anchors.jsonl'));
CREATE OR REPLACE VIEW _anchors AS
SELECT line ->> '$.at' AS "at",
  line ->> '$.day' AS "day",
  nullif(line -> '$.document', 'null') AS "document",
  line ->> '$.sha256' AS "sha256",
  line ->> '$.token' AS "token",
  line ->> '$.authority' AS "authority",
  line ->> '$.reason' AS "reason"
FROM lines_of(getvariable('anchors_files'));

-- The log begins with entries that an hour before the period sealed.
CREATE OR REPLACE VIEW _custody AS
SELECT * FROM _whole_custody WHERE sealed_hour >= (SELECT first_hour FROM period);

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
