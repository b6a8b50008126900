"""Exports: ask for one, watch it being made, download it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from functions.api.context import Context, RequestContext
from functions.api.cursor import Cursors
from functions.api.export.pinned import pinned_list, request_for
from functions.api.export.rows import ListView
from functions.api.filters import require_word
from functions.api.schemas.operation import FILE_FORMATS
from functions.api.views.evidence_packs import led_to
from functions.shared.aws.keys import export_key
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.hours import floor_hour, parse_instant, rfc3339
from functions.shared.http.downloads import lifetime_s_of, number_in_path
from functions.shared.http.edge import PREFIX, Reply, Request, reply
from functions.shared.http.idempotency import once
from functions.shared.records.tables import ExportFormat, ListedExport
from functions.shared.tables.connections import Connection
from functions.shared.tables.exports import Export, Exports

_WHAT: Final = ("everything", "list", "format")
_ABSENT: Final = object()
_FILTER_BY_NAME: Final = "send filters as texts by their names"


def request_export(
    request: Request, context: RequestContext, lists: Mapping[str, ListView]
) -> Reply:
    """Give an export its number and have it built; answers at once.

    Raises:
        NotFound: an organization is not this tenant's.
        Conflict: no hour is sealed yet, as many as may be are under way, or see ``once``.
        BadRequest: the body cannot be used.
    """
    request.principal.require_admin()
    now = context.clock()
    return once(request, context.table, now, lambda: _request_export(request, context, lists))


def _request_export(
    request: Request, context: RequestContext, lists: Mapping[str, ListView]
) -> Reply:
    principal, now = request.principal, context.clock()
    names = {name for view in lists.values() for name in view.filters}
    filters = dict(request.body(*_WHAT, *sorted(names)))
    everything, name, form = (filters.pop(part, _ABSENT) for part in _WHAT)
    view = _view(name, lists) if everything is _ABSENT else None
    if view is None:
        _require_alone(everything, name, form, filters)
    else:
        _require_filters(view, filters)
    export = Export(
        tenant_id=principal.tenant_id,
        number=0,
        state="queued",
        list_name=view.name if view else None,
        format=_format(form) if view else "ndjson",
        filters=filters,
        hour=_hour(context, principal.tenant_id, filters),
        created_at=rfc3339(now),
        requested_by=principal.user,
    )
    if view:
        _require_readable(view, export, context)
    made = Exports(context.table).request(export, context.export_queue)
    context.custody.note(
        made.tenant_id, principal.user, "export.requested", now, number=made.number
    )
    return reply(202, public(made), {"location": f"{PREFIX}/exports/{made.number}"})


def _view(name: object, lists: Mapping[str, ListView]) -> ListView:
    if not isinstance(name, str):
        raise BadRequest("list is missing: say which list, or everything: true")
    require_word("list", name, tuple(lists))
    return lists[name]


def _require_alone(
    everything: object, name: object, form: object, filters: Mapping[str, object]
) -> None:
    is_alone = name is _ABSENT and form in (_ABSENT, "ndjson") and not filters
    if everything is not True or not is_alone:
        raise BadRequest("everything: true stands alone: all lists, each as a line of JSON a row")


def _format(form: object) -> ExportFormat:
    if form is _ABSENT or form == "csv":
        return "csv"
    if form == "ndjson":
        return "ndjson"
    raise BadRequest(f"format must be one of {', '.join(FILE_FORMATS)}")


def _require_filters(view: ListView, filters: Mapping[str, object]) -> None:
    for name, text in filters.items():
        if name not in view.filters:
            known = ", ".join(view.filters) or "none"
            raise BadRequest(f"of the list {view.name}: no filter {name}; known: {known}")
        # JSON allows half a character, a query does not.
        if not isinstance(text, str) or any("\ud800" <= each <= "\udfff" for each in text):
            raise BadRequest(f"of the list {view.name}: {_FILTER_BY_NAME}; {name} is none")
    if view.is_of_organization and "org_id" not in filters:
        raise BadRequest(f"of the list {view.name}: org_id is missing")


def _require_readable(view: ListView, export: Export, context: Context) -> None:
    """Ask for a first row, so that what the list refuses is refused now, and not when it is built.

    Raises:
        BadRequest: a filter cannot be used.
        NotFound: the organization is not this tenant's.
    """
    request = request_for(export.tenant_id, export.requested_by, export.filters)
    try:
        pinned_list(view, replace(request, most_items=1), export.filters, export.hour, context)
    except BadRequest as error:
        raise BadRequest(f"of the list {view.name}: {error}") from error


def _hour(context: Context, tenant: str, filters: Mapping[str, str]) -> str:
    """Return the hour that an export is as of: the newest that every organization has sealed.

    Raises:
        NotFound: the organization is not this tenant's.
        Conflict: none is sealed yet.
    """
    if "as_of" in filters:
        try:
            return rfc3339(floor_hour(parse_instant(filters["as_of"])))
        except ValueError as error:
            raise BadRequest("as_of must look like 2026-04-01T05:00:00Z, in UTC") from error
    connections = context.connections
    every = [connections.need(tenant, filters["org_id"])] if "org_id" in filters else []
    every = every or connections.of(tenant)
    active = [each for each in every if each.status != "disconnected"]
    closed = _closed(context, active)
    newest = min(closed) if closed else max(_closed(context, every), default=None)
    if newest is None:
        raise Conflict("no hour is sealed yet, so there is nothing to export")
    return newest


def _closed(context: Context, connections: list[Connection]) -> list[str]:
    newest = (context.hours(each.tenant_id, each.org_id).newest() for each in connections)
    return [row["hour"] for row in newest if row]


def list_exports(request: Request, context: Context) -> Reply:
    """Answer one page of the tenant's exports, newest first."""
    query = request.query("cursor", "limit")
    tenant = request.principal.tenant_id
    cursors = Cursors(tenant, "exports", 1)
    after = cursors.read_key(query.find("cursor"), "EXPORT#")
    exports, page = Exports(context.table).page(tenant, limit=query.limit, after=after)
    more = cursors.write(page.last_sk) if page.last_sk else None
    return reply(200, {"items": [public(each) for each in exports], "next_cursor": more})


