"""An organization's hours: one by one, and as days of 24."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final

from functions.api.context import Context
from functions.api.cursor import UNUSABLE, Cursors
from functions.api.filters import time_range
from functions.api.records import HourInDay, ListedDay
from functions.shared.errors import BadRequest
from functions.shared.evidence.expected_hours import expected_hour, to_close_of
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.seals import Outcome
from functions.shared.records.tables import HourRow, ListedHour

_DAY: Final = timedelta(days=1)
_HOURS: Final = 24
_AT_ONCE: Final = 1000


def list_hours(request: Request, context: Context) -> Reply:
    """Answer one page of an organization's closed hours, newest first.

    Raises:
        NotFound: this tenant has no such organization.
        BadRequest: the query cannot be used.
    """
    query = request.query("from", "to", "cursor", "limit")
    limit = query.limit
    tenant = request.principal.tenant_id
    org = context.connections.need(tenant, request.path("org_id")).org_id
    cursors = Cursors(tenant, f"hours/{org}", 1)
    after = cursors.read(query.find("cursor"))
    first, last = time_range(query)
    start, until = parse_instant(first) if first else None, after[0] if after else last
    try:
        end = parse_instant(until) if until else None
    except ValueError as error:
        raise BadRequest(UNUSABLE) from error
    rows: list[HourRow] = []
    # A cursor may stand before what is asked for now.
    if not (start and end and end < start):
        hours = context.hours(tenant, org).between(start, end, newest_first=True, at_once=limit + 4)
        rows = list(islice(hours, limit + 1))
    page = rows[:limit]
    more = cursors.write(page[-1]["hour"]) if len(rows) > limit else None
    items: list[ListedHour] = [{**row, "org_id": org} for row in page]
    return reply(200, {"items": items, "next_cursor": more})


def list_days(request: Request, context: Context) -> Reply:
    """Answer one page of an organization's days, newest first: what became of each hour.

    Raises:
        NotFound: this tenant has no such organization.
        BadRequest: the query cannot be used.
    """
    query = request.query("from", "to", "cursor", "limit")
    connection = context.connections.need(request.principal.tenant_id, request.path("org_id"))
    hours = context.hours(connection.tenant_id, connection.org_id)
    cursors = Cursors(connection.tenant_id, f"days/{connection.org_id}", 1)
    after = cursors.read(query.find("cursor"))
    first, to = _day(query.find("from")), _day(after[0] if after else query.find("to"))
    if first and to and to < first:
        raise BadRequest("to must not be before from")
    now = context.clock()
    oldest = next(hours.between(None, None, at_once=2), None)
    began = parse_instant(oldest["hour"] if oldest else connection.first_hour).date()
    start = max(first or began, began)
    end = min(to or date.max, now.date() + _DAY)
    # Days before the first are not counted back from: a calendar has a beginning.
    begin = max(start, end - query.limit * _DAY) if end > start else end
    rows = hours.between(_midnight(begin), _midnight(end), at_once=_AT_ONCE) if begin < end else []
    outcomes = {row["hour"]: row["outcome"] for row in rows}
    to_close = to_close_of(connection, hours.newest())
    items: list[ListedDay] = []
    while end > begin:
        end -= _DAY
        of_day = [_midnight(end) + n * HOUR for n in range(_HOURS)]
        items.append(
            {
                "org_id": connection.org_id,
                "day": end.isoformat(),
                "hours": [_word(hour, outcomes, to_close, now) for hour in of_day],
            }
        )
    more = cursors.write(begin.isoformat()) if items and begin > start else None
    return reply(200, {"items": items, "next_cursor": more})


def _word(
    hour: datetime, outcomes: Mapping[str, Outcome], to_close: datetime, now: datetime
) -> HourInDay:
    """Say what became of an hour: how it was closed, or why it is not."""
    outcome = outcomes.get(rfc3339(hour))
    if outcome is not None:
        return outcome
    if hour < to_close:
        return "none"
    return "late" if hour <= expected_hour(now) else "open"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise BadRequest("from and to must look like 2026-04-01")
    return day
