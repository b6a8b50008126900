"""Event rows: which of the sealed ones stand in a pack as they are, and the long way for the rest.

Part of step 2 of 6 (write); pure. A sealed event is the row of a pack that holds its month: nothing
has to be added to it. Only a pack that begins or ends within a month leaves rows out, and only one
that takes an event late changes a field of it.
"""

from dataclasses import dataclass

from functions.pack.members import rows
from functions.shared.canonical import Json, canonical, strict_loads
from functions.shared.errors import AuditError

Rows = tuple[bytes | bytearray, int]
"""Rows of the pack, each ended by a newline, and how many they are."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Turns rows of one segment into rows of the pack.

    Attributes:
        org: the organization.
        sealed_hour: name of the hour that first sealed them.
        start: first second of the period.
        end: last second of the period.
        late: they occurred before the period.
    """

    org: str
    sealed_hour: str
    start: str
    end: str
    late: bool

    def stand(self, sealed: bytes | bytearray) -> bool:
        """Tell whether rows, each ended by a newline, are those of the pack as they are.

        Rows are sealed by time, and those of one segment alike: the first and the last stand for
        all. Rows between them that are out of order, out of time, of another organization or hour,
        late, doubled or short of a field make a pack that the verifier refuses.
        """
        if self.late or not sealed.endswith(b"\n"):
            return False
        last = sealed.rfind(b"\n", 0, -1) + 1
        return all(self._stands(row) for row in (sealed[: sealed.index(b"\n")], sealed[last:-1]))

    def _stands(self, text: bytes | bytearray) -> bool:
        try:
            row = strict_loads(text)
            return self._taken([row]) == [row]
        except (AuditError, KeyError, TypeError, AttributeError):
            return False

    def rows(self, sealed: bytes | bytearray) -> Rows:
        """Return the pack's rows for some sealed ones, each ended by a newline.

        Raises:
            ValueError: a row is no event.
        """
        if self.stand(sealed):
            return sealed, sealed.count(b"\n")
        try:
            taken = self._taken([strict_loads(row) for row in sealed.split(b"\n")[:-1]])
            lines = [canonical(row) + b"\n" for row in taken]
        except (AuditError, KeyError, TypeError, AttributeError) as error:
            raise ValueError("a row that is no event") from error
        return b"".join(lines), len(lines)

    def _taken(self, found: list[Json]) -> list[Json]:
        return list(
            rows.events(self.org, self.sealed_hour, found, self.start, self.end, late=self.late)
        )
