"""The walk of an hour: fetch -> normalize -> diff -> store -> seal -> project.

``run`` takes one order and closes, strictly hour by hour, whatever is open up to it.
``close_hour`` decides what an hour is; ``walk_of`` is the walk itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from functions.shared.canonical import Json
from functions.shared.errors import LeaseHeld, StillOpen
from functions.shared.evidence.seals import Seal
from functions.shared.hours import GRACE, HOUR, parse_instant, rfc3339
from functions.shared.observability import FAILED_HOURS, MISSED_HOURS
from functions.shared.sections import REGISTERED
from functions.shared.tables.account_owners import Answers
from functions.snapshot import lifecycle
from functions.snapshot.compare.compare import compare
from functions.snapshot.context import Order, Room
from functions.snapshot.findings.register import find
from functions.snapshot.hour_run import Walk
from functions.snapshot.hour_to_close import Closing
from functions.snapshot.reconcile.reconcile import reconcile
from functions.snapshot.records import Chosen, Picture
from functions.snapshot.seal.content import (
    DERIVED,
    commit,
    content_of,
    content_without_picture,
)
from functions.snapshot.take import look

# Just over what one run may last; a redelivery of the same message may take it again at once.
LEASE = timedelta(minutes=16)
_BUSY_DELAY_S = 60
_RETRY_DELAYS_S = (60, 120, 300, 600, 900)


def run(order: Order, room: Room, remaining_s: float) -> list[Seal]:
    """Close the ordered hour and every open one before it; return the seals written.

    An hour that cannot be closed yet puts the order off: a new message, so that the queue's
    receive count counts crashes only.
    """
    connection = room.connections.find(order.tenant_id, order.org_id)
    if connection is None:
        return []
    walk = Walk(order, room, connection, room.elapsed() + remaining_s)
    last = walk.chain.last_before(order.hour + HOUR)
    if last and walk.projection.is_missing(last.hour):
        walk.projection.project(last)
    seals: list[Seal] = []
    for hour in _open_hours(walk, last):
        try:
            seal = close_hour(walk, hour, last)
        except LeaseHeld:
            _put_off(walk, _BUSY_DELAY_S)
            break
        except StillOpen as error:
            usual = _RETRY_DELAYS_S[min(order.attempt, len(_RETRY_DELAYS_S) - 1)]
            _put_off(walk, max(usual, error.resume_after_s))
            break
        seals.append(seal)
        last = seal
    return seals


def _open_hours(walk: Walk, last: Seal | None) -> list[datetime]:
    entries = walk.connection.lifecycle
    first_hour = parse_instant(walk.connection.first_hour)
    sealed = last.hour if last else None
    hours = lifecycle.open_hours(entries, sealed, first_hour, walk.order.hour)
    now = walk.room.now()
    return [hour for hour in hours if hour + HOUR <= now or lifecycle.ends_in(entries, hour)]


def close_hour(walk: Walk, hour: datetime, previous: Seal | None) -> Seal:
    """Close one hour as what it is.

    Raises:
        LeaseHeld: another run is at it.
        StillOpen: it may still become better.
    """
    now = walk.room.now()
    n_runs = walk.hours.lease(hour, walk.order.owner, now, LEASE)
    closing = _closing(walk, hour, previous)
    first_hour = parse_instant(walk.connection.first_hour)
    state = lifecycle.state_at_end(walk.connection.lifecycle, hour, first_hour)
    if state != "connected":
        return _seal(walk, closing, content_without_picture(closing, "paused", state))
    if now < hour + HOUR + GRACE:
        earlier = walk.attempts.find(hour) if n_runs > 1 else None
        picture, run_block = look(walk, closing, earlier)
        if picture.final:
            return _seal_picture(walk, closing, picture, run_block)
        walk.attempts.leave(hour, picture, run_block)
        walk.hours.release(hour, walk.order.owner)
        raise StillOpen(run_block["resume_after_s"])
    # The past cannot be pictured: what a run left within the grace is all there will be.
    left = walk.attempts.find(hour)
    if left is None:
        walk.room.count(MISSED_HOURS)
        return _seal(walk, closing, content_without_picture(closing, "missed", "not_pictured"))
    return _seal_picture(walk, closing, *left)


def _seal_picture(walk: Walk, closing: Closing, picture: Picture, run_block: Json) -> Seal:
    """Compare with what was known, store, seal, project."""
    carried = {section: closing.carried(section) for section in REGISTERED}
    known = {section: walk.store.load(entry) for section, entry in carried.items()}
    compared = compare(closing, picture, known, _chosen(walk, known, picture))
    found = find(closing, picture, compared, walk.store.load(closing.carried("findings")))
    opened = walk.store.load(closing.carried("open_changes"))
    reconciled = reconcile(closing, picture, compared, found, opened, walk.recent_before(closing))
    registers = compared.registers | reconciled.registers
    entries, segments = walk.store.store(
        closing.hour,
        registers,
        carried | {name: closing.carried(name) for name in DERIVED},
        picture.sections["audit_events"].rows,
        compared.changes,
        reconciled.verdicts,
    )
    content = content_of(closing, picture, registers, entries, segments)
    return _seal(walk, closing, content, run_block, compared.changes)


def _chosen(walk: Walk, known: Mapping[str, Sequence[Json]], picture: Picture) -> Chosen:
    """Return what the tenant's own rows say; persons only where there are service accounts."""
    order, last4 = walk.order, walk.connection.admin_key_last4
    seen = picture.sections.get("service_accounts")
    if not known["service_accounts"] and not (seen and seen.rows):
        return Chosen(last4)
    return Chosen(last4, Answers(walk.room.table, order.tenant_id, order.org_id).all())


def _seal(
    walk: Walk,
    closing: Closing,
    content: Json,
    run_block: Json | None = None,
    changes: list[Json] | None = None,
) -> Seal:
    seal = commit(walk.room.evidence, walk.chain, content, run_block or {})
    walk.projection.project(seal)
    if content["outcome"] == "failed":
        walk.room.count(FAILED_HOURS)
    health = "ok" if content["outcome"] in ("complete", "paused") else content["reason"] or "ok"
    if content["outcome"] != "missed" and health != walk.connection.health:
        walk.room.connections.set_health(walk.order.tenant_id, walk.order.org_id, health)
    return seal


def _closing(walk: Walk, hour: datetime, previous: Seal | None) -> Closing:
    sealed_seq = int(previous.content["lifecycle_seq"]) if previous else 0
    connection = walk.connection
    entries = lifecycle.entries_of(
        connection.lifecycle, hour, sealed_seq, parse_instant(connection.first_hour)
    )
    return Closing(
        walk.order.tenant_id,
        walk.order.org_id,
        hour,
        connection.org_proof,
        entries,
        previous,
    )


def _put_off(walk: Walk, delay_s: int) -> None:
    order = walk.order
    message = {
        "tenant_id": order.tenant_id,
        "org_id": order.org_id,
        "hour": rfc3339(order.hour),
        "attempt": order.attempt + 1,
    }
    walk.room.queue.send(message, delay_s=delay_s)
