"""The rows of a list, page after page of it put together, and the lines that they become.

Made of the pages that anybody may ask for, so that nothing stands in a file that the list does not
show. The answer of a few seconds and the file that is built for minutes are made of the same lines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from functions.api.context import Context
from functions.api.export.csv import BYTE_ORDER_MARK, csv_line, csv_row
from functions.api.schemas.operation import Operation
from functions.shared.canonical import canonical, strict_loads
from functions.shared.http.edge import Reply, Request

View = Callable[[Request], Reply]
Page = dict[str, Any]
"""A page of a list, whatever its rows are."""
# What a section says of itself where its rows are those of the newest hour.
_WHOLE: Final = ("complete", "derived")


@dataclass(frozen=True, slots=True)
class ListView:
    """A list: its operation, and what answers a page of it."""

    operation: Operation
    view: Callable[[Request, Context], Reply]

    @property
    def name(self) -> str:
        """Return the last part of its path, which names it in exports."""
        return self.operation.path.rpartition("/")[2]

    @property
    def is_of_organization(self) -> bool:
        """Tell whether its path names an organization."""
        return "{org_id}" in self.operation.path

    @property
    def filters(self) -> tuple[str, ...]:
        """Return what it may be narrowed by."""
        own = [name for name in self.operation.query if name not in ("cursor", "limit")]
        return ("org_id", *own) if self.is_of_organization else tuple(own)


def with_query(request: Request, query: Mapping[str, str]) -> Request:
    """Return a request with another query."""
    return replace(request, event={**request.event, "rawQueryString": urlencode(query)})


def read_pages(
    view: View, request: Request, query: Mapping[str, str], most_items: int
) -> Iterator[Page]:
    """Yield the pages of a list, each of so many rows at most."""
    cursor: str | None = ""
    while cursor is not None:
        asked = {**query, "limit": str(most_items), "cursor": cursor}
        page = strict_loads(view(with_query(request, asked))["body"])
        yield page
        cursor = page["next_cursor"]


def rows_in(pages: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of pages."""
    for page in pages:
        yield from page["items"]


def is_whole(page: Mapping[str, Any]) -> bool:
    """Tell whether the hour of every organization read what the list is of, as a page says."""
    return all(each["status"] in _WHOLE for each in page.get("sections", ()))


def to_lines(form: str, rows: Iterable[Mapping[str, Any]], operation: Operation) -> Iterator[str]:
    """Yield what a file of rows is made of: ``csv``, or a line of JSON for each."""
    if form == "ndjson":
        yield from (f"{canonical(row).decode()}\n" for row in rows)
        return
    fields = fields_of(operation)
    yield BYTE_ORDER_MARK + csv_line(fields)
    for row in rows:
        yield csv_row(row, fields)


def fields_of(operation: Operation) -> list[str]:
    """Return the fields of a list's rows, as its record has them: whose row it is first."""
    # A tenth of the function's imports, and hardly ever asked for.
    from functions.api.schemas.resources import SCHEMAS

    of = SCHEMAS[operation.answer]["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
    return sorted(SCHEMAS[of]["properties"], key=lambda name: name != "org_id")
