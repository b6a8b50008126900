"""The tables of Athena: held to the layout and the records, and their views run in DuckDB.

Athena is not here. What is tested is that a table's location is where the keys lie, that its
partitions are projected as AWS's documentation says, that a view has the fields of its record, and,
with Athena's functions spelt in DuckDB, that it reads them out of the lines that were sealed.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

import duckdb
import pytest

from functions.shared.aws import keys
from functions.shared.records.fields import fields_of
from functions.shared.sections import REGISTERED
from tests.tools.sql.evidence import Evidence, Row, opened, rows, view
from tools.sql.athena_tables import TABLES, VIEWS, athena_files
from tools.sql.build import FOLDER
from tools.sql.columns import kind_of

pytestmark = pytest.mark.slow

HOUR: Final = datetime(2026, 4, 1, 5, tzinfo=UTC)
PARTS: Final = {"tenant": "tenant-a", "org": "org-office", "month": "2026-04", "section": "users"}
PAGE: Final = (FOLDER.parents[1] / "docs" / "sql.md").read_text()
# Athena's functions, as far as the views use them.
FUNCTIONS: Final = """
CREATE MACRO json_extract_scalar(document, path) AS CASE
  WHEN json_type(document, path) NOT IN ('OBJECT', 'ARRAY')
  THEN json_extract_string(document, path) END;
CREATE MACRO json_format(document) AS document::VARCHAR;
"""


def key_in(table: str) -> str:
    """Return the key of an object of a table, as the product spells it."""
    tenant, org, month, section = PARTS.values()
    if table == "seals":
        return keys.seal_key(tenant, org, HOUR)
    if table == "registers":
        return keys.register_key(tenant, org, HOUR, section, "ab")
    if table == "custody":
        return keys.custody_key(tenant, 1)
    if table == "anchors":
        return keys.anchor_key(tenant, "2026-04-01")
    return keys.segment_key(tenant, org, table, month, HOUR, "ab")


def properties(text: str) -> dict[str, str]:
    """Return the properties of a table."""
    return dict(re.findall(r"^  '([^']+)' = '([^']+)'", text, re.MULTILINE))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_lies_where_the_keys_do(table: str) -> None:
    """With its partitions filled in, its location is the folder of the product's own key."""
    text = athena_files()[f"table-{table}.sql"]
    location = properties(text)["storage.location.template"]
    for name, value in PARTS.items():
        location = location.replace(f"${{{name}}}", value)
    assert location.startswith("s3://EVIDENCE-BUCKET/tenant=tenant-a/")
    assert location == f"s3://EVIDENCE-BUCKET/{key_in(table)}".rpartition("/")[0] + "/"
    # Athena takes what ends in .gz for gzip, and all else as it is.
    assert key_in(table).endswith((".json", ".jsonl", ".jsonl.gz"))


@pytest.mark.parametrize("table", TABLES)
def test_every_partition_of_a_table_is_projected(table: str) -> None:
    """No partition is ever added by hand, and none is asked for without its tenant."""
    text = athena_files()[f"table-{table}.sql"]
    declared = re.search(r"PARTITIONED BY \((.*)\)", text)
    assert declared
    partitions = re.findall(r"`(\w+)` string", declared[1])
    told = properties(text)
    assert told["projection.enabled"] == "true"
    assert partitions == re.findall(r"\$\{(\w+)\}", told["storage.location.template"])
    assert {key.split(".")[1] for key in told if key.startswith("projection.")} == {
        *partitions,
        "enabled",
    }
    assert [told[f"projection.{name}.type"] for name in partitions[:2]] == ["injected"] * len(
        partitions[:2]
    )
    if "month" in partitions:
        month = {key: value for key, value in told.items() if ".month." in key}
        assert month == {
            "projection.month.type": "date",
            "projection.month.format": "yyyy-MM",
            "projection.month.range": "2020-01,NOW",
            "projection.month.interval": "1",
            "projection.month.interval.unit": "MONTHS",
        }
    if "section" in partitions:
        assert {*told["projection.section.values"].split(",")} == {*REGISTERED, "findings"}


def test_a_table_has_lines_and_no_opinion_of_what_is_in_them() -> None:
    """One column of text; delimiter and escape stand in no line of canonical JSON."""
    for name, text in athena_files().items():
        if name.startswith("table-"):
            assert re.search(
                r"CREATE EXTERNAL TABLE openai_audit_\w+_lines \(line string\)\n", text
            )
            assert r"FIELDS TERMINATED BY '\001' ESCAPED BY '\002' LINES TERMINATED BY '\n'" in text
            assert "serde" not in text.lower()


