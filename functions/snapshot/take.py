"""Take the picture of an hour: unwrap the key, fetch, normalize.

Steps 1 and 2 of 6 together, because the key and the raw answers live and die in this frame.
"""

import asyncio
from datetime import datetime
from math import ceil

from functions.shared.aws.keys import HASHKEY_SK, tenant_pk
from functions.shared.aws.kms import admin_key_context, hash_key_context
from functions.shared.canonical import Json
from functions.shared.errors import KeyUnusable, UpstreamError, VaultUnavailable
from functions.shared.hours import HOUR, floor_hour, rfc3339
from functions.shared.openai.client import OpenAI, Tally
from functions.shared.openai.rate_limit import MAX_IN_FLIGHT, Gate
from functions.snapshot.fetch import watermarks
from functions.snapshot.fetch.optional import due
from functions.snapshot.fetch.pull import Pulled, fetch
from functions.snapshot.fetch.removals import Held
from functions.snapshot.hour_run import Walk
from functions.snapshot.hour_to_close import Closing
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.snapshot import Seen, picture_of
from functions.snapshot.records import REQUIRED, Picture, Section, status_of
from functions.snapshot.resume import NOTHING_DONE, Done, done_by, resumed, run_of_both
from functions.snapshot.seal.projection import sealed_event_ids

Looked = tuple[Picture, Json]
"""A picture of an hour, and how the runs went that made it."""

# Removals are confirmed by asking for the entity itself; here, and in optional sections when due.
CONFIRMED = ("users", "projects", "api_keys")
_KEY_REFUSED = frozenset({"key_rejected", "mismatched_organization", "ip_not_authorized"})


class Disconnected(UpstreamError):
    """The tenant has disconnected the organization; its key is deleted."""

    reason = "disconnected"
    lasting = True


class NoKey(UpstreamError):
    """KMS does not unwrap the admin key or the hashing key."""

    reason = "key_unusable"


class NoVault(UpstreamError):
    """KMS throttles or fails; the keys may be as good as ever."""

    reason = "vault_unavailable"


def look(walk: Walk, closing: Closing, earlier: Looked | None = None) -> Looked:
    """Return the picture of an hour and how its runs went.

    What an earlier run of the hour left is gone on with. Whatever stops the run as a whole is a
    picture too, in which every section failed for it.

    Permissions:
        kms:Decrypt on the secrets key; dynamodb:GetItem; s3:GetObject on evidence.
    """
    started = walk.room.now()
    tally = Tally()
    known = closing.frontiers or watermarks.empty()
    hour_end = closing.hour + HOUR
    asked = watermarks.plan(known, hour_end)
    gate = Gate(limit=_last_good_level(closing))
    try:
        privacy = Privacy(_hash_key(walk))
        done = done_by(earlier[0]) if earlier else NOTHING_DONE
        pulled = asyncio.run(_pull(walk, closing, tally, gate, asked, done))
    except UpstreamError as error:
        picture = _nothing(error, known, started, walk.room.now())
        return _with(earlier, picture, run_block(tally, gate, walk))
    seen = Seen(
        pulled=pulled,
        known=known,
        asked=asked,
        hour_end=hour_end,
        pictured_from=started,
        pictured_to=walk.room.now(),
        skew_s=tally.skew_s,
        known_projects=frozenset(walk.connection.known_projects),
        proven_org=walk.connection.org_proof == "proven",
    )

    def sealed_ids(second: int) -> set[str]:
        start = floor_hour(datetime.fromtimestamp(second, hour_end.tzinfo))
        return sealed_event_ids(walk.room.evidence, walk.chain, start, closing.hour)

    picture = picture_of(seen, privacy, sealed_ids)
    return _with(earlier, picture, run_block(tally, gate, walk))


def _with(earlier: Looked | None, picture: Picture, run: Json) -> Looked:
    if earlier is None:
        return picture, run
    return resumed(earlier[0], picture), run_of_both(earlier[1], run)


async def _pull(
    walk: Walk, closing: Closing, tally: Tally, gate: Gate, asked: watermarks.Plan, done: Done
) -> Pulled:
    known = closing.frontiers or watermarks.empty()
    names = (*CONFIRMED, *due(known, closing.hour + HOUR))
    held = Held.of({name: walk.store.load(closing.carried(name)) for name in names})
    async with walk.room.http() as transport:
        openai = OpenAI(
            transport=transport,
            base_url=walk.room.openai_base_url,
            org_id=walk.order.org_id,
            admin_key=_admin_key(walk),
            now=walk.room.now,
            remaining_s=walk.remaining_s,
            sleep=walk.room.sleep,
            elapsed=walk.room.elapsed,
            gate=gate,
            tally=tally,
        )
        if closing.previous and closing.previous.content["reason"] in _KEY_REFUSED:
            # A key that was refused an hour ago costs one request an hour until it is replaced.
            await openai.get("/organization/users", [("limit", "1")])
        return await fetch(openai, known, asked, closing.hour + HOUR, held, done)


def _admin_key(walk: Walk) -> str:
    if not walk.connection.admin_key:
        raise Disconnected
    context = admin_key_context(walk.order.tenant_id, walk.order.org_id)
    return _unwrap(walk, walk.connection.admin_key, context).decode()


def _hash_key(walk: Walk) -> bytes:
    tenant = walk.order.tenant_id
    row = walk.room.table.get(tenant_pk(tenant), HASHKEY_SK)
    if row is None:
        raise NoKey("the tenant has no hashing key")
    return _unwrap(walk, row["wrapped"], hash_key_context(tenant))


def _unwrap(walk: Walk, ciphertext: bytes, context: dict[str, str]) -> bytes:
    try:
        return walk.room.secrets.unwrap(ciphertext, context)
    except KeyUnusable as error:
        raise NoKey(str(error)) from error
    except VaultUnavailable as error:
        raise NoVault(str(error)) from error


def _nothing(error: UpstreamError, known: Json, started: datetime, ended: datetime) -> Picture:
    section = Section(status_of(error), error.reason, error.lasting)
    return Picture(dict.fromkeys(REQUIRED, section), known, rfc3339(started), rfc3339(ended))


def _last_good_level(closing: Closing) -> float:
    """Return how many requests at once the organization took an hour ago: a hint, not evidence."""
    level = closing.previous.run.get("concurrency") if closing.previous else None
    return float(level) if isinstance(level, int) and 1 <= level <= MAX_IN_FLIGHT else MAX_IN_FLIGHT


def run_block(tally: Tally, gate: Gate, walk: Walk) -> Json:
    """Return what stands beside the seal: how the run went and with what, outside the digest."""
    return {
        "api_base": walk.room.openai_base_url,
        "attempt": walk.order.attempt,
        "clock": walk.room.clock,
        "concurrency": int(gate.limit),
        "first_request_id": tally.first_request_id,
        "key_last4": walk.connection.admin_key_last4 if tally.requests else None,
        "last_request_id": tally.last_request_id,
        "pages": tally.pages,
        "region": walk.room.region,
        "requests": tally.requests,
        "resume_after_s": max(0, ceil(gate.resume_at - walk.room.elapsed())),
        "retries": tally.retries,
        "runs": 1,
        "skew_s": round(tally.skew_s),
    }
