"""The edge as Lambda calls it: settings from the environment, context opened once."""

import io
import json
from collections.abc import Iterator

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from functions.api import handler
from functions.shared.aws import clients
from functions.shared.errors import Misconfigured
from tests.api.conftest import Api
from tests.api.views.test_evidence_packs import PERIOD, make_ready
from tests.support.http_events import http_event

UNROUTED = {"routeKey": "$default"}


@pytest.fixture
def process(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give the process the function's settings, forget older context, give what is logged."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    handler._routes.cache_clear()
    logged = io.StringIO()
    monkeypatch.setattr(handler, "log", Logger(service=f"test-{id(logged)}", stream=logged))
    yield logged
    handler._routes.cache_clear()


def test_lambda_answers_with_what_is_sealed(sealed: Api, process: io.StringIO) -> None:
    """The same list as through the function's table."""
    result = handler.handle(http_event("GET /users"), None)
    assert result["statusCode"] == 200
    assert json.loads(result["body"]) == sealed.get("/users")


def test_a_first_answer_opens_no_client_it_does_not_use(
    process: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3's alone takes a twentieth of the cold start; the signing keys lie in the table."""

    def refused() -> None:
        raise AssertionError("opened for nothing")

    monkeypatch.setattr(clients, "s3", refused)
    monkeypatch.setattr(clients, "sqs", refused)
    monkeypatch.setattr(clients, "sts", refused)
    result = handler.handle(http_event("GET /signing-keys", tenant=None), None)
    assert result["statusCode"] == 200
    assert handler.handle(http_event("GET /openapi.json", tenant=None), None)["statusCode"] == 200


def test_a_missing_setting_ends_the_invocation_and_is_named(
    process: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda counts it as an error, which the operator's alarm watches."""
    monkeypatch.delenv("TABLE_NAME")
    event = http_event("GET /users")
    with pytest.raises(Misconfigured, match="TABLE_NAME"):
        handler.handle(event, None)


def test_a_refusal_is_logged_as_one_line_of_json_with_ids_only(
    process: io.StringIO,
) -> None:
    """Nothing that a caller chose stands in it (T18)."""
    evil = 'x\n{"level":"FAKE"}\u001b[31m'
    handler.handle(http_event("GET /users", query={"limit": evil}, user=evil), None)
    (line,) = process.getvalue().splitlines()
    logged = json.loads(line)
    assert (logged["message"], logged["problem"]) == ("refused", "bad-request")
    assert "FAKE" not in line


@pytest.mark.parametrize("tenant", ["tenant-a", None])
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/users", "GET, HEAD"),
        ("GET", "/hashing-key", "POST"),
        ("POST", "/orgs/org-first", "DELETE, GET, HEAD, PATCH"),
        ("OPTIONS", "/shared/x", "GET, HEAD"),
    ],
)
def test_a_path_that_is_known_says_with_which_methods(
    process: io.StringIO, method: str, path: str, allowed: str, tenant: str | None
) -> None:
    """405 with ``Allow``, to everybody: API Gateway sends here what no route matches."""
    result = handler.handle(http_event(f"{method} {path}", tenant=tenant) | UNROUTED, None)
    assert (result["statusCode"], result["headers"]["allow"]) == (405, allowed)
    assert result["headers"]["content-type"] == "application/problem+json"
    assert json.loads(result["body"]) == {
        "type": "/problems/method-not-allowed",
        "title": "Not with this method",
        "status": 405,
        "detail": f"Use {allowed} here.",
    }


@pytest.mark.parametrize("tail", ["/nothing", "/users/", "", "/orgs/org-other/nothing"])
def test_a_path_that_leads_nowhere_answers_as_what_is_not_there(
    process: io.StringIO, tail: str
) -> None:
    """The same bytes as another tenant's organization, signed in or not."""
    organization = http_event("GET /orgs/{org_id}", path={"org_id": "org-other"})
    theirs = handler.handle(organization, None)
    for tenant in ("tenant-a", None):
        nowhere = handler.handle(http_event(f"GET {tail}", tenant=tenant) | UNROUTED, None)
        assert nowhere["statusCode"] == theirs["statusCode"] == 404
        assert nowhere["body"] == theirs["body"]


def test_what_everybody_may_read_can_be_kept_and_asked_about(process: io.StringIO) -> None:
    """Tags for the document and the keys; 304 for who has them."""
    for route in ("GET /openapi.json", "GET /signing-keys", "HEAD /openapi.json"):
        first = handler.handle(http_event(route, tenant=None), None)
        assert first["headers"]["cache-control"] == "no-cache"
        known = {"if-none-match": first["headers"]["etag"]}
        again = handler.handle(http_event(route, tenant=None, headers=known), None)
        assert (again["statusCode"], again["body"]) == (304, "")


def test_head_needs_of_a_machine_the_scope_that_get_needs(
    sealed: Api, process: io.StringIO
) -> None:
    """Reading is not downloading."""
    download = http_event("HEAD /evidence-packs/{number}/download", scopes="read")
    assert handler.handle(download, None)["statusCode"] == 403
    assert handler.handle(http_event("HEAD /users", scopes="read"), None)["statusCode"] == 200
    assert handler.handle(http_event("HEAD /users", scopes="packs"), None)["statusCode"] == 403


def test_where_aws_gives_no_credentials_the_caller_is_told_and_the_operator_why(
    sealed: Api, process: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 in the API's own form; no link is signed with the function's own credentials instead."""
    sealed.ask("POST /evidence-packs", body=PERIOD)
    make_ready(sealed, 1)

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "x"}}, "AssumeRole")

    monkeypatch.setattr(clients.sts(), "assume_role", refuse)
    route = "GET /evidence-packs/{number}/download"
    reply = handler.handle(http_event(route, path={"number": "1"}), None)
    problem = json.loads(reply["body"])
    assert (reply["statusCode"], problem["type"]) == (503, "/problems/link-not-signed")
    assert "location" not in reply["headers"]
    (line,) = process.getvalue().splitlines()
    logged = json.loads(line)
    assert logged["reason"] == "AWS gave no credentials to sign a link with: AccessDenied"
    assert "X-Amz" not in line
