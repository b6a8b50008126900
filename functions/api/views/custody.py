"""The custody log, to read: who did what to the tenant's connections, packs and links, and when."""

from functions.api.context import Doors
from functions.api.cursor import Cursors
from functions.shared.aws.keys import CUSTODY_PREFIX
from functions.shared.errors import BadRequest
from functions.shared.http.edge import Reply, Request, limit_of, reply


def list_custody(request: Request, doors: Doors) -> Reply:
    """Answer one page of the tenant's log, newest first."""
    query = request.query("cursor", "limit")
    tenant = request.caller.tenant_id
    cursors = Cursors(tenant, "custody", 1)
    after = cursors.read(query.get("cursor"))
    if after and not after[0].startswith(CUSTODY_PREFIX):
        raise BadRequest("the cursor is not one that this list gave; start again without it")
    found, page = doors.custody.page(
        tenant, limit=limit_of(query), after=after[0] if after else None
    )
    more = cursors.write(page.last_sk) if page.last_sk else None
    return reply(200, {"items": found, "next_cursor": more})
