"""Normalize (step 2 of 6), the whole: what was pulled to the picture of an hour.

Pure. Decides each section's status; a list that failed is never an empty list.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from functions.shared.canonical import Json
from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    Quarantined,
    ScopeMissing,
    UpstreamError,
)
from functions.shared.hashing import id_hash
from functions.shared.hours import rfc3339
from functions.snapshot.fetch import watermarks
from functions.snapshot.fetch.projects import is_active
from functions.snapshot.fetch.pull import Pulled
from functions.snapshot.normalize import required
from functions.snapshot.normalize.optional_sections import names_in, noted_all, optional_sections
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import (
    CONFLICT,
    MOST_KEPT,
    conflict_of,
    failed,
    joined,
    section_of,
)
from functions.snapshot.records import (
    COMPLETE,
    PARTIAL,
    STREAMS,
    UNAVAILABLE,
    UNPROVEN,
    Picture,
    Section,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands around a pull.

    Attributes:
        pulled: what OpenAI answered.
        known: frontiers the last seal carries.
        asked: what was asked of the audit log.
        hour_end: first instant after the hour.
        pictured_from: instant of the first request.
        pictured_to: instant of the last answer.
        skew_s: OpenAI's clock minus ours.
        known_projects: keyed hashes of project ids this organization is known by.
        proven_org: whether OpenAI refused a wrong organization id with this key.
    """

    pulled: Pulled
    known: Json
    asked: watermarks.Plan
    hour_end: datetime
    pictured_from: datetime
    pictured_to: datetime
    skew_s: float
    known_projects: frozenset[str]
    proven_org: bool


def picture_of(seen: Seen, privacy: Privacy, sealed_ids: Callable[[int], set[str]]) -> Picture:
    """Return the normalized picture.

    Args:
        seen: what was pulled, and around it.
        privacy: the rules, with the tenant's hashing key.
        sealed_ids: from an epoch second to the ids of all events sealed since then.
    """
    pulled = seen.pulled
    privacy = privacy.knowing([*_names(pulled.users.items), *names_in(pulled.further)])
    further = optional_sections(pulled.further, pulled.projects, privacy)
    sections = {
        "users": section_of("users", pulled.users, required.user, privacy),
        "projects": section_of("projects", pulled.projects, required.project, privacy),
        "api_keys": _api_keys(pulled, privacy),
        **further,
    }
    stranger = _is_stranger(seen, privacy)
    if stranger:
        sections = {name: failed(Quarantined()) for name in sections}
        audit, after = failed(Quarantined()), seen.known
    else:
        audit, after = _audit(seen, privacy, sealed_ids)
        if pulled.archived_keys_read and pulled.projects.whole:
            after = after | {"archived_keys_at": rfc3339(seen.hour_end)}
        after = after | {"optional": noted_all(seen.known, further, seen.hour_end)}
    return Picture(
        sections={**sections, "audit_events": audit},
        frontiers=after,
        pictured_from=rfc3339(seen.pictured_from),
        pictured_to=rfc3339(seen.pictured_to),
    )


def _names(users: Iterable[Json]) -> list[object]:
    return [name for user in users for name in (user.get("name"), _inner_name(user))]


def _inner_name(user: Json) -> object:
    inner = user.get("user")
    return inner.get("name") if isinstance(inner, dict) else None


def _is_stranger(seen: Seen, privacy: Privacy) -> bool:
    # Where OpenAI itself refuses a key of another organization there is nothing to suspect.
    projects = seen.pulled.projects
    if seen.proven_org or not seen.known_projects or not projects.whole:
        return False
    shown = {id_hash(privacy.key, str(project.get("id"))) for project in projects.items}
    return not shown & seen.known_projects


def _api_keys(pulled: Pulled, privacy: Privacy) -> Section:
    if pulled.projects.error and not pulled.projects.items:
        # Without projects there is nobody to ask: what stopped that list stops this one.
        return failed(pulled.projects.error)
    parts = {
        name: section_of("api_keys", listing, required.api_key(name), privacy)
        for name, listing in pulled.keys.items()
    }
    active = {str(project.get("id")) for project in pulled.projects.items if is_active(project)}
    # An archived project's keys need not be listed: no answer there is no shortfall.
    short = [
        part
        for name, part in parts.items()
        if part.status != COMPLETE and (name in active or part.status != UNAVAILABLE)
    ]
    return joined("api_keys", parts, short, pulled.projects.whole, pulled.without_any)


