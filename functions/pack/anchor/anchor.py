"""Anchor: once a day, per tenant, what every chain ended with, in one write-once document.

The schedule fires four times a day: the first firing that gets through makes the day's anchor, the
others find it there. A day without any is simply absent, and the next anchor names the one before.
Where a time authority is configured it is asked for a token; without one the anchor stands as well,
and the next day's token covers it through the link.

A pack holds the anchors made before its cut, which is a full hour, and may be built at once and
again a day later. So an anchor is written well within the hour that its ``at`` names, or not at
all.
"""

import base64
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from functions.pack.anchor.rfc3161 import Authority, NoToken
from functions.shared import settings
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.clock import Clock, clock_from
from functions.shared.errors import AuditError, EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.anchors import Anchor, Anchors, Head
from functions.shared.evidence.seals import BEGINNING, Chain, Seal
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.observability import MISSING_TOKENS, count, logger
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


class Context(Protocol):
    """What is used of the Lambda context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may go on."""


@dataclass(frozen=True, slots=True)
class AnchorDoors:
    """What anchoring reaches.

    Attributes:
        connections: tenants and their organizations.
        evidence: bucket of sealed objects; only anchors are written to it.
        authority: the time authority, None where none is configured.
        now: the clock.
        count: adds to a metric that an alarm watches.
    """

    connections: Connections
    evidence: Bucket
    authority: Authority | None
    now: Clock
    count: Callable[[str], None]


def handle(_event: dict[str, Any], context: Context) -> dict[str, int]:
    """Anchor every tenant's chains (EventBridge's scheduled event).

    Permissions:
        dynamodb:Query; s3:GetObject and s3:ListBucket on the evidence bucket; s3:PutObject on its
        anchors.
    """
    given = settings.from_process()
    url = given.environment.get("TSA_URL")
    doors = AnchorDoors(
        connections=Connections(Table(clients.dynamodb(), given["TABLE_NAME"])),
        evidence=Bucket(clients.s3(), given["EVIDENCE_BUCKET"]),
        authority=Authority(url) if url else None,
        now=clock_from(given.environment),
        count=count,
    )
    anchors = anchor_all(doors, lambda: context.get_remaining_time_in_millis() / 1000 - RESERVE_S)
    log.info("anchored", anchors=anchors)
    return {"anchors": anchors}


def anchor_all(doors: AnchorDoors, remaining_s: Callable[[], float]) -> int:
    """Make sure that every tenant with a sealed hour has its anchor of the day; count them.

    Raises:
        AnchorsIncomplete: one or more tenants had to be left out; the others were not.
    """

    def one(tenant: str) -> bool | None:
        if remaining_s() <= 0:
            return None
        try:
            return anchor(tenant, doors) is not None
        except (AuditError, ClientError, BotoCoreError):
            # One tenant's trouble must not cost the others their anchor.
            log.exception("not anchored", tenant_id=tenant)
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done = list(pool.map(one, doors.connections.tenants()))
    if None in done:
        raise AnchorsIncomplete(f"{done.count(None)} tenants have no anchor of the day")
    return done.count(True)


def anchor(tenant: str, doors: AnchorDoors) -> Anchor | None:
    """Return the tenant's anchor of the day, made now where there is none.

    None where nothing was ever sealed.

    Raises:
        EvidenceMissing: a seal that the anchor before names is not there.
        EvidenceInvalid: it is another one now. Page the operator: nothing is anchored over it.
        AnchorTooLate: it could not be written in time before the hour's end.
    """
    anchors = Anchors(doors.evidence, tenant)
    at = doors.now()
    day = rfc3339(at)[:10]
    found = anchors.find(day)
    if found:
        return found
    _require_time(at, at)
    previous = anchors.newest_before(day)
    heads = _heads(tenant, previous, doors)
    if not heads:
        return None
    made = _stamped(Anchor.of(tenant, at, heads, previous), doors)
    # The time authority was asked meanwhile.
    _require_time(at, doors.now())
    return anchors.write(made)


def _require_time(at: datetime, now: datetime) -> None:
    if now > floor_hour(at) + HOUR - _BEFORE_THE_HOUR:
        raise AnchorTooLate(f"the anchor of {rfc3339(at)} is too late for its hour")


def _heads(tenant: str, previous: Anchor | None, doors: AnchorDoors) -> list[Head]:
    """Return what each chain ends with, each a continuation of what was anchored before."""
    before = {head.org_id: head for head in previous.heads} if previous else {}
    orgs: Iterable[str] = {one.org_id for one in doors.connections.of(tenant)} | before.keys()
    found = (_head(Chain(doors.evidence, tenant, org), before.get(org), doors) for org in orgs)
    return [head for head in found if head]


def _head(chain: Chain, before: Head | None, doors: AnchorDoors) -> Head | None:
    start = parse_instant(before.hour) if before else BEGINNING
    hours = list(chain.sealed_hours(start, doors.now()))
    if before:
        _require(chain.seal(start), before)
    newest = chain.seal(hours[-1]) if hours else None
    return Head(chain.org, rfc3339(newest.hour), newest.sha256) if newest else None


def _require(seal: Seal | None, head: Head) -> None:
    if seal is None:
        raise EvidenceMissing(f"{head.org_id} {head.hour}: the seal that was anchored is missing")
    if seal.sha256 != head.seal_sha256:
        raise EvidenceInvalid(f"{head.org_id} {head.hour}: the seal is not the anchored one")


def _stamped(made: Anchor, doors: AnchorDoors) -> Anchor:
    if doors.authority is None:
        return made
    url = doors.authority.url
    try:
        token = doors.authority.stamp(bytes.fromhex(made.sha256), doors.now())
    except NoToken as error:
        log.warning("no token", tenant_id=made.document["tenant_id"], reason=error.reason)
        doors.count(MISSING_TOKENS)
        return made.stamped(url, None, error.reason)
    return made.stamped(url, base64.b64encode(token).decode(), None)
