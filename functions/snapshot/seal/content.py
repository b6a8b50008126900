"""Seal (step 5 of 6): what an hour's seal says, from the seal before it and what was read.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.evidence.seal_versions import VERSION
from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.shared.records.fields import part_of
from functions.shared.records.registers import HourRegisters, present, rows_of
from functions.shared.records.seals import (
    ClosedHour,
    IndexRun,
    Kpi,
    ObjectEntry,
    Outcome,
    RegisterRoot,
    SealContent,
    SectionHistory,
    SectionPicture,
    SectionSeal,
    SegmentEntry,
    Segments,
    Source,
)
from functions.shared.sections import OPTIONAL
from functions.snapshot.fetch.audit.audit_marks import initial, lag_hours
from functions.snapshot.findings.api_keys import is_stale
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.records import (
    COMPLETE,
    FAILED,
    PARTIAL,
    REQUIRED,
    REQUIRED_LISTS,
    SectionRead,
    Snapshot,
)
from functions.snapshot.seal.section_digest import picture_digest

# What is worked out from the others, and kept as registers too.
DERIVED = ("findings", "open_changes")
_NO_ROOT: RegisterRoot = {"root": None, "salt": None}
_NO_HISTORY: SectionHistory = {
    "register": None,
    **_NO_ROOT,
    "baseline": None,
    "complete_at": None,
    "asked_at": None,
    "state_at": None,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """What the seal of an hour says of what was stored for it.

    Attributes:
        registers: by section.
        roots: over the rows of each register, with what blinds them.
        not_shown: by section, who is present and not in the picture.
        segments: what the hour sealed first.
        index: the runs of the sealed index.
    """

    registers: Mapping[str, ObjectEntry]
    roots: Mapping[str, RegisterRoot]
    not_shown: Mapping[str, ObjectEntry]
    segments: Segments
    index: list[IndexRun]


def content_of(
    hour: HourToClose,
    snapshot: Snapshot,
    registers: HourRegisters,
    stored: Stored,
    source: Source,
) -> SealContent:
    """Return the content of the seal of an hour of which there is a snapshot.

    Args:
        hour: the hour.
        snapshot: what was read of it.
        registers: rows by section, as stored.
        stored: what the seal says of them, and of the segments.
        source: whom the snapshot was asked of, and by what.
    """
    outcome, reason = snapshot.outcome
    sections = {
        name: _list_section(hour, snapshot, registers, stored, name) for name in REQUIRED_LISTS
    }
    audit_events = snapshot.audit_events
    sections["audit_events"] = {
        **_section(audit_events, len(audit_events.rows)),
        **_NO_HISTORY,
        "lag_hours": lag_hours(snapshot.watermarks, hour.end),
    }
    for name in OPTIONAL:
        sections[name] = _optional_section(hour, snapshot, registers, stored, name)
    open_findings = [row for row in registers["findings"] if row["resolved_hour"] is None]
    open_changes = registers["open_changes"]
    sections |= {
        "findings": _derived_section("findings", len(open_findings), stored, hour),
        "open_changes": _derived_section("open_changes", len(open_changes), stored, hour),
    }
    return {
        **_closed(hour, outcome, reason),
        "source": source,
        "sections": sections,
        "segments": stored.segments,
        "index": stored.index,
        "custody": hour.custody,
        "watermarks": snapshot.watermarks,
        "kpi": kpi(registers, snapshot, hour.end),
        "pictured_from": snapshot.pictured_from,
        "pictured_to": snapshot.pictured_to,
    }


def content_without_snapshot(
    hour: HourToClose,
    outcome: Outcome,
    reason: str,
    source: Source,
    index: list[IndexRun],
    statements: list[SegmentEntry],
) -> SealContent:
    """Return the content of the seal of an hour without a snapshot: everything is carried.

    What the tenant said and did meanwhile is sealed all the same.
    """
    marks = hour.watermarks or initial()
    before = hour.previous.content["sections"] if hour.previous else {}
    sections: dict[str, SectionSeal] = {}
    for name in (*REQUIRED, *OPTIONAL, *DERIVED):
        status = "derived" if name in DERIVED else FAILED
        history = part_of(SectionHistory, before[name]) if name in before else _NO_HISTORY
        sections[name] = {**_section(SectionRead(status, reason), None), **history}
    sections["audit_events"]["lag_hours"] = lag_hours(marks, hour.end)
    return {
        **_closed(hour, outcome, reason),
        "source": source,
        "sections": sections,
        "segments": {"events": [], "changes": [], "verdicts": [], "statements": statements},
        "index": index,
        "custody": hour.custody,
        "watermarks": marks,
        "kpi": None,
        "pictured_from": None,
        "pictured_to": None,
    }


def _closed(hour: HourToClose, outcome: Outcome, reason: str | None) -> ClosedHour:
    return {
        "v": VERSION,
        "tenant_id": hour.tenant,
        "org_id": hour.org,
        "org_proof": hour.org_proof,
        "hour": hour.name,
        "outcome": outcome,
        "reason": reason,
        "lifecycle": list(hour.lifecycle),
        "lifecycle_seq": hour.lifecycle_seq,
        "statements_n": hour.statements_n,
        "previous_sha256": hour.previous.sha256 if hour.previous else None,
    }


def _section(section: SectionRead[EntityState | EventState], count: int | None) -> SectionPicture:
    return {
        "status": section.status,
        "reason": section.reason,
        "count": count,
        "unknown": section.unknown,
        "lag_hours": None,
        "picture_sha256": None,
        "not_shown": None,
        "odd": list(section.odd),
        "conflicts": list(section.conflicts),
    }


def _list_section(
    hour: HourToClose, snapshot: Snapshot, registers: HourRegisters, stored: Stored, name: str
) -> SectionSeal:
    section = snapshot.lists[name]
    history = _history(hour, snapshot, stored, name, section.status)
    return {**_pictured(section, _count(registers, name), stored, name), **history}


def _pictured(
    section: SectionRead[EntityState], count: int | None, stored: Stored, name: str
) -> SectionPicture:
    facts = _section(section, count)
    facts["picture_sha256"] = picture_digest(section)
    facts["not_shown"] = stored.not_shown.get(name)
    return facts


def _optional_section(
    hour: HourToClose, snapshot: Snapshot, registers: HourRegisters, stored: Stored, name: str
) -> SectionSeal:
    """Return what the seal says of an optional section.

    In an hour that did not ask for it, status and reason are those of the last hour that did;
    ``asked_at`` is that hour's end. Its register is carried.
    """
    marks = snapshot.watermarks["optional"].get(name)
    outcome, reason = snapshot.outcome
    section, count = snapshot.lists.get(name), _count(registers, name)
    if section is not None:
        facts = _pictured(section, count, stored, name)
    else:
        # Where nothing at all could be read in this hour: not that either.
        asked = marks if outcome != FAILED else None
        section = SectionRead(asked["status"], asked["reason"]) if asked else _unread(reason)
        facts = _section(section, count)
    history = _history(hour, snapshot, stored, name, section.status)
    return {**facts, **history, "asked_at": marks["asked_at"] if marks else None}


def _unread(reason: str | None) -> SectionRead[EntityState]:
    return SectionRead(FAILED, reason)


def _history(
    hour: HourToClose, snapshot: Snapshot, stored: Stored, name: str, status: str
) -> SectionHistory:
    """Return the register of a section, its first whole snapshot, and its newest one."""
    baseline = hour.baseline(name)
    return {
        "register": stored.registers.get(name),
        **stored.roots.get(name, _NO_ROOT),
        "baseline": hour.name if baseline is None and status == COMPLETE else baseline,
        "complete_at": _complete_at(hour, snapshot, name),
        "asked_at": None,
        "state_at": _state_at(hour, snapshot, name),
    }


def _state_at(hour: HourToClose, snapshot: Snapshot, name: str) -> str | None:
    section = snapshot.lists.get(name)
    is_shown = section is not None and section.status in (COMPLETE, PARTIAL)
    return hour.name if is_shown else hour.state_at(name)


def _complete_at(hour: HourToClose, snapshot: Snapshot, name: str) -> str | None:
    section = snapshot.lists.get(name)
    if section is not None and section.status == COMPLETE:
        return snapshot.pictured_from
    return hour.last_complete_at(name) if hour.baseline(name) else None


def _derived_section(name: str, count: int, stored: Stored, hour: HourToClose) -> SectionSeal:
    return {
        **_section(SectionRead("derived"), count),
        **_NO_HISTORY,
        "state_at": hour.name,
        "register": stored.registers.get(name),
        **stored.roots.get(name, _NO_ROOT),
    }


def _count(registers: HourRegisters, name: str) -> int | None:
    rows = rows_of(registers, name)
    return None if rows is None else len(present(rows))


def kpi(registers: HourRegisters, snapshot: Snapshot, hour_end: datetime) -> Kpi:
    """Return the figures of an hour; None for a section that could not be read whole."""
    users, keys = present(registers["users"]), present(registers["api_keys"])
    projects = [row for row in present(registers["projects"]) if row["status"] == "active"]
    # Not every account carries the flag; the projects' own lists say which are no persons.
    listed = registers["service_accounts"] if "service_accounts" in registers else []
    accounts = {account["service_account_id"] for account in listed}
    persons = [
        user for user in users if not user["is_service_account"] and user["user_id"] not in accounts
    ]
    stale = [key for key in keys if is_stale(key, hour_end)]

    def figure(section: str, rows: Sequence[EntityState]) -> int | None:
        return len(rows) if snapshot.lists[section].status == COMPLETE else None

    return {
        "users": figure("users", users),
        "billable_users": figure("users", persons),
        "active_projects": figure("projects", projects),
        "api_keys": figure("api_keys", keys),
        "stale_keys": figure("api_keys", stale),
    }
