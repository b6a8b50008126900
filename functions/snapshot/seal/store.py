"""Store (step 4 of 6): registers, segments, seals into the evidence bucket, each object once.

Objects are named by their content, so a second run over the same world writes nothing new. What
no seal names is not evidence.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import not_shown_key, register_key, seal_key, segment_key
from functions.shared.canonical import Lines
from functions.shared.errors import EvidenceConflict
from functions.shared.evidence.merkle import rows_root
from functions.shared.evidence.row_trees import salted_root
from functions.shared.evidence.seals import (
    Chain,
    Seal,
    entry_of,
    put_body,
    read_rows,
    segment_entry_of,
)
from functions.shared.hashing import salt_hash
from functions.shared.hours import month_of
from functions.shared.limits import Wholes, named_in
from functions.shared.records.entities import Entity
from functions.shared.records.events import Change, Event, EventState, Verdict, placed_at
from functions.shared.records.registers import HourRegisters
from functions.shared.records.seals import (
    NotShown,
    ObjectEntry,
    RegisterRoot,
    Run,
    SealContent,
    SegmentEntry,
    Segments,
)
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.seal.content import Stored
from functions.snapshot.seal.ended_rows import RegistersBefore, load_registers
from functions.snapshot.seal.index import HourIndex
from functions.snapshot.seal.large_objects import LargeObjects

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Store:
    """The evidence of one organization of one tenant.

    Attributes:
        salt_key: the tenant's hashing key, from which salts follow; None where it has none.
        wholes: the large values of the hour that is written.

    Permissions:
        s3:PutObject and s3:GetObject on the evidence bucket.
    """

    bucket: Bucket
    tenant: str
    org: str
    salt_key: Callable[[], bytes | None] = lambda: None
    wholes: Wholes = field(default_factory=Wholes)

    def load(self, entry: ObjectEntry | None, record: type[Row]) -> list[Row]:
        """Return a register's rows, none for a section that never had one.

        Raises:
            EvidenceMissing: a sealed register is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        return read_rows(self.bucket, entry, record) if entry and entry["rows"] else []

    def load_registers(self, hour: HourToClose) -> RegistersBefore:
        """Return the rows of all registers that the seal before an hour names."""
        return load_registers(self.bucket, hour)

    def put_registers(
        self, hour: HourToClose, registers: HourRegisters
    ) -> tuple[dict[str, ObjectEntry], dict[str, RegisterRoot]]:
        """Write the registers that changed; return what the seal says of each, and their roots.

        At the first hour of a month every register is written anew under that month, so that
        object locks never run out under what a seal still names.
        """
        entries, roots = {}, {}
        for section, rows in registers.items():
            if section == "open_changes" and not rows:
                # Nothing open is no register.
                continue
            lines = Lines.of(cast("list[Entity]", rows))
            key = register_key(self.tenant, self.org, hour.start, section, lines.sha256)
            entry = entries[section] = entry_of(key, lines)
            carried_root = hour.carried_root(section)
            if entry != hour.carried(section):
                put_body(self.bucket, entry, lines.body)
                self._large.note_register(hour, section, entry, lines.body)
                carried_root = None
            roots[section] = carried_root or self._root(section, lines)
        return entries, roots

    def _root(self, section: str, lines: Lines) -> RegisterRoot:
        """Return the root over a register's rows; the same rows have the same in every run."""
        key = self.salt_key()
        if key is None:
            return {"root": rows_root(lines.body), "salt": None}
        salt = salt_hash(key, section, lines.sha256)
        return {"root": salted_root(salt, lines.body), "salt": salt}

    def put_not_shown(
        self, hour: HourToClose, ids: Mapping[str, Sequence[NotShown]]
    ) -> dict[str, ObjectEntry]:
        """Write the ids that the pictures do not show, unless the seal before names the same."""
        entries = {}
        for section, rows in ids.items():
            lines = Lines.of(rows)
            key = not_shown_key(self.tenant, self.org, hour.start, section, lines.sha256)
            entry = entries[section] = entry_of(key, lines)
            if entry != hour.not_shown(section):
                put_body(self.bucket, entry, lines.body)
        return entries

    def put_segments(
        self, kind: str, hour: datetime, months: Iterable[tuple[str, Mapping[str, object]]]
    ) -> list[SegmentEntry]:
        """Write rows as one segment per calendar month, and return what the seal says of each.

        Args:
            kind: ``events``, ``changes``, ``verdicts`` or ``statements``.
            hour: the sealing hour.
            months: (month, row) in the order the rows are to stand.
        """
        by_month: dict[str, list[Mapping[str, object]]] = defaultdict(list)
        for month, row in months:
            by_month[month].append(row)
        entries: list[SegmentEntry] = []
        for month in sorted(by_month):
            lines = Lines.of(by_month[month])
            key = segment_key(self.tenant, self.org, kind, month, hour, lines.sha256)
            entry = segment_entry_of(key, month, lines)
            put_body(self.bucket, entry, lines.body)
            self.wholes.named.update(named_in(lines.body))
            entries.append(entry)
        return entries

    def put_statements(self, hour: HourToClose) -> list[SegmentEntry]:
        """Write what the tenant said, as the hour's seal carries it."""
        month = month_of(hour.start)
        return self.put_segments(
            "statements", hour.start, ((month, row) for row in hour.statements)
        )

    def put(
        self,
        hour: HourToClose,
        registers: HourRegisters,
        events: Sequence[EventState],
        changes: Sequence[Change],
        verdicts: Sequence[Verdict],
        ids_not_shown: Mapping[str, Sequence[NotShown]],
        index: HourIndex,
    ) -> Stored:
        """Write all of an hour; return what the seal says of registers, segments and index."""
        month = month_of(hour.start)
        sealed = [self._sealed(event, hour) for event in events]
        sealed.sort(key=lambda event: (placed_at(event), event["event_id"]))
        entries, roots = self.put_registers(hour, registers)
        segments: Segments = {
            "events": self.put_segments(
                "events", hour.start, ((placed_at(event)[:7], event) for event in sealed)
            ),
            "changes": self.put_segments("changes", hour.start, ((month, row) for row in changes)),
            "verdicts": self.put_segments(
                "verdicts", hour.start, ((month, row) for row in verdicts)
            ),
            "statements": self.put_statements(hour),
        }
        self._large.put(hour)
        runs = index.after({event["event_id"]: event["occurred_at"] for event in events})
        return Stored(entries, roots, self.put_not_shown(hour, ids_not_shown), segments, runs)

    @property
    def _large(self) -> LargeObjects:
        return LargeObjects(self.bucket, self.tenant, self.org, self.wholes)

    def _sealed(self, event: EventState, hour: HourToClose) -> Event:
        # As a pack shows it, so that it can take it over without a look at each.
        return {**event, "late": False, "org_id": self.org, "sealed_hour": hour.name}

    def put_seal(self, content: SealContent, run: Run) -> Seal:
        """Write the seal (step 5 of 6); where another run was first, return that run's seal."""
        seal = Seal.of(content, run)
        try:
            self.bucket.put_once(seal_key(self.tenant, self.org, seal.hour), seal.encode())
        except EvidenceConflict:
            first = Chain(self.bucket, self.tenant, self.org).seal(seal.hour)
            if first is None:
                raise
            return first
        return seal
