"""Event rows: what a pack adds to sealed rows, put between their fields without parsing them.

Part of step 2 of 6 (write); pure. A sealed row is canonical JSON whose last fields are
``occurred_at``, ``project_id`` and ``target_id``; a pack's row has ``late``, ``org_id`` and
``sealed_hour`` in front of each. The text ``,"`` stands in canonical JSON before a field's name, or
where a text ends in a comma; so the last three of a row are looked at, and rows that are cut in
other places take the long way, through JSON. Measured: 0.9 µs a row, 17 µs through JSON.
"""

from dataclasses import dataclass, field
from itertools import repeat

from functions.pack import rows
from functions.shared.canonical import canonical, strict_loads
from functions.shared.errors import AuditError

Rows = tuple[bytes, int]
"""Rows of the pack, each ended by a newline, and how many they are."""

_AT, _PROJECT, _TARGET = b'occurred_at":"', b'project_id":', b'target_id":'


@dataclass(slots=True)
class Splice:
    """Turns rows of one segment into rows of the pack.

    Attributes:
        org: the organization.
        sealed_hour: name of the hour that first sealed them.
        late: they occurred before the period.
        start: first second of the period.
        end: last second of the period.
    """

    org: str
    sealed_hour: str
    start: str
    end: str
    late: bool
    _between: tuple[bytes, bytes, bytes] = field(init=False)
    _usual: bool | None = None

    def __post_init__(self) -> None:
        self._between = (
            b',"late":%b,"' % (b"true" if self.late else b"false"),
            b',"org_id":%b,"' % canonical(self.org),
            b',"sealed_hour":%b,"' % canonical(self.sealed_hour),
        )

    def rows(self, sealed: bytes) -> Rows:
        """Return the pack's rows for some sealed ones, each ended by a newline.

        Raises:
            ValueError: a row is no event.
        """
        return self._spliced(sealed) or self._parsed(sealed)

    def _spliced(self, sealed: bytes) -> Rows | None:
        """Return them the short way; None where a row does not look as expected."""
        parts: list[bytes] = []
        late, org, hour = self._between
        try:
            for row in sealed.split(b"\n")[:-1]:
                head, at, project, target = row.rsplit(b',"', 3)
                parts += (head, late, at, org, project, hour, target, b"\n")
        except ValueError:
            return None
        if not (self._are_usual(sealed) and self._takes_all(parts[2::8])):
            return None
        for place, name in ((4, _PROJECT), (6, _TARGET)):
            if not all(map(bytes.startswith, parts[place::8], repeat(name))):
                return None
        return b"".join(parts), len(parts) // 8

    def _are_usual(self, sealed: bytes) -> bool:
        """Tell whether the segment's rows have the fields we know: its first one stands for all."""
        if self._usual is None:
            try:
                first = strict_loads(sealed[: sealed.index(b"\n")])
            except AuditError:
                first = None
            self._usual = isinstance(first, dict) and sorted(first) == sorted(rows.EVENT)
        return self._usual

    def _takes_all(self, times: list[bytes]) -> bool:
        """Tell whether all rows belong into the pack, by their times, and have one at all."""
        first, last = min(times), max(times)
        if self.late:
            return first >= _AT and last < _AT + self.start.encode()
        return first >= _AT + self.start.encode() and last <= _AT + self.end.encode() + b'"'

    def _parsed(self, sealed: bytes) -> Rows:
        try:
            found = [strict_loads(row) for row in sealed.split(b"\n")[:-1]]
            taken = rows.events(
                self.org, self.sealed_hour, found, self.start, self.end, late=self.late
            )
            lines = [canonical(row) + b"\n" for row in taken]
        except (AuditError, KeyError, TypeError, AttributeError) as error:
            raise ValueError("a row that is no event") from error
        return b"".join(lines), len(lines)
