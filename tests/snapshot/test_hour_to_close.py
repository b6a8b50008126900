"""The hour to close, and what the seal before it says."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from functions.shared.evidence.seals import Seal
from functions.shared.hours import rfc3339
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.hour_to_close import HourToClose
from tests.support.seal_parts import section_seal

START = datetime(2026, 4, 1, 5, tzinfo=UTC)
ENTRY: Any = {"key": "k"}
UNREAD = section_seal("failed")


def hour(**content: Any) -> HourToClose:
    """Return an hour; with some content, one after a seal."""
    facts: Any = {"sections": {}, "pictured_from": None, "watermarks": {"streams": {}}, **content}
    previous = Seal(facts, {}, b"", "") if content else None
    return HourToClose("tenant-a", "org-Alpha", START, "none", [], previous)


def test_an_hour_has_a_name_and_an_end() -> None:
    """It is named by its start."""
    assert (hour().name, rfc3339(hour().end)) == ("2026-04-01T05:00:00Z", "2026-04-01T06:00:00Z")


def test_the_numbers_up_to_which_the_chain_holds_what_was_said_and_done() -> None:
    """Those of the last that this hour carries, else the last seal's, else none."""
    known = hour(lifecycle_seq=7, statements_n=4)
    assert (known.lifecycle_seq, known.statements_n) == (7, 4)
    assert (hour().lifecycle_seq, hour().statements_n) == (0, 0)
    entries: Any = [{"seq": 8}, {"seq": 9}]
    said: Any = [{"n": 5}, {"n": 6}]
    carrying = replace(known, lifecycle=entries, statements=said)
    assert (carrying.lifecycle_seq, carrying.statements_n) == (9, 6)


def test_a_register_and_a_baseline_are_those_of_the_last_seal() -> None:
    """None where it says nothing of them, or there is none."""
    users = UNREAD | {"register": ENTRY, "root": "r", "salt": "s", "baseline": "b"}
    known = hour(sections={"users": users, "roles": UNREAD})
    assert (known.carried("users"), known.baseline("users")) == (ENTRY, "b")
    assert known.carried_root("users") == {"root": "r", "salt": "s"}
    plain = hour(sections={"users": users | {"salt": None}})
    assert plain.carried_root("users") is None
    for name in ("roles", "groups"):
        assert (known.carried(name), known.baseline(name)) == (None, None)
        assert known.carried_root(name) is None
    assert (hour().carried("users"), hour().baseline("users")) == (None, None)


def test_the_last_whole_snapshot_of_a_section() -> None:
    """Else the last one of anything, else the hour's own start."""
    sections = {"users": UNREAD | {"complete_at": "c"}, "roles": UNREAD}
    known = hour(sections=sections, pictured_from="p")
    assert [known.last_complete_at(name) for name in ("users", "roles", "x")] == ["c", "p", "p"]
    assert hour(pictured_from=None).last_complete_at("users") == "2026-04-01T05:00:00Z"
    assert hour().last_complete_at("users") == "2026-04-01T05:00:00Z"


def test_watermarks_are_none_until_something_was_read() -> None:
    """A seal of version 2 of an hour before that says nothing of any stream."""
    marks = audit_marks.initial()
    assert hour(watermarks=marks).watermarks == marks
    assert hour(watermarks={"streams": {}}).watermarks is None
    assert hour().watermarks is None
