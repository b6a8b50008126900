"""A list in one answer, page after page of it put together: as CSV, or as a line for each row.

Made of the pages that anybody may ask for, so that nothing stands in it that the list does not
show. It is the whole list or a refusal, never a part that looks like the whole.
"""

import base64
import gzip
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from functions.api.export.csv import BYTE_ORDER_MARK, csv_line, csv_row
from functions.api.filters import require_word
from functions.api.schemas.operation import FORMATS, Operation
from functions.shared.canonical import canonical, strict_loads
from functions.shared.errors import BadRequest
from functions.shared.http.edge import Reply, Request
from functions.shared.http.query import MAX_LIMIT
from functions.shared.http.request_errors import TooMuchAtOnce

# Lambda answers 6 MB, of which the headers and the envelope have some.
_MOST_BYTES: Final = 5_900_000
# What the function's memory holds of it, some times over.
_MOST_TEXT: Final = 32 << 20
# API Gateway waits for 30 s, and the page under way may take some.
_MOST_SECONDS: Final = 15.0
_MEDIA_TYPES: Final = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
# What a section says of itself where its rows are those of the newest hour.
_WHOLE: Final = ("complete", "derived")

View = Callable[[Request], Reply]


def list_or_export(operation: Operation, view: View, request: Request) -> Reply:
    """Answer a page of a list, or the whole of it where the query's ``format`` says so.

    Raises:
        TooMuchAtOnce: the whole is more than one answer holds, or takes longer than one may.
        BadRequest: the query cannot be used.
    """
    query = dict(request.query(*operation.query, "format").values)
    if "format" not in query:
        return view(request)
    asked = query.pop("format")
    require_word("format", asked, FORMATS)
    if asked == "json":
        return view(_with(request, query))
    if "cursor" in query or "limit" in query:
        raise BadRequest(f"leave out cursor and limit: format={asked} answers the whole list")
    pages = _pages(view, request, query)
    first = next(pages)
    items = _items(first, pages)
    lines = _csv(items, operation) if asked == "csv" else _ndjson(items)
    name = operation.path.split("/")[-1]
    part = "" if _is_whole(first) else "-incomplete"
    body = _body(lines, may_pack=_accepts_gzip(request))
    packed = {"content-encoding": "gzip"} if "isBase64Encoded" in body else {}
    return {
        "statusCode": 200,
        "headers": {
            "content-type": _MEDIA_TYPES[asked],
            "content-disposition": f'attachment; filename="{name}{part}.{asked}"',
            "cache-control": "no-store",
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            **packed,
        },
        **body,
    }


def _with(request: Request, query: Mapping[str, str]) -> Request:
    return replace(request, event={**request.event, "rawQueryString": urlencode(query)})


def _pages(view: View, request: Request, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    until = time.monotonic() + _MOST_SECONDS
    cursor: str | None = ""
    while cursor is not None:
        asked = {**query, "limit": str(MAX_LIMIT), "cursor": cursor}
        page = strict_loads(view(_with(request, asked))["body"])
        yield page
        cursor = page["next_cursor"]
        if cursor is not None and time.monotonic() > until:
            raise TooMuchAtOnce(
                "the whole list takes longer than one answer may: narrow it by its filters, or "
                "read it page by page"
            )


def _items(
    first: Mapping[str, Any], pages: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    yield from first["items"]
    for page in pages:
        yield from page["items"]


def _is_whole(page: Mapping[str, Any]) -> bool:
    """Tell whether every organization's newest hour read what the list is of."""
    return all(each["status"] in _WHOLE for each in page.get("sections", ()))


def _csv(items: Iterable[Mapping[str, Any]], operation: Operation) -> Iterator[str]:
    fields = _fields_of(operation)
    yield BYTE_ORDER_MARK + csv_line(fields)
    for item in items:
        yield csv_row(item, fields)


def _ndjson(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for item in items:
        yield f"{canonical(item).decode()}\n"


def _fields_of(operation: Operation) -> list[str]:
    """Return the fields of a list's rows, as its record has them: whose row it is first."""
    # A tenth of the function's imports, and hardly ever asked for.
    from functions.api.schemas.resources import SCHEMAS

    of = SCHEMAS[operation.answer]["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
    return sorted(SCHEMAS[of]["properties"], key=lambda name: name != "org_id")


def _body(lines: Iterable[str], *, may_pack: bool) -> Reply:
    """Return the lines as the body of an answer, packed where it would be too large else.

    Raises:
        TooMuchAtOnce: it is too large.
    """
    kept: list[str] = []
    n_plain = n_text = 0
    for line in lines:
        # Lambda hands on a text of JSON, with its escapes.
        n_plain += len(json.dumps(line))
        n_text += len(line)
        if n_text > _MOST_TEXT or (n_plain > _MOST_BYTES and not may_pack):
            raise _too_large()
        kept.append(line)
    text = "".join(kept)
    if n_plain <= _MOST_BYTES:
        return {"body": text}
    packed = base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()
    if len(packed) > _MOST_BYTES:
        raise _too_large()
    return {"body": packed, "isBase64Encoded": True}


def _too_large() -> TooMuchAtOnce:
    return TooMuchAtOnce(
        "the whole list is more than one answer holds (some 5 MB, and as many of gzip for whoever "
        "accepts it): narrow it by its filters, or read it page by page"
    )


def _accepts_gzip(request: Request) -> bool:
    for part in request.header("accept-encoding").lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";")
        if name == "gzip":
            return re.fullmatch(r"q=0(\.0*)?", quality) is None
    return False
