"""How far the audit log was read, and what is asked for next."""

from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.shared.records.seals import Watermarks
from functions.snapshot.fetch.audit.audit_marks import (
    MOST_OVERFLOW,
    after_reading,
    audit_plan,
    initial,
    lag_hours,
    overflow_after,
    shows_overflow,
)
from functions.snapshot.records import AuditLog, AuditLogRead

NOW = "2026-04-10T06:00:00Z"
HOUR_END = parse_instant(NOW)
HI = int(HOUR_END.timestamp())
H = 3600
UNREAD: Any = {
    "closed_through": None,
    "reread_25": None,
    "reread_73": None,
    "patrol": None,
    "backfill_to": None,
    "backfill_done": False,
    "overflow": [],
}
USUAL = {"closed_through": HI - H, "reread_25": HI - 26 * H, "reread_73": HI - 74 * H}


def marks(**stream: Any) -> Watermarks:
    """Return watermarks of streams that are read up to an hour ago."""
    usual = {**UNREAD, **USUAL, "backfill_to": 0, **stream}
    streams: Any = {"organization": usual, "tenant": dict(usual)}
    return {**initial(), "proven": True, "streams": streams}


def asked(before: Watermarks, within: Watermarks | None = None) -> Any:
    """Return what is asked of the organization's stream."""
    return audit_plan(before, HOUR_END, within).streams["organization"]


def test_before_the_first_run_nothing_is_known() -> None:
    """Of either stream, each with marks of its own."""
    first = initial()
    assert first == {
        "proven": False,
        "streams": {"organization": UNREAD, "tenant": UNREAD},
        "archived_keys_at": None,
        "optional": {},
    }
    first["streams"]["tenant"]["overflow"].append(1)
    assert first["streams"]["organization"]["overflow"] == []


def test_the_first_run_asks_for_two_hours_and_all_before_is_history() -> None:
    """Nothing is read again yet."""
    plan = audit_plan(initial(), HOUR_END)
    assert (plan.hi, plan.start()) == (HI, HI - 2 * H)
    for stream in plan.streams.values():
        assert (stream.fresh, stream.again) == ((HI - 2 * H, HI), {})
        assert stream.past_to == HI - 2 * H


def test_an_hour_asks_for_what_is_new_and_for_three_hours_again() -> None:
    """The one before, those that became 25 and 73 hours old; history goes on."""
    plan = asked(marks())
    assert plan.fresh == (HI - H, HI)
    assert plan.again == {
        "overlap": (HI - 2 * H, HI - H),
        "reread_25": (HI - 26 * H, HI - 25 * H),
        "reread_73": (HI - 74 * H, HI - 73 * H),
    }
    assert (plan.start, plan.past_to) == (HI - 2 * H, 0)


def test_what_is_not_read_yet_is_not_read_again() -> None:
    """Neither before B nor beyond W; but however far W is behind, it was young when it was read."""
    assert asked(marks(backfill_to=HI - H - 60)).again["overlap"] == (HI - H - 60, HI - H)
    behind = asked(marks(closed_through=HI - 30 * H))
    assert behind.fresh == (HI - 30 * H, HI)
    assert set(behind.again) == {"overlap", "reread_73"}
    assert behind.again["overlap"] == (HI - 31 * H, HI - 30 * H)
    behind = asked(marks(closed_through=HI - 30 * H, reread_25=HI - 40 * H))
    assert behind.again["reread_25"] == (HI - 40 * H, HI - 30 * H)
    half = asked(marks(closed_through=HI - H - 1800))
    assert half.again["overlap"] == (HI - 2 * H - 1800, HI - H - 1800)


def test_the_patrol_begins_when_history_is_known_and_begins_anew_at_its_end() -> None:
    """A day at a time, from B to what was read a third time."""
    assert "patrol" not in asked(marks()).again
    known = {"backfill_done": True, "backfill_to": HI - 200 * H}
    first = HI - 200 * H
    assert asked(marks(**known)).again["patrol"] == (first, first + 24 * H)
    there = HI - 98 * H
    assert asked(marks(**known, patrol=there)).again["patrol"] == (there, HI - 74 * H)
    assert asked(marks(**known, patrol=there + 1)).again["patrol"] == (first, first + 24 * H)
    short = {"backfill_done": True, "backfill_to": HI - 80 * H}
    assert asked(marks(**short, patrol=HI - 74 * H)).again["patrol"] == (HI - 80 * H, HI - 74 * H)
    assert asked(marks(**known, patrol=there)).past_to is None


