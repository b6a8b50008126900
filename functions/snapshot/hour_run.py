"""One order under way: whose hour it is to close, and the clients of this organization."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from functions.shared.errors import KeyUnusable, KmsUnavailable
from functions.shared.evidence.custody_log import CustodyLog
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.seals import CustodyHead
from functions.shared.records.statements import SealedStatement
from functions.shared.tables.connections import Connection
from functions.shared.tables.custody import Custody
from functions.shared.tables.hashing_keys import HashKeys
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.lifecycle_rows import LifecycleRows
from functions.shared.tables.statements import Statements
from functions.snapshot.checkpoint import Checkpoints
from functions.snapshot.context import Context, Order
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.lifecycle import Lifecycle
from functions.snapshot.reconcile.reconcile import ReadEarlierHours
from functions.snapshot.reconcile.sealed_events import read_earlier_hours
from functions.snapshot.seal.custody import MOST_IN_AN_HOUR as MOST_CUSTODY_IN_AN_HOUR
from functions.snapshot.seal.custody import entries_to_seal, seal_custody
from functions.snapshot.seal.projection import Projection
from functions.snapshot.seal.statements import MOST_IN_AN_HOUR, statements_to_seal
from functions.snapshot.seal.store import Store


@dataclass(frozen=True, slots=True)
class HourRun:
    """One order under way, and the clients of its organization.

    Attributes:
        order: what is to be closed.
        context: the clients of the function.
        connection: the organization's.
        deadline: second of ``context.elapsed`` at which the run must end.
    """

    order: Order
    context: Context
    connection: Connection
    deadline: float

    def remaining_s(self) -> float:
        """Return the seconds this run may still use, over all the hours it closes."""
        return self.deadline - self.context.elapsed()

    def unsealed(self, last: Seal | None) -> Lifecycle:
        """Return what the newest seal leaves of what the tenant did with the organization."""
        sealed_seq = last.content["lifecycle_seq"] if last else 0
        rows = LifecycleRows(self.context.table, self.order.tenant_id, self.order.org_id)
        entries = rows.after(sealed_seq, self.connection.lifecycle)
        return Lifecycle.after(last, entries, parse_instant(self.connection.first_hour))

    def unsealed_statements(self, start: datetime, last: Seal | None) -> list[SealedStatement]:
        """Return what the tenant said before an hour's end and the newest seal does not carry."""
        table, order = self.context.table, self.order
        keys = HashKeys(table, self.context.secrets)
        sealed_n = last.content["statements_n"] if last else 0
        unsealed = Statements(table, order.tenant_id, order.org_id).after(sealed_n, MOST_IN_AN_HOUR)
        return statements_to_seal(unsealed, start + HOUR, partial(keys.find, order.tenant_id))

    def custody_head(self, start: datetime, last: Seal | None) -> CustodyHead | None:
        """Return the last entry of the tenant's custody log up to an hour, sealing what is due."""
        context, tenant = self.context, self.order.tenant_id
        before = last.content["custody"] if last else None
        unsealed = Custody(context.table).after(
            tenant, before["n"] if before else 0, MOST_CUSTODY_IN_AN_HOUR
        )
        entries = list(entries_to_seal(unsealed, start + HOUR, context.now()))
        return seal_custody(CustodyLog(context.evidence, tenant), entries, start, before)

    @property
    def chain(self) -> Chain:
        """Return the organization's seals."""
        return Chain(self.context.evidence, self.order.tenant_id, self.order.org_id)

    @property
    def store(self) -> Store:
        """Return the organization's evidence."""
        order = self.order
        return Store(self.context.evidence, order.tenant_id, order.org_id, cache(self.salt_key))

    def salt_key(self) -> bytes | None:
        """Return the tenant's hashing key, None where it cannot be had now."""
        try:
            return HashKeys(self.context.table, self.context.secrets).find(self.order.tenant_id)
        except (KeyUnusable, KmsUnavailable):
            # Its rows stand plain then and have no proof, until an hour has the key again.
            return None

    @property
    def checkpoints(self) -> Checkpoints:
        """Return what runs left that could not close their hour."""
        return Checkpoints(self.context.work, self.order.tenant_id, self.order.org_id)

    @property
    def projection(self) -> Projection:
        """Return the organization's rows in the table."""
        table, evidence = self.context.table, self.context.evidence
        return Projection(table, evidence, self.order.tenant_id, self.order.org_id)

    @property
    def hour_rows(self) -> HourRows:
        """Return the organization's hour rows."""
        return HourRows(self.context.table, self.order.tenant_id, self.order.org_id)

    def earlier_hours(self, hour: HourToClose) -> ReadEarlierHours:
        """Return what reads back, from an instant on, what was sealed before an hour."""
        return partial(read_earlier_hours, self.context.evidence, self.chain, hour.previous)
