"""A list in one answer, page after page of it put together: as CSV, or as a line for each row.

It is the whole list or a refusal, never a part that looks like the whole.
"""

import base64
import gzip
import itertools
import json
import re
import time
from collections.abc import Iterable, Iterator
from typing import Final

from functions.api.export.rows import (
    Page,
    View,
    is_whole,
    read_pages,
    rows_in,
    to_lines,
    with_query,
)
from functions.api.filters import require_word
from functions.api.schemas.operation import FORMATS, Operation
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
        return view(with_query(request, query))
    if "cursor" in query or "limit" in query:
        raise BadRequest(f"leave out cursor and limit: format={asked} answers the whole list")
    every = _in_time(read_pages(view, request, query, MAX_LIMIT))
    first = next(every)
    rows = rows_in(itertools.chain([first], every))
    name = operation.path.split("/")[-1]
    part = "" if is_whole(first) else "-incomplete"
    body = _body(to_lines(asked, rows, operation), may_pack=_accepts_gzip(request))
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


def _in_time(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield pages until they take longer than one answer may.

    Raises:
        TooMuchAtOnce: they do.
    """
    until = time.monotonic() + _MOST_SECONDS
    for page in pages:
        yield page
        if page["next_cursor"] is not None and time.monotonic() > until:
            raise TooMuchAtOnce(
                "the whole list takes longer than one answer may: narrow it by its filters, read "
                "it page by page, or have it made as a file by POST /exports"
            )


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
        "accepts it): narrow it by its filters, read it page by page, or have it made as a file by "
        "POST /exports"
    )


def _accepts_gzip(request: Request) -> bool:
    for part in request.header("accept-encoding").lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";")
        if name == "gzip":
            return re.fullmatch(r"q=0(\.0*)?", quality) is None
    return False
