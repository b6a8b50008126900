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

@LINES@

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

@MEMBERS@
-- The log begins with entries that an hour before the period sealed.
CREATE OR REPLACE VIEW _custody AS
SELECT * FROM _whole_custody WHERE sealed_hour >= (SELECT first_hour FROM period);

@VIEWS@
