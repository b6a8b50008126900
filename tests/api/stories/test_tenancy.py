"""Another tenant's id, wherever it stands, answers like one that never existed (T4).

Every route of both rooms × every place an id can stand in × {own, another tenant's, missing,
forged, doubled}: the answer to another tenant's is the answer to a missing one, byte for byte.
"""

import json
import logging
from typing import Any

import pytest

from functions.api.cursor import Cursors
from functions.api.flow import OPEN_ROUTES, OPERATIONS
from functions.api.handler import routes
from functions.api.registers.pins import Pins
from functions.api.schemas.operation import API
from functions.api.schemas.registers import LISTED
from functions.shared.hours import parse_instant
from functions.shared.http.edge import answer
from functions.shared.tables.connections import Connections
from tests.api.conftest import OURS, THEIRS, Api
from tests.api.views.test_evidence_packs import PERIOD, make_ready
from tests.support.aws_state import all_items
from tests.support.http_events import http_event

NEVER = "org-never-was"
FORGED = ["org-other#O#org-first", "org-other%00", "../org-other", "ORG-OTHER", "org-other ", ""]
REGISTERS = [f"/{each.name}" for each in LISTED]
LISTS = [*REGISTERS, "/events", "/changes"]
# These have an organization in the query, and no pages.
QUERIED = [*LISTS, "/findings/summary"]
BY_PATH = [
    *("GET /orgs/{org_id}", "GET /orgs/{org_id}/hours", "GET /orgs/{org_id}/days"),
    "GET /orgs/{org_id}/access",
]
STATED = "PUT /orgs/{org_id}/findings/{finding_id}/state"
PACK = ["GET /evidence-packs/{number}", "GET /evidence-packs/{number}/download"]
# Theirs: tests/api/views/test_share_links.py; that of a proof: tests/api/proof/test_proof.py.
SHARED = [
    *("POST /evidence-packs/{number}/links", "GET /evidence-packs/{number}/links"),
    *("DELETE /evidence-packs/{number}/links/{link_id}", "GET /shared/{token}"),
]
EXPORT = ["GET /exports/{number}", "GET /exports/{number}/download"]
PINNED = Pins(parse_instant("2026-04-01T01:00:00Z"), {}).write()
CANARIES = ["org-other", "otto", "user-otto", "secret-plan", "tenant-b"]


def require_nothing_of_theirs(text: str) -> None:
    """No word of the other tenant's world."""
    assert not [word for word in CANARIES if word in text]


def test_every_route_of_this_function_with_an_id_is_in_the_matrix() -> None:
    """A new route or list must be added here."""
    ours = [each for each in OPERATIONS if each.function == API]
    assert {each.path for each in ours if "org_id" in each.query} == {*QUERIED, "/proof"}
    with_path = {f"{each.method} {each.path}" for each in ours if "{" in each.path}
    assert with_path == {*BY_PATH, *PACK, *SHARED, *EXPORT, STATED}


@pytest.mark.parametrize("path", QUERIED)
def test_an_organization_in_the_query(sealed: Api, path: str) -> None:
    """Own, another tenant's, missing, forged, doubled."""
    assert sealed.ask(f"GET {path}", query={"org_id": OURS})[0] == 200
    missing = sealed.reply(f"GET {path}", query={"org_id": NEVER})
    assert missing["statusCode"] == 404
    assert sealed.reply(f"GET {path}", query={"org_id": THEIRS}) == missing
    for forged in FORGED:
        assert sealed.reply(f"GET {path}", query={"org_id": forged}) == missing
    for doubled in (f"org_id={OURS}&org_id={THEIRS}", f"org_id={THEIRS}&org_id={OURS}"):
        assert sealed.ask(f"GET {path}", query=doubled)[0] == 400
    require_nothing_of_theirs("".join(sealed.replies))


@pytest.mark.parametrize("route", BY_PATH)
def test_an_organization_in_the_path(sealed: Api, route: str) -> None:
    """Own, another tenant's, missing, forged."""
    assert sealed.ask(route, path={"org_id": OURS})[0] == 200
    missing = sealed.reply(route, path={"org_id": NEVER})
    assert missing["statusCode"] == 404
    for other in (THEIRS, *FORGED):
        assert sealed.reply(route, path={"org_id": other}) == missing
    require_nothing_of_theirs("".join(sealed.replies))


@pytest.mark.parametrize(
    "path", [*LISTS, "/orgs", "/evidence-packs", "/exports", "/custody", "/anchors"]
)
def test_a_cursor(sealed: Api, path: str) -> None:
    """Another tenant's cursor is one that never existed; a forged one stays in one's own rows."""
    for tenant in ("tenant-a", "tenant-b"):
        for _ in range(2):
            body = PERIOD | {"period_end": "2026-04-01T00:59:59Z"}
            sealed.ask("POST /evidence-packs", body=body, tenant=tenant)
            sealed.ask("POST /exports", body={"list": "users"}, tenant=tenant)
    sealed.replies.clear()
    theirs = theirs_of(sealed, path)
    sealed.replies.clear()
    result = sealed.reply(f"GET {path}", query={"cursor": theirs})
    missing = sealed.reply("GET /users", query={"org_id": NEVER})
    assert result == missing
    require_nothing_of_theirs("".join(sealed.replies))