def show_export(request: Request, context: Context) -> Reply:
    """Answer one export.

    Raises:
        NotFound: this tenant has none of this number.
    """
    request.query()
    return reply(200, public(_export_of(request, context)))


def download_export(request: Request, context: RequestContext) -> Reply:
    """Send the caller to the file: a fresh link of a few minutes, to one object version.

    Raises:
        NotFound: this tenant has no export of this number.
        Conflict: it is not ready, or it is gone after its days.
        LinkNotSigned: AWS gives no credentials to sign it with.
    """
    query = request.query("lifetime_s")
    export, now = _export_of(request, context), context.clock()
    lifetime_s = lifetime_s_of(query.find("lifetime_s"))
    if export.state != "ready":
        raise Conflict(f"export {export.number} is {export.state}, only a ready one can be had")
    left_s = int((parse_instant(str(export.expires_at)) - now).total_seconds())
    if left_s < 1:
        raise Conflict(f"export {export.number} is gone since {export.expires_at}; ask for another")
    # The row leads to this tenant's own file of this number, or nowhere.
    own_key = export_key(export.tenant_id, export.number, str(export.sha256))
    if export.object_key != own_key or export.object_version is None:
        raise NotFound("a ready export names its object")
    # Noted first: a link that nobody used is harmless, one that nobody noted is not.
    context.custody.note(
        export.tenant_id, request.principal.user, "export.link_made", now, number=export.number
    )
    link = context.export_links.sign(
        own_key, export.object_version, filename_of(export), min(lifetime_s, left_s)
    )
    return led_to(link, export.number, request)


def filename_of(export: Export) -> str:
    """Return what a browser saves an export as."""
    if export.list_name is None:
        return f"export-{export.number}.tar.gz"
    part = "" if export.is_whole else "-incomplete"
    return f"export-{export.number}-{export.list_name}{part}.{export.format}.gz"


def _export_of(request: Request, context: Context) -> Export:
    tenant = request.principal.tenant_id
    return Exports(context.table).need(tenant, number_in_path(request))


def public(export: Export) -> ListedExport:
    """Return what the tenant's users may see of an export."""
    return {
        "number": export.number,
        "state": export.state,
        "list": export.list_name,
        "format": export.format,
        "filters": export.filters,
        "hour": export.hour,
        "created_at": export.created_at,
        "expires_at": export.expires_at,
        "rows": export.rows,
        "size_bytes": export.size_bytes,
        "sha256": export.sha256,
        "is_whole": export.is_whole,
        "reason": export.reason,
    }