def test_each_round_of_the_patrol_looks_for_what_came_late_before_all_history() -> None:
    """What it finds is history: it is read down to its end before the patrol goes on."""
    known = marks(backfill_done=True, backfill_to=HI - 200 * H)
    assert asked(known).past_to == HI - 200 * H
    for found, ends, known_to in (
        (read(HI - 200 * H), set(), (HI - 200 * H, True)),
        (read(HI - 210 * H), set(), (HI - 210 * H, False)),
        (read(HI - 210 * H), {"organization"}, (HI - 210 * H, True)),
    ):
        result = stream(known, of(read(), past={"organization": found}, past_ends=ends))
        assert (result["backfill_to"], result["backfill_done"]) == known_to


def test_a_second_run_of_an_hour_goes_on_where_the_first_stood() -> None:
    """But reads the hour before W again that the last seal knew."""
    within = marks(closed_through=HI - 60, reread_25=HI - 25 * H)
    plan = asked(marks(), within)
    assert plan.fresh == (HI - 60, HI)
    assert plan.again == {
        "overlap": (HI - 2 * H, HI - H),
        "reread_73": (HI - 74 * H, HI - 73 * H),
    }


def read(through: int = HI, *overflow: int, whole: bool = True) -> AuditLogRead:
    """Return what reading a stream gave."""
    return AuditLogRead([], through, None, overflow, whole)


def after(before: Watermarks, log: AuditLog, skew_s: float = 0.0) -> Watermarks:
    """Return the watermarks after an hour."""
    return after_reading(before, audit_plan(before, HOUR_END), log, skew_s)


def stream(before: Watermarks, log: AuditLog, skew_s: float = 0.0) -> dict[str, Any]:
    """Return the organization's stream after an hour."""
    return {**after(before, log, skew_s)["streams"]["organization"]}


def of(main: AuditLogRead, again: dict[str, AuditLogRead] | None = None, **past: Any) -> AuditLog:
    """Return a log of which both streams were read alike."""
    reread = {"organization": again or {}, "tenant": again or {}}
    return AuditLog({"organization": main, "tenant": main}, reread, **past)


def test_what_was_closed_is_known() -> None:
    """On the first run the past begins where that one began; what is old needs no third look."""
    assert stream(initial(), of(read())) == UNREAD | {
        "closed_through": HI,
        "reread_25": HI - 25 * H,
        "reread_73": HI - 73 * H,
        "backfill_to": HI - 2 * H,
    }
    assert stream(marks(backfill_to=5), of(read(HI - 60)))["backfill_to"] == 5
    assert stream(marks(), of(read(HI - 60)))["closed_through"] == HI - 60


def test_marks_never_go_back() -> None:
    """A first run that closed nothing leaves nothing."""
    assert stream(marks(), of(read(HI - 2 * H)))["closed_through"] == HI - H
    assert stream(initial(), of(read(HI - 2 * H))) == UNREAD
    assert stream(initial(), of(read(HI - 2 * H + 1)))["closed_through"] == HI - 2 * H + 1
    behind = {"reread_25": read(HI - 27 * H), "reread_73": read(HI - 75 * H)}
    result = stream(marks(), of(read(), behind))
    assert (result["reread_25"], result["reread_73"]) == (HI - 26 * H, HI - 74 * H)


def test_each_rereading_has_a_mark_of_its_own() -> None:
    """It moves as far as it came, whatever the others did."""
    again = {"reread_25": read(HI - 25 * H), "reread_73": read(HI - 74 * H + 9, whole=False)}
    result = stream(marks(), of(read(HI - 60), again))
    assert (result["reread_25"], result["reread_73"]) == (HI - 25 * H, HI - 74 * H + 9)
    known = marks(backfill_done=True)
    assert stream(known, of(read(), {"patrol": read(7)}))["patrol"] == 7
    assert stream(known, of(read()))["patrol"] is None