def _audit(
    seen: Seen, privacy: Privacy, sealed_ids: Callable[[int], set[str]]
) -> tuple[Section, Json]:
    pulled = seen.pulled
    main = pulled.audit["organization"]
    answered = [name for name in STREAMS if not _refused(pulled.audit[name].error)]
    if "organization" not in answered:
        assert main.error is not None  # noqa: S101  # what _refused tested
        return failed(main.error), seen.known
    errors = [walked.error for name in answered if (walked := pulled.audit[name]).error]
    reached = {name: pulled.audit[name].closed_through for name in answered}
    nothing = main.error is not None and main.closed_through <= seen.asked.lo["organization"]
    if nothing and main.error is not None:
        return failed(main.error), seen.known
    found = _events(seen, privacy, sealed_ids, answered)
    known = seen.known | {"proven": seen.known["proven"] or bool(found.rows)}
    if abs(seen.skew_s) > watermarks.MAX_SKEW_S:
        return found.section(PARTIAL, "clock_skew", lasting=False), known
    after = watermarks.advanced(known, seen.asked, reached, seen.hour_end, seen.skew_s)
    after = _past(after, seen, answered)
    after, new_overflow = _overflow(after, seen, answered)
    if min(reached.values()) < seen.asked.hi:
        # Without an error the budget of windows ended: the next hour goes on from the frontier.
        reason = errors[0].reason if errors else "window_budget"
        lasting = all(error.lasting for error in errors)
        return found.section(PARTIAL, reason, lasting=lasting), after
    if new_overflow:
        return found.section(PARTIAL, "second_overflow"), after
    if found.conflicts:
        return found.section(PARTIAL, CONFLICT), after
    if not known["proven"]:
        return found.section(UNPROVEN, "no_event_seen"), after
    return found.section(COMPLETE), after


def _refused(error: UpstreamError | None) -> bool:
    return isinstance(error, (ScopeMissing, EndpointUnavailable, ParameterRefused))


def _past(after: Json, seen: Seen, answered: list[str]) -> Json:
    streams = dict(after["streams"])
    for name in answered:
        if name in seen.pulled.backfill and streams[name]["closed_through"] is not None:
            streams[name] = streams[name] | {
                "backfill_to": seen.pulled.backfill[name].closed_through,
                "backfill_done": name in seen.pulled.history_ends,
            }
    return after | {"streams": streams}


def _overflow(after: Json, seen: Seen, answered: list[str]) -> tuple[Json, bool]:
    """Return the frontiers with the seconds no cursor led through, and whether any is new."""
    streams = dict(after["streams"])
    is_new = False
    for name in answered:
        known = streams[name]["overflow"]
        walks = [(seen.pulled.audit[name], seen.asked.lo[name])]
        if name in seen.pulled.backfill:
            past = seen.pulled.backfill[name]
            walks.append((past, past.closed_through))
        listed = known
        for walked, lo in walks:
            through = max(walked.closed_through, lo)
            listed = watermarks.overflow_after(listed, walked.overflow, lo, through)
        is_new = is_new or not set(listed) <= set(known)
        streams[name] = streams[name] | {"overflow": listed}
    return after | {"streams": streams}, is_new


@dataclass(frozen=True, slots=True)
class _Found:
    """Events that no seal holds yet, and what of them did not fit."""

    rows: list[Json]
    unknown: int
    odd: list[Json]
    conflicts: list[Json]

    def section(self, status: str, reason: str | None = None, *, lasting: bool = True) -> Section:
        """Return the section they make."""
        odd, conflicts = self.odd[:MOST_KEPT], self.conflicts[:MOST_KEPT]
        return Section(status, reason, lasting, self.rows, self.unknown, None, odd, conflicts)


def _events(
    seen: Seen,
    privacy: Privacy,
    sealed_ids: Callable[[int], set[str]],
    answered: list[str],
) -> _Found:
    """Return the rows of events that no seal holds yet, each id once, oldest first."""
    sealed = sealed_ids(seen.asked.start())
    found: dict[str, Json] = {}
    unknown, odd, conflicts = 0, [], []
    for name in answered:
        past = seen.pulled.backfill.get(name)
        items = (past.events if past else []) + seen.pulled.audit[name].events
        seen_from = datetime.fromtimestamp(seen.asked.lo[name], seen.hour_end.tzinfo)
        one = required.event(name, rfc3339(seen_from))
        rows, lacking, without_id = required.normalize_all(items, one, privacy)
        unknown += lacking
        odd += without_id
        for row in rows:
            if row["event_id"] in sealed:
                continue
            known = found.setdefault(row["event_id"], row)
            if _without_stream(known) != _without_stream(row):
                conflicts.append(conflict_of(row["event_id"], (known, row)))
    order = sorted(found.values(), key=lambda row: (row["occurred_at"], row["event_id"]))
    return _Found(order, unknown, odd, conflicts)


def _without_stream(row: Json) -> Json:
    # Both streams may show an event: that is no contradiction.
    return row | {"details": row["details"] | {"stream": None}}
