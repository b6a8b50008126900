"""AWS edge of the api function: what answers each route, and what the function reaches."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from functions.api.context import Context, RequestContext, Segments
from functions.api.coverage.hours import list_days, list_hours
from functions.api.coverage.outcomes import RecentOutcomes
from functions.api.coverage.summary import summary
from functions.api.export.requests import (
    download_export,
    list_exports,
    request_export,
    show_export,
)
from functions.api.export.rows import ListView
from functions.api.export.whole_list import list_or_export
from functions.api.feed.feed import read_feed, read_ocsf_feed
from functions.api.flow import OPEN_ROUTES, OPERATIONS, UNROUTED
from functions.api.proof.proof import prove_row
from functions.api.registers.kept import Registers
from functions.api.rights.access import list_access
from functions.api.schemas.operation import API, Operation, methods_at
from functions.api.views.anchors import list_anchors
from functions.api.views.bills import show_bill
from functions.api.views.changes import list_changes
from functions.api.views.custody import list_custody
from functions.api.views.events import list_events
from functions.api.views.evidence_packs import download_pack, list_packs, request_pack, show_pack
from functions.api.views.findings import (
    set_deadlines,
    show_deadlines,
    state_finding,
    state_findings,
    summarize_findings,
)
from functions.api.views.organizations import list_organizations, show_organization
from functions.api.views.registers import LISTS, RegisterList, list_register
from functions.api.views.share_links import follow_link, list_links, make_link, revoke_link
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.download_links import DownloadLinks
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.canonical import strict_loads
from functions.shared.clock import clock_from
from functions.shared.errors import NotFound
from functions.shared.http.edge import Reply, Request, Route, answer, problem, reply
from functions.shared.http.etag import REVALIDATED, unless_known
from functions.shared.observability import logger
from functions.shared.records.tables import ExportMessage
from functions.shared.settings import Settings, from_process
from functions.shared.tables.exports import Exports

log = logger("api")

View = Callable[[Request, RequestContext], Reply]
PageView = Callable[[Request, Context], Reply]


def _register(kind: RegisterList[Any, Any]) -> PageView:
    return lambda request, context: list_register(kind, request, context)


def _signing_keys(_request: Request, context: Context) -> Reply:
    keys = [key.public() for key in context.signing_keys.all()]
    return reply(200, {"items": keys}, REVALIDATED)


def _openapi(_request: Request, _context: Context) -> Reply:
    # The document and its schemas are a tenth of the function's imports, and hardly ever asked for.
    from functions.api.document import document

    return reply(200, document(), REVALIDATED)


def _unrouted(request: Request) -> Reply:
    """Say of a path that no route leads to whether it is the method that is wrong.

    Raises:
        NotFound: nothing is there under any method.
    """
    methods = methods_at(str(request.event["rawPath"]), OPERATIONS)
    if not methods:
        raise NotFound("no such path")
    allowed = ", ".join(methods)
    refusal = problem(405, "method-not-allowed", "Not with this method", f"Use {allowed} here.")
    refusal["headers"]["allow"] = allowed
    return refusal


# The lists of which files are made, too.
LIST_VIEWS: Mapping[str, PageView] = {
    "listOrganizations": list_organizations,
    "listHours": list_hours,
    "listDays": list_days,
    "listAccess": list_access,
    "listEvents": list_events,
    "listChanges": list_changes,
    **{each.listed.operation: _register(each) for each in LISTS},
    "listPacks": list_packs,
    "listCustody": list_custody,
    "listAnchors": list_anchors,
}
_LISTS = [ListView(each, LIST_VIEWS[each.name]) for each in OPERATIONS if each.name in LIST_VIEWS]
EXPORTED: Mapping[str, ListView] = {each.name: each for each in _LISTS}


def _request_export(request: Request, context: RequestContext) -> Reply:
    return request_export(request, context, EXPORTED)


VIEWS: Mapping[str, View] = {
    **LIST_VIEWS,
    "showOrganization": show_organization,
    "summary": summary,
    "readFeed": read_feed,
    "summarizeFindings": summarize_findings,
    "readOcsfFeed": read_ocsf_feed,
    "stateFinding": state_finding,
    "stateFindings": state_findings,
    "showDeadlines": show_deadlines,
    "setDeadlines": set_deadlines,
    "showBill": show_bill,
    "requestPack": request_pack,
    "showPack": show_pack,
    "downloadPack": download_pack,
    "makeShareLink": make_link,
    "listShareLinks": list_links,
    "revokeShareLink": revoke_link,
    "followShareLink": follow_link,
    "proveRow": prove_row,
    "requestExport": _request_export,
    "listExports": list_exports,
    "showExport": show_export,
    "downloadExport": download_export,
    "listSigningKeys": _signing_keys,
    "openapi": _openapi,
}


def routes(context: RequestContext) -> dict[str, Route]:
    """Return what answers each route of this function."""

    def bound(operation: Operation) -> Route:
        view = VIEWS[operation.name]
        if operation.tagged:
            return lambda request: unless_known(request, view(request, context))
        if operation.is_list:
            page: Route = lambda request: view(request, context)  # noqa: E731
            return lambda request: list_or_export(operation, page, request)
        return lambda request: view(request, context)

    own = (operation for operation in OPERATIONS if operation.function == API)
    views = {operation.key: bound(operation) for operation in own}
    return {**views, UNROUTED: _unrouted}


def context_from(settings: Settings) -> RequestContext:
    """Open what the function reaches, as its settings say; clients once a request needs them."""
    lists, role = lists_from(settings), settings["PACK_LINK_ROLE_ARN"]
    return RequestContext(
        table=lists.table,
        evidence=lists.evidence,
        clock=lists.clock,
        registers=lists.registers,
        segments=lists.segments,
        outcomes=lists.outcomes,
        pack_links=DownloadLinks(clients.when_used(clients.sts), role, settings["PACKS_BUCKET"]),
        export_links=DownloadLinks(clients.when_used(clients.sts), role, settings["WORK_BUCKET"]),
        pack_queue=Queue(clients.when_used(clients.sqs), settings["PACK_QUEUE_URL"]),
        export_queue=Queue(clients.when_used(clients.sqs), settings["EXPORT_QUEUE_URL"]),
    )


def lists_from(settings: Settings) -> Context:
    """Open what lists are read from, as the settings say."""
    evidence = Bucket(clients.when_used(clients.s3), settings["EVIDENCE_BUCKET"])
    return Context(
        table=Table(clients.dynamodb(), settings["TABLE_NAME"]),
        evidence=evidence,
        clock=clock_from(settings.environment),
        registers=Registers(evidence),
        segments=Segments(evidence),
        outcomes=RecentOutcomes(),
    )


def handle(event: Mapping[str, Any], _context: object) -> Reply:
    """Answer one HTTP API event."""
    return answer(event, _routes(), OPEN_ROUTES, log)


@functools.cache
def _routes() -> dict[str, Route]:
    return routes(context_from(from_process()))


def make_export(event: Mapping[str, Any], _context: object) -> dict[str, list[str]]:
    """Build the export that each message names, in a function of its own: it may write files.

    A crash hands the message back to the queue.
    """
    # Requests need nothing of it.
    from functions.api.export.build import build

    settings = from_process()
    work = Bucket(clients.s3(), settings["WORK_BUCKET"])
    for record in event["Records"]:
        message: ExportMessage = strict_loads(record["body"])
        tenant, number = message["tenant_id"], message["export"]
        context = lists_from(settings)
        build(tenant, number, EXPORTED, context, work)
        export = Exports(context.table).find(tenant, number)
        state, reason = (export.state, export.reason) if export else (None, None)
        log.info("export", tenant_id=tenant, number=number, state=state, reason=reason)
    return {"batchItemFailures": []}
