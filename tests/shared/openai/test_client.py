"""The client of OpenAI: whole pages or an error that says why, within our own time."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import pytest

from functions.shared import errors
from functions.shared.openai.client import MAX_PAGE_BYTES, OpenAI, RunStats, http_transport

KEY = "sk-admin-CANARY-0123456789"
BASE = "https://api.openai.com/v1"
NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response]


class Slow(httpx.AsyncByteStream):
    """A body that drips."""

    def __init__(self, pieces: int, pause_s: float) -> None:
        self.pieces, self.pause_s = pieces, pause_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            await asyncio.sleep(self.pause_s)
            yield b" "


class Asked:
    """What a test asks with: the requests seen and the waits taken."""

    def __init__(self, *answers: Answer | httpx.Response, budget_s: float = 60.0) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self.stats = RunStats()
        self.budget_s = budget_s

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if not isinstance(answer, httpx.Response):
            return answer(request)
        # A fresh one each time: a body is read once.
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)

    async def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def _get(self, tries: int) -> object:
        async with httpx.MockTransport(self._answer) as client:
            started = time.monotonic()
            openai = OpenAI(
                client,
                BASE,
                "org-first",
                KEY,
                lambda: NOW,
                lambda: self.budget_s - (time.monotonic() - started),
                tries=tries,
                sleep=self._wait,
                stats=self.stats,
            )
            return await openai.get("/organization/users", [("limit", "1")])

    def get(self, tries: int = 3) -> object:
        """Ask for one page."""
        return asyncio.run(self._get(tries))


def ok(body: str | bytes = '{"data":[]}', **headers: str) -> httpx.Response:
    """Return a 200."""
    return sent(200, body, **headers)


def status(code: int, **headers: str) -> httpx.Response:
    """Return a refusal."""
    return sent(code, b"", **headers)


def sent(code: int, body: str | bytes, **headers: str) -> httpx.Response:
    """Return an answer whose body is still to be read, as from the network."""
    data = body.encode() if isinstance(body, str) else body
    return httpx.Response(code, headers=headers, stream=httpx.ByteStream(data))


def test_every_request_names_the_organization_it_claims() -> None:
    """So that OpenAI refuses a key of another one (T3)."""
    asked = Asked(ok())
    assert asked.get() == {"data": []}
    (request,) = asked.requests
    assert str(request.url) == f"{BASE}/organization/users?limit=1"
    assert request.headers["openai-organization"] == "org-first"
    assert request.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("code", [500, 502, 503, 408, 429])
def test_what_may_mend_is_tried_again_a_bounded_number_of_times(code: int) -> None:
    """Then it is said."""
    asked = Asked(status(code), status(code), ok())
    assert asked.get() == {"data": []}
    assert len(asked.requests) == 3
    assert asked.stats.retries == 2
    tired = Asked(status(code))
    with pytest.raises(errors.UpstreamError):
        tired.get()
    assert len(tired.requests) == 3


REFUSED = '{"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}}'


@pytest.mark.parametrize("code", [400, 401, 403, 404, 302])
def test_what_does_not_mend_is_asked_once(code: int) -> None:
    """No storm on a refused key; no redirect followed."""
    asked = Asked(sent(code, REFUSED, location="https://elsewhere.invalid/"))
    with pytest.raises(errors.UpstreamError) as caught:
        asked.get()
    assert len(asked.requests) == 1
    assert caught.value.lasting or code == 302


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_refusal_that_is_not_openais_is_tried_again(code: int) -> None:
    """A CDN's page says nothing of the key, and the next try may pass it by (T31)."""
    page = sent(code, "<html>Attention Required!</html>")
    asked = Asked(page, page, ok())
    assert asked.get() == {"data": []}
    with pytest.raises(errors.RefusedOnTheWay) as caught:
        Asked(page).get()
    assert not caught.value.lasting


