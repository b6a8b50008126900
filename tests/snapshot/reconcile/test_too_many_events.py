"""Changes for which earlier hours sealed more than one hour can look through."""

from functools import partial

import pytest

from functions.shared.evidence.seals import Chain
from functions.shared.hours import HOUR, parse_instant
from functions.snapshot.reconcile import sealed_events
from functions.snapshot.reconcile.match import EarlierHours
from functions.snapshot.reconcile.sealed_events import read_earlier_hours
from tests.snapshot.reconcile.one_hour import CREATED, GONE, LEFT, START, Hour, verdicts
from tests.snapshot.reconcile.test_sealed_events import ORG, TENANT, seal_hour
from tests.snapshot.rows import change, event
from tests.support.memory import MemoryBucket


def test_a_change_among_too_many_events_is_decided_later() -> None:
    """Nothing is said of it before all is read, be the log settled; for two days it is tried."""
    hour = Hour()
    hour.earlier = EarlierHours(unread_before=parse_instant("2026-04-01T05:00:00Z"))
    first = hour.closed(GONE)
    assert verdicts(first) == [("user-ann", "cannot_tell", "too_many_events", None)]
    opened = first.registers["open_changes"]
    again = hour.closed(opened=opened)
    assert (again.verdicts, len(again.registers["open_changes"])) == ([], 1)
    assert hour.asked[-1] == parse_instant("2026-04-01T04:56:00Z")

    late = Hour().settled()
    result = late.closed(opened=opened)
    assert (result.verdicts, late.asked) == ([], [])
    assert not result.registers["findings"]

    hour.earlier = EarlierHours([LEFT])
    assert verdicts(hour.closed(opened=opened))[0][1] == "explained"
    hour.earlier = EarlierHours()
    result = hour.closed(opened=opened)
    assert verdicts(result) == [("user-ann", "cannot_tell", "settling", None)]
    result = late.closed(opened=result.registers["open_changes"])
    assert verdicts(result) == [("user-ann", "unexplained", "no_event", None)]


def test_what_lies_after_the_unread_hours_is_judged_as_ever() -> None:
    """All in which it may lie was read."""
    hour = Hour()
    hour.earlier = EarlierHours(unread_before=parse_instant("2026-04-01T04:00:00Z"))
    assert verdicts(hour.closed(GONE)) == [("user-ann", "cannot_tell", "settling", None)]


def test_what_may_have_reverted_a_late_event_is_not_held_against_it() -> None:
    """Where not all that was sealed before it could be read."""
    hour = Hour()
    hour.earlier = EarlierHours(unread_before=parse_instant("2026-04-01T06:00:00Z"))
    opened = hour.closed(events=[CREATED]).registers["open_changes"]
    result = Hour().settled().closed(opened=opened)
    (row,) = result.registers["open_changes"]
    assert (row["verdict"], row["reason"]) == ("cannot_tell", "settling")
    assert result.registers["findings"] == []


def test_each_hour_explains_some_until_all_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of changes that all have their events; the one without then stands alone."""
    monkeypatch.setattr(sealed_events, "MOST_ROWS", 2)
    names, bucket, hour = [f"user-{number}" for number in range(7)], MemoryBucket(), Hour()
    told = [event("user.deleted", name, "04:58:00", event_id=name) for name in names[:6]]
    last = seal_hour(bucket, START - HOUR, told)
    read = partial(read_earlier_hours, bucket, Chain(bucket, TENANT, ORG), last)
    monkeypatch.setattr(hour, "read", read)

    first = hour.closed(*(change("users", "removed", name) for name in names))
    assert [row[2] for row in verdicts(first) if row[1] != "explained"] == ["too_many_events"] * 4
    second = hour.closed(opened=first.registers["open_changes"])
    assert {row[:2] for row in verdicts(second)} == {(name, "explained") for name in names[3:6]}
    third = hour.closed(opened=second.registers["open_changes"])
    assert verdicts(third) == [("user-6", "cannot_tell", "settling", None)]
