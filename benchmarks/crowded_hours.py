"""Hours with many events and many changes, of the kinds that make matching them costly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from functions.shared.evidence.seals import Seal
from functions.shared.records.events import Change, Event, OpenChange
from functions.snapshot.compare.compare import Comparison
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.reconcile.event_pool import ANYTHING
from functions.snapshot.reconcile.match import EarlierHours
from functions.snapshot.reconcile.reconcile import Reconciliation, reconcile
from functions.snapshot.records import COMPLETE, SectionRead, Snapshot

START = datetime(2026, 4, 1, 5, tzinfo=UTC)
HOUR = "2026-04-01T05:00:00Z"
_SECTIONS = ("users", "projects", "api_keys")
_PROJECT = {"project_id": "proj_web", "name": "web", "status": "active", "removed_at": None}


@dataclass
class CrowdedHour:
    """What an hour is reconciled from.

    Attributes:
        events: of this hour, and of the one before.
        changes: of this hour.
        keys: of the register.
        open_changes: that earlier hours left.
    """

    events: list[Event]
    changes: list[Change] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)
    open_changes: Sequence[OpenChange] = ()

    def reconciled(self) -> Reconciliation:
        """Reconcile the hour."""
        section = {"complete_at": "2026-04-01T05:01:00Z", "baseline": "2026-03-31T00:00:00Z"}
        sections = dict.fromkeys(_SECTIONS, section)
        content: Any = {"sections": sections, "watermarks": {}, "pictured_from": HOUR}
        hour = HourToClose("t", "org-Crowd", START, "none", [], Seal(content, {}, b"", ""))
        through = int(START.timestamp()) + 3600
        stream = audit_marks.unread() | {"closed_through": through, "backfill_to": 0}
        marks: Any = audit_marks.initial() | {"proven": True}
        marks["streams"] = {"organization": stream}
        lists: Any = dict.fromkeys(_SECTIONS, SectionRead(COMPLETE))
        read: Any = SectionRead(COMPLETE, rows=self.events)
        pictured = "2026-04-01T06:01:00Z", "2026-04-01T06:02:00Z"
        snapshot = Snapshot(lists, read, marks, *pictured)
        registers: Any = {"users": [], "projects": [_PROJECT], "api_keys": self.keys}
        compared = Comparison(registers, self.changes)
        past = EarlierHours(self.events)
        return reconcile(
            hour, snapshot, compared, [], self.open_changes, lambda since, search=ANYTHING: past
        )


def keys_made_by_one_person(count: int) -> CrowdedHour:
    """Return an hour in which somebody made many keys, each with its event."""
    names = [f"key_{number:05d}" for number in range(count)]
    events = [_event("api_key.created", name, name) for name in names]
    changes = [_change("added", name) for name in names]
    keys = [_key(name) for name in names]
    return CrowdedHour(events, changes, [row | {"removed_at": None} for row in keys])


def one_target_in_one_second(count: int) -> CrowdedHour:
    """Return an hour in which one person's role was given many times, and all keys turned."""
    names = [f"key_{number:05d}" for number in range(count)]
    events = [_event("user.updated", "user-ann", name, role="member") for name in names]
    return CrowdedHour(events, [_change("modified", name) for name in names])


def events_about_nobody(count: int) -> CrowdedHour:
    """Return an hour of events that name nobody, and of changes that nothing explains."""
    names = [f"user-{number:05d}" for number in range(count)]
    events = [_event("user.updated", None, name, role="owner") for name in names]
    return CrowdedHour(events, [_change("modified", name, "users") for name in names])


def events_without_trace(count: int) -> CrowdedHour:
    """Return an hour of keys made that no snapshot shows, and of service accounts that went."""
    names = [f"key_{number:05d}" for number in range(count // 2)]
    events = [_event("api_key.created", name, name, second=40) for name in names]
    events += [_event("service_account.deleted", f"svc_{name}", f"s{name}") for name in names]
    return CrowdedHour(events)


def changes_left_open(count: int) -> CrowdedHour:
    """Return an hour of many events after one of as many changes that nothing explained."""
    hour = events_about_nobody(count)
    hour.open_changes = hour.reconciled().registers["open_changes"]
    hour.changes = []
    return hour


def groups_that_ended(count: int) -> CrowdedHour:
    """Return an hour in which many groups ended and many keys turned, nobody knows by which."""
    names = [f"key_{number:05d}" for number in range(count)]
    events = [_event("group.deleted", f"group_{name}", name) for name in names]
    return CrowdedHour(events, [_change("modified", name) for name in names])


CROWDS: dict[str, Callable[[int], CrowdedHour]] = {
    "keys made by one person": keys_made_by_one_person,
    "one target in one second": one_target_in_one_second,
    "events about nobody": events_about_nobody,
    "events without a trace": events_without_trace,
    "changes left open": changes_left_open,
    "groups that ended": groups_that_ended,
}


def _event(
    kind: str, target: str | None, name: str, *, role: str | None = None, second: int = 30
) -> Event:
    payload = {"id": target, "data": {"role": role}}
    return cast(
        "Event",
        {
            "event_id": f"audit_log-{name}",
            "event_type": kind,
            "occurred_at": f"2026-04-01T05:30:{second}Z",
            "actor_type": "session",
            "actor_id": "user-ann",
            "actor_hash": None,
            "project_id": None if kind == "user.updated" else "proj_web",
            "target_id": target,
            "details": {"payload": payload},
        },
    )


def _key(name: str) -> dict[str, Any]:
    facts = {"project_id": "proj_web", "owner_id": "user-ann", "owner_project_access": "inactive"}
    dates = {"created_at": "2026-04-01T05:30:30Z", "expires_at": None}
    return {"key_id": name, "first_seen_at": HOUR, **facts, **dates}


def _change(kind: str, name: str, section: str = "api_keys") -> Change:
    after = _key(name) if section == "api_keys" else {"user_id": name, "role": "reader"}
    return cast(
        "Change",
        {
            "hour": HOUR,
            "section": section,
            "entity_id": name,
            "kind": kind,
            "fields": ["owner_project_access" if section == "api_keys" else "role"],
            "before": None,
            "after": after,
        },
    )
