"""The API's operations, each stated once: what the document serves and the handlers answer.

Pure: importable without AWS. The connect, the access and the notify function answer their own;
they stand here because one document describes the whole API.
"""

from typing import Final

from functions.api.export.operations import EXPORT_OPERATIONS
from functions.api.findings.operations import FINDING_OPERATIONS
from functions.api.schemas.operation import ACCESS, API, CONNECT, Operation
from functions.api.schemas.registers import LISTED, ListedSection
from functions.api.schemas.told import TOLD_OPERATIONS
from functions.shared.records.events import ListedChange, ListedEvent
from functions.shared.records.fields import filters_of
from functions.shared.records.rights.grants import Grant

_PAGE: Final = ("cursor", "limit")
_LIST: Final = ("org_id", *_PAGE)
_OPENAI: Final = (409, 422, 502, 503, 504)


def _connect(method: str, path: str, name: str, summary: str, body: str | None = None) -> Operation:
    status = 201 if name == "connectOrganization" else 200
    problems = _OPENAI if name in ("connectOrganization", "replaceAdminKey") else (409,)
    return Operation(
        method,
        path,
        CONNECT,
        name,
        summary,
        "Organization",
        status=status,
        body=body,
        admin=True,
        problems=problems,
    )


def _list(path: str, name: str, summary: str, of: str, row: type, *query: str) -> Operation:
    """Return the operation of a list; of its rows' record are the filters of its query."""
    names = (*_LIST, *query, *filters_of(row))
    return Operation("GET", path, API, name, summary, f"{of}List", query=names)


