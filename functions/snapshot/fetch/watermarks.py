"""Watermarks: when each optional section was read, and is due again.

Pure. Carried in every seal (its field ``watermarks``), beside the marks of the audit log
(``audit_marks.py``).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from functions.shared.hours import HOUR, rfc3339
from functions.shared.records.entities import EntityState
from functions.shared.records.seals import OptionalMarks, Watermarks
from functions.shared.sections import BY_NAME, OPTIONAL
from functions.snapshot.records import FAILED, FORBIDDEN, UNAVAILABLE, SectionRead

DAY = timedelta(hours=24)


def due_sections(marks: Watermarks, hour_end: datetime) -> list[str]:
    """Return the optional sections that an hour asks for; with lists by group, the groups too.

    Args:
        marks: the watermarks the last seal carries.
        hour_end: first instant after the hour.
    """
    asked, now = marks["optional"], rfc3339(hour_end)
    due = {name for name in OPTIONAL if name not in asked or asked[name]["due"] <= now}
    due |= {parents for name in due if (parents := BY_NAME[name].parent)}
    return [name for name in OPTIONAL if name in due]


def after_lists(
    marks: Watermarks,
    sections: Mapping[str, SectionRead[EntityState]],
    hour_end: datetime,
    *,
    archived_keys_read: bool,
) -> Watermarks:
    """Return the watermarks after an hour's lists were read.

    Args:
        marks: those before.
        sections: what was read, the optional ones as far as they were asked for.
        hour_end: first instant after the hour.
        archived_keys_read: whether the keys of archived projects were asked for, of all projects.
    """
    before = marks["optional"]
    asked = {
        name: _marks_of(name, section, before.get(name), hour_end)
        for name, section in sections.items()
        if name in OPTIONAL
    }
    after = marks | {"optional": before | asked}
    return after | {"archived_keys_at": rfc3339(hour_end)} if archived_keys_read else after


def _marks_of(
    name: str, section: SectionRead[EntityState], before: OptionalMarks | None, hour_end: datetime
) -> OptionalMarks:
    """Return a section's marks after it was asked for.

    ``read_at`` is the end of the last hour that read it whole, ``asked_at`` of the last that asked,
    with the status it got; from ``due`` on it is asked again.
    """
    now = rfc3339(hour_end)
    refused = section.status in (FORBIDDEN, UNAVAILABLE)
    done_today = BY_NAME[name].daily and section.status != FAILED and section.lasting
    last_read_at = before["read_at"] if before else None
    return {
        "asked_at": now,
        "due": rfc3339(hour_end + (DAY if refused or done_today else HOUR)),
        "read_at": now if section.reason is None else last_read_at,
        "reason": section.reason,
        "status": section.status,
    }
