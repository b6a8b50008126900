"""How far everything was read, and what is asked for next."""

from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.shared.records.seals import OptionalMarks, Watermarks
from functions.shared.sections import OPTIONAL
from functions.snapshot.fetch.watermarks import (
    after_lists,
    after_reading,
    audit_windows,
    due_sections,
    initial,
    lag_hours,
    overflow_after,
    shows_overflow,
)
from functions.snapshot.records import AuditLog, AuditLogRead, SectionRead

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


def marks(deep_at: str | None = NOW, month: str | None = "2026-03", **stream: Any) -> Watermarks:
    """Return watermarks of streams that are read up to an hour ago."""
    usual = {**UNREAD, "closed_through": HI - H, "backfill_to": 0, **stream}
    streams: Any = {"organization": usual, "tenant": usual}
    return {
        **initial(),
        "proven": True,
        "deep_at": deep_at,
        "month_closed": month,
        "streams": streams,
    }


def test_before_the_first_run_nothing_is_known() -> None:
    """Of either stream, each with marks of its own."""
    first = initial()
    assert first == {
        "proven": False,
        "deep_at": None,
        "month_closed": None,
        "streams": {"organization": UNREAD, "tenant": UNREAD},
        "archived_keys_at": None,
        "optional": {},
    }
    first["streams"]["tenant"]["overflow"].append(1)
    assert first["streams"]["organization"]["overflow"] == []


def test_the_first_run_asks_for_two_days() -> None:
    """Both streams, up to the hour's end."""
    windows = audit_windows(initial(), HOUR_END)
    assert windows.lo == {"organization": HI - 48 * H, "tenant": HI - 48 * H}
    assert (windows.hi, windows.deep, windows.month) == (HI, True, "2026-03")
    assert windows.start() == HI - 48 * H


def test_an_hour_asks_from_an_hour_before_what_is_known() -> None:
    """Never before what was read of the past."""
    windows = audit_windows(marks(), HOUR_END)
    assert windows.lo["organization"] == HI - 2 * H
    assert (windows.deep, windows.month) == (False, None)
    assert audit_windows(marks(backfill_to=HI - H - 60), HOUR_END).lo["tenant"] == HI - H - 60


def test_once_a_day_four_days_are_read_again() -> None:
    """A day after the last such reading."""
    windows = audit_windows(marks("2026-04-09T06:00:00Z"), HOUR_END)
    assert (windows.deep, windows.lo["organization"]) == (True, HI - 97 * H)
    assert not audit_windows(marks("2026-04-09T06:00:01Z"), HOUR_END).deep


@pytest.mark.parametrize(
    ("hour_end", "closed", "month"),
    [
        ("2026-04-04T00:00:00Z", "2026-02", "2026-03"),
        ("2026-04-04T00:00:00Z", None, "2026-03"),
        ("2026-04-03T23:00:00Z", "2026-02", None),
        ("2026-04-04T00:00:00Z", "2026-03", None),
        ("2026-05-03T23:00:00Z", "2026-03", None),
        ("2026-05-04T00:00:00Z", "2026-03", "2026-04"),
    ],
)
def test_a_month_is_read_whole_when_it_is_settled(
    hour_end: str, closed: str | None, month: str | None
) -> None:
    """Seventy-two hours after its end, once."""
    through = int(parse_instant(hour_end).timestamp()) - H
    windows = audit_windows(
        marks(hour_end, closed, closed_through=through), parse_instant(hour_end)
    )
    start = int(parse_instant(f"{month}-01T00:00:00Z").timestamp()) if month else through - H
    assert (windows.month, windows.start()) == (month, start)


def read(through: int = HI, *overflow: int) -> AuditLogRead:
    """Return what reading a stream gave."""
    return AuditLogRead([], through, None, overflow)


def after(before: Watermarks, log: AuditLog, skew_s: float = 0.0) -> Watermarks:
    """Return the watermarks after an hour."""
    return after_reading(before, audit_windows(before, HOUR_END), log, HOUR_END, skew_s)


def stream(before: Watermarks, log: AuditLog, skew_s: float = 0.0) -> dict[str, Any]:
    """Return the organization's stream after an hour."""
    return {**after(before, log, skew_s)["streams"]["organization"]}


def of(main: AuditLogRead, **past: Any) -> AuditLog:
    """Return a log of which both streams were read alike."""
    return AuditLog({"organization": main, "tenant": main}, **past)


def test_what_was_closed_is_known() -> None:
    """On the first run the past begins where that one began."""
    assert stream(initial(), of(read())) == UNREAD | {
        "closed_through": HI,
        "backfill_to": HI - 48 * H,
    }
    assert stream(marks(backfill_to=5), of(read(HI - 60)))["backfill_to"] == 5
    assert stream(marks(), of(read(HI - 60)))["closed_through"] == HI - 60


def test_watermarks_never_go_back() -> None:
    """A first run that closed nothing leaves nothing."""
    assert stream(marks(), of(read(HI - 2 * H)))["closed_through"] == HI - H
    assert stream(initial(), of(read(HI - 48 * H))) == UNREAD
    assert stream(initial(), of(read(HI - 48 * H + 1)))["closed_through"] == HI - 48 * H + 1


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


