"""One message under way: whose hour it is to close, and the clients cut to this organization."""

from dataclasses import dataclass
from functools import partial

from functions.shared.evidence.seals import Chain
from functions.shared.tables.connections import Connection
from functions.shared.tables.hour_rows import HourRows
from functions.snapshot.checkpoint import Attempts
from functions.snapshot.context import Order, Room
from functions.snapshot.hour_to_close import Closing
from functions.snapshot.reconcile.reconcile import RecentSince
from functions.snapshot.reconcile.sealed_events import recent
from functions.snapshot.seal.projection import Projection
from functions.snapshot.seal.store import Store


@dataclass(frozen=True, slots=True)
class Walk:
    """One order under way: whose it is, and the doors cut to this organization."""

    order: Order
    room: Room
    connection: Connection
    deadline: float

    def remaining_s(self) -> float:
        """Return the seconds this run may still use, over all the hours it closes."""
        return self.deadline - self.room.elapsed()

    @property
    def chain(self) -> Chain:
        """Return the organization's seals."""
        return Chain(self.room.evidence, self.order.tenant_id, self.order.org_id)

    @property
    def store(self) -> Store:
        """Return the organization's evidence."""
        return Store(self.room.evidence, self.order.tenant_id, self.order.org_id)

    @property
    def attempts(self) -> Attempts:
        """Return the notes of runs that could not close their hour."""
        return Attempts(self.room.work, self.order.tenant_id, self.order.org_id)

    @property
    def projection(self) -> Projection:
        """Return the organization's rows in the table."""
        table, evidence = self.room.table, self.room.evidence
        return Projection(table, evidence, self.order.tenant_id, self.order.org_id)

    def recent_before(self, closing: Closing) -> RecentSince:
        """Return what reads back, from an instant on, what was sealed before an hour."""
        return partial(recent, self.room.evidence, self.chain, closing.previous)

    @property
    def hours(self) -> HourRows:
        """Return the organization's hour rows."""
        return HourRows(self.room.table, self.order.tenant_id, self.order.org_id)
