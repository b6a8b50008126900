"""docs/auditors.md: what it tells an auditor to look at is there, in a pack built a moment ago."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.pack.anchor.anchor import AnchorContext, anchor
from functions.shared.tables.connections import Connections
from functions.shared.tables.packs import Pack
from tests.pack.conftest import PackFunction
from tests.snapshot.stories.test_optional_sections import rich_world
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tests.tools import workbook

PAGE = (Path(__file__).parents[2] / "docs" / "auditors.md").read_text()
START, END = "2026-04-01T02:00:00Z", "2026-04-01T05:59:59Z"


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Seal four hours of a world in which every file of a pack has a row."""
    world = rich_world()
    steps = world.at("2026-04-01T03:30:00Z")
    steps.key_made("new-key", "web", owner="ann").user_joins("ben", name="Ben Bo", role="reader")
    world.at("2026-04-01T04:30:00Z").key_removed("new-key")
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.order(START)
    fixture.say("f" * 24, "2026-04-01T03:40:00Z", "the words of the tenant")
    fixture.note("2026-04-01T03:40:00Z", "finding.stated", finding_id="f" * 24)
    fixture.ticks("2026-04-01T03:00:00Z", 3)
    return fixture


@pytest.fixture
def pack(fixture: SnapshotFixture, function: PackFunction) -> Pack:
    """Return the pack of these hours, an anchor among its rows."""
    anchor(
        fixture.tenant,
        AnchorContext(
            Connections(fixture.table),
            fixture.evidence,
            None,
            fixture.clock.now,
            fixture.counted.append,
        ),
    )
    fixture.clock.set("2026-04-01T06:30:00Z")
    fixture.clock.advance(hours=1)
    return function.make(START, END, tenant=fixture.tenant, orgs=(fixture.org,))


@pytest.fixture
def members(pack: Pack, function: PackFunction) -> dict[str, bytes]:
    """Return the members of the pack."""
    return function.members(pack)


def questions() -> list[str]:
    """Return the page's questions, each with its answer."""
    return PAGE.split("\n### ")[1:]


def places_to_look(text: str) -> list[tuple[str, str]]:
    """Return member and field of everything that a text tells to look at."""
    places = text.partition("Look at: ")[2]
    return [(name, field) for name, field in re.findall(r"`([^`:]+):([^`]+)`", places)]


def test_there_are_twenty_five_questions_and_each_says_where_to_look() -> None:
    """Numbered from 1; an answer without a place is an opinion."""
    numbers = [question.partition(".")[0] for question in questions()]
    assert numbers == [str(number) for number in range(1, 26)]
    assert all(places_to_look(question) for question in questions())


def test_every_place_is_in_a_fresh_pack(members: dict[str, bytes]) -> None:
    """Member by member, field by field."""
    for question in questions():
        lost = [
            p for p in places_to_look(question.replace("\n", " ")) if not _is_there(members, *p)
        ]
        assert lost == [], question


def test_a_place_that_is_not_there_is_noticed(members: dict[str, bytes]) -> None:
    """The test can fail."""
    assert not _is_there(members, "users.jsonl", "password")
    assert not _is_there(members, "users.json", "user_id")
    assert not _is_there(members, "README.txt", "LIABILITY")
    assert not _is_there(members, "coverage.jsonl", "seal.sections.users.colour")


def test_the_workbook_has_every_row_in_columns_of_its_own(
    pack: Pack, members: dict[str, bytes], function: PackFunction, tmp_path: Path
) -> None:
    """Of a pack built a moment ago: rows as in its members, no field left over, whom was asked."""
    path = tmp_path / "pack-1.tar.gz"
    path.write_bytes(function.archive(pack))
    done = workbook.run(path, key=function.key.public_hex)
    assert (done.returncode, done.stderr) == (0, "")
    sheets = workbook.read(tmp_path / "pack-1.xlsx")
    shown = [name for name in members if name.endswith(".jsonl") and "/" not in name]
    names = [name.removesuffix(".jsonl") for name in shown]
    assert {"cover", *names} == set(sheets)
    assert {"anchors", "invites"} < set(sheets)
    for name in names:
        rows = [json.loads(line) for line in members[f"{name}.jsonl"].splitlines()]
        assert workbook.rows_of(sheets[name]) == [workbook.as_shown(row) for row in rows], name
        assert rows
    asked = workbook.below(sheets["cover"], "Source: whom the pictures were asked of")
    assert asked[0] == ("what was asked", "OpenAI Admin API")
    bases = json.loads(members["collection.json"])["api"]["bases"]
    assert [line[0] for line in asked[1:]] == bases
    assert [line[2] for line in asked[1:]] == [4]


def _is_there(members: dict[str, bytes], name: str, field: str) -> bool:
    body = members.get(name, b"")
    if name.endswith(".txt"):
        return f"\n{field}\n" in body.decode()
    documents = body.splitlines() if name.endswith(".jsonl") else [body]
    path = field.split(".")
    return any(_path_exists(json.loads(document), path) for document in documents if document)


def _path_exists(value: Any, path: list[str]) -> bool:
    if isinstance(value, list):
        return any(_path_exists(item, path) for item in value)
    if not path:
        return True
    return isinstance(value, dict) and path[0] in value and _path_exists(value[path[0]], path[1:])
