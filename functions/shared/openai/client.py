"""The client of OpenAI: ask for one page, get it whole or get an error that says why.

One httpx transport per run. Redirects are not followed (they would carry the key away),
proxies of the environment are ignored, a page is read under a byte cap and a deadline of our own
(httpx's timeouts are per read: a server that drips a byte at a time would hold a call for ever).
"""

import asyncio
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from functions.shared.canonical import Json, strict_loads
from functions.shared.clock import Clock
from functions.shared.errors import (
    AnsweredForAnother,
    BadResponse,
    DeadlineReached,
    MalformedJson,
    RefusedOnTheWay,
    StreamsFull,
    Throttled,
    UpstreamError,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from functions.shared.openai.bounded_body import BoundedBody, first_bytes
from functions.shared.openai.error_response import refusal
from functions.shared.openai.http2 import SettingsWatch, is_streams_full
from functions.shared.openai.rate_limit import MAX_IN_FLIGHT, ConcurrencyLimit, RequestBudget

MAX_PAGE_BYTES = 32 * 1024 * 1024
REQUEST_TIMEOUT_S = 30.0
TRIES = 5
_BACKOFF_S = 0.5
_BACKOFF_CAP_S = 20.0
_ERROR_BYTES = 64 * 1024
# Pages beyond this are read one at a time, so that memory holds one huge page, not many.
_LARGE_PAGE_BYTES = 1024 * 1024

_TIMEOUTS = httpx.Timeout(REQUEST_TIMEOUT_S, connect=5.0).as_dict()

Params = list[tuple[str, str]]


@dataclass(slots=True)
class RunStats:
    """What a run did at OpenAI: goes into the seal's ``run`` block, outside the digest."""

    requests: int = 0
    pages: int = 0
    retries: int = 0
    first_request_id: str | None = None
    last_request_id: str | None = None
    skew_s: float = 0.0

    def note(self, answer: httpx.Response, now: datetime) -> None:
        """Note an answer's request id and how far OpenAI's clock is from ours."""
        request_id = answer.headers.get("x-request-id")
        if request_id:
            self.first_request_id = self.first_request_id or request_id[:128]
            self.last_request_id = request_id[:128]
        try:
            date = parsedate_to_datetime(answer.headers["date"])
        except (KeyError, TypeError, ValueError):
            return
        skew_s = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
        # HTTP dates are whole seconds; less than two is no skew at all.
        if abs(skew_s) >= 2 and abs(skew_s) > abs(self.skew_s):
            self.skew_s = skew_s


@cache
def tls() -> ssl.SSLContext:
    """Return the trusted roots, read once: that takes as long as a fifth of an answer."""
    return httpx.create_ssl_context(trust_env=False)


def http_transport() -> httpx.AsyncBaseTransport:
    """Return what every call goes through.

    A transport and no client: what a client adds (redirects, cookies, proxies of the environment)
    is what a key must never meet.
    """
    return httpx.AsyncHTTPTransport(
        verify=tls(),
        trust_env=False,
        http2=True,
        limits=httpx.Limits(max_connections=MAX_IN_FLIGHT, max_keepalive_connections=MAX_IN_FLIGHT),
    )


@dataclass(slots=True)
class OpenAI:
    """OpenAI's Admin API, seen by one key that claims one organization.

    Attributes:
        transport: see ``http_transport``.
        base_url: without a final slash.
        org_id: sent with every call, so that OpenAI refuses a key of another organization.
        admin_key: never logged; lives as long as this object.
        now: the function's clock, to measure OpenAI's against.
        remaining_s: seconds this run may still use.
        elapsed: seconds on a clock that never goes back, to wait as long as OpenAI asks.
    """

    transport: httpx.AsyncBaseTransport
    base_url: str
    org_id: str
    admin_key: str = field(repr=False)
    now: Clock
    remaining_s: Callable[[], float]
    tries: int = TRIES
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    elapsed: Callable[[], float] = time.monotonic
    concurrency: ConcurrencyLimit = field(default_factory=ConcurrencyLimit)
    stats: RunStats = field(default_factory=RunStats)
    budget: RequestBudget = field(default_factory=RequestBudget)
    _one_large: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def get(self, path: str, params: Params | None = None) -> Json:
        """Return the JSON object at a path, trying again what may mend.

        Raises:
            UpstreamError: the class says why, ``lasting`` whether another try can help.
        """
        return (await self.get_sized(path, params))[0]

    async def get_sized(self, path: str, params: Params | None = None) -> tuple[Json, int]:
        """Return what ``get`` does, and the bytes it took of the run's budget.

        Raises:
            UpstreamError: the class says why, ``lasting`` whether another try can help.
        """
        tries = 0
        while True:
            number = 0
            try:
                async with self.concurrency.slot(_queue(path)) as number:
                    answer = await self._ask_once(path, params or [])
            except UpstreamError as error:
                if isinstance(error, Throttled):
                    resume_at = self.elapsed() + (error.retry_after_s or 0.0)
                    self.concurrency.throttled(number, resume_at)
                if not _may_mend(error):
                    raise
                self.budget.failed(error)
                # One that nobody has seen was no try; the run's budget bounds how often.
                if not isinstance(error, StreamsFull) or self.budget.exhausted:
                    tries += 1
                if tries == self.tries:
                    raise
                await self._wait(error, tries)
                self.stats.retries += 1
            else:
                self.concurrency.answered()
                self.budget.answered()
                return answer

    async def _wait(self, error: UpstreamError, tries: int) -> None:
        backoff_s = min(_BACKOFF_CAP_S, _BACKOFF_S * 2 ** (tries - 1))
        wait_s = random.uniform(backoff_s / 2, backoff_s)  # noqa: S311  # jitter, no secret
        # Never all at the same instant again, also where OpenAI names one.
        wait_s += error.retry_after_s or 0.0
        # A wait past the run's end is the next run's: the error says what the next run waits for.
        if wait_s >= self.remaining_s():
            raise error
        await self.sleep(wait_s)

    async def _wait_if_told(self) -> None:
        """Wait until OpenAI takes requests again, when it told anyone of this run to wait."""
        wait_s = self.concurrency.resume_at - self.elapsed()
        if wait_s <= 0:
            return
        if wait_s >= self.remaining_s():
            raise Throttled("OpenAI asks to wait past this run's end", retry_after_s=wait_s)
        await self.sleep(wait_s)

    async def _ask_once(self, path: str, params: Params) -> tuple[Json, int]:
        await self._wait_if_told()
        allowed_s = min(REQUEST_TIMEOUT_S, self.remaining_s())
        if allowed_s <= 0:
            raise DeadlineReached("the run's time is used up")
        self.budget.ask()
        self.stats.requests += 1
        deadline = asyncio.timeout(allowed_s)
        watch = SettingsWatch(deadline)
        try:
            async with deadline:
                status, headers, body = await self._read(path, params, watch)
        except TimeoutError as error:
            if watch.is_stuck:
                raise StreamsFull("fewer HTTP/2 streams than are under way") from error
            raise UpstreamTimeout(f"no whole answer in {allowed_s:.0f} s") from error
        except httpx.TimeoutException as error:
            raise UpstreamTimeout(type(error).__name__) from error
        # Refused connections, resets, bodies shorter than announced.
        except httpx.TransportError as error:
            if is_streams_full(error):
                raise StreamsFull("no more HTTP/2 streams at once") from None
            # Not chained: httpx quotes a header it will not send, and one of ours is the key.
            raise UpstreamUnreachable(type(error).__name__) from None
        except (UnicodeError, httpx.InvalidURL):
            raise BadResponse("OpenAI gave an id that cannot stand in a request") from None
        if status != 200:
            raise refusal(status, headers, body, self.now())
        self._check_organization(headers)
        self.budget.read(len(body))
        document = _object(body, headers.get("x-request-id"))
        self.stats.pages += 1
        return document, len(body)

    async def _read(
        self, path: str, params: Params, watch: SettingsWatch
    ) -> tuple[int, httpx.Headers, bytes]:
        query = f"?{urlencode(params, quote_via=quote)}" if params else ""
        headers = {
            "Authorization": f"Bearer {self.admin_key}",
            "OpenAI-Organization": self.org_id,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "openai-audit",
        }
        url = f"{self.base_url}{path}{query}"
        extensions = {"timeout": _TIMEOUTS, "trace": watch}
        request = httpx.Request("GET", url, headers=headers, extensions=extensions)
        async with aclosing(await self.transport.handle_async_request(request)) as answer:
            self.stats.note(answer, self.now())
            encoding = answer.headers.get("content-encoding", "")
            if answer.status_code != 200:
                body = await first_bytes(answer.aiter_raw(), encoding, _ERROR_BYTES)
            else:
                body = await self._page(answer, BoundedBody(encoding, MAX_PAGE_BYTES))
            return answer.status_code, answer.headers, body

    async def _page(self, answer: httpx.Response, reading: BoundedBody) -> bytes:
        pieces = answer.aiter_raw()
        async for piece in pieces:
            reading.add(piece)
            if len(reading.body) > _LARGE_PAGE_BYTES:
                break
        else:
            return reading.whole()
        async with self._one_large:
            async for piece in pieces:
                reading.add(piece)
        return reading.whole()

    def _check_organization(self, headers: httpx.Headers) -> None:
        # OpenAI names the organization it answered for; the header is not always there, and for
        # some accounts it holds a name, not an id.
        answered_for = headers.get("openai-organization", "")
        if answered_for.startswith("org-") and answered_for != self.org_id:
            raise AnsweredForAnother(
                "the answer is for another organization", request_id=headers.get("x-request-id")
            )


def _queue(path: str) -> str:
    return "audit log" if path.endswith("/audit_logs") else "lists"


def _may_mend(error: UpstreamError) -> bool:
    transport = (UpstreamUnreachable, UpstreamTimeout, RefusedOnTheWay)
    return isinstance(error, (Throttled, UpstreamFailed, BadResponse, *transport))


def _object(body: bytes, request_id: str | None) -> Json:
    try:
        document: Any = strict_loads(body)
    except MalformedJson as error:
        raise BadResponse(str(error), request_id=request_id) from error
    if not isinstance(document, dict):
        raise BadResponse("not a JSON object", request_id=request_id)
    return document
