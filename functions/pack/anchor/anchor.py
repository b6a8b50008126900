"""Anchor: once a day, per tenant, what every chain ended with, in one write-once document.

The schedule fires four times a day: the first firing that gets through makes the day's anchor, the
others find it there. A day without any is simply absent, and the next anchor names the one before.
The time authority that the stage has chosen is asked for a token; without one the anchor stands as
well, says why, and the next day's token covers it through the link. A stage that has chosen none
says that in every anchor.

A pack holds the anchors made before its cut, which is a full hour, and may be built at once and
again a day later. So an anchor is written well within the hour that its ``at`` names, or not at
all.
"""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from functions.pack.anchor.rfc3161 import Authority, NoToken
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.clock import Clock, clock_from
from functions.shared.errors import AuditError, EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.anchors import NONE_CHOSEN, Anchor, Anchors, Head
from functions.shared.evidence.seals import BEGINNING, Chain, Seal
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.observability import MISSING_TOKENS, count, logger
from functions.shared.settings import from_process
from functions.shared.tables.connections import Connections

log = logger("anchor")

_AT_ONCE = 8
# Enough for the tenants under way when time runs out: the time authority's limit, and the writes.
RESERVE_S = 30.0
# Longer than a write's tries against a dead connection. The daily firings, at 40, are over by then.
_BEFORE_THE_HOUR = timedelta(minutes=5)


class AnchorsIncomplete(AuditError):
    """Some tenants have no anchor of the day yet. Fire again: those that have one keep it."""


class AnchorTooLate(AuditError):
    """The hour is about to end: a pack cut there might miss the anchor. Fire again after it."""


class LambdaContext(Protocol):
    """What is used of the Lambda context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may go on."""


@dataclass(frozen=True, slots=True)
class AnchorContext:
    """What anchoring reaches.

    Attributes:
        connections: tenants and their organizations.
        evidence: bucket of sealed objects; only anchors are written to it.
        authority: the time authority, None where the stage has chosen none.
        now: the clock.
        count: adds to a metric that an alarm watches.
    """

    connections: Connections
    evidence: Bucket
    authority: Authority | None
    now: Clock
    count: Callable[[str], None]


def handle(_event: dict[str, Any], lambda_context: LambdaContext) -> dict[str, int]:
    """Anchor every tenant's chains (EventBridge's scheduled event).

    Permissions:
        dynamodb:Query; s3:GetObject and s3:ListBucket on the evidence bucket; s3:PutObject on its
        anchors.
    """
    settings = from_process()
    context = AnchorContext(
        connections=Connections(Table(clients.dynamodb(), settings["TABLE_NAME"])),
        evidence=Bucket(clients.s3(), settings["EVIDENCE_BUCKET"]),
        authority=Authority.chosen(settings["TIME_AUTHORITY"]),
        now=clock_from(settings.environment),
        count=count,
    )
    anchors = anchor_all(
        context, lambda: lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_S
    )
    log.info("anchored", anchors=anchors)
    return {"anchors": anchors}


def anchor_all(context: AnchorContext, remaining_s: Callable[[], float]) -> int:
    """Make sure that every tenant with a sealed hour has its anchor of the day; count them.

    Raises:
        AnchorsIncomplete: one or more tenants had to be left out; the others were not.
    """

    def anchored(tenant: str) -> bool | None:
        if remaining_s() <= 0:
            return None
        try:
            return anchor(tenant, context) is not None
        except (AuditError, ClientError, BotoCoreError):
            # One tenant's trouble must not cost the others their anchor.
            log.exception("not anchored", tenant_id=tenant)
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(anchored, context.connections.tenants()))
    if None in answers:
        raise AnchorsIncomplete(f"{answers.count(None)} tenants have no anchor of the day")
    return answers.count(True)


def anchor(tenant: str, context: AnchorContext) -> Anchor | None:
    """Return the tenant's anchor of the day, made now where there is none.

    None where nothing was ever sealed.

    Raises:
        EvidenceMissing: a seal that the anchor before names is not there.
        EvidenceInvalid: it is another one now. Page the operator: nothing is anchored over it.
        AnchorTooLate: it could not be written in time before the hour's end.
    """
    anchors = Anchors(context.evidence, tenant)
    at = context.now()
    day = rfc3339(at)[:10]
    existing = anchors.find(day)
    if existing:
        return existing
    _require_time(at, at)
    previous = anchors.newest_before(day)
    heads = _heads(tenant, previous, context)
    if not heads:
        return None
    new = _with_token(Anchor.of(tenant, at, heads, previous), context)
    # The time authority was asked meanwhile.
    _require_time(at, context.now())
    return anchors.write(new)


def _require_time(at: datetime, now: datetime) -> None:
    if now > floor_hour(at) + HOUR - _BEFORE_THE_HOUR:
        raise AnchorTooLate(f"the anchor of {rfc3339(at)} is too late for its hour")


def _heads(tenant: str, previous: Anchor | None, context: AnchorContext) -> list[Head]:
    """Return what each chain ends with, each a continuation of what was anchored before."""
    before = {head.org_id: head for head in previous.heads} if previous else {}
    connected = {connection.org_id for connection in context.connections.of(tenant)}
    chains = (Chain(context.evidence, tenant, org) for org in connected | before.keys())
    heads = (_head(chain, before.get(chain.org), context.now()) for chain in chains)
    return [head for head in heads if head]


def _head(chain: Chain, before: Head | None, now: datetime) -> Head | None:
    start = parse_instant(before.hour) if before else BEGINNING
    hours = list(chain.sealed_hours(start, now))
    if before:
        _require_same(chain.seal(start), before)
    newest = chain.seal(hours[-1]) if hours else None
    return Head(chain.org, rfc3339(newest.hour), newest.sha256) if newest else None


def _require_same(seal: Seal | None, head: Head) -> None:
    if seal is None:
        raise EvidenceMissing(f"{head.org_id} {head.hour}: the seal that was anchored is missing")
    if seal.sha256 != head.seal_sha256:
        raise EvidenceInvalid(f"{head.org_id} {head.hour}: the seal is not the anchored one")


def _with_token(anchor: Anchor, context: AnchorContext) -> Anchor:
    """Return the anchor with the time authority's answer, or with the reason why it has none."""
    if context.authority is None:
        return anchor.stamped(None, None, NONE_CHOSEN)
    url = context.authority.url
    try:
        token = context.authority.stamp(bytes.fromhex(anchor.sha256), context.now())
    except NoToken as error:
        log.warning("no token", tenant_id=anchor.document["tenant_id"], reason=error.reason)
        context.count(MISSING_TOKENS)
        return anchor.stamped(url, None, error.reason)
    return anchor.stamped(url, base64.b64encode(token).decode(), None)
