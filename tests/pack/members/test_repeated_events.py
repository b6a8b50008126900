"""Repeated events: the first of an id stays, whatever comes again goes into its own file."""

from pathlib import Path
from typing import Any

import pytest
from isal import isal_zlib

from functions.pack.members.repeated_events import RepeatedEvents
from functions.shared.canonical import canonical, strict_loads

FIRST, SECOND, THIRD = (f"2026-04-01T0{hour}:00:00Z" for hour in (1, 2, 3))


def rows(*ids: str) -> tuple[bytes, int]:
    """Return rows of events with these ids."""
    return b"".join(canonical({"event_id": name}) + b"\n" for name in ids), len(ids)


def file_of(repeated: RepeatedEvents) -> list[Any]:
    """Return the rows of the file."""
    (member,) = repeated.finish()
    packed = member.path.read_bytes() + b"\x03\x00"
    return [strict_loads(line) for line in isal_zlib.decompress(packed, -15).splitlines()]


def test_the_first_stays_and_each_copy_names_its_hour(tmp_path: Path) -> None:
    """Of an organization; another one's events have ids of their own."""
    with RepeatedEvents(tmp_path) as repeated:
        assert repeated.take("org-A", FIRST, rows("a", "b", "\ud800")) == rows("a", "b", "\ud800")
        assert repeated.take("org-A", SECOND, rows("b", "c", "\ud800")) == rows("c")
        assert repeated.take("org-B", SECOND, rows("a", "c")) == rows("a", "c")
        assert repeated.take("org-A", THIRD, rows("c", "b")) == (b"", 0)
        assert repeated.take("org-A", THIRD, (b"", 0)) == (b"", 0)
        copies = [(row["event_id"], row["first_sealed_hour"]) for row in file_of(repeated)]
    assert copies == [("b", FIRST), ("\ud800", FIRST), ("c", SECOND), ("b", FIRST)]


def test_an_id_twice_in_one_hour_is_left_for_the_verifier(tmp_path: Path) -> None:
    """No version sealed that: such a pack must not be valid."""
    with RepeatedEvents(tmp_path) as repeated:
        assert repeated.take("org-A", FIRST, rows("a", "a")) == rows("a", "a")
        assert list(repeated.finish()) == []


@pytest.mark.parametrize("row", [b"[]\n", b"{}\n", b'{"event_id":7}\n', b"{\n"])
def test_a_row_that_is_no_event_is_told_of_and_the_rest_goes_on(tmp_path: Path, row: bytes) -> None:
    """The pack fails, and names whatever else is wrong."""
    with RepeatedEvents(tmp_path) as repeated:
        with pytest.raises(ValueError, match="no event"):
            repeated.take("org-A", FIRST, (row, 1))
        assert repeated.take("org-A", SECOND, rows("a")) == rows("a")
