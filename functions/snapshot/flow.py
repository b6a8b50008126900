"""The way of an hour: fetch -> normalize -> compare -> reconcile -> store -> seal -> project.

``run`` takes one order and closes, strictly hour by hour, whatever is open up to it.
``close_hour`` decides what an hour is, ``close_with_snapshot`` is all the steps in their order.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from functions.shared.aws.queue import put_off_delay
from functions.shared.errors import PASSING_BY, AuditError, LeaseHeld
from functions.shared.evidence.seal_versions import source_of, without_source
from functions.shared.evidence.seals import Seal
from functions.shared.hours import GRACE, HOUR, rfc3339
from functions.shared.observability import FAILED_HOURS, HOURS_BEHIND, MISSED_HOURS
from functions.shared.records.registers import Registers
from functions.shared.records.seals import Outcome, Run, SealContent, Source
from functions.shared.records.tables import SnapshotMessage
from functions.shared.tables.account_owners import AccountOwners
from functions.snapshot.checkpoint import Taken
from functions.snapshot.compare.compare import compare
from functions.snapshot.compare.log_of_stays import LogOfStays, ReadBack
from functions.snapshot.compare.within_limits import registers_within_limits, within_limits
from functions.snapshot.context import Context, Order
from functions.snapshot.findings.between_pictures import with_happenings
from functions.snapshot.findings.full_registers import with_full_registers
from functions.snapshot.findings.register import find
from functions.snapshot.hour_run import HourRun
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.lifecycle import Lifecycle
from functions.snapshot.reconcile.reconcile import ReadEarlierHours, reconcile
from functions.snapshot.records import Snapshot, TenantChoices
from functions.snapshot.seal.content import content_of, content_without_snapshot
from functions.snapshot.seal.ended_rows import RegistersBefore
from functions.snapshot.seal.index import HourIndex
from functions.snapshot.seal.section_digest import not_shown
from functions.snapshot.take import take_snapshot

# Just over what one run may last; a redelivery of the same message may take it again at once.
LEASE = timedelta(minutes=16)
_RETRY_DELAYS_S = (60, 120, 300, 600, 900)


class StillOpen(AuditError):
    """An hour cannot be closed yet.

    Attributes:
        resume_after_s: seconds from now during which OpenAI has asked not to be asked again.
        moved: whether the reading of the audit log came further in this run.
    """

    def __init__(self, resume_after_s: int, *, moved: bool = False) -> None:
        super().__init__("the hour may still become better")
        self.resume_after_s = resume_after_s
        self.moved = moved


def run(order: Order, context: Context, remaining_s: float) -> list[Seal]:
    """Close the ordered hour and every open one before it; return the seals written.

    An hour that cannot be closed yet puts the order off: a new message, so that the queue's
    receive count counts crashes only. One that was put off too often is left to the next hour's.
    """
    connection = context.connections.find(order.tenant_id, order.org_id)
    if connection is None:
        return []
    hour_run = HourRun(order, context, connection, context.elapsed() + remaining_s)
    last = hour_run.chain.last_before(order.hour + HOUR)
    if last and hour_run.projection.is_missing(last.hour):
        hour_run.projection.project(last)
    lifecycle = hour_run.unsealed(last)
    seals: list[Seal] = []
    while start := lifecycle.next_hour(last.hour if last else None, order.hour):
        if not lifecycle.can_close(start, context.now()):
            break
        try:
            last = close_hour(hour_run, lifecycle, start, last)
        except LeaseHeld:
            _put_off(hour_run, _RETRY_DELAYS_S)
            break
        except StillOpen as error:
            delays_s = _RETRY_DELAYS_S[:1] if error.moved else _RETRY_DELAYS_S
            _put_off(hour_run, delays_s, error.resume_after_s)
            break
        seals.append(last)
        # By what was sealed: another run may have been first, and have carried fewer entries.
        lifecycle = Lifecycle.after(last, lifecycle.entries, lifecycle.first_hour)
    if connection.status == "disconnected":
        # No schedule looks after it any more, unless its end did not fit into one seal.
        context.connections.set_due(connection, due=bool(lifecycle.entries))
    return seals


def close_hour(run: HourRun, lifecycle: Lifecycle, start: datetime, previous: Seal | None) -> Seal:
    """Close one hour as what it is.

    Raises:
        LeaseHeld: another run is at it.
        StillOpen: it may still become better.
    """
    now = run.context.now()
    n_runs = run.hour_rows.lease(start, run.order.owner, now, LEASE)
    hour = _hour_to_close(run, lifecycle, start, previous)
    index = HourIndex.open(run.chain, start, previous)
    state = lifecycle.state_at_end(start)
    if state != "connected":
        return _seal_without_snapshot(run, hour, index, "paused", state)
    if now < hour.end + GRACE:
        earlier = run.checkpoints.find(start) if n_runs > 1 else None
        registers = run.store.load_registers(hour)
        taken = take_snapshot(run, hour, index, registers.rows, earlier)
        if not taken[0].final:
            before = earlier[0].watermarks if earlier else hour.watermarks
            moved = before is not None and before["streams"] != taken[0].watermarks["streams"]
            _leave_open(run, hour, taken, moved=moved)
        return close_with_snapshot(run, hour, index, registers, taken)
    # The past cannot be read: what a run left within the grace is all there will be.
    left = run.checkpoints.find(start)
    if left is not None:
        return close_with_snapshot(run, hour, index, run.store.load_registers(hour), left)
    run.context.count(MISSED_HOURS)
    return _seal_without_snapshot(run, hour, index, "missed", "not_pictured")


def close_with_snapshot(
    run: HourRun, hour: HourToClose, index: HourIndex, registers: RegistersBefore, taken: Taken
) -> Seal:
    """Close an hour of which there is a snapshot, after the registers before it."""
    store, facts = run.store, taken[1]
    snapshot = within_limits(taken[0], store.wholes)
    before = registers_within_limits(registers.rows, hour.written_without_limits, store.wholes)
    choices = _tenant_choices(run, before, snapshot)
    earlier_hours = run.earlier_hours(hour)
    log = LogOfStays(snapshot.audit_events.rows, hour.start, partial(_read_back, earlier_hours))
    compared = compare(hour, snapshot, before, choices, log)
    open_changes = before["open_changes"]
    # Findings see what was read whole: what a limit cuts off may be what opens or leaks.
    findings = find(hour, taken[0], compared, before["findings"])
    findings = with_full_registers(findings, hour, registers.left)
    findings = with_happenings(findings, hour, taken[0], compared.registers, open_changes, log)
    reconciled = reconcile(hour, snapshot, compared, findings, open_changes, earlier_hours)
    stored = store.put(
        hour,
        reconciled.registers,
        snapshot.audit_events.rows,
        compared.changes,
        reconciled.verdicts,
        not_shown(snapshot.lists, reconciled.registers),
        index,
    )
    content = content_of(hour, snapshot, reconciled.registers, stored, source_of(facts))
    return _seal(run, content, without_source(facts))


def _read_back(earlier_hours: ReadEarlierHours, since: datetime) -> ReadBack:
    earlier = earlier_hours(since)
    return ReadBack(earlier.events, earlier.unread_before)


def _seal_without_snapshot(
    run: HourRun, hour: HourToClose, index: HourIndex, outcome: Outcome, reason: str
) -> Seal:
    statements = run.store.put_statements(hour)
    content = content_without_snapshot(
        hour, outcome, reason, _nobody(run), index.after({}), statements
    )
    return _seal(run, content, {})


def _nobody(run: HourRun) -> Source:
    """Return the source of an hour in which nothing was asked: who sealed it."""
    context = run.context
    return source_of(
        {"clock": context.clock, "code_sha256": context.code_sha256, "region": context.region}
    )


def _leave_open(run: HourRun, hour: HourToClose, taken: Taken, *, moved: bool) -> None:
    """Leave what was read for the next run, which waits longer where this one got no further.

    Raises:
        StillOpen: always.
    """
    run.checkpoints.save(hour.start, taken)
    run.hour_rows.release(hour.start, run.order.owner)
    raise StillOpen(taken[1]["resume_after_s"], moved=moved)


def _tenant_choices(run: HourRun, before: Registers, snapshot: Snapshot) -> TenantChoices:
    """Return what the tenant's own rows say; persons only where there are service accounts."""
    order, last4 = run.order, run.connection.admin_key_last4
    lists = snapshot.lists
    accounts = lists["service_accounts"].rows if "service_accounts" in lists else ()
    if not before["service_accounts"] and not accounts:
        return TenantChoices(last4)
    owners = AccountOwners(run.context.table, order.tenant_id, order.org_id)
    return TenantChoices(last4, owners.all())


