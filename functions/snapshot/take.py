"""Take the snapshot of an hour: unwrap the key, fetch, normalize.

Steps 1 and 2 of 6 together, because the key and the raw answers live and die in this frame.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from math import ceil
from typing import cast

from functions.shared.aws.keys import HASHKEY_SK, tenant_pk
from functions.shared.aws.kms import admin_key_context, hash_key_context
from functions.shared.errors import (
    AddressNotAuthorized,
    KeyRejected,
    KeyUnusable,
    KmsUnavailable,
    OrganizationMismatch,
    RefusedOnTheWay,
    RegionNotSupported,
    UpstreamError,
)
from functions.shared.evidence.seals import Seal
from functions.shared.openai.client import OpenAI, RunStats
from functions.shared.openai.rate_limit import MAX_IN_FLIGHT, ConcurrencyLimit
from functions.shared.records.entities import Entity
from functions.shared.records.registers import HourRegisters
from functions.shared.records.seals import Run, Watermarks
from functions.shared.records.tables import HashKeyRow
from functions.snapshot.checkpoint import Taken
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.fetch.audit.audit_marks import AuditPlan
from functions.snapshot.fetch.audit.log_watch import MOST_BYTES, MOST_EVENTS, Capacity, LogWatch
from functions.snapshot.fetch.contradictions import believed
from functions.snapshot.fetch.pull import PullContext, RawSnapshot, fetch
from functions.snapshot.fetch.removals import KnownIds
from functions.snapshot.fetch.watermarks import due_sections
from functions.snapshot.hour_run import HourRun
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.normalize.origin_digest import origin_digest
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.snapshot import failed_snapshot, normalize
from functions.snapshot.records import NOTHING_READ, REQUIRED_LISTS, Checkpoint
from functions.snapshot.resume import checkpoint_of, join_runs, join_snapshots
from functions.snapshot.seal.index import HourIndex
from functions.snapshot.sealed_log import SealedLog

_ALL_REFUSED = frozenset(
    {KeyRejected.reason, OrganizationMismatch.reason, AddressNotAuthorized.reason}
    | {RegionNotSupported.reason, RefusedOnTheWay.reason}
)


class Disconnected(UpstreamError):
    """The tenant has disconnected the organization; its key is deleted."""

    reason = "disconnected"
    lasting = True


class NoKey(UpstreamError):
    """KMS does not unwrap the admin key or the hashing key."""

    reason = "key_unusable"


class NoKms(UpstreamError):
    """KMS throttles or fails; the keys may be as good as ever."""

    reason = "vault_unavailable"


def take_snapshot(
    run: HourRun,
    hour: HourToClose,
    index: HourIndex,
    registers: HourRegisters,
    earlier: Taken | None = None,
) -> Taken:
    """Return the snapshot of an hour and how its runs went.

    What the registers before show as present is believed removed only when that is confirmed. What
    an earlier run of the hour left is gone on with. Whatever stops the run as a whole is a
    snapshot too, in which every section failed for it.

    Permissions:
        kms:Decrypt on the secrets key; dynamodb:GetItem; s3:GetObject on evidence.
    """
    started = run.context.now()
    stats, limit = RunStats(), ConcurrencyLimit(limit=_last_good_level(hour))
    marks = hour.watermarks or audit_marks.initial()
    within = earlier[0].watermarks if earlier else None
    sealed = SealedLog(run.chain, hour.previous, hour.start, index.sealed_late)
    plan, known = sealed.known(audit_marks.audit_plan(marks, hour.end, within))
    if within is not None:
        marks |= {"streams": within["streams"], "proven": within["proven"]}
    checkpoint = checkpoint_of(earlier[0]) if earlier else NOTHING_READ
    try:
        privacy = Privacy(_hash_key(run))
        watch = LogWatch(known, partial(origin_digest, key=privacy.key), _capacity(earlier))
        known_ids = _known_ids(registers, hour, marks)
        raw = asyncio.run(_pull(run, hour, stats, limit, marks, plan, watch, known_ids, checkpoint))
    except UpstreamError as error:
        snapshot = failed_snapshot(error, marks, (started, run.context.now()))
    else:
        context = PullContext(
            marks=marks,
            plan=plan,
            hour_end=hour.end,
            pictured=(started, run.context.now()),
            skew_s=stats.skew_s,
            known_projects=frozenset(run.connection.known_projects),
            org_proven=run.connection.org_proof == "proven",
        )
        snapshot = normalize(raw, context, privacy, partial(_sealed_ids, index))
    facts = run_facts(stats, limit, run)
    if earlier is None:
        return snapshot, facts
    return join_snapshots(earlier[0], snapshot), join_runs(earlier[1], facts)


def _capacity(earlier: Taken | None) -> Capacity:
    """Return how much the hour may still take beside what its earlier runs left."""
    rows = earlier[0].audit_events.rows if earlier else ()
    n_bytes = sum(len(repr(row)) for row in rows)
    return Capacity(MOST_EVENTS - len(rows), MOST_BYTES - n_bytes)


async def _pull(
    run: HourRun,
    hour: HourToClose,
    stats: RunStats,
    limit: ConcurrencyLimit,
    marks: Watermarks,
    plan: AuditPlan,
    watch: LogWatch,
    known_ids: KnownIds,
    checkpoint: Checkpoint,
) -> RawSnapshot:
    async with run.context.http() as transport:
        openai = OpenAI(
            transport=transport,
            base_url=run.context.openai_base_url,
            org_id=run.order.org_id,
            admin_key=_admin_key(run),
            now=run.context.now,
            remaining_s=run.remaining_s,
            sleep=run.context.sleep,
            elapsed=run.context.elapsed,
            concurrency=limit,
            stats=stats,
        )
        if hour.previous and _was_refused(hour.previous):
            # What was refused whole an hour ago costs one request a try until it no longer is.
            await openai.get("/organization/users", [("limit", "1")])
        raw = await fetch(openai, marks, plan, watch, hour.end, known_ids, checkpoint)
        return believed(raw, plan, key_answered=stats.pages > 0)


def _was_refused(seal: Seal) -> bool:
    return seal.content["outcome"] == "failed" and seal.content["reason"] in _ALL_REFUSED


def _known_ids(registers: HourRegisters, hour: HourToClose, marks: Watermarks) -> KnownIds:
    """Return whose removal is to be confirmed: what is always read, and what is due."""
    rows = cast("Mapping[str, list[Entity]]", registers)
    names = (*REQUIRED_LISTS, *due_sections(marks, hour.end))
    return KnownIds.of({name: rows[name] for name in names})


def _sealed_ids(index: HourIndex, event_ids: set[str], second: int) -> set[str]:
    return set(index.sealed(event_ids, datetime.fromtimestamp(second, UTC)))


def _admin_key(run: HourRun) -> str:
    if not run.connection.admin_key:
        raise Disconnected
    context = admin_key_context(run.order.tenant_id, run.order.org_id)
    return _unwrap(run, run.connection.admin_key, context).decode()


def _hash_key(run: HourRun) -> bytes:
    tenant = run.order.tenant_id
    row = run.context.table.get(tenant_pk(tenant), HASHKEY_SK)
    if row is None:
        raise NoKey("the tenant has no hashing key")
    return _unwrap(run, cast("HashKeyRow", row)["wrapped"], hash_key_context(tenant))


def _unwrap(run: HourRun, ciphertext: bytes, context: dict[str, str]) -> bytes:
    try:
        return run.context.secrets.unwrap(ciphertext, context)
    except KeyUnusable as error:
        raise NoKey(str(error)) from error
    except KmsUnavailable as error:
        raise NoKms(str(error)) from error


def _last_good_level(hour: HourToClose) -> float:
    """Return how many requests at once the organization took an hour ago: a hint, not evidence."""
    last = hour.previous.run if hour.previous else None
    level = last["concurrency"] if last and "concurrency" in last else None
    return float(level) if isinstance(level, int) and 1 <= level <= MAX_IN_FLIGHT else MAX_IN_FLIGHT


def run_facts(stats: RunStats, limit: ConcurrencyLimit, run: HourRun) -> Run:
    """Return how the run went and with what: the source is sealed, the rest stands beside."""
    return {
        "api_base": run.context.openai_base_url,
        "attempt": run.order.attempt,
        "clock": run.context.clock,
        "code_sha256": run.context.code_sha256,
        "concurrency": int(limit.limit),
        "first_request_id": stats.first_request_id,
        "key_last4": run.connection.admin_key_last4 if stats.requests else None,
        "last_request_id": stats.last_request_id,
        "pages": stats.pages,
        "region": run.context.region,
        "requests": stats.requests,
        "resume_after_s": max(0, ceil(limit.resume_at - run.context.elapsed())),
        "retries": stats.retries,
        "runs": 1,
        "skew_s": round(stats.skew_s),
    }