def _register(listed: ListedSection) -> Operation:
    """Return the operation of a list of what exists."""
    return Operation(
        *("GET", f"/{listed.name}", API, listed.operation, f"List {listed.things}"),
        f"{listed.of}List",
        query=listed.parameters,
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    _connect("POST", "/orgs", "connectOrganization", "Connect an organization", "ConnectRequest"),
    _connect(
        "PATCH", "/orgs/{org_id}", "renameOrganization", "Rename an organization", "RenameRequest"
    ),
    _connect(
        "PUT",
        "/orgs/{org_id}/admin-key",
        "replaceAdminKey",
        "Replace the admin key",
        "ReplaceKeyRequest",
    ),
    _connect("POST", "/orgs/{org_id}/pause", "pauseOrganization", "Take no pictures for now"),
    _connect("POST", "/orgs/{org_id}/resume", "resumeOrganization", "Take pictures again"),
    _connect(
        "DELETE",
        "/orgs/{org_id}",
        "disconnectOrganization",
        "Disconnect: the key is deleted, the history kept",
    ),
    Operation(
        "POST",
        "/hashing-key",
        CONNECT,
        "fetchHashingKey",
        "Fetch the tenant's hashing key; noted in the custody log",
        "HashingKey",
        admin=True,
        problems=(409, 503),
    ),
    Operation(
        "PUT",
        "/orgs/{org_id}/service-accounts/{service_account_id}/person",
        CONNECT,
        "nameServiceAccountPerson",
        "Name who answers for a service account",
        "ServiceAccountPerson",
        body="PersonRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("POST", "/token", ACCESS, "issueToken", "Get an access token for a machine's secret"),
        "AccessToken",
        body="TokenRequest",
        is_form=True,
        public=True,
        problems=(400, 401),
    ),
    Operation(
        *("POST", "/clients", ACCESS, "makeClient", "Make a client for a machine", "NewSecret"),
        status=201,
        body="ClientRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("GET", "/clients", ACCESS, "listClients", "List machines' clients", "ClientList"),
        query=_PAGE,
        admin=True,
    ),
    Operation(
        *("POST", "/clients/{client_id}/secret", ACCESS, "rotateClientSecret"),
        *("Give a client a new secret; the old one is good for some hours more", "NewSecret"),
        body="RotationRequest",
        is_bodiless=True,
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("DELETE", "/clients/{client_id}", ACCESS, "revokeClient"),
        *("End a client, and its tokens with it, at once", "Client"),
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("GET", "/orgs", API, "listOrganizations"),
        *("List organizations", "OrganizationList"),
        query=_PAGE,
    ),
    Operation(
        "GET", "/orgs/{org_id}", API, "showOrganization", "Show an organization", "Organization"
    ),
    Operation(
        "GET",
        "/orgs/{org_id}/hours",
        API,
        "listHours",
        "List closed hours, newest first",
        "HourList",
        query=("from", "to", *_PAGE),
    ),
    Operation(
        *("GET", "/orgs/{org_id}/days", API, "listDays"),
        *("List days, newest first: what became of each hour", "DayList"),
        query=("from", "to", *_PAGE),
    ),
    Operation(
        *("GET", "/orgs/{org_id}/access", API, "listAccess"),
        *("List who can do what, and by which path", "AccessList"),
        query=("as_of", *_PAGE, *filters_of(Grant)),
    ),
    Operation("GET", "/summary", API, "summary", "Figures over all organizations", "Summary"),
    *(_register(listed) for listed in LISTED),
    _list(
        "/events",
        "listEvents",
        "List sealed audit events, those of the newest hour first",
        "Event",
        ListedEvent,
        "from",
        "to",
    ),
    _list(
        "/changes",
        "listChanges",
        "List changes between pictures, newest first",
        "Change",
        ListedChange,
        "from",
        "to",
    ),
    *FINDING_OPERATIONS,
    Operation(
        *("GET", "/feed", API, "readFeed"),
        *("Read what was sealed, oldest first, from where you have come to", "FeedPage"),
        query=("since", "limit"),
    ),
    Operation(
        *("GET", "/feed/ocsf", API, "readOcsfFeed"),
        *("Read the feed as events of OCSF 1.8.0", "OcsfPage"),
        query=("since", "limit"),
    ),
    *TOLD_OPERATIONS,
    *EXPORT_OPERATIONS,
    Operation(
        *("GET", "/billing", API, "showBill", "A month's bill, with its working", "Bill"),
        query=("month",),
    ),
    Operation(
        "POST",
        "/evidence-packs",
        API,
        "requestPack",
        "Have an evidence pack made",
        "Pack",
        status=202,
        body="PackRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("GET", "/evidence-packs", API, "listPacks"),
        *("List evidence packs, newest first", "PackList"),
        query=_PAGE,
    ),
    Operation(
        *("GET", "/evidence-packs/{number}", API, "showPack", "Show an evidence pack", "Pack"),
        tagged=True,
    ),
    Operation(
        "GET",
        "/evidence-packs/{number}/download",
        API,
        "downloadPack",
        "Download an evidence pack: 303 to a link, or the link as JSON",
        "Link",
        query=("lifetime_s",),
        problems=(409, 503),
    ),
    Operation(
        "POST",
        "/evidence-packs/{number}/links",
        API,
        "makeShareLink",
        "Make an expiring link to a ready pack, for somebody without an account",
        "NewShareLink",
        status=201,
        body="ShareLinkRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("GET", "/evidence-packs/{number}/links", API, "listShareLinks"),
        *("List a pack's share links, newest first", "ShareLinkList"),
        query=_PAGE,
    ),
    Operation(
        "DELETE",
        "/evidence-packs/{number}/links/{link_id}",
        API,
        "revokeShareLink",
        "Revoke a share link",
        "ShareLink",
        admin=True,
    ),
    Operation(
        "GET",
        "/shared/{token}",
        API,
        "followShareLink",
        "Follow a share link: 303 to the archive, or the address as JSON",
        "Link",
        public=True,
        problems=(404, 503),
    ),
    Operation(
        *("GET", "/custody", API, "listCustody"),
        *("List the custody log, newest first", "CustodyList"),
        query=_PAGE,
    ),
    Operation(
        *("GET", "/proof", API, "proveRow"),
        *("Prove one row of a sealed hour, without any other", "RowProof"),
        query=("entity", "section", "org_id", "as_of"),
        problems=(409, 503),
    ),
    Operation(
        *("GET", "/anchors", API, "listAnchors"),
        *("List the daily anchors of the chains, newest first", "AnchorList"),
        query=_PAGE,
    ),
    Operation(
        "GET",
        "/signing-keys",
        API,
        "listSigningKeys",
        "List the keys packs are signed with",
        "SigningKeyList",
        public=True,
        tagged=True,
    ),
    Operation(
        *("GET", "/openapi.json", API, "openapi", "This document", "OpenApi"),
        public=True,
        tagged=True,
    ),
)

# What no route leads to; the answer is the same for everybody.
UNROUTED: Final = "$default"
OPEN_ROUTES: Final = frozenset(
    {UNROUTED, *(each.key for each in OPERATIONS if each.public and each.function == API)}
)
