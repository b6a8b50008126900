"""The OpenAPI document: valid, complete, and the same table the handlers answer by."""

import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from functions.access.handler import OPEN_ROUTES as ACCESS_OPEN_ROUTES
from functions.access.handler import context_from as access_context_from
from functions.access.handler import routes as access_routes
from functions.api.document import document
from functions.api.flow import OPEN_ROUTES, OPERATIONS, UNROUTED
from functions.api.handler import VIEWS
from functions.api.schemas.operation import ACCESS, API, CONNECT, NOTIFY
from functions.connect.handler import context_from
from functions.connect.handler import routes as connect_routes
from functions.notify.handler import context_from as notify_context_from
from functions.notify.handler import routes as notify_routes
from functions.shared.settings import Settings
from tests.api.conftest import Api


def test_every_route_of_the_template_is_in_the_document_and_no_other() -> None:
    """The document has each; the template has HEAD beside each GET as well."""
    routes = pytest.importorskip("infra.edge.routes")
    template = {(r.method, r.path) for r in routes.ROUTES}
    documented = {
        (method.upper(), path) for path, item in document()["paths"].items() for method in item
    }
    assert template == documented | {("HEAD", path) for name, path in documented if name == "GET"}


def test_every_operation_is_answered_by_its_room(settings: Settings) -> None:
    """One function for each, none left over."""
    assert set(VIEWS) == {each.name for each in OPERATIONS if each.function == API}
    connect = connect_routes(context_from(settings))
    assert set(connect) == {each.key for each in OPERATIONS if each.function == CONNECT}
    access = access_routes(access_context_from(settings))
    assert set(access) == {each.key for each in OPERATIONS if each.function == ACCESS}
    notify = notify_routes(notify_context_from(settings))
    assert set(notify) == {each.key for each in OPERATIONS if each.function == NOTIFY}
    open_ = {each.key for each in OPERATIONS if each.public}
    assert open_ == (OPEN_ROUTES - {UNROUTED}) | ACCESS_OPEN_ROUTES
    public = {"signing-keys", "openapi.json", "{token}"}
    assert {key.rpartition("/")[2] for key in OPEN_ROUTES - {UNROUTED}} == public


def test_the_document_has_the_form_of_openapi_3_1() -> None:
    """The parts every reader needs, and each reference leads somewhere."""
    result = document()
    assert result["openapi"] == "3.1.0"
    operations = [each for item in result["paths"].values() for each in item.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    schemas = result["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    of_headers = {
        ref.removeprefix("#/components/headers/")
        for ref in _references(result)
        if ref.startswith("#/components/headers/")
    }
    assert of_headers == set(result["components"]["headers"])
    references = {
        ref.removeprefix("#/components/schemas/")
        for ref in _references(result)
        if ref.startswith("#/components/schemas/")
    }
    assert references <= set(schemas)
    unused = set(schemas) - references
    assert unused == set()
    for each in operations:
        assert each["summary"]
        assert set(each["responses"]) - {"default"}
        for parameter in each["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
            assert parameter["in"] in ("path", "query", "header")


def _references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*(_references(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_references(inner) for inner in value))
    return set()


def test_the_document_is_served_without_a_login(api: Api) -> None:
    """As JSON, the same for everyone."""
    assert api.ask("GET /openapi.json", tenant=None)[1] == document()


def test_signing_keys_are_served_without_a_login(api: Api) -> None:
    """An auditor pins them before having any account; the wrapped seed stays where it is."""
    row = {
        "pk": "SIGNING",
        "sk": "KEY#key-0123456789abcdef",
        "key_id": "key-0123456789abcdef",
        "public_hex": "ab" * 32,
        "wrapped_seed": b"WRAPPED-SEED",
        "not_before": "2026-04-01T00:00:00Z",
        "not_after": None,
        "revoked_at": None,
    }
    api.context.table.put(row)
    body = api.ask("GET /signing-keys", tenant=None)[1]
    (key,) = body["items"]
    assert key.pop("public_pem").startswith("-----BEGIN PUBLIC KEY-----")
    assert key == {
        "key_id": "key-0123456789abcdef",
        "public_hex": "ab" * 32,
        "algorithm": "Ed25519",
        "not_before": "2026-04-01T00:00:00Z",
        "not_after": None,
        "revoked_at": None,
        "revoked_reason": None,
    }
    assert "WRAPPED" not in api.replies[-1]


def test_everything_else_needs_a_login(api: Api) -> None:
    """Nobody signed in: 401 on every other route."""
    for each in OPERATIONS:
        if each.function == API and not each.public:
            assert api.ask(f"{each.method} {each.path}", tenant=None)[0] == 401


def test_an_unknown_route_is_not_found(api: Api) -> None:
    """The template lets none through; the handler would not answer it either."""
    assert api.ask("GET /admin")[0] == 404
    assert api.ask("POST /orgs", body={})[0] == 404


def test_the_room_starts_without_pydantic_and_httpx() -> None:
    """A cold start pays for nothing that is not used here."""
    code = (
        "import sys, functions.api.handler;"
        "print([m for m in ('pydantic', 'httpx', 'nacl', 'h2') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_what_creates_takes_a_key_and_what_is_tagged_a_tag() -> None:
    """By name: what makes something new each time, and what is cheap to compare."""
    operations = [each for item in document()["paths"].values() for each in item.values()]
    taking = {
        name: {
            each["operationId"]
            for each in operations
            for parameter in each["parameters"]
            if parameter["name"] == name
        }
        for name in ("Idempotency-Key", "If-None-Match")
    }
    assert taking == {
        "Idempotency-Key": {
            *("connectOrganization", "requestPack", "requestExport", "makeShareLink", "makeClient"),
            *("stateFindings", "makeWebhook", "testWebhook", "addMail"),
        },
        "If-None-Match": {"openapi", "listSigningKeys", "showPack"},
    }


def test_what_is_sent_and_what_always_stands_is_closed() -> None:
    """A body has no other fields, nor has a row; what may hold others is left open."""
    schemas = document()["components"]["schemas"]
    open_ones = {
        name for name, schema in schemas.items() if schema.get("additionalProperties") is not False
    }
    assert open_ones == {"OpenApi", "FeedEntry", "OcsfEvent"}
    facts = schemas["CustodyEntry"]["properties"]["facts"]
    assert "additionalProperties" not in facts


def test_the_document_says_where_how_and_since_when() -> None:
    """Server, tags, how to sign in, what changed, an example of each id."""
    result = document()
    assert result["servers"][0]["url"] == "/"
    assert "Authorization: Bearer" in result["info"]["description"]
    assert "CHANGELOG.md" in result["info"]["x-changelog"]
    tags = {tag["name"] for tag in result["tags"]}
    operations = [each for item in result["paths"].values() for each in item.values()]
    assert {tag for each in operations for tag in each["tags"]} == tags
    assert all(
        "examples" in parameter["schema"] or parameter["name"] == "token"
        for each in operations
        for parameter in each["parameters"]
        if parameter["in"] == "path"
    )
