"""The HTTP edge: routes, queries, bodies, problems."""

import base64
import json
import logging
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared import errors
from functions.shared.http.edge import (
    MAX_BODY_BYTES,
    PREFIX,
    PROBLEMS,
    Reply,
    Request,
    Route,
    answer,
    reply,
)
from tests.support.http_events import http_event

LOG = logging.getLogger("edge")


def ask(route: Route, **facts: Any) -> Reply:
    """Answer one request to the only route there is."""
    return answer(http_event("GET /x", **facts), {f"GET {PREFIX}/x": route}, frozenset(), LOG)


def failing(error: Exception) -> Route:
    """Return a route that raises."""

    def route(_request: Request) -> Reply:
        raise error

    return route


@pytest.mark.parametrize(("kind", "status", "slug", "title"), PROBLEMS)
def test_every_error_of_the_table_is_its_own_problem(
    kind: type[errors.AuditError], status: int, slug: str, title: str
) -> None:
    """The class decides, never the text."""
    result = ask(failing(kind("field_name is wrong")))
    assert result["statusCode"] == status
    assert result["headers"]["content-type"] == "application/problem+json"
    body = json.loads(result["body"])
    if kind is errors.NotFound:
        assert "field_name" not in result["body"]
    else:
        assert body == {
            "type": f"/problems/{slug}",
            "title": title,
            "status": status,
            "detail": "field_name is wrong.",
        }


def test_subclasses_stand_before_their_parents_in_the_table() -> None:
    """Otherwise the parent's problem would answer for them."""
    kinds = [row[0] for row in PROBLEMS]
    for place, kind in enumerate(kinds):
        assert not [later for later in kinds[place + 1 :] if issubclass(later, kind)]


@pytest.mark.parametrize(
    "error", [RuntimeError("secret"), errors.KeyUnusable("secret"), KeyError()]
)
def test_a_fault_is_logged_and_told_without_its_text(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """500: nothing of ours shows."""
    result = ask(failing(error))
    assert result["statusCode"] == 500
    assert "secret" not in result["body"]
    assert "fault" in caplog.text


def test_not_found_is_one_text_for_all_reasons() -> None:
    """Equal to the byte, headers too."""
    assert ask(failing(errors.NotFound("theirs"))) == ask(failing(errors.NotFound("nobody's")))


def test_answers_are_not_stored_sniffed_or_referred() -> None:
    """Headers of every answer."""
    headers = reply(200, {})["headers"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("raw", "words"),
    [("a=1&a=2", "once"), ("b=1", "unknown"), ("a=1&%00=2", "unknown"), ("a=1&A=2", "unknown")],
)
def test_a_query_holds_known_names_once(raw: str, words: str) -> None:
    """Doubled and unknown names are refused, not guessed at."""
    with pytest.raises(errors.BadRequest, match=words):
        Request(http_event("GET /x", query=raw), None).query("a")


def body_of(body: str, **facts: Any) -> Any:
    """Read a body of which the field ``a`` is known."""
    return Request(http_event("GET /x", body=body) | facts, None).body("a")


@pytest.mark.parametrize(
    "body",
    [
        *("", "[]", "1", "null", '"a"', '{"a": NaN}', '{"a": 1e999}', '{"a": 1}{"a": 2}'),
        *('{"a": 1, "a": 2}', '{"b": 1}', "{", "[" * 100_000, '{"a": ' + "[" * 70 + "]" * 70 + "}"),
        '{"a": ' + "1" * 5000 + "}",
        '{"a": "' + "x" * MAX_BODY_BYTES + '"}',
        "\ud800",
    ],
    ids=lambda body: ascii(body[:12]),
)
def test_a_body_that_is_not_one_object_of_known_fields_is_refused(body: str) -> None:
    """With words of ours, whatever the parser thinks."""
    with pytest.raises(errors.BadRequest):
        body_of(body)


def test_a_form_has_the_blank_ones_where_the_body_leaves_a_field_out() -> None:
    """A null that was sent is a null; a field that the form has not is refused."""
    request = Request(http_event("GET /x", body={"a": None}), None)
    blank: dict[str, object] = {"a": 1, "b": 2}
    assert request.form(blank) == {"a": None, "b": 2}
    with pytest.raises(errors.BadRequest, match="known: b"):
        request.form({"b": 2})


def test_parts_of_the_path_and_headers_are_read_by_name() -> None:
    """Percent-decoded; an absent one is empty."""
    request = Request(http_event("GET /x", path={"id": "a%2Fb"}, headers={"accept": "x"}), None)
    assert (request.path("id"), request.path("other")) == ("a/b", "")
    assert (request.header("accept"), request.header("other")) == ("x", "")
    with pytest.raises(errors.NotSignedIn):
        request.principal  # noqa: B018


def test_a_base64_body_is_the_same_body() -> None:
    """API Gateway encodes bodies it takes for binary."""
    coded = base64.b64encode(b'{"a": 1}').decode()
    assert body_of(coded, isBase64Encoded=True) == {"a": 1}
    with pytest.raises(errors.BadRequest):
        body_of("!", isBase64Encoded=True)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_body_whatsoever_is_our_fault(body: str) -> None:
    """Either an object comes out or the caller is told."""
    with suppress(errors.BadRequest):
        assert isinstance(body_of(body), dict)


def test_an_unknown_route_is_not_found() -> None:
    """Even for the signed-in."""
    result = answer(http_event("GET /y"), {}, frozenset(), LOG)
    assert result["statusCode"] == 404


def test_a_body_that_is_too_large_says_so() -> None:
    """413 before it is parsed; the largest there may be is read."""
    frame = '{"a": ""}'
    fits = body_of(frame[:-2] + "x" * (MAX_BODY_BYTES - len(frame)) + frame[-2:])
    assert len(fits["a"]) == MAX_BODY_BYTES - len(frame)
    result = ask(lambda request: reply(200, request.body("a")), body="x" * (MAX_BODY_BYTES + 1))
    assert result["statusCode"] == 413
    assert json.loads(result["body"])["type"] == "/problems/body-too-large"


@pytest.mark.parametrize(
    "kind", ["", "application/json", "Application/JSON; charset=utf-8", "application/merge+json"]
)
def test_a_body_without_a_type_or_of_json_is_read(kind: str) -> None:
    """It can mean one thing only."""
    headers = {"content-type": kind} if kind else {}
    assert Request(http_event("GET /x", body={"a": 1}, headers=headers), None).body("a") == {"a": 1}


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "text/json",
        "json",
        "application/x/y+json",
    ],
)
def test_a_body_that_says_it_is_something_else_is_refused(kind: str) -> None:
    """415, and how to send it."""
    headers = {"content-type": kind}
    result = ask(lambda request: reply(200, request.body("a")), body={"a": 1}, headers=headers)
    assert result["statusCode"] == 415
    assert "Content-Type: application/json" in json.loads(result["body"])["detail"]