@pytest.mark.parametrize(
    ("told", "at_least"), [("3", 3.0), ("Wed, 01 Apr 2026 06:00:09 GMT", 9.0), ("junk", 0.0)]
)
def test_a_wait_that_openai_asks_for_is_taken(told: str, at_least: float) -> None:
    """In seconds or as a date (F4)."""
    asked = Asked(status(429, **{"retry-after": told}), ok())
    asked.get()
    assert at_least <= max(asked.waits) < at_least + 2


def test_a_wait_past_the_runs_end_is_the_next_runs() -> None:
    """The error says how long; nobody sleeps."""
    asked = Asked(status(429, **{"retry-after": "86400"}), ok())
    with pytest.raises(errors.Throttled) as caught:
        asked.get()
    assert asked.waits == []
    assert caught.value.retry_after_s == 3600.0


def test_a_dripping_answer_ends_with_our_own_deadline() -> None:
    """A byte now and then resets httpx's timeouts, never ours (F6)."""

    def drip(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Slow(1000, 0.02))

    asked = Asked(drip, budget_s=0.3)
    started = time.monotonic()
    with pytest.raises((errors.UpstreamTimeout, errors.DeadlineReached)):
        asked.get()
    assert time.monotonic() - started < 5


def test_a_gzip_bomb_ends_at_the_page_cap() -> None:
    """Inflated bytes count, and only a page's worth is held (F10)."""
    bomb = gzip.compress(b" " * (MAX_PAGE_BYTES + 65537))
    assert len(bomb) < 100_000
    asked = Asked(ok(bomb, **{"content-encoding": "gzip"}))
    with pytest.raises(errors.ResponseTooLarge):
        asked.get()
    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        *("", "<html>", "null", "[]", '"x"', '{"a":1,"a":2}', '{"a":NaN}', "{}{}", "\x00"),
        "[" * 100_000,
        '{"a":' + "9" * 20_000 + "}",
    ],
    ids=lambda body: ascii(body[:10]),
)
def test_a_body_that_is_not_one_strict_object_is_retried_and_then_refused(body: str) -> None:
    """Never a part of it (F8, F17)."""
    asked = Asked(ok(body, **{"x-request-id": "req_9"}))
    with pytest.raises(errors.BadResponse) as caught:
        asked.get()
    assert len(asked.requests) == 3
    assert caught.value.request_id == "req_9"


def test_broken_gzip_and_broken_connections_are_unreachable() -> None:
    """F7: the page is discarded whole."""
    asked = Asked(ok(b"not gzip", **{"content-encoding": "gzip"}))
    with pytest.raises((errors.UpstreamUnreachable, errors.BadResponse)):
        asked.get()

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(errors.UpstreamUnreachable):
        Asked(refuse).get()


def test_an_answer_for_another_organization_is_not_taken() -> None:
    """A 200 that names another one is told from a 401; a name instead of an id says nothing."""
    with pytest.raises(errors.AnsweredForAnother):
        Asked(ok(**{"openai-organization": "org-victim"})).get()
    assert Asked(ok(**{"openai-organization": "org-first"})).get()
    assert Asked(ok(**{"openai-organization": "user-abc"})).get()


def test_the_stats_notes_request_ids_and_the_largest_skew() -> None:
    """Outside the seal's digest."""
    asked = Asked(
        status(500, **{"x-request-id": "req_1", "date": "Wed, 01 Apr 2026 06:20:00 GMT"}),
        ok(**{"x-request-id": "req_2", "date": "Wed, 01 Apr 2026 06:00:01 GMT"}),
    )
    asked.get()
    assert (asked.stats.first_request_id, asked.stats.last_request_id) == ("req_1", "req_2")
    assert asked.stats.skew_s == 1200
    assert asked.stats.requests == 2


def test_neither_the_client_nor_its_errors_show_the_key() -> None:
    """T1."""
    openai = OpenAI(http_transport(), BASE, "org-first", KEY, lambda: NOW, lambda: 1.0)
    assert KEY not in repr(openai)
    with pytest.raises(errors.KeyRejected) as caught:
        Asked(sent(401, REFUSED.replace("no", f"Incorrect API key provided: {KEY}"))).get()
    assert KEY not in str(caught.value)
