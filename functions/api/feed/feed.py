"""The feed: what was sealed, oldest first, from wherever a consumer has come to.

The hours of all organizations in the order of their time, each organization by itself: one that
seals late is read from where it was left. Packs come once they are known, by their numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import merge
from typing import Final

from functions.api.context import Context
from functions.api.cursor import Cursors
from functions.api.feed.hour_entries import HourEntries
from functions.api.feed.ocsf import ocsf_event
from functions.api.feed.position import Position
from functions.api.newest_seal import seal_of
from functions.api.records import MOST_OF_FEED, FeedEntry, FeedPage
from functions.api.views.evidence_packs import public
from functions.shared.canonical import canonical
from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.query import limit_of
from functions.shared.records.tables import HourRow
from functions.shared.tables.packs import ENDED

# Lambda answers 6 MB at most, of which escapes may take two thirds.
_MOST_BYTES: Final = 1536 * 1024
# Each is a seal and what it names; of a month that a consumer was away there are 720.
_MOST_HOURS: Final = 60
# Of sealed objects, inflated; one hour is always read, however much it holds.
_MOST_READ: Final = 64 * 1024 * 1024
_ROWS_AT_ONCE: Final = 100
# Five hundred organizations in an address of eight thousand characters.
_LONGEST: Final = 7600


@dataclass(slots=True)
class _Page:
    """What one answer holds so far."""

    limit: int
    items: list[FeedEntry] = field(default_factory=list)
    hours: int = 0
    n_bytes: int = 0
    n_read: int = 0

    @property
    def is_full(self) -> bool:
        """Tell whether nothing more may be added."""
        full = len(self.items) >= self.limit or self.n_bytes >= _MOST_BYTES
        return full or self.hours >= _MOST_HOURS or self.n_read >= _MOST_READ

    def add(self, entry: FeedEntry) -> None:
        """Take an entry."""
        self.items.append(entry)
        self.n_bytes += len(canonical(entry))


def read_feed(request: Request, context: Context) -> Reply:
    """Answer the entries behind a position, and the position behind them."""
    return reply(200, _read(request, context))


def read_ocsf_feed(request: Request, context: Context) -> Reply:
    """Answer the same entries as events of OCSF, by the same cursors."""
    page = _read(request, context)
    events = [ocsf_event(entry) for entry in page["items"]]
    return reply(200, {**page, "items": events})


def _read(request: Request, context: Context) -> FeedPage:
    """Return a page.

    Raises:
        NotFound: the cursor is another tenant's.
        BadRequest: the query cannot be used.
        EvidenceMissing: a sealed object that holds some of them is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    query = request.query("since", "limit")
    tenant = request.principal.tenant_id
    cursors = Cursors(tenant, "feed", 5, _LONGEST, _LONGEST)
    position = _position(query.find("since"), cursors)
    page = _Page(limit_of(query.find("limit"), MOST_OF_FEED))
    position = _read_packs(tenant, position, page, context)
    for org, row in _hours(tenant, position, context):
        if page.is_full:
            break
        position = _read_hour(tenant, org, row, position, page, context)
    return {
        "items": page.items,
        "next_cursor": cursors.write(*position.write()),
        "has_more": page.is_full,
    }


def _position(since: str | None, cursors: Cursors) -> Position:
    """Return where to begin: behind a cursor, at the hour of an instant, or with the first hour."""
    if since is None:
        return Position.at(None)
    try:
        return Position.at(parse_instant(since))
    except ValueError:
        parts = cursors.read(since)
    if parts is None:
        raise BadRequest("since must be an instant, or the next_cursor of the answer before")
    return Position.read(parts)


def _read_packs(tenant: str, position: Position, page: _Page, context: Context) -> Position:
    """Add the packs that are made or given up, as far as none before is on its way."""
    number = position.pack
    while not page.is_full:
        pack = context.packs.find(tenant, number + 1)
        if pack is None or pack.state not in ENDED:
            break
        number += 1
        page.add(
            {
                "kind": "pack",
                "org_id": None,
                "sealed_hour": None,
                "seal_sha256": None,
                "data": public(pack),
            }
        )
    return replace(position, pack=number)


def _hours(tenant: str, position: Position, context: Context) -> Iterator[tuple[str, HourRow]]:
    """Yield the closed hours behind a position, oldest first; the one that was begun before all."""
    orgs = [connection.org_id for connection in context.connections.of(tenant)]
    if position.begun:
        context.connections.need(tenant, position.begun)
        begun = _hours_of(tenant, position.begun, position, context)
        first = next(begun, None)
        if first:
            yield first
            position = position.behind(position.begun, parse_instant(first[1]["hour"]))
    yield from merge(
        *(_hours_of(tenant, org, position, context) for org in orgs),
        key=lambda each: (each[1]["hour"], each[0]),
    )


def _hours_of(
    tenant: str, org: str, position: Position, context: Context
) -> Iterator[tuple[str, HourRow]]:
    start = position.next_hour(org)
    for row in context.hours(tenant, org).between(start, None, at_once=_ROWS_AT_ONCE):
        yield org, row


def _read_hour(
    tenant: str, org: str, row: HourRow, position: Position, page: _Page, context: Context
) -> Position:
    """Add the entries of an hour, as many as the page holds; return the position behind them."""
    page.hours += 1
    offset = position.offset if position.begun == org else 0
    seal = seal_of(context, tenant, org, row)
    entries = HourEntries(context, seal)
    page.n_read += entries.n_bytes
    for entry in entries.behind(offset):
        if len(page.items) >= page.limit or page.n_bytes >= _MOST_BYTES:
            return position.within(org, offset)
        page.add(entry)
        offset += 1
    return position.behind(org, parse_instant(row["hour"]))
