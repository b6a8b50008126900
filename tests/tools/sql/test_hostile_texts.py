"""Whatever somebody chose for a name: no query breaks by it, and it comes out as it went in."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support import packs
from tests.tools.sql.evidence import QUERIES, Evidence, opened, rows, write_members
from tests.tools.sql.office import NAMES

# Of the first row of a list: (what its name is, in the bytes of the file; what SQL says it is).
SURROGATES = (
    ('"lone \\ud800 end"', "lone \\ud800 end"),
    ('"two \\udc00\\ud83d in the wrong order"', "two \\udc00\\ud83d in the wrong order"),
    ('"\\\\ud800 is spelt out"', "\\ud800 is spelt out"),
    ('"behind a backslash \\\\\\udfff"', "behind a backslash \\\\udfff"),
    ('"not one \\\\\\\\udfff"', "not one \\\\udfff"),
)


def test_names_come_out_of_both_sources_as_they_went_in(told: Evidence) -> None:
    """Dozens of ways to look like something else: quotes, dates, nulls, control characters."""
    query = "SELECT name FROM api_keys WHERE starts_with(key_id, 'key_named-')"
    for connection in (told.of_pack, told.of_bucket):
        assert sorted(row["name"] for row in rows(connection, query)) == sorted(NAMES)


def test_a_large_value_is_a_digest_and_no_name(told: Evidence) -> None:
    """And a name that only looks like one is a name; the whole value lies beside the rows."""
    named = rows(told.of_pack, "SELECT name, name_large_sha256 FROM projects ORDER BY project_id")
    assert [(row["name"] is None, row["name_large_sha256"] is None) for row in named] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    whole = told.pack / "large" / f"{named[0]['name_large_sha256']}.json"
    assert json.loads(whole.read_bytes()) == "word " * 8000
    keys = rows(told.of_pack, "SELECT name, name_large_sha256 FROM api_keys")
    assert [row["name_large_sha256"] for row in keys if row["name"] == NAMES[1]] == [None]


def hostile_pack(folder: Path, member: str, *lines: str) -> duckdb.DuckDBPyConnection:
    """Return the views of a pack in which one member has other lines."""
    write_members(packs.april().build(), folder)
    (folder / member).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return opened("pack.sql", pack=str(folder))


def line_of(folder: Path, member: str, **facts: Any) -> str:
    """Return the first line of a member with some fields changed."""
    write_members(packs.april().build(), folder)
    row = json.loads((folder / member).read_text().splitlines()[0])
    return json.dumps(row | facts, ensure_ascii=False, sort_keys=True)


def test_a_lone_surrogate_stops_no_file(tmp_path: Path) -> None:
    """DuckDB's own JSON reader refuses the file; here it is spelt out."""
    line = line_of(tmp_path, "api_keys.jsonl", name="THE NAME")
    lines = [line.replace('"THE NAME"', written) for written, _ in SURROGATES]
    connection = hostile_pack(tmp_path, "api_keys.jsonl", *lines)
    names = [row["name"] for row in rows(connection, "SELECT name FROM api_keys")]
    assert sorted(names) == sorted(said for _, said in SURROGATES)
    with pytest.raises(duckdb.InvalidInputException, match="surrogate"):
        connection.execute(f"FROM read_json('{tmp_path}/api_keys.jsonl')").fetchall()


@pytest.mark.parametrize(
    ("member", "facts"),
    [
        ("users.jsonl", {"enabled": "maybe"}),
        ("events.jsonl", {"late": {"no": 1}}),
        ("statements.jsonl", {"n": "first"}),
        ("statements.jsonl", {"n": 1.5e300}),
    ],
)
def test_what_does_not_fit_its_column_is_an_error(
    member: str, facts: dict[str, Any], tmp_path: Path
) -> None:
    """It becomes no null, and its row does not go."""
    write_members(packs.april().build(), tmp_path)
    text = (tmp_path / member).read_text().splitlines()
    row = (json.loads(text[0]) if text else {}) | facts
    connection = hostile_pack(tmp_path, member, json.dumps(row))
    with pytest.raises(duckdb.Error, match=r"onver|ast"):
        connection.execute(f"FROM {member.partition('.')[0]}").fetchall()


@pytest.mark.parametrize("line", ["", "{", "[]]", '{"name":"x"} {"name":"y"}', "nothing"])
def test_a_line_that_is_no_json_is_an_error(line: str, tmp_path: Path) -> None:
    """It is not left out: `ignore_errors` is false, and each line is read whole."""
    connection = hostile_pack(tmp_path, "api_keys.jsonl", line, line)
    with pytest.raises(duckdb.Error):
        assert connection.execute("SELECT key_id FROM api_keys").fetchall() == []


def test_empty_members_and_absent_ones_are_no_rows(tmp_path: Path) -> None:
    """Every question has an answer, though hardly a row."""
    write_members(packs.april().build(), tmp_path)
    for path in tmp_path.glob("*.jsonl"):
        if path.name == "coverage.jsonl":
            continue
        path.write_bytes(b"")
        if path.stem in ("admin_keys", "invites", "service_accounts", "project_users", "custody"):
            path.unlink()
    connection = opened("pack.sql", pack=str(tmp_path))
    for path in QUERIES:
        rows(connection, path.read_text())
    assert rows(connection, "SELECT count(*) AS n FROM users") == [{"n": 0}]


def test_no_view_sniffs_or_leaves_out() -> None:
    """No reader that guesses types is used anywhere, and none that forgives."""
    texts = [path.read_text() for path in QUERIES]
    texts += [(QUERIES[0].parents[1] / f"{name}.sql").read_text() for name in ("pack", "bucket")]
    for text in texts:
        assert "read_json" not in text
        assert "ignore_errors = true" not in text
        assert "TRY_CAST" not in text.upper()
        assert "auto_detect = true" not in text
    assert sum(text.count("auto_detect = false") for text in texts) == 2


def test_an_arrow_beside_an_operator_stands_in_parentheses() -> None:
    """Without them DuckDB 1 compares the path and not the value; DuckDB 2 has it the other way."""
    folder = QUERIES[0].parents[1]
    beside = re.compile(
        r"(?:\b(?:IS|IN|AND|OR|NOT|BETWEEN)|[=<>]|\|\|) [\w.]+ ->>? "
        r"|[^(] ->>? '[^']*' (?:IS|IN|NOT|BETWEEN|=|<|>|\|\|)"
    )
    paths = [*QUERIES, folder / "pack.sql", folder / "bucket.sql"]
    in_parentheses = re.compile(r"\([\w.]+ ->>? '[^']*'\)")
    wrong = [
        (p.name, hit[0])
        for p in paths
        for hit in beside.finditer(in_parentheses.sub("value", p.read_text()))
    ]
    assert wrong == []
    assert beside.search("WHERE r.value ->> '$.role' = 'owner'")
