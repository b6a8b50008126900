"""Read one list of OpenAI's to its end, or say that the end was not reached.

Step 1 of 6, part: paging. The official SDK's pager stops silently on ``has_more=true`` without a
cursor and loops for ever on one that stands still; here both are *not whole*, a value.
"""

from functions.shared.canonical import Json, canonical
from functions.shared.errors import BadResponse, UpstreamError
from functions.shared.openai.client import OpenAI, Params
from functions.snapshot.records import Listing

MAX_PAGES = 2000
# Far more than any page is asked for: a list that is served whole at once is still taken.
MAX_ITEMS = 20_000
PAGE_SIZE = 100


async def read_list(openai: OpenAI, path: str, params: Params | None = None) -> Listing:
    """Page through a list by ``after=<last_id>``; by ``after=<next>`` where it has a ``next``."""
    items: dict[str, Json] = {}
    odd: list[Json] = []
    conflicts: list[Json] = []
    cursors: set[str] = set()
    query = [("limit", str(PAGE_SIZE)), *(params or [])]
    error: UpstreamError | None = None
    after: list[tuple[str, str]] = []
    for _ in range(MAX_PAGES):
        try:
            page = await openai.get(path, query + after)
            records, cursor = open_page(page)
        except UpstreamError as refused:
            error = refused
            break
        n_before = len(items)
        for record in records:
            identity = record.get("id")
            if not isinstance(identity, str) or not identity:
                odd.append(record)
            elif identity not in items:
                items[identity] = record
            elif canonical(items[identity]) != canonical(record):
                conflicts.append(record)
        if after and len(items) == n_before:
            error = BadResponse("more was promised, and nothing new was shown")
            break
        if cursor is None:
            break
        if cursor in cursors:
            error = BadResponse("the cursor came back: pagination is inconsistent")
            break
        cursors.add(cursor)
        after = [("after", cursor)]
    else:
        error = BadResponse(f"more than {MAX_PAGES} pages")
    return Listing([*items.values(), *odd], error, tuple(conflicts))


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
    if not has_more:
        return items, None
    # Groups and roles have another envelope: no first and last id, but the next cursor.
    cursor = page["next"] if "next" in page else page.get("last_id")
    if not items or not isinstance(cursor, str) or not cursor:
        raise BadResponse("more is promised, but no cursor leads there")
    return items, cursor
