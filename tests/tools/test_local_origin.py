"""The origin passes everything on to the distribution and decides nothing."""

import asyncio
from typing import Any

import httpx

from tools.local.deployment.origin import OriginProxy
from tools.local.emulator.api_origin import local_origin

DISTRIBUTION = "d111.cloudfront.net"
HOSTS = {"https://sign-in.example": "http://127.0.0.1:8081"}


class Emulator:
    """Remembers what it was asked and gives its one answer; without an answer it is down."""

    def __init__(self, answer: httpx.Response | None) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        if self.answer is None:
            raise httpx.ConnectError("refused", request=request)
        return self.answer


def ask(emulator: Emulator, method: str, path: str, **more: Any) -> httpx.Response:
    """Ask the origin in front of an emulator."""
    proxy = OriginProxy("http://127.0.0.1:8081", DISTRIBUTION, HOSTS)
    proxy._emulator = httpx.AsyncClient(transport=httpx.MockTransport(emulator))

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(proxy)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8080"
        ) as client:
            return await client.request(method, path, **more)

    return asyncio.run(send())


def test_a_request_reaches_the_distribution_as_it_came() -> None:
    """Method, path with its escapes, query, token and body; the host is the distribution's."""
    emulator = Emulator(httpx.Response(202, headers={"location": "/x"}, json={"number": 1}))
    answer = ask(
        emulator,
        "POST",
        "/api/v1/openai/orgs/org-%2F1?x=%20",
        headers={"Authorization": "Bearer t"},
        json={"a": 1},
    )
    request = emulator.requests[0]
    assert request.method == "POST"
    assert request.url.raw_path == b"/api/v1/openai/orgs/org-%2F1?x=%20"
    assert request.headers["host"] == DISTRIBUTION
    assert request.headers["authorization"] == "Bearer t"
    assert request.content == b'{"a":1}'
    assert (answer.status_code, answer.headers["location"]) == (202, "/x")
    assert answer.json() == {"number": 1}


def test_the_policy_names_the_hosts_of_this_machine() -> None:
    """Nothing else of the content security policy changes."""
    policy = "default-src 'none'; connect-src 'self' https://sign-in.example"
    emulator = Emulator(httpx.Response(200, headers={"content-security-policy": policy}))
    header = ask(emulator, "GET", "/").headers["content-security-policy"]
    assert header == "default-src 'none'; connect-src 'self' http://127.0.0.1:8081"


def test_a_route_with_its_prefix_may_be_appended_to_api_url() -> None:
    """`api_url` ends with the prefix; both spellings are one route."""
    emulator = Emulator(httpx.Response(200))
    ask(emulator, "GET", "/api/v1/openai/api/v1/openai/orgs?limit=1")
    assert emulator.requests[0].url.raw_path == b"/api/v1/openai/orgs?limit=1"


def test_head_has_the_length_that_the_body_would_have() -> None:
    """Though nothing follows; with any other method the length is that of what does."""
    headers = {"content-length": "1234", "x-request-id": "request-1"}
    answer = ask(Emulator(httpx.Response(200, headers=headers)), "HEAD", "/api/v1/openai/orgs")
    assert (answer.headers["content-length"], answer.content) == ("1234", b"")
    assert answer.headers["x-request-id"] == "request-1"


def test_an_emulator_that_is_down_is_a_502() -> None:
    """The origin itself stays up."""
    emulator = Emulator(None)
    assert ask(emulator, "GET", "/").status_code == 502


def test_only_the_api_is_reached_elsewhere() -> None:
    """The bucket behind the distribution, or a stranger's host, is left alone."""
    api = {"domain_name": "7160cc6b.execute-api.eu-central-1.amazonaws.com", "http_port": 80}
    assert local_origin(api, 8081) == {
        "domain_name": "7160cc6b.execute-api.127.0.0.1",
        "http_port": 8081,
        "protocol_policy": "http-only",
    }
    bucket = {"domain_name": "dashboard.s3.eu-central-1.amazonaws.com"}
    assert local_origin(bucket, 8081) is bucket
