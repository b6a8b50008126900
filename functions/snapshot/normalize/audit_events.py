"""Normalize (step 2 of 6), part: what was read of the audit log to a section, and its watermarks.

Pure. An event needs an id and a type; everything else may be null or odd, is then null in the row
and counted as unknown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.shared.canonical import Json
from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    ScopeMissing,
    UpstreamError,
)
from functions.shared.hours import rfc3339
from functions.shared.records.events import EventDetails, EventState
from functions.shared.records.fields import without_nulls
from functions.shared.records.seals import Conflict, Watermarks
from functions.snapshot.fetch import watermarks
from functions.snapshot.fetch.pull import PullContext
from functions.snapshot.fetch.watermarks import AuditWindows
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import (
    CONFLICT,
    MOST_KEPT,
    conflict_of,
    failed,
    normalize_all,
)
from functions.snapshot.normalize.values import Rule, extra_of, instant, object_of, text_of
from functions.snapshot.records import (
    COMPLETE,
    PARTIAL,
    STREAMS,
    UNPROVEN,
    AuditLog,
    SectionRead,
)

AuditSection = tuple[SectionRead[EventState], Watermarks]
"""The section of the audit log, and the watermarks after it was read."""
SealedIds = Callable[[set[str], int], set[str]]
"""From ids, and an epoch second from which on they were asked for, to those that are sealed."""

_EVENT = frozenset({"id", "object", "type", "effective_at", "actor", "project"})


def audit_section(
    log: AuditLog, context: PullContext, privacy: Privacy, sealed_ids: SealedIds
) -> AuditSection:
    """Return the section of the audit log, and the watermarks after it was read."""
    answered = _answered(log)
    main = log.recent["organization"]
    nothing_read = main.closed_through <= context.windows.lo["organization"]
    if main.error is not None and (nothing_read or "organization" not in answered.recent):
        return failed(main.error), context.marks
    events = _events(answered, context.windows, privacy, sealed_ids)
    marks = context.marks | {"proven": context.marks["proven"] or bool(events.rows)}
    if abs(context.skew_s) > watermarks.MAX_SKEW_S:
        return events.section(PARTIAL, "clock_skew", lasting=False), marks
    after = watermarks.after_reading(
        marks, context.windows, answered, context.hour_end, context.skew_s
    )
    return _section(events, answered, context.windows, marks, after), after


def _answered(log: AuditLog) -> AuditLog:
    """Return what was read of the streams that OpenAI did not refuse."""
    names = [name for name in STREAMS if not _is_refused(log.recent[name].error)]
    recent = {name: log.recent[name] for name in names}
    past = {name: log.past[name] for name in names if name in log.past}
    return AuditLog(recent, past, log.past_ends)


def _is_refused(error: UpstreamError | None) -> bool:
    return isinstance(error, (ScopeMissing, EndpointUnavailable, ParameterRefused))


def _section(
    events: "_Events",
    answered: AuditLog,
    windows: AuditWindows,
    before: Watermarks,
    after: Watermarks,
) -> SectionRead[EventState]:
    reads = list(answered.recent.values())
    if min(read.closed_through for read in reads) < windows.hi:
        # Without an error the budget of windows ended: the next hour goes on from the watermark.
        errors = [read.error for read in reads if read.error]
        reason = errors[0].reason if errors else "window_budget"
        return events.section(PARTIAL, reason, lasting=all(error.lasting for error in errors))
    if watermarks.shows_overflow(before, after):
        return events.section(PARTIAL, "second_overflow")
    if events.conflicts:
        return events.section(PARTIAL, CONFLICT)
    if not after["proven"]:
        return events.section(UNPROVEN, "no_event_seen")
    return events.section(COMPLETE)


@dataclass(frozen=True, slots=True)
class _Events:
    """Events that no seal holds yet, and what of them did not fit."""

    rows: Sequence[EventState]
    unknown: int
    odd: Sequence[EventState]
    conflicts: Sequence[Conflict]

    def section(
        self, status: str, reason: str | None = None, *, lasting: bool = True
    ) -> SectionRead[EventState]:
        """Return the section they make."""
        odd, conflicts = self.odd[:MOST_KEPT], self.conflicts[:MOST_KEPT]
        return SectionRead(status, reason, lasting, self.rows, self.unknown, None, odd, conflicts)


def _events(
    log: AuditLog, windows: AuditWindows, privacy: Privacy, sealed_ids: SealedIds
) -> _Events:
    """Return the rows of events that no seal holds yet, each id once, oldest first."""
    by_stream = {
        stream: (log.past[stream].events if stream in log.past else []) + recent.events
        for stream, recent in log.recent.items()
    }
    ids = {id_ for items in by_stream.values() for item in items if (id_ := _id_of(item))}
    sealed = sealed_ids(ids, windows.start())
    by_id: dict[str, EventState] = {}
    unknown = 0
    odd: list[EventState] = []
    conflicts: list[Conflict] = []
    for stream, items in by_stream.items():
        asked_from = datetime.fromtimestamp(windows.lo[stream], UTC)
        rule = event(stream, rfc3339(asked_from))
        rows, lacking, without_id = normalize_all(items, rule, privacy)
        unknown += lacking
        odd += without_id
        for row in rows:
            if row["event_id"] in sealed:
                continue
            first = by_id.setdefault(row["event_id"], row)
            if _without_stream(first) != _without_stream(row):
                conflicts.append(conflict_of(row["event_id"], (first, row)))
    oldest_first = sorted(by_id.values(), key=lambda row: (row["occurred_at"], row["event_id"]))
    return _Events(oldest_first, unknown, odd, conflicts)


def _id_of(item: Json) -> str:
    identity = item.get("id")
    return identity if isinstance(identity, str) else ""


def _without_stream(row: EventState) -> EventState:
    # Both streams may show an event: that is no contradiction.
    return row | {"details": row["details"] | {"stream": None}}


def event(stream: str, asked_from: str) -> Rule[EventState]:
    """Return the rule for audit events.

    Args:
        stream: ``organization`` or ``tenant``.
        asked_from: start of what was asked for, for an event whose own time cannot be read.
    """

    def rule(item: Json, privacy: Privacy) -> tuple[EventState, bool]:
        kind = item.get("type") if isinstance(item.get("type"), str) else None
        occurred_at = instant(item.get("effective_at"))
        actor = object_of(item.get("actor"))
        actor_type, actor_id, actor_hash = _actor(actor, privacy)
        payload = item.get(kind) if kind else None
        names_known = privacy.knowing(_person_names(actor))
        details = _details(actor, privacy) | {"stream": stream}
        if payload is not None:
            details["payload"] = names_known.unknown(payload)
        extra = extra_of(item, _EVENT | ({kind} if kind else set()), names_known)
        if occurred_at is None:
            extra["effective_at"] = names_known.unknown(item.get("effective_at"))
        if extra:
            details["extra"] = extra
        row: EventState = {
            "event_id": item["id"],
            "event_type": privacy.text(kind) if kind else None,
            "occurred_at": occurred_at or asked_from,
            "actor_type": actor_type,
            "actor_id": actor_id,
            "actor_hash": actor_hash,
            "project_id": text_of(object_of(item.get("project")).get("id"), privacy),
            "target_id": text_of(object_of(payload).get("id"), privacy),
            "details": details,
        }
        return row, kind is None or occurred_at is None or actor_id is None

    return rule


def _actor(actor: Json, privacy: Privacy) -> tuple[str | None, str | None, str | None]:
    """Return who acted: what kind of actor, its id, and the hash of its address."""
    kind = text_of(actor.get("type"), privacy)
    session, key = object_of(actor.get("session")), object_of(actor.get("api_key"))
    person = object_of(session.get("user")) or object_of(key.get("user"))
    account = object_of(key.get("service_account"))
    hashed, _ = privacy.email(person.get("email"))
    kind = kind or ("session" if session else "api_key" if key else None)
    return kind, text_of(account.get("id") or person.get("id"), privacy), hashed


def _details(actor: Json, privacy: Privacy) -> EventDetails:
    """Return what else may be kept of who acted; what is not told is not there."""
    session, key = object_of(actor.get("session")), object_of(actor.get("api_key"))
    address = object_of(session.get("ip_address_details"))
    agent = session.get("user_agent")
    details: EventDetails = {
        "actor_key_id": text_of(key.get("id"), privacy),
        "asn": privacy.unknown(address.get("asn")),
        "country": text_of(address.get("country"), privacy),
        "ip_hash": privacy.ip(session.get("ip_address")),
        "user_agent": privacy.user_agent(agent) if isinstance(agent, str) else None,
    }
    return without_nulls(details)


def _person_names(actor: Json) -> list[Any]:
    people = [object_of(object_of(actor.get(kind)).get("user")) for kind in ("session", "api_key")]
    return [person.get("name") for person in people]
