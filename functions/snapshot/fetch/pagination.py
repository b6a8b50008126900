"""Read one list of OpenAI's to its end, or say that the end was not reached.

Step 1 of 6, part: paging. The official SDK's pager stops silently on ``has_more=true`` without a
cursor and loops for ever on one that stands still; here both are *not whole*, a value.
"""

from dataclasses import dataclass, field

from functions.shared.canonical import Json, canonical
from functions.shared.errors import BadResponse, UpstreamError
from functions.shared.limits import LARGE_WORD
from functions.shared.openai.client import OpenAI, Params
from functions.snapshot.records import Listing

MAX_PAGES = 2000
# Far more than any page is asked for: a list that is served whole at once is still taken.
MAX_ITEMS = 20_000
PAGE_SIZE = 100


async def read_list(
    openai: OpenAI, path: str, params: Params | None = None, id_key: str = "id"
) -> Listing:
    """Page through a list by ``after=<last_id>``; by ``after=<next>`` where it has a ``next``.

    Where its records call their id otherwise, each has it as ``id`` too.

    A server whose ``has_more`` only says that the page was full promises more behind the last one,
    and then shows an empty page. That is the end where a second reading of the last page, over
    other borders, shows the same records and ends as a list does.
    """
    pages = await _read_pages(openai, path, [*_page_of(PAGE_SIZE), *(params or [])], id_key)
    error = pages.error
    if isinstance(error, _NothingBehind):
        query = [*_page_of(PAGE_SIZE - 1), *(params or [])]
        again = await _read_pages(openai, path, query, id_key, pages.last_from, most=3)
        # What ends so again, or shows one record more or less, proves nothing.
        if again.error is None and not again.odd and again.items.keys() == pages.last_ids:
            error = None
    return Listing([*pages.items.values(), *pages.odd], error, tuple(pages.conflicts))


class _NothingBehind(BadResponse):
    """More was promised, and an empty page was shown that promises nothing."""


@dataclass(slots=True)
class _Pages:
    """What the pages of a list showed, from one cursor on.

    Attributes:
        items: by id.
        odd: records without an id.
        conflicts: records that came again with other content.
        last_from: the cursor that led to the last page with records, None for the first.
        last_ids: the ids on that page.
        error: why the end was not reached.
    """

    items: dict[str, Json] = field(default_factory=dict)
    odd: list[Json] = field(default_factory=list)
    conflicts: list[Json] = field(default_factory=list)
    last_from: str | None = None
    last_ids: set[str] = field(default_factory=set)
    error: UpstreamError | None = None

    def add(self, records: list[Json], cursor: str | None) -> bool:
        """Add the page that a cursor led to; tell whether it showed anything new."""
        n_before = len(self.items)
        for record in records:
            identity = record.get("id")
            if not isinstance(identity, str) or not identity:
                self.odd.append(record)
            elif identity not in self.items:
                self.items[identity] = record
            elif canonical(self.items[identity]) != canonical(record):
                self.conflicts.append(record)
        if records:
            self.last_from = cursor
            self.last_ids = {str(record.get("id")) for record in records}
        return len(self.items) > n_before


async def _read_pages(
    openai: OpenAI,
    path: str,
    query: Params,
    id_key: str,
    cursor: str | None = None,
    most: int | None = None,
) -> _Pages:
    most = most or MAX_PAGES
    pages = _Pages()
    cursors: set[str] = set()
    for number in range(most):
        after = [] if cursor is None else [("after", cursor)]
        try:
            page = with_ids(await openai.get(path, query + after), id_key)
            records, following = open_page(page)
        except UpstreamError as refused:
            pages.error = refused
            return pages
        is_new = pages.add(records, cursor)
        if number and not is_new:
            ends = not records and following is None
            kind = _NothingBehind if ends else BadResponse
            pages.error = kind("more was promised, and nothing new was shown")
            return pages
        if following is None:
            return pages
        if following in cursors:
            pages.error = BadResponse("the cursor came back: pagination is inconsistent")
            return pages
        cursors.add(following)
        cursor = following
    pages.error = BadResponse(f"more than {most} pages")
    return pages


def with_ids(page: Json, id_key: str) -> Json:
    """Return a page whose records have an ``id``, where they call it otherwise."""
    items = page.get("data")
    if id_key == "id" or not isinstance(items, list):
        return page
    named = [item | {"id": item.get(id_key)} if isinstance(item, dict) else item for item in items]
    return page | {"data": named}


def _page_of(size: int) -> Params:
    return [("limit", str(size))]


def _without_our_mark(item: Json) -> Json:
    # An id that says it stands for another one would be that one's: it is none.
    identity = item.get("id")
    is_ours = isinstance(identity, str) and identity.startswith(LARGE_WORD)
    return item | {"id": None} if is_ours else item


def open_page(page: Json) -> tuple[list[Json], str | None]:
    """Return a page's records and the cursor of the next page, None at the list's end.

    Raises:
        BadResponse: not a list of records, or more is promised and no way to it is given.
    """
    items = page.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadResponse("the answer is not a list of records")
    if page.get("object", "list") != "list":
        raise BadResponse("the answer is another object than a list")
    if len(items) > MAX_ITEMS:
        raise BadResponse(f"more than {MAX_ITEMS} records in one page")
    # Absent or null says nothing of the end: that list is not known to be whole.
    has_more = page.get("has_more")
    if not isinstance(has_more, bool):
        raise BadResponse("has_more is neither true nor false")
    items = [_without_our_mark(item) for item in items]
    if not has_more:
        return items, None
    # Groups and roles have another envelope: no first and last id, but the next cursor.
    cursor = page["next"] if "next" in page else page.get("last_id")
    if not items or not isinstance(cursor, str) or not cursor:
        raise BadResponse("more is promised, but no cursor leads there")
    return items, cursor