def test_a_rescan_counts_when_every_stream_was_read_whole() -> None:
    """Of the day, and of the month."""
    before = marks("2026-04-09T00:00:00Z", "2026-02")
    result = after(before, of(read()))
    assert (result["deep_at"], result["month_closed"]) == (NOW, "2026-03")
    for log in (
        of(read(HI - 1)),
        AuditLog({"organization": read(), "tenant": read(HI - 1)}),
        AuditLog({}),
    ):
        result = after(before, log)
        assert (result["deep_at"], result["month_closed"]) == ("2026-04-09T00:00:00Z", "2026-02")
    usual = after(marks("2026-04-10T00:00:00Z"), of(read()))
    assert (usual["deep_at"], usual["month_closed"]) == ("2026-04-10T00:00:00Z", "2026-03")
    assert usual["proven"]


def test_the_past_moves_to_where_it_was_read() -> None:
    """It ends where nothing is before it; nothing moves before the present is known."""
    past = {"organization": read(100)}
    result = stream(marks(), of(read(), past=past, past_ends={"organization"}))
    assert (result["backfill_to"], result["backfill_done"]) == (100, True)
    result = stream(marks(), of(read(), past=past, past_ends={"tenant"}))
    assert (result["backfill_to"], result["backfill_done"]) == (100, False)
    assert stream(initial(), of(read(HI - 48 * H), past=past)) == UNREAD


def test_seconds_that_could_not_be_read_are_named_until_one_gets_through() -> None:
    """Those within what was closed are taken off, unless they could not be read again."""
    assert overflow_after([5, 10, 20], [12], 10, 20) == [5, 12, 20]
    assert overflow_after([10], [10], 10, 20) == [10]
    assert overflow_after([], [], 0, 9) == []
    known = marks(overflow=[HI - 3 * H, HI - H, HI - 60])
    assert stream(known, of(read(HI - 60, HI - 90)))["overflow"] == [HI - 3 * H, HI - 90, HI - 60]
    assert stream(known, of(read(HI - 3 * H)))["overflow"] == [HI - 3 * H, HI - H, HI - 60]
    past = {"organization": read(100, 150, 50)}
    assert stream(marks(overflow=[100, 120]), of(read(), past=past))["overflow"] == [
        *(50, 100, 120, 150),
    ]


def test_only_a_new_second_is_told() -> None:
    """In either stream."""
    before = marks(overflow=[1, 2])
    assert not shows_overflow(before, marks(overflow=[2]))
    assert shows_overflow(before, marks(overflow=[2, 3]))
    one: Any = {**before, "streams": {**before["streams"], "tenant": {**UNREAD, "overflow": [9]}}}
    assert shows_overflow(before, one)


def optional(**facts: Any) -> Watermarks:
    """Return watermarks in which groups were read before."""
    groups: Any = {"asked_at": "a", "due": NOW, "read_at": "r", "reason": None, "status": "x"}
    section: OptionalMarks = groups | facts
    return marks() | {"optional": {"groups": section}}


def test_a_section_is_asked_for_when_it_is_due() -> None:
    """All of them where none ever was."""
    assert due_sections(marks(), HOUR_END) == list(OPTIONAL)
    others = [name for name in OPTIONAL if name != "groups"]
    assert due_sections(optional(), HOUR_END) == list(OPTIONAL)
    assert due_sections(optional(due="2026-04-10T06:00:01Z"), HOUR_END) == others


NEXT_HOUR, NEXT_DAY = "2026-04-10T07:00:00Z", "2026-04-11T06:00:00Z"


@pytest.mark.parametrize(
    ("name", "section", "due"),
    [
        ("groups", SectionRead("complete"), NEXT_HOUR),
        ("groups", SectionRead("partial", "deadline", lasting=False), NEXT_HOUR),
        ("groups", SectionRead("failed", "server_error"), NEXT_HOUR),
        ("groups", SectionRead("forbidden", "scope_missing"), NEXT_DAY),
        ("groups", SectionRead("unavailable", "unavailable"), NEXT_DAY),
        ("project_users", SectionRead("complete"), NEXT_DAY),
        ("project_users", SectionRead("partial", "x", lasting=True), NEXT_DAY),
        ("project_users", SectionRead("partial", "x", lasting=False), NEXT_HOUR),
        ("project_users", SectionRead("failed", "x", lasting=True), NEXT_HOUR),
    ],
)
def test_when_a_section_is_due_again(name: str, section: SectionRead[Any], due: str) -> None:
    """Hourly ones the next hour, daily ones the next day, refused ones too."""
    result = after_lists(marks(), {name: section}, HOUR_END, archived_keys_read=False)
    assert result["optional"][name] == {
        "asked_at": NOW,
        "due": due,
        "read_at": NOW if section.reason is None else None,
        "reason": section.reason,
        "status": section.status,
    }


def test_what_was_not_asked_for_is_carried() -> None:
    """So is when a section was read last, while it cannot be read."""
    required: Any = {"users": SectionRead("complete")}
    assert after_lists(optional(), required, HOUR_END, archived_keys_read=False) == optional()
    failed: Any = {"groups": SectionRead("failed", "server_error")}
    result = after_lists(optional(), failed, HOUR_END, archived_keys_read=False)
    assert result["optional"]["groups"]["read_at"] == "r"


def test_archived_projects_keys_are_noted_where_they_were_read() -> None:
    """The hour's end."""
    unread = after_lists(marks(), {}, HOUR_END, archived_keys_read=False)
    assert unread["archived_keys_at"] is None
    result = after_lists(marks(), {}, HOUR_END, archived_keys_read=True)
    assert result["archived_keys_at"] == NOW
    assert result["optional"] == {}


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