def theirs_of(api: Api, path: str) -> str:
    """Return a real cursor of the other tenant's list."""
    one_part = dict.fromkeys(("/orgs", "/evidence-packs", "/exports", "/custody", "/anchors"), 1)
    parts = (one_part | {"/changes": 2}).get(path, 3)
    position = {
        "/orgs": [THEIRS],
        "/anchors": ["2026-04-01"],
        "/custody": ["CUSTODY#2026-04-01T05:01:00Z#x"],
        "/evidence-packs": ["PACK#00000002"],
        "/exports": ["EXPORT#00000002"],
        "/events": ["2026-04-01T00:00:00Z", THEIRS, "900"],
        "/changes": ["CH#2026-04-01T00:00:00Z#x", THEIRS],
    }.get(path, [PINNED, THEIRS, ""])
    cursor = Cursors("tenant-b", path.strip("/"), parts).write(*position)
    assert api.ask(f"GET {path}", query={"cursor": cursor}, tenant="tenant-b")[0] == 200
    return cursor


@pytest.mark.parametrize("path", [*LISTS, "/orgs"])
def test_a_cursor_forged_with_ones_own_name_and_anothers_organization(
    sealed: Api, path: str
) -> None:
    """The organization in it is not this tenant's: not found."""
    parts = {"/orgs": 1, "/changes": 2}.get(path, 3)
    ways = {"/events": ["2030-01-01T00:00:00Z", THEIRS, "0"], "/changes": ["CH#2030", THEIRS]}
    position = ways.get(path, [THEIRS] if parts == 1 else [PINNED, THEIRS, ""])
    cursor = Cursors("tenant-a", path.strip("/"), parts).write(*position)
    result = sealed.reply(f"GET {path}", query={"cursor": cursor})
    assert result == sealed.reply("GET /users", query={"org_id": NEVER})


@pytest.mark.parametrize("route", PACK)
def test_a_packs_number(sealed: Api, route: str) -> None:
    """Numbers are per tenant: another tenant's second pack is nobody's second pack here."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)
    missing = sealed.reply(route, path={"number": "7"}, tenant="tenant-b")
    assert missing["statusCode"] == 404
    assert sealed.reply(route, path={"number": "1"}, tenant="tenant-b") == missing


@pytest.mark.parametrize("route", EXPORT)
def test_an_exports_number(sealed: Api, route: str) -> None:
    """Theirs: also tests/api/export/test_everything.py, where no word of another's is in a file."""
    sealed.ask("POST /exports", body={"list": "users"})
    missing = sealed.reply(route, path={"number": "7"}, tenant="tenant-b")
    assert missing["statusCode"] == 404
    assert sealed.reply(route, path={"number": "1"}, tenant="tenant-b") == missing


@pytest.mark.parametrize("name", ["users", "events", "hours", "access"])
def test_an_organization_in_the_body_of_an_export(sealed: Api, name: str) -> None:
    """Another tenant's, forged, or none: nothing is asked for."""
    missing = sealed.reply("POST /exports", body={"list": name, "org_id": NEVER})
    assert missing["statusCode"] == 404
    before = all_items(sealed.context.table)
    for org in (THEIRS, *FORGED):
        body = {"list": name, "org_id": org}
        assert sealed.reply("POST /exports", body=body) == missing
    assert all_items(sealed.context.table) == before


def test_a_packs_row_that_names_another_tenants_archive(sealed: Api) -> None:
    """Whoever can edit a row gets no link by it, only that there is nothing."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    pack = make_ready(sealed, 1)
    route = "GET /evidence-packs/{number}/download"
    assert sealed.reply(route, path={"number": "1"})["statusCode"] == 303
    key = str(pack.object_key)
    for other in (key.replace("tenant-a", "tenant-b"), key.replace("pack-1", "pack-2")):
        sealed.context.packs.update(pack, object_key=other)
        result = sealed.reply(route, path={"number": "1"})
        assert result == sealed.reply(route, path={"number": "7"})


def test_another_tenants_finding(sealed: Api) -> None:
    """Under its own organization or under one's own: never there, and nothing is written."""
    (theirs, *_) = sealed.get("/findings", tenant="tenant-b")["items"]
    (ours, *_) = sealed.get("/findings")["items"]
    before = all_items(sealed.context.table)
    sealed.replies.clear()
    body = {"state": "accepted", "reason": "mine"}
    never = {"org_id": NEVER, "finding_id": "0" * 24}
    missing = sealed.reply(STATED, path=never, body=body)
    assert missing["statusCode"] == 404
    for org in (OURS, THEIRS, NEVER, *FORGED):
        for finding_id in (theirs["finding_id"], "0" * 24, "", ours["finding_id"]):
            if (org, finding_id) != (OURS, ours["finding_id"]):
                path = {"org_id": org, "finding_id": finding_id}
                assert sealed.reply(STATED, path=path, body=body) == missing, path
    assert all_items(sealed.context.table) == before
    require_nothing_of_theirs("".join(sealed.replies))


