"""The registers before an hour: all that is there, and of what has ended the newest.

Part of step 4 of 6 (store). A pack shows what ended in its period, at most 13 months, by the last
register that the period sealed. So what ended 14 months ago leaves, where registers are written
anyway: at the first hour of a month. Whoever makes and deletes keys all day can fill a register
sooner: more than one hour's memory holds leaves with what ended first, and is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from io import BytesIO
from typing import NamedTuple, cast

from functions.shared.aws.bucket import Bucket
from functions.shared.evidence.seals import read_body, rows_in
from functions.shared.hours import month_of, month_start, rfc3339
from functions.shared.records.entities import Entity
from functions.shared.records.findings import Finding
from functions.shared.records.registers import HourRegisters
from functions.shared.sections import REGISTERED
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.seal.content import DERIVED

# Ended rows of all registers together: 240,000 small ones were more than 1,024 MB.
MOST_ROWS, MOST_BYTES = 100_000, 64 * 2**20
KEPT_MONTHS = 14


class RegistersBefore(NamedTuple):
    """What an hour starts from.

    Attributes:
        rows: by section; none of a section that never had a register.
        left: by section, how many ended rows were too many.
    """

    rows: HourRegisters
    left: Mapping[str, int]


class _Ended(NamedTuple):
    end: str
    section: str
    place: int
    n_bytes: int


@dataclass(slots=True)
class _Newest:
    """Takes ended rows, and lets go of those that ended first.

    Attributes:
        most_rows: how many may stay.
        most_bytes: how much they may be, as they are sealed.
    """

    most_rows: int
    most_bytes: int
    _heap: list[_Ended] = field(default_factory=list)
    _n_bytes: int = 0

    def take(self, ended: _Ended, rows: dict[str, list[Entity | None]]) -> None:
        """Take a row, which stands in its place; what must leave is taken out of ``rows``."""
        heappush(self._heap, ended)
        self._n_bytes += ended.n_bytes
        while len(self._heap) > self.most_rows or self._n_bytes > self.most_bytes:
            first = heappop(self._heap)
            self._n_bytes -= first.n_bytes
            rows[first.section][first.place] = None


def load_registers(bucket: Bucket, hour: HourToClose) -> RegistersBefore:
    """Return the rows of all registers that the seal before an hour names.

    Raises:
        EvidenceMissing: a sealed register is gone.
        EvidenceInvalid: its bytes are not those that were sealed.

    Permissions:
        s3:GetObject on the evidence bucket.
    """
    newest = _Newest(MOST_ROWS, MOST_BYTES)
    before = _left_before(hour)
    rows: dict[str, list[Entity | None]] = {}
    for section in (*REGISTERED, *DERIVED):
        kept = rows[section] = []
        entry = hour.carried(section)
        if entry is None or not entry["rows"]:
            continue
        body = read_body(bucket, entry)
        for line, row in zip(BytesIO(body), rows_in(body, entry, dict), strict=True):
            end = _end(section, cast("Entity", row))
            if end is not None and end < before:
                continue
            kept.append(cast("Entity", row))
            if end is not None:
                newest.take(_Ended(end, section, len(kept) - 1, len(line)), rows)
    left = {name: n_left for name, kept in rows.items() if (n_left := kept.count(None))}
    whole = {name: [row for row in kept if row is not None] for name, kept in rows.items()}
    return RegistersBefore(cast("HourRegisters", whole), left)


def _end(section: str, row: Entity) -> str | None:
    if section == "open_changes":
        return None
    return cast("Finding", row)["resolved_hour"] if section == "findings" else row["removed_at"]


def _left_before(hour: HourToClose) -> str:
    """Return the instant before which nothing stays that has ended; empty: everything stays."""
    if not hour.months_of_registers - {month_of(hour.start)}:
        return ""
    months = hour.start.year * 12 + hour.start.month - 1 - KEPT_MONTHS
    return rfc3339(month_start(f"{months // 12:04}-{months % 12 + 1:02}"))
