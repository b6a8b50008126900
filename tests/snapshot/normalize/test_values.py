"""One reader per kind of value: the value, or null for what cannot be read."""

from typing import Any

import pytest

from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.values import (
    extra_of,
    flag_of,
    id_of,
    instant,
    object_of,
    text_of,
)

PRIVACY = Privacy(b"k" * 32)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1775001600, "2026-04-01T00:00:00Z"),
        (1, "1970-01-01T00:00:01Z"),
        (2**33 - 1, "2242-03-16T12:56:31Z"),
        (2**33, None),
        (0, None),
        (-1, None),
        (True, None),
        (1775001600.5, None),
        ("1775001600", None),
        (None, None),
    ],
)
def test_an_instant_is_whole_epoch_seconds(value: Any, expected: str | None) -> None:
    """Anything else names no moment, and becomes no fact."""
    assert instant(value) == expected


def test_other_kinds_than_the_one_asked_for_are_nothing() -> None:
    """A text, a flag and an object are each only themselves."""
    assert (text_of("web", PRIVACY), text_of("", PRIVACY), text_of(7, PRIVACY)) == (
        "web",
        None,
        None,
    )
    assert (flag_of(False), flag_of(True), flag_of(1), flag_of(None)) == (False, True, None, None)
    assert (object_of({"a": 1}), object_of([1]), object_of(None)) == ({"a": 1}, {}, {})


def test_an_id_is_never_rewritten() -> None:
    """Whatever it looks like; what is no text is none."""
    assert (id_of("ann@x.example"), id_of(""), id_of(7)) == ("ann@x.example", None, None)


def test_a_text_holds_no_address() -> None:
    """Names of things are cleaned on the way."""
    assert "ann@x.example" not in str(text_of("key of ann@x.example", PRIVACY))


def test_what_nobody_documented_is_kept_and_cleaned() -> None:
    """Known fields stand in the row already; where somebody was is never kept."""
    private = dict.fromkeys(("ja3", "ja4", "city", "latitude", "longitude"), "x")
    item = {"id": "a", "name": "web", "new": {"by": "ann@x.example"}, "n": 2**60, **private}
    extra = extra_of(item, {"id", "name"}, {}, PRIVACY)
    assert set(extra) == {"new", "n"}
    assert extra["n"] == str(2**60)
    assert extra["new"] == {"by": PRIVACY.prose("ann@x.example")}
    assert extra_of({"id": "a"}, {"id"}, {}, PRIVACY) == {}
