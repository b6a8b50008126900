"""When each optional section was read, and when it is due again."""

from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.shared.records.seals import OptionalMarks, Watermarks
from functions.shared.sections import OPTIONAL
from functions.snapshot.fetch.audit.audit_marks import initial
from functions.snapshot.fetch.watermarks import after_lists, due_sections
from functions.snapshot.records import SectionRead

NOW = "2026-04-10T06:00:00Z"
HOUR_END = parse_instant(NOW)


def marks() -> Watermarks:
    """Return watermarks in which no optional section was ever read."""
    return initial()


def optional(**facts: Any) -> Watermarks:
    """Return watermarks in which groups were read before."""
    groups: Any = {"asked_at": "a", "due": NOW, "read_at": "r", "reason": None, "status": "x"}
    section: OptionalMarks = groups | facts
    return marks() | {"optional": {"groups": section}}


def test_a_section_is_asked_for_when_it_is_due() -> None:
    """All of them where none ever was."""
    assert due_sections(marks(), HOUR_END) == list(OPTIONAL)
    assert due_sections(optional(), HOUR_END) == list(OPTIONAL)
    waiting = optional(due="2026-04-10T06:00:01Z")
    # With the lists of each group the groups are, too.
    assert due_sections(waiting, HOUR_END) == list(OPTIONAL)
    one = waiting["optional"]["groups"]
    later = marks() | {"optional": dict.fromkeys(OPTIONAL, one)}
    assert due_sections(later, HOUR_END) == []
    later["optional"]["group_roles"] = one | {"due": NOW}
    assert due_sections(later, HOUR_END) == ["groups", "group_roles"]


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
