"""Event rows: which of the sealed ones stand in a pack as they are, and the long way for the rest.

Part of step 2 of 6 (write); pure. A sealed event is the row of a pack that holds its month: nothing
has to be added to it. Only a pack that begins or ends within a month leaves rows out, and only one
that takes an event late changes a field of it.
"""

from dataclasses import dataclass

from functions.shared.canonical import canonical, strict_loads
from functions.shared.errors import AuditError
from functions.shared.records.events import Event
from functions.shared.records.fields import shown

Rows = tuple[bytes | bytearray, int]
"""Rows of the pack, each ended by a newline, and how many they are."""

# Of whatever is no event.
_MALFORMED = (AuditError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class RowSelection:
    """Turns rows of one segment into rows of the pack.

    Attributes:
        org: the organization.
        sealed_hour: name of the hour that first sealed them.
        start: first second of the period.
        end: last second of the period.
        late: select what occurred before the period, instead of what occurred in it. Where nobody
            knows when that was, the sealing hour stands for it.
    """

    org: str
    sealed_hour: str
    start: str
    end: str
    late: bool

    def is_verbatim(self, sealed: bytes | bytearray) -> bool:
        """Tell whether rows, each ended by a newline, are those of the pack as they are.

        Rows are sealed by time, and those of one segment alike: the first and the last stand for
        all. Rows between them that are out of order, out of time, of another organization or hour,
        late, doubled or short of a field make a pack that the verifier refuses.
        """
        if self.late or not sealed.endswith(b"\n"):
            return False
        last = sealed.rfind(b"\n", 0, -1) + 1
        ends = (sealed[: sealed.index(b"\n")], sealed[last:-1])
        try:
            return all(self._is_own_row(strict_loads(row)) for row in ends)
        except _MALFORMED:
            return False

    def rows(self, sealed: bytes | bytearray) -> Rows:
        """Return the pack's rows for some sealed ones, each ended by a newline.

        Raises:
            ValueError: a row is no event.
        """
        if self.is_verbatim(sealed):
            return sealed, sealed.count(b"\n")
        try:
            events = [strict_loads(row) for row in sealed.split(b"\n")[:-1]]
            lines = [
                canonical(self._row(event)) + b"\n" for event in events if self._selects(event)
            ]
        except _MALFORMED as error:
            raise ValueError("a row that is no event") from error
        return b"".join(lines), len(lines)

    def begins(self, sealed: bytes | bytearray) -> bool:
        """Tell whether the first of some rows is one of the pack."""
        try:
            return self._selects(strict_loads(sealed[: sealed.index(b"\n")]))
        except (*_MALFORMED, ValueError):
            return False

    def _is_own_row(self, event: Event) -> bool:
        return self._selects(event) and self._row(event) == event

    def _selects(self, event: Event) -> bool:
        at = event["occurred_at"] or self.sealed_hour
        return at < self.start if self.late else self.start <= at <= self.end

    def _row(self, event: Event) -> Event:
        row = shown(Event, event)
        row["org_id"] = self.org
        row["sealed_hour"] = self.sealed_hour
        row["late"] = self.late
        return row