@pytest.mark.parametrize("error", [None, errors.NotAllowed("x"), errors.NotFound("x")])
def test_head_answers_as_get_does_without_the_body(error: Exception | None) -> None:
    """Same status and headers, and the length that the body would have."""
    route = failing(error) if error else lambda _request: reply(200, {"name": "Zoë"})
    got = ask(route)
    headers = {**got["headers"], "content-length": str(len(got["body"].encode()))}
    head = answer(http_event("HEAD /x"), {f"GET {PREFIX}/x": route}, frozenset(), LOG)
    assert head == {"statusCode": got["statusCode"], "headers": headers, "body": ""}


def test_a_whole_number_may_have_a_point() -> None:
    """As JSON Schema has it; half a one stays what it is."""
    assert body_of('{"a": 14.0}') == {"a": 14}
    assert type(body_of('{"a": 14.0}')["a"]) is int
    assert body_of('{"a": 1e2}') == {"a": 100}
    assert body_of('{"a": 14.5}') == {"a": 14.5}


def test_head_of_what_needs_no_login_needs_none() -> None:
    """As GET."""
    key = f"GET {PREFIX}/x"
    event = http_event("HEAD /x", tenant=None)
    route: Route = lambda _request: reply(200, {})  # noqa: E731
    assert answer(event, {key: route}, frozenset({key}), LOG)["statusCode"] == 200
    assert answer(event, {key: route}, frozenset(), LOG)["statusCode"] == 401


@pytest.mark.parametrize("error", [None, errors.NotFound("x"), RuntimeError("x")])
def test_every_answer_names_its_request_in_a_header_alone(error: Exception | None) -> None:
    """So that bodies that are to be equal are."""
    result = ask(failing(error) if error else lambda _request: reply(200, {}))
    assert result["headers"]["x-request-id"] == "request-1"
    assert "request-1" not in result["body"]
