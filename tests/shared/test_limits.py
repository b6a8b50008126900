"""The size contract: any row comes within the limits, the same each time, and nothing is lost."""

import re
from pathlib import Path
from typing import Any, TypedDict, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.limits import (
    DEPTH,
    ENTRIES,
    EVENT,
    FIELDS,
    HEAD,
    LIMITS,
    ROW,
    STATE,
    TEXT,
    WHOLE,
    WORD,
    Wholes,
    fit_together,
    head_of,
    large_in,
    limited,
    named_in,
    word,
)
from functions.shared.records.events import EventDetails, EventState, OpenChange
from functions.shared.records.fields import LargeValue, MaybeName, Text
from tools.verifier.base import LIMITS as VERIFIERS

PAGE = (Path(__file__).parents[2] / "docs" / "evidence-pack-format.md").read_text()


class Thing(TypedDict):
    """A row with a field of each kind."""

    thing_id: Text
    name: MaybeName
    details: EventDetails


def thing(**details: Any) -> Json:
    """Return a row of ordinary size."""
    return {"thing_id": "thing-1", "name": "a thing", "details": details}


def fitted(row: Json, most: int = ROW) -> tuple[Json, Wholes]:
    """Return a row within limits, and its large values."""
    wholes = Wholes()
    return cast("Json", limited(Thing, cast("Thing", row), wholes, most)), wholes