@pytest.fixture
def athena(told: Evidence) -> duckdb.DuckDBPyConnection:
    """Give the views of Athena over the office's bucket, its functions spelt in DuckDB."""
    connection = opened("bucket.sql", **_facts(told))
    connection.execute(FUNCTIONS)
    # Of the seals none may stand in for no file.
    connection.execute("SET VARIABLE stand_in = $file", {"file": str(told.pack / "manifest.sig")})
    for table, (template, partitions) in TABLES.items():
        pattern = re.sub(r"\$\{\w+\}", "*", template)
        files = [str(path) for path in told.bucket.glob(f"{pattern}*") if path.is_file()]
        connection.execute(f"SET VARIABLE athena_{table} = $files", {"files": files})
        shown = [f"regexp_extract(filename, '/{p}=([^/]+)/', 1) AS {p}" for p in partitions]
        connection.execute(
            f"""CREATE VIEW openai_audit_{table}_lines AS
            SELECT line, replace(filename, getvariable('bucket'), 's3://EVIDENCE-BUCKET')
                AS "$path",
              {", ".join(shown)}
            FROM lines_of(getvariable('athena_{table}'))"""  # noqa: S608  # names of ours
        )
    for name, text in athena_files().items():
        if name.startswith("view-"):
            connection.execute(text.replace('["$large"]', '."$large"'))
    return connection


def _facts(told: Evidence) -> dict[str, Any]:
    manifest = told.manifest
    return {
        "bucket": str(told.bucket),
        "tenant": manifest["tenant_id"],
        "period_start": manifest["period_start"],
        "period_end": manifest["period_end"],
    }


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_fields_of_its_record(name: str, athena: duckdb.DuckDBPyConnection) -> None:
    """Names and types, those that are sealed and not shown among them; and where a row lies."""
    record, _, table = VIEWS[name]
    types = {
        column[0]: column[1]
        for column in athena.execute(f"DESCRIBE openai_audit_{name}").fetchall()
    }
    partitions = {*TABLES[table][1]} - {"section"}
    for column in ("object_path", *partitions):
        assert types.pop(column) == "VARCHAR"
    if name == "seals":
        assert types.pop("seal_sha256") == "VARCHAR"
    expected = {}
    for field in fields_of(record):
        kind = kind_of(record, field)
        expected[field] = {"flag": "BOOLEAN", "count": "BIGINT"}.get(kind, "VARCHAR")
        if kind == "name":
            expected[f"{field}_large_sha256"] = "VARCHAR"
    assert types == expected


def test_the_rows_are_those_that_were_sealed(
    told: Evidence, athena: duckdb.DuckDBPyConnection
) -> None:
    """Events, statements and the custody log, as the other views have them."""
    for name, identity in (("events", "event_id"), ("statements", "n"), ("custody", "n")):
        ours = {row[identity]: row for row in view(told.of_bucket, name)}
        theirs = {row[identity]: row for row in rows(athena, f"FROM openai_audit_{name}")}
        assert ours.keys() <= theirs.keys()
        for key, row in ours.items():
            both = theirs[key].keys() & row.keys()
            assert len(both) > 5
            assert {f: theirs[key][f] for f in both} == {f: row[f] for f in both}
    for name in ("users", "api_keys", "findings"):
        assert rows(athena, f"FROM openai_audit_{name}")
    seals = rows(athena, "SELECT org_id, hour, seal_sha256 FROM openai_audit_seals")
    assert {(r["org_id"], r["hour"]): r["seal_sha256"] for r in seals} == told.seals()


def test_the_query_of_the_page_finds_the_keys_that_are_there(
    told: Evidence, athena: duckdb.DuckDBPyConnection
) -> None:
    """Of all registers that were ever written the one that the last seal names."""
    block = PAGE.split("<!-- athena: tests run these lines in DuckDB -->\n```sql\n")[1].split(
        "```"
    )[0]
    query = block.replace("TENANT", "tenant-a").replace("ORG'", "org-office'")
    query = query.replace("2026-04-30T23:00:00Z", told.manifest["cut_hour"])
    there = [row for row in view(told.of_pack, "api_keys") if row["removed_at"] is None]

    def named(answered: list[Row]) -> set[tuple[str, str]]:
        return {(row["key_id"], row["name"]) for row in answered}

    answered = rows(athena, query)
    assert named(answered) == named(there)
    assert len(answered) == len(there)
