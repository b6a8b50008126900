"""Rows out of the bytes of a register, decoded one by one."""

import pytest

from functions.api.registers.kept import Kept
from functions.api.registers.sealed_rows import Places, SealedRows
from functions.shared.canonical import Lines
from functions.shared.errors import EvidenceInvalid


def test_rows_are_those_of_the_bytes() -> None:
    """By their places, or all; a name may hold whatever it likes."""
    values = [{"n": 1}, {"n": "a\nb\u2028c\x85d"}, {"n": "\ud800"}, {}]
    rows = SealedRows.of("key", Lines.of(values).body)
    assert len(rows) == 4
    assert [rows.row(place, dict) for place in range(4)] == values == list(rows.each(dict))
    assert sum(rows.size(place) for place in range(4)) == len(rows.body)
    assert len(SealedRows.of("key", b"")) == 0


def test_a_line_that_is_no_json_is_named() -> None:
    """By its object, not by its text."""
    rows = SealedRows.of("the-key", b'{"a":1}\n{"a":\n')
    with pytest.raises(EvidenceInvalid, match="the-key"):
        list(rows.each(dict))


def test_places_are_found_by_text() -> None:
    """All of one, none of what is not there, and those without a text nowhere."""
    values = [{"of": name} for name in ("b", "a", None, "b", "c", "b")]
    places = Places.of(SealedRows.of("key", Lines.of(values).body), dict, lambda row: row["of"])
    assert {name: list(places.maybe(name)) for name in "abcd"} == {
        "a": [1],
        "b": [0, 3, 5],
        "c": [4],
        "d": [],
    }


def test_what_is_kept_is_bounded_by_its_bytes() -> None:
    """What was asked for longest ago goes first; what is too large is kept alone."""
    kept: Kept[SealedRows] = Kept(100)
    read = []

    def get(name: str, n_bytes: int) -> None:
        def make() -> SealedRows:
            read.append(name)
            return SealedRows.of(name, b"1" * n_bytes)

        kept.get(name, make)

    for name in ("a", "b", "a", "c", "a", "b"):
        get(name, 40)
    assert read == ["a", "b", "c", "b"]
    get("large", 5000)
    get("large", 5000)
    assert [*kept._kept] == read[-1:] == ["large"]