def depth(value: Any) -> int:
    """Return how deep a value is nested."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(depth, inner), default=0) + isinstance(value, (dict, list))


def test_the_verifier_has_the_same_numbers() -> None:
    """It stands alone, so it has a copy of those that it checks."""
    assert {name: LIMITS[name] for name in VERIFIERS} == VERIFIERS


def test_the_format_page_publishes_the_table() -> None:
    """Each limit with its number, and no others."""
    (text,) = re.findall(r"^## Large values\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `(\w+)` \| ([0-9,]+) \|", text, re.MULTILINE)
    assert {name: int(number.replace(",", "")) for name, number in rows} == LIMITS


def test_what_is_within_the_limits_stays_as_it_is() -> None:
    """At each limit exactly."""
    row = thing(
        payload={"text": "t" * TEXT, "list": [1] * ENTRIES, "é" * (WORD // 2): "\u0001"},
        extra={f"f{number}": number for number in range(FIELDS)},
        country="c" * WORD,
    )
    assert fitted(row)[0] == row
    assert fitted(row)[1].named == set()


@pytest.mark.parametrize(
    "value",
    [
        "t" * (TEXT + 1),
        "\u0001" * (TEXT // 6 + 1),
        [1] * (ENTRIES + 1),
        {f"f{number}": number for number in range(FIELDS + 1)},
        {"k" * (WORD + 1): 1},
        {"$large": {"bytes": 3, "head": None, "sha256": "0" * 64}},
    ],
)
def test_what_is_beyond_becomes_large(value: Any) -> None:
    """Digest and size are of its canonical JSON, which is kept."""
    row, wholes = fitted(thing(payload={"small": 1, "big": value}))
    data = canonical(value)
    facts = row["details"]["payload"]["big"]["$large"]
    assert facts["sha256"] == sha256_hex(data)
    assert facts["bytes"] == len(data)
    assert row["details"]["payload"]["small"] == 1
    assert wholes.whole(sha256_hex(data)) == data
    assert named_in(canonical(row)) == {sha256_hex(data)}


def test_what_is_called_large_by_others_is_no_place_of_ours() -> None:
    """A field so called is made large itself; a text that says so is a text."""
    mark = {"$large": {"bytes": 9, "head": "x", "sha256": "a" * 64}}
    row, _ = fitted(thing(payload=mark, extra={"text": canonical(mark).decode()}))
    assert named_in(canonical(row)) == {sha256_hex(canonical(mark))}


def test_ids_and_the_like_become_a_digest() -> None:
    """They are compared and sorted, so they stay texts."""
    row, wholes = fitted({"thing_id": "i" * (WORD + 1), "name": "n" * (TEXT + 1), "details": {}})
    assert (
        row["thing_id"]
        == f"large:{sha256_hex(canonical('i' * (WORD + 1)))}"
        == word("i" * (WORD + 1))
    )
    assert set(row["name"]) == {"$large"}
    assert word(row["thing_id"]) == row["thing_id"]
    assert wholes.whole(row["thing_id"].removeprefix("large:")) is None


def test_a_value_over_a_mebibyte_is_its_digest_alone() -> None:
    """Nothing is kept, and nothing demanded."""
    for size, kept in ((WHOLE - 2, True), (WHOLE - 1, False)):
        row, wholes = fitted(thing(payload="p" * size))
        (sha256, _) = next(large_in(canonical(row)))
        assert (wholes.whole(sha256) is not None) is kept
        assert bool(named_in(canonical(row))) is kept


def test_a_row_gives_up_its_largest_value_and_keeps_the_small_ones() -> None:
    """Of an event that names somebody, the name stays."""
    metadata = {f"m{number:03}": "v" * 1000 for number in range(200)}
    row, wholes = fitted(thing(payload={"principal_id": "user-1", "metadata": metadata}))
    assert row["details"]["payload"]["principal_id"] == "user-1"
    assert row["details"]["payload"]["metadata"]["$large"]["sha256"] == sha256_hex(
        canonical(metadata)
    )
    assert len(named_in(canonical(row))) == 1
    assert wholes.whole(sha256_hex(canonical(metadata))) == canonical(metadata)


def test_where_one_is_not_enough_the_row_gives_up_more() -> None:
    """What is declared stays: the digest of the entry among it."""
    big = {f"m{number:03}": "v" * 1000 for number in range(200)}
    row, _ = fitted(thing(payload=big, extra=big, origin_digest="1:ab"))
    assert row["details"]["origin_digest"] == "1:ab"
    assert [set(row["details"][name]) for name in ("payload", "extra")] == [{"$large"}] * 2


HOSTILE = [
    ("a word " * 1000, "a word " * 18 + "a"),
    ("x" * 5000, ""),
    ("see ann@mail.example" + "x" * 5000, "see"),
    ("see sk-proj-abc" + "d" * 5000, "see"),
    ("one \ud800two " * 1000, "one"),
    ("short", "short"),
]


@pytest.mark.parametrize(("text", "head"), HOSTILE)
def test_a_head_cuts_nothing_open(text: str, head: str) -> None:
    """Whole words alone: privacy looked at each of them as a whole."""
    assert head_of(text) == head
    assert len(head_of(text)) <= HEAD


def test_rows_that_must_fit_together() -> None:
    """The largest goes first."""
    rows: list[Json] = [thing(payload="a" * size) for size in (300, 500, 10)]
    wholes = Wholes()
    kept = fit_together(rows, rows, wholes, 800)
    assert kept[0] == rows[0]
    assert kept[2] == rows[2]
    assert cast("LargeValue", kept[1])["$large"]["sha256"] == sha256_hex(canonical(rows[1]))


def deep(value: Any, levels: int) -> Any:
    """Return a value some levels deeper."""
    for _ in range(levels):
        value = {"in": value}
    return value


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(max_size=20),
    st.builds(lambda text, n: text * n, st.text(max_size=2), st.sampled_from((1, 50, 3000))),
)
KEYS = st.one_of(st.text(max_size=8), st.sampled_from(["$large", "bytes", "head", "sha256"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.builds(lambda value, n: [value] * n, SCALARS, st.sampled_from((1, 20, 257))),
        st.dictionaries(KEYS, inner, max_size=6),
        st.builds(deep, inner, st.integers(1, 20)),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    row=st.fixed_dictionaries(
        {
            "thing_id": SCALARS,
            "name": SCALARS,
            "details": st.dictionaries(st.sampled_from(["payload", "extra", "asn"]), VALUES),
        }
    ),
    most=st.sampled_from((2000, STATE, EVENT, ROW)),
)
def test_any_row_comes_within_the_limits(row: Json, most: int) -> None:
    """Twice the same, a second time unchanged, and each large value is there, whole."""
    kept, wholes = fitted(row, max(most, 4000))
    line = canonical(kept)
    assert len(line) <= max(most, 4000)
    assert depth(kept) <= DEPTH
    assert canonical(fitted(row, max(most, 4000))[0]) == line
    assert canonical(fitted(kept, max(most, 4000))[0]) == line
    assert line.count(b'"$large":{') == len(list(large_in(line)))
    for sha256, size in large_in(line):
        whole = wholes.whole(sha256)
        assert (whole is None) is (size > WHOLE)
        assert whole is None or (len(whole), sha256_hex(whole)) == (size, sha256)


def test_declared_parts_are_looked_into() -> None:
    """An open row's event and its payload, as well as an event's details."""
    row = {"open_id": "o", "event": {"event_id": "e", "details": {"payload": "p" * 70_000}}}
    kept = cast("Json", limited(OpenChange, cast("OpenChange", row), Wholes(), EVENT))
    assert set(kept["event"]["details"]["payload"]) == {"$large"}
    event = {"event_id": "e", "details": {"user_agent": "u" * 5000, "stream": "s" * 300}}
    kept = cast("Json", limited(EventState, cast("EventState", event), Wholes(), EVENT))
    assert set(kept["details"]["user_agent"]) == {"$large"}
    assert kept["details"]["stream"].startswith("large:")
