"""Which statements an hour seals: in order, up to its end, up to a note without a key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.shared.errors import KeyUnusable, KmsUnavailable
from functions.shared.hashing import text_hash
from functions.shared.hours import parse_instant
from functions.shared.records.fields import fields_of
from functions.shared.records.statements import KeptStatement, SealedStatement
from functions.snapshot.seal.statements import MOST_IN_AN_HOUR, statements_to_seal

KEY = b"k" * 32
END = parse_instant("2026-04-01T06:00:00Z")
INSIDE, LAST, AFTER = (f"2026-04-01T{at}Z" for at in ("05:10:00", "05:59:59", "06:00:00"))
DECISION = Path(__file__).parents[3] / "docs" / "decisions" / "0415-statements-are-sealed.md"


def said(n: int, at: str = INSIDE, note: str | None = None) -> KeptStatement:
    """Return a statement about a finding, as it stands in the table."""
    return {
        "n": n,
        "replaces": None,
        "finding_id": "f" * 24,
        "first_seen_hour": "2026-04-01T04:00:00Z",
        "service_account_id": None,
        "state": "accepted",
        "reason_code": "business_need",
        "accountable": None,
        "due_date": None,
        "review_date": None,
        "by": "user-1",
        "at": at,
        "note": note,
    }


def test_an_hour_seals_no_more_than_is_told() -> None:
    """Whoever speaks all day chooses how much there is."""
    assert f"At most {MOST_IN_AN_HOUR:,} are sealed in an hour" in DECISION.read_text()


def test_what_is_said_at_an_hours_end_is_the_next_hours() -> None:
    """And so is all behind it, though a clock may have gone back: no number is left out."""
    rows = [said(1), said(2, LAST), said(3, AFTER), said(4, INSIDE)]
    sealed = statements_to_seal(rows, END, lambda: KEY)
    assert [row["n"] for row in sealed] == [1, 2]


def test_a_hash_stands_for_a_note() -> None:
    """One key is asked for, once, and only where there is a note."""
    asked = []

    def find() -> bytes:
        asked.append(KEY)
        return KEY

    assert [row["note_hash"] for row in statements_to_seal([said(1)], END, find)] == [None]
    assert asked == []
    rows: list[Any] = statements_to_seal([said(1, note="a"), said(2, note="b")], END, find)
    assert [row["note_hash"] for row in rows] == [text_hash(KEY, "a"), text_hash(KEY, "b")]
    assert set(rows[0]) == set(fields_of(SealedStatement))
    assert len(asked) == 1


def no_key() -> None:
    """Find no key."""


def refused() -> bytes:
    """Find a key that cannot be used."""
    raise KeyUnusable


def unavailable() -> bytes:
    """Find that KMS does not answer."""
    raise KmsUnavailable


@pytest.mark.parametrize("find", [no_key, refused, unavailable])
def test_without_a_key_a_note_waits_with_all_behind_it(find: Callable[[], bytes | None]) -> None:
    """The hour closes all the same."""
    rows = [said(1), said(2, note="a"), said(3)]
    assert [row["n"] for row in statements_to_seal(rows, END, find)] == [1]
