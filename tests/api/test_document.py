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
from functions.api.flow import OPEN_ROUTES, OPERATIONS
from functions.api.handler import VIEWS
from functions.api.schemas.operation import ACCESS, API, CONNECT
from functions.connect.handler import context_from
from functions.connect.handler import routes as connect_routes
from functions.shared.http.edge import PREFIX
from functions.shared.settings import Settings
from tests.api.conftest import Api


def test_every_route_of_the_template_is_in_the_document_and_no_other() -> None:
    """Template, handlers and document name the same routes, public ones too."""
    routes = pytest.importorskip("infra.edge.routes")
    template = {(r.method, r.path, r.function.lower(), r.public) for r in routes.ROUTES}
    table = {(each.method, PREFIX + each.path, each.function, each.public) for each in OPERATIONS}
    assert template == table
    documented = {
        (method.upper(), path) for path, item in document()["paths"].items() for method in item
    }
    assert documented == {(method, path) for method, path, _, _ in table}


def test_every_operation_is_answered_by_its_room(settings: Settings) -> None:
    """One function for each, none left over."""
    assert set(VIEWS) == {each.name for each in OPERATIONS if each.function == API}
    connect = connect_routes(context_from(settings))
    assert set(connect) == {each.key for each in OPERATIONS if each.function == CONNECT}
    access = access_routes(access_context_from(settings))
    assert set(access) == {each.key for each in OPERATIONS if each.function == ACCESS}
    open_ = {each.key for each in OPERATIONS if each.public}
    assert open_ == OPEN_ROUTES | ACCESS_OPEN_ROUTES
    public = {"signing-keys", "openapi.json", "{token}"}
    assert {key.rpartition("/")[2] for key in OPEN_ROUTES} == public


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
    references = {ref.removeprefix("#/components/schemas/") for ref in _references(result)}
    assert references <= set(schemas)
    unused = set(schemas) - references
    assert unused == set()
    for each in operations:
        assert each["summary"]
        assert set(each["responses"]) - {"default"}
        for parameter in each["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
            assert parameter["in"] in ("path", "query")


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