def test_an_organization_in_the_body(sealed: Api) -> None:
    """Named beside one's own or alone."""
    route = "POST /evidence-packs"
    missing = sealed.reply(route, body=PERIOD | {"org_ids": [NEVER]})
    before = all_items(sealed.context.table)
    for asked in ([THEIRS], [OURS, THEIRS], [THEIRS, OURS], [OURS, FORGED[0]]):
        assert sealed.reply(route, body=PERIOD | {"org_ids": asked}) == missing
    assert all_items(sealed.context.table) == before


@pytest.mark.parametrize("name", ["tenant_id", "tenant", "custom:tenant_id"])
def test_a_tenant_can_be_named_nowhere(sealed: Api, name: str) -> None:
    """Not in a query, not in a body, not in a header."""
    for each in OPERATIONS:
        if each.function != API or each.public:
            continue
        facts: dict[str, Any] = {"path": {"org_id": OURS, "number": "1"}}
        route = f"{each.method} {each.path}"
        if each.body:
            status, _ = sealed.ask(route, body=PERIOD | {name: "tenant-b"}, **facts)
        else:
            query = (
                {name: "tenant-b", "month": "2026-04"}
                if "month" in each.query
                else {name: "tenant-b"}
            )
            status, _ = sealed.ask(route, query=query, **facts)
        assert status in (400, 404), each.name
    plain = sealed.get("/users")
    assert sealed.get("/users", headers={name: "tenant-b", "x-tenant-id": "tenant-b"}) == plain


def test_nothing_a_tenant_reads_holds_a_word_of_another(sealed: Api) -> None:
    """Every GET of the function, with everything it can show."""
    for each in OPERATIONS:
        if each.function == API and each.method == "GET" and not each.public:
            query = {"month": "2026-04"} if "month" in each.query else {}
            if "state" in each.query:
                query["state"] = "all"
            sealed.ask(f"GET {each.path}", query=query, path={"org_id": OURS, "number": "1"})
    text = "".join(sealed.replies)
    require_nothing_of_theirs(text)
    assert "user-olga" in text


def test_an_organization_that_both_hold_is_two_organizations(sealed: Api) -> None:
    """Neither sees the other's hours, people or packs, and neither is told."""
    connections = Connections(sealed.context.table)
    row = connections.need("tenant-a", OURS)
    fields = {name: getattr(row, name) for name in row.__dataclass_fields__}
    connections.save(type(row)(**fields | {"tenant_id": "tenant-b", "revision": 0}))
    body = sealed.get("/users", {"org_id": OURS}, tenant="tenant-b")
    assert body["items"] == []
    assert body["sections"][0]["reason"] == "no_hour_closed_yet"


@pytest.mark.parametrize(
    "caller",
    [
        {},
        {"refusal": "no token"},
        {"refusal": "no token", "tenant_id": "tenant-a", "user": "user-1", "groups": "admin"},
        {"user": "user-1", "groups": "admin"},
    ],
)
def test_whoever_the_authorizer_names_no_tenant_of_reads_nothing(
    sealed: Api, caller: dict[str, str]
) -> None:
    """Refused in a problem document that says what to send, and how."""
    event = http_event("GET /users")
    event["requestContext"]["authorizer"]["lambda"] = caller
    result = answer(event, routes(sealed.context), OPEN_ROUTES, logging.getLogger("api"))
    assert result["statusCode"] == 401
    assert result["headers"]["www-authenticate"] == "Bearer"
    assert json.loads(result["body"])["type"] == "/problems/not-signed-in"


def test_one_request_too_many_is_told_when_to_come_again(sealed: Api) -> None:
    """429, with what the budget is; nothing is read."""
    event = http_event("GET /users")
    event["requestContext"]["authorizer"]["lambda"] |= {"remaining": "-1", "reset_s": "17"}
    result = answer(event, routes(sealed.context), OPEN_ROUTES, logging.getLogger("api"))
    assert result["statusCode"] == 429
    assert result["headers"]["retry-after"] == "17"
    assert result["headers"]["ratelimit"] == '"tenant";r=0;t=17'
    assert json.loads(result["body"])["type"] == "/problems/too-many-requests"