def _seal(run: HourRun, content: SealContent, facts: Run) -> Seal:
    seal = run.store.put_seal(content, facts)
    run.projection.project(seal)
    if content["outcome"] == "failed":
        run.context.count(FAILED_HOURS)
    elif content["kpi"] and content["sections"]["audit_events"]["lag_hours"]:
        run.context.count(HOURS_BEHIND)
    health = "ok" if content["outcome"] in ("complete", "paused") else content["reason"] or "ok"
    says_nothing = content["outcome"] == "missed" or health in PASSING_BY
    if not says_nothing and health != run.connection.health:
        run.context.connections.set_health(run.order.tenant_id, run.order.org_id, health)
    return seal


def _hour_to_close(
    run: HourRun, lifecycle: Lifecycle, start: datetime, previous: Seal | None
) -> HourToClose:
    order, entries = run.order, lifecycle.carried(start)
    statements = run.unsealed_statements(start, previous)
    custody = run.custody_head(start, previous)
    proof = run.connection.org_proof
    return HourToClose(
        order.tenant_id, order.org_id, start, proof, entries, previous, statements, custody
    )


def _put_off(run: HourRun, delays_s: Sequence[int], least_s: int = 0) -> None:
    order = run.order
    delay_s = put_off_delay(order.attempt, delays_s)
    if delay_s is None:
        return
    message: SnapshotMessage = {
        "tenant_id": order.tenant_id,
        "org_id": order.org_id,
        "hour": rfc3339(order.hour),
        "attempt": order.attempt + 1,
    }
    run.context.queue.send(message, delay_s=max(delay_s, least_s))
