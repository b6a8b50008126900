"""The tenant's organizations: list, and one."""

from functions.api.context import Context
from functions.api.cursor import Cursors
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.tables import Organization
from functions.shared.tables.connections import Connection


def list_organizations(request: Request, context: Context) -> Reply:
    """Answer one page of the tenant's organizations, disconnected ones included."""
    query = request.query("cursor", "limit")
    limit = query.limit
    tenant = request.principal.tenant_id
    cursors = Cursors(tenant, "orgs", 1)
    after = cursors.read(query.find("cursor"))
    if after:
        context.connections.need(tenant, after[0])
    every = context.connections.of(tenant)
    behind = [each for each in every if not after or each.org_id > after[0]]
    page = behind[:limit]
    more = cursors.write(page[-1].org_id) if len(behind) > limit else None
    return reply(200, {"items": [_public(each, context) for each in page], "next_cursor": more})


def show_organization(request: Request, context: Context) -> Reply:
    """Answer one organization.

    Raises:
        NotFound: this tenant has none of this id.
    """
    request.query()
    tenant = request.principal.tenant_id
    return reply(200, _public(context.connections.need(tenant, request.path("org_id")), context))


def _public(connection: Connection, context: Context) -> Organization:
    newest = context.hours(connection.tenant_id, connection.org_id).newest()
    return connection.public(newest, context.clock())