def test_a_stream_that_did_not_answer_stays_where_it_was() -> None:
    """The other one moves."""
    result = after(marks(), AuditLog({"organization": read()}))
    assert result["streams"]["tenant"] == marks()["streams"]["tenant"]
    assert result["streams"]["organization"]["closed_through"] == HI


def test_a_clock_behind_ours_cannot_show_the_last_seconds() -> None:
    """One that is ahead can."""
    assert stream(marks(), of(read()), -90.5)["closed_through"] == HI - 90
    assert stream(marks(), of(read()), 90.0)["closed_through"] == HI
    assert stream(marks(), of(read(HI - 300)), -90.0)["closed_through"] == HI - 300


def test_the_past_moves_to_where_it_was_read() -> None:
    """It ends where nothing is before it; nothing moves before the present is known."""
    past = {"organization": read(100)}
    result = stream(marks(), of(read(), past=past, past_ends={"organization"}))
    assert (result["backfill_to"], result["backfill_done"]) == (100, True)
    result = stream(marks(), of(read(), past=past, past_ends={"tenant"}))
    assert (result["backfill_to"], result["backfill_done"]) == (100, False)
    assert stream(initial(), of(read(HI - 2 * H), past=past)) == UNREAD


def test_seconds_that_could_not_be_read_are_named_until_one_gets_through() -> None:
    """Those within what was closed are taken off, unless they could not be read again."""
    assert overflow_after([5, 10, 20], read(20, 12), 10) == [5, 12, 20]
    assert overflow_after([10], read(20, 10), 10) == [10]
    assert overflow_after([], read(9), 0) == []
    known = marks(overflow=[HI - 26 * H, HI - 3 * H, HI - H, HI - 60])
    assert stream(known, of(read(HI - 60, HI - 90)))["overflow"] == [
        *(HI - 26 * H, HI - 3 * H, HI - 90, HI - 60),
    ]
    again = {"reread_25": read(HI - 25 * H)}
    assert stream(known, of(read(HI - H), again))["overflow"] == [HI - 3 * H, HI - H, HI - 60]
    past = {"organization": read(100, 150, 50)}
    assert stream(marks(overflow=[120]), of(read(), past=past))["overflow"] == [50, 120, 150]


def test_no_flood_makes_the_list_of_such_seconds_long() -> None:
    """The newest are named."""
    many = range(HI - H, HI - H + MOST_OVERFLOW + 5)
    result = stream(marks(), of(read(HI, *many)))["overflow"]
    assert result == list(many)[5:]


def test_only_a_new_second_is_told() -> None:
    """In either stream; and by every run of the hour, though the first has named it."""
    before = marks(overflow=[1, 2])
    plan = audit_plan(before, HOUR_END)
    assert not shows_overflow(plan, marks(overflow=[2]))
    assert shows_overflow(plan, marks(overflow=[2, 3]))
    one: Any = {**before, "streams": {**before["streams"], "tenant": {**UNREAD, "overflow": [9]}}}
    assert shows_overflow(plan, one)
    assert shows_overflow(audit_plan(before, HOUR_END, one), one)


@pytest.mark.parametrize(
    ("behind_s", "lag"), [(-5, 0), (0, 0), (900, 0), (901, 1), (H, 1), (H + 1, 2), (30 * H, 30)]
)
def test_the_lag_is_in_hours_begun_and_none_while_the_log_is_level(behind_s: int, lag: int) -> None:
    """OpenAI's clock may be behind by what is borne."""
    level = marks(closed_through=HI)
    level["streams"]["tenant"] = level["streams"]["tenant"] | {"closed_through": HI - behind_s}
    assert lag_hours(level, HOUR_END) == lag


def test_a_stream_that_never_answered_has_no_lag() -> None:
    """Where neither did, nobody knows of one."""
    assert lag_hours(initial(), HOUR_END) is None
    one = marks(closed_through=HI - 3 * H)
    one["streams"]["tenant"] = initial()["streams"]["tenant"]
    assert lag_hours(one, HOUR_END) == 3
