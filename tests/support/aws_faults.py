"""Break AWS below botocore's retries: refusals, throttling, lost replies, half-taken batches.

    with broken("PutItem", code="ThrottlingException", times=2) as fault: …
    with broken("PutObject", lost=True): …           # it was done, and nobody was told

The real retries of botocore see these answers, in no time: their waits are noted, not waited.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber

from functions.shared.aws import clients


class Raw:
    """A body as urllib3 would give it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield it whole."""
        yield self._body


@dataclass
class AwsFault:
    """A fault in force.

    Attributes:
        hits: how often it struck.
        naps: seconds that botocore would have waited.
    """

    operation: str
    code: str
    status: int
    times: int | None
    skip: int
    lost: bool
    hits: int = 0
    naps: list[float] = field(default_factory=list)

    def __call__(self, event_name: str, request: Any, **_: Any) -> Any:
        """Answer in the service's place where it is this fault's turn, else let it answer."""
        if not self._strikes(event_name):
            return botocore_stubber(event_name, request)
        if self.lost:
            botocore_stubber(event_name, request)
            raise ReadTimeoutError(endpoint_url=request.url)
        body, kind = self._refusal(event_name)
        headers: Any = {"content-type": kind, "content-length": str(len(body))}
        return AWSResponse(request.url, self.status, headers, Raw(body))

    def _strikes(self, event_name: str) -> bool:
        if event_name.rpartition(".")[2] != self.operation or self.hits == self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        return True

    def _refusal(self, event_name: str) -> tuple[bytes, str]:
        if event_name.startswith("before-send.s3"):
            text = f"<Error><Code>{self.code}</Code><Message>injected</Message></Error>"
            return text.encode(), "application/xml"
        told = {"__type": f"com.amazonaws#{self.code}", "message": "injected"}
        return json.dumps(told).encode(), "application/x-amz-json-1.1"


@contextmanager
def broken(
    operation: str,
    *,
    code: str = "InternalError",
    status: int = 400,
    times: int | None = 1,
    skip: int = 0,
    lost: bool = False,
) -> Iterator[AwsFault]:
    """Break an operation of whichever service has it.

    Args:
        operation: ``PutItem``, ``PutObject``, ``Decrypt`` ….
        code: AWS's error code.
        status: the HTTP status.
        times: how many requests it strikes, botocore's own retries counted; None for all.
        skip: how many requests go free first.
        lost: the operation is carried out, its reply lost.
    """
    fault = AwsFault(operation, code, status, times, skip, lost)
    no_wait = SimpleNamespace(sleep=fault.naps.append)
    with instead_of_moto(fault), mock.patch("botocore.endpoint.time", no_wait):
        yield fault


@contextmanager
def instead_of_moto(answer: Callable[..., Any]) -> Iterator[None]:
    """Let something else answer every request; it may ask moto itself.

    botocore calls all its hooks and takes the first answer: moto would carry out what was refused.
    """
    opened: list[Any] = [clients.dynamodb(), clients.s3(), clients.kms(), clients.sqs()]
    for client in opened:
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register("before-send", answer, unique_id="instead")
    try:
        yield
    finally:
        for client in opened:
            client.meta.events.unregister("before-send", unique_id="instead")
            client.meta.events.register("before-send", botocore_stubber)


@contextmanager
def handed_back(times: int | None) -> Iterator[list[int]]:
    """Let DynamoDB hand back the second half of a batch, some times or always."""
    counted: list[int] = []

    def half(parsed: Any, context: Any, params: Any = None, **_: Any) -> None:
        if times is not None and len(counted) >= times:
            return
        (name, requests), *_others = context["asked"].items()
        counted.append(len(requests))
        parsed["UnprocessedItems"] = {name: requests[len(requests) // 2 :]}

    def note(params: Any, context: Any, **_: Any) -> None:
        context["asked"] = json.loads(params["body"])["RequestItems"]

    events = clients.dynamodb().meta.events
    events.register("before-call.dynamodb.BatchWriteItem", note, unique_id="note")
    events.register("after-call.dynamodb.BatchWriteItem", half, unique_id="half")
    try:
        yield counted
    finally:
        events.unregister("before-call.dynamodb.BatchWriteItem", unique_id="note")
        events.unregister("after-call.dynamodb.BatchWriteItem", unique_id="half")
