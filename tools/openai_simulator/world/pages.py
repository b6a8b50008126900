"""One page of a list: which entries, and its envelope. Pure."""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from tools.openai_simulator.message import Answer, Request, refusal
from tools.openai_simulator.timeline import Record, Timeline, Version, encode
from tools.openai_simulator.world.event_log import Event, EventLog

BY_NEXT = frozenset({"groups", "roles"})


class RequestRefused(Exception):
    """The request is answered with this error instead of a page."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"answered {answer.status}")
        self.answer = answer


@dataclass(frozen=True)
class Page:
    """A page before it is written.

    Attributes:
        by_next: Envelope B (`next`) instead of A (`first_id`, `last_id`).
    """

    entries: list[Version] | list[Event]
    has_more: bool
    by_next: bool = False

    def body(self) -> bytes:
        """Return the page as JSON, from records encoded once."""
        data = b",".join([entry.encoded() for entry in self.entries])
        return b'{"object":"list","data":[' + data + b"]," + encode(self._frame())[1:]

    def decoded(self) -> Record:
        """Return the page as a copy that may be changed."""
        entries: Iterable[Version | Event] = self.entries
        data = [copy.deepcopy(entry.record) for entry in entries]
        return {"object": "list", "data": data, **self._frame()}

    def _frame(self) -> Record:
        first, last = (self.entries[0].id, self.entries[-1].id) if self.entries else (None, None)
        if self.by_next:
            return {"has_more": self.has_more, "next": last if self.has_more else None}
        return {"first_id": first, "last_id": last, "has_more": self.has_more}


def whole_number(request: Request, name: str) -> int | None:
    """Return a parameter as an integer; refuse anything else."""
    value = request.first(name)
    if value is None:
        return None
    try:
        return int(value)
    except ValueError:
        message = f"Invalid type for '{name}': expected an integer."
        raise RequestRefused(refusal(400, message, param=name, code="invalid_type")) from None


def limit_of(request: Request) -> int:
    """Return how many entries a page may have; 20 by default."""
    limit = whole_number(request, "limit")
    if limit is None:
        return 20
    if not 1 <= limit <= 100:
        message = f"Invalid 'limit': expected 1 to 100, got {limit}."
        raise RequestRefused(refusal(400, message, param="limit", code="invalid_value"))
    return limit


def unknown_cursor(name: str) -> RequestRefused:
    """Return the refusal of a cursor that was never an id of the list."""
    return RequestRefused(
        refusal(400, f"Invalid '{name}' cursor.", param=name, code="invalid_cursor")
    )


def page_of(
    timeline: Timeline,
    request: Request,
    now: float,
    *,
    order: str,
    matches: Callable[[Record], bool],
    by_next: bool = False,
) -> Page:
    """Return the page of a list that a request asks for."""
    limit = limit_of(request)
    versions = timeline.alive(now, order)
    start: int | None = 0
    cursor = request.first("after")
    if cursor is not None:
        start = timeline.index_after(versions, order, cursor)
    if start is None:
        raise unknown_cursor("after")
    candidates = islice(versions, start, None)
    matching = list(islice((v for v in candidates if matches(v.fields)), limit + 1))
    return Page(matching[:limit], len(matching) > limit, by_next)


def event_page(
    log: EventLog,
    request: Request,
    now: float,
    *,
    newest_first: bool,
    swapped: bool,
    matches: Callable[[Event], bool],
    delay_s: float,
) -> Page:
    """Return the page of an audit log that a request asks for."""
    limit = limit_of(request)
    after, before = request.first("after"), request.first("before")
    if swapped:
        after, before = before, after
    if after is not None and before is not None:
        raise RequestRefused(refusal(400, "Only one of 'after' and 'before' may be given."))
    if (cursor := after or before) is not None and not log.knows(cursor):
        raise unknown_cursor("before" if before else "after")
    from_s, before_s = _bounds(request)
    events = log.select(
        now=now,
        from_s=from_s,
        before_s=before_s,
        newest_first=newest_first,
        after=after,
        before=before,
        matches=matches,
        delay_s=delay_s,
    )
    matching = list(islice(events, limit + 1))
    entries = matching[:limit]
    return Page(entries[::-1] if before is not None else entries, len(matching) > limit)


def _bounds(request: Request) -> tuple[int | None, int | None]:
    bounds = {n: whole_number(request, f"effective_at[{n}]") for n in ("gte", "gt", "lt", "lte")}
    lows = [b + extra for n, extra in (("gte", 0), ("gt", 1)) if (b := bounds[n]) is not None]
    highs = [b + extra for n, extra in (("lt", 0), ("lte", 1)) if (b := bounds[n]) is not None]
    return max(lows, default=None), min(highs, default=None)


def event_filter(request: Request) -> Callable[[Event], bool]:
    """Return the test that the list parameters of an audit log request make of an event."""
    types, projects = request.all("event_types"), request.all("project_ids")
    actors, emails = request.all("actor_ids"), request.all("actor_emails")
    resources = request.all("resource_ids")
    if not (types or projects or actors or emails or resources):
        return lambda _event: True

    def matches(event: Event) -> bool:
        record = event.record
        actor = _actor_of(record)
        return (
            (not types or record.get("type") in types)
            and (not projects or (record.get("project") or {}).get("id") in projects)
            and (not actors or not actors.isdisjoint(actor))
            and (not emails or not emails.isdisjoint(actor))
            and (not resources or (record.get(record["type"]) or {}).get("id") in resources)
        )

    return matches


def _actor_of(record: Record) -> list[str]:
    """Return every id and address that an event's actor goes by."""
    actor = record.get("actor") or {}
    key = actor.get("api_key") or {}
    session = actor.get("session") or {}
    parties = [session.get("user"), key, key.get("user"), key.get("service_account")]
    return [party[n] for party in parties if party for n in ("id", "email") if party.get(n)]
