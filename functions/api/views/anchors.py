"""The tenant's own anchors, to keep: a copy outside is what no later chain can contradict."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from functions.api.context import Context
from functions.api.cursor import UNUSABLE, Cursors
from functions.api.schemas.anchors import MAX_DAYS
from functions.shared.errors import BadRequest
from functions.shared.evidence.anchors import Anchors
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.query import limit_of
from functions.shared.records.anchors import AnchorRow

# Lambda answers with at most 6 MB; a page that would be larger is shorter.
_MAX_BYTES: Final = 3_000_000
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# A year of days, read one after the other, may take most of the time that an answer has.
_READ_AT_ONCE: Final = 8


def list_anchors(request: Request, context: Context) -> Reply:
    """Answer one page of the daily anchors, newest first.

    Raises:
        EvidenceInvalid: an anchor is not what was written.
    """
    query = request.query("cursor", "limit")
    tenant = request.principal.tenant_id
    limit = limit_of(query.find("limit"), max(MAX_DAYS, query.most))
    cursors = Cursors(tenant, "anchors", 1)
    after = cursors.read(query.find("cursor"))
    if after and not _DAY.fullmatch(after[0]):
        raise BadRequest(UNUSABLE)
    anchors = Anchors(context.evidence, tenant)
    days = [day for day in anchors.days() if not after or day < after[0]]
    days.reverse()
    items, n_read = _page(anchors, days[:limit])
    more = cursors.write(days[n_read - 1]) if n_read < len(days) else None
    return reply(200, {"items": items, "next_cursor": more})


def _page(anchors: Anchors, days: list[str]) -> tuple[list[AnchorRow], int]:
    """Return the rows that fit, and how many days they took."""
    items: list[AnchorRow] = []
    size = 0
    with ThreadPoolExecutor(_READ_AT_ONCE) as pool:
        for n_read, anchor in enumerate(pool.map(anchors.find, days)):
            if anchor is None:
                continue
            size += len(anchor.encode())
            if items and size > _MAX_BYTES:
                return items, n_read
            items.append(anchor.row())
    return items, len(days)
