"""Tags of answers, and what a caller has already."""

import pytest

from functions.shared.http.edge import Reply, Request, problem, reply
from functions.shared.http.etag import REVALIDATED, unless_known
from tests.support.http_events import http_event


def tagged(known: str = "", answered: Reply | None = None) -> Reply:
    """Answer a caller who names what it has."""
    headers = {"if-none-match": known} if known else {}
    request = Request(http_event("GET /x", headers=headers), None)
    return unless_known(request, answered or reply(200, {"a": 1}, REVALIDATED))


TAG = tagged()["headers"]["etag"]


def test_a_tag_is_of_the_bytes() -> None:
    """The same for the same body, and a quoted text."""
    assert tagged()["headers"]["etag"] == TAG
    assert tagged(answered=reply(200, {"a": 2}))["headers"]["etag"] != TAG
    assert (TAG[0], TAG[-1], len(TAG)) == ('"', '"', 34)


@pytest.mark.parametrize("known", [TAG, f"W/{TAG}", f'"x", {TAG}', "*"])
def test_what_the_caller_has_is_not_sent_again(known: str) -> None:
    """304 with the tag, without body and type; how it may be kept stays said."""
    answered = tagged(known)
    assert (answered["statusCode"], answered["body"]) == (304, "")
    assert answered["headers"]["etag"] == TAG
    assert answered["headers"]["cache-control"] == "no-cache"
    assert "content-type" not in answered["headers"]


@pytest.mark.parametrize("known", ['"x"', TAG.strip('"'), "", '""'])
def test_anything_else_is_sent_whole(known: str) -> None:
    """A tag without its quotes is none."""
    assert tagged(known)["statusCode"] == 200


def test_a_refusal_has_no_tag() -> None:
    """Nor is one ever not modified."""
    refusal = problem(404, "not-found", "Not found", "x")
    assert tagged("*", refusal) == refusal
