"""Normalize (step 2 of 6), part: what was read of the audit log to a section, and its watermarks.

Pure. An event needs an id and a type; everything else may be null or odd, is then null in the row
and counted as unknown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from functions.shared.canonical import Json
from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    ScopeMissing,
    UpstreamError,
)
from functions.shared.records.events import EventDetails, EventState, oldest_first
from functions.shared.records.fields import without_nulls
from functions.shared.records.seals import Conflict, Watermarks
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.fetch.audit.audit_marks import OVERLAP, AuditPlan
from functions.snapshot.fetch.audit.audit_page import effective_at
from functions.snapshot.fetch.pull import PullContext
from functions.snapshot.normalize.api_fields import RECORDS
from functions.snapshot.normalize.origin_digest import origin_digest
from functions.snapshot.normalize.payload import clean_payload, clean_value
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import (
    CONFLICT,
    MOST_KEPT,
    conflict_of,
    failed,
    normalize_all,
)
from functions.snapshot.normalize.values import (
    UNREADABLE,
    Rule,
    Unread,
    Unreadable,
    always,
    email_of,
    extra_of,
    id_of,
    instant,
    object_of,
    readable,
    text_of,
)
from functions.snapshot.records import (
    COMPLETE,
    PARTIAL,
    STREAMS,
    UNPROVEN,
    AuditLog,
    AuditLogRead,
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
    nothing_read = main.closed_through <= context.plan.streams["organization"].fresh.lo
    if main.error is not None and (nothing_read or "organization" not in answered.recent):
        return failed(main.error), context.marks
    events = _events(answered, context.plan, privacy, sealed_ids)
    marks = context.marks | {"proven": context.marks["proven"] or bool(events.rows)}
    if abs(context.skew_s) > audit_marks.MAX_SKEW_S:
        return events.section(PARTIAL, "clock_skew", lasting=False), marks
    after = audit_marks.after_reading(marks, context.plan, answered, context.skew_s)
    return _section(events, answered, context, after), after


def _answered(log: AuditLog) -> AuditLog:
    """Return what was read of the streams that OpenAI did not refuse."""
    names = [name for name in STREAMS if not _is_refused(log.recent[name].error)]
    return replace(
        log,
        recent={name: log.recent[name] for name in names},
        again={name: log.again[name] for name in names if name in log.again},
        past={name: log.past[name] for name in names if name in log.past},
    )


def _is_refused(error: UpstreamError | None) -> bool:
    return isinstance(error, (ScopeMissing, EndpointUnavailable, ParameterRefused))


def _section(
    events: "_Events",
    answered: AuditLog,
    context: PullContext,
    after: Watermarks,
) -> SectionRead[EventState]:
    reads = [read for name in answered.recent for read in _urgent(answered, name)]
    if not all(read.whole for read in reads):
        errors = [read.error for read in reads if read.error]
        if answered.full:
            # No hour holds more: the next one goes on where this one stands.
            return events.section(PARTIAL, "hour_full")
        # Without an error the run's budget ended. The next run goes on where this one stands.
        lasting = bool(errors) and all(error.lasting for error in errors)
        reason = errors[0].reason if errors else "window_budget"
        return events.section(PARTIAL, reason, lasting=lasting)
    if audit_marks.shows_overflow(context.plan, after):
        return events.section(PARTIAL, "second_overflow")
    if events.conflicts:
        return events.section(PARTIAL, CONFLICT)
    if not after["proven"]:
        return events.section(UNPROVEN, "no_event_seen")
    return events.section(COMPLETE)


def _urgent(log: AuditLog, name: str) -> list[AuditLogRead]:
    """Return what an hour must have read of a stream: up to its end, and the hour before W."""
    again = log.again.get(name, {})
    return [log.recent[name], *([again[OVERLAP]] if OVERLAP in again else [])]


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


def _events(log: AuditLog, plan: AuditPlan, privacy: Privacy, sealed_ids: SealedIds) -> _Events:
    """Return the rows of events that no seal holds yet, each id once, oldest first."""
    sealed = _sealed(log, plan, sealed_ids)
    by_id: dict[str, EventState] = {}
    unknown = 0
    odd: list[EventState] = []
    conflicts: list[Conflict] = []
    for stream in log.recent:
        rule = event(stream)
        fresh, older = _read_of(log, stream)
        unsealed = [item for item in older + fresh if _id_of(item) not in sealed]
        rows, lacking, without_id = normalize_all(unsealed, rule, privacy)
        unknown += lacking
        odd += without_id
        for row in rows:
            first = by_id.setdefault(row["event_id"], row)
            if not tells_the_same(first, row):
                conflicts.append(conflict_of(row["event_id"], (first, row)))
    return _Events(oldest_first(by_id.values()), unknown, odd, conflicts)


def _read_of(log: AuditLog, stream: str) -> tuple[list[Json], list[Json]]:
    """Return what was read of a stream of the newest hours, and of those long past."""
    again = log.again.get(stream, {})
    fresh = list(log.recent[stream].events)
    older = list(log.past[stream].events) if stream in log.past else []
    for mark, read in again.items():
        (fresh if mark == OVERLAP else older).extend(read.events)
    return fresh, older


def _sealed(log: AuditLog, plan: AuditPlan, sealed_ids: SealedIds) -> set[str]:
    """Return the ids of what was read that are sealed already, by whichever hour.

    While the index does not reach back to the chain's beginning, hours before it are read for what
    is old or without a time; for what is fresh alone only those since the fresh part's start.
    """
    ids: set[str] = set()
    since = plan.start()
    for stream in log.recent:
        fresh, older = _read_of(log, stream)
        ids.update(_id_of(item) for item in (*fresh, *older))
        if older or any(effective_at(item) is None for item in fresh):
            since = 0
    return sealed_ids(ids - {""}, since)


def _id_of(item: Json) -> str:
    identity = item.get("id")
    return identity if isinstance(identity, str) else ""


def tells_the_same(one: EventState, other: EventState) -> bool:
    """Tell whether two rows of one event agree: both streams may show it."""
    nowhere: EventDetails = {"stream": None}
    return one | {"details": one["details"] | nowhere} == other | {
        "details": other["details"] | nowhere
    }


def event(stream: str) -> Rule[EventState]:
    """Return the rule for audit events of a stream, ``organization`` or ``tenant``.

    No time is made up for an event whose own cannot be read: it is null, and what OpenAI told in
    its place stands, cleaned, in ``details.extra.effective_at``.
    """

    def rule(item: Json, privacy: Privacy) -> tuple[EventState, bool]:
        unread = Unread()
        kind = unread.keep("event_type", always(id_of(item.get("type"))))
        occurred_at = unread.keep("occurred_at", always(instant(item.get("effective_at"))))
        project_id = unread.keep("project_id", _id_inside(item.get("project")))
        actor = object_of(item.get("actor"))
        actor_type, actor_id, actor_hash = _actor(actor, privacy, unread)
        payload = clean_payload(kind, item.get(kind), privacy) if kind else None
        target_id = unread.keep("target_id", id_of(object_of(payload).get("id")))
        details = _details(actor, privacy) | {"stream": stream}
        details["origin_digest"] = origin_digest(item, privacy.key)
        if payload is not None:
            details["payload"] = payload
        in_row = {*_EVENT, kind or ""} - (set() if occurred_at else {"effective_at"})
        if extra := extra_of(item, in_row, RECORDS["audit_events"], privacy):
            details["extra"] = extra
        if names := unread.names():
            details["unreadable"] = names
        row: EventState = {
            "event_id": item["id"],
            "event_type": privacy.field_name(kind) if kind else None,
            "occurred_at": occurred_at,
            "actor_type": actor_type,
            "actor_id": actor_id,
            "actor_hash": actor_hash,
            "project_id": project_id,
            "target_id": target_id,
            "details": details,
        }
        return row, actor_id is None or bool(names)

    return rule


def _id_inside(value: object) -> str | Unreadable | None:
    """Return the id of an object that may be left out; anything else in its place is unreadable."""
    if value is not None and not isinstance(value, dict):
        return UNREADABLE
    return id_of(object_of(value).get("id"))


def _actor(
    actor: Json, privacy: Privacy, unread: Unread
) -> tuple[str | None, str | None, str | None]:
    """Return who acted: what kind of actor, its id, and the hash of its address."""
    kind = unread.keep("actor_type", text_of(actor.get("type"), privacy))
    session, key = object_of(actor.get("session")), object_of(actor.get("api_key"))
    person = object_of(session.get("user")) or object_of(key.get("user"))
    account = object_of(key.get("service_account"))
    address = unread.keep("actor_hash", email_of(person.get("email"), privacy))
    kind = kind or ("session" if session else "api_key" if key else None)
    actor_id = unread.keep("actor_id", id_of(account.get("id") or person.get("id")))
    return kind, actor_id, address[0] if address else None


def _details(actor: Json, privacy: Privacy) -> EventDetails:
    """Return what else may be kept of who acted; what is not told is not there."""
    session, key = object_of(actor.get("session")), object_of(actor.get("api_key"))
    address = object_of(session.get("ip_address_details"))
    agent = session.get("user_agent")
    details: EventDetails = {
        "actor_key_id": readable(id_of(key.get("id"))),
        "asn": clean_value(address.get("asn"), "word", privacy),
        "country": readable(text_of(address.get("country"), privacy)),
        "ip_hash": privacy.ip(session.get("ip_address")),
        "user_agent": privacy.user_agent(agent) if isinstance(agent, str) else None,
    }
    return without_nulls(details)
