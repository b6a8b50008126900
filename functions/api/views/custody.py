"""The custody log, to read: who did what to the tenant's connections, packs and links, and when."""

from functions.api.context import Context
from functions.api.cursor import Cursors
from functions.shared.aws.keys import CUSTODY_PREFIX
from functions.shared.http.edge import Reply, Request, reply


def list_custody(request: Request, context: Context) -> Reply:
    """Answer one page of the tenant's log, newest first."""
    query = request.query("cursor", "limit")
    tenant = request.principal.tenant_id
    cursors = Cursors(tenant, "custody", 1)
    after = cursors.read_key(query.find("cursor"), CUSTODY_PREFIX)
    entries, page = context.custody.page(tenant, limit=query.limit, after=after)
    more = cursors.write(page.last_sk) if page.last_sk else None
    return reply(200, {"items": entries, "next_cursor": more})
