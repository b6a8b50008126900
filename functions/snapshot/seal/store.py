"""Store (step 4 of 6): registers and segments into the evidence bucket, each object once.

Objects are named by their content, so a second run over the same world writes nothing new. What
no seal names is not evidence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.aws.keys import register_key, segment_key
from functions.shared.canonical import Json, Lines
from functions.shared.errors import EvidenceConflict, EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.seals import entry_of, read_body, read_rows
from functions.shared.hours import month_of, rfc3339


@dataclass(frozen=True, slots=True)
class Store:
    """The evidence of one organization of one tenant.

    Permissions:
        s3:PutObject and s3:GetObject on the evidence bucket.
    """

    bucket: Bucket
    tenant: str
    org: str

    def load(self, entry: Json | None) -> list[Json]:
        """Return a register's rows, none for a section that never had one.

        Raises:
            EvidenceMissing: a sealed register is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        return read_rows(self.bucket, entry) if entry and entry["rows"] else []

    def registers(
        self,
        hour: datetime,
        rows: Mapping[str, Sequence[Json]],
        carried: Mapping[str, Json | None],
    ) -> dict[str, Json]:
        """Write the registers that changed, and return what the seal says of every one.

        At the first hour of a month every register is written anew under that month, so that
        object locks never run out under what a seal still names.
        """
        return {
            section: self._register(hour, section, Lines.of(rows[section]), carried[section])
            for section in rows
        }

    def _register(self, hour: datetime, section: str, lines: Lines, carried: Json | None) -> Json:
        key = register_key(self.tenant, self.org, hour, section, lines.sha256)
        entry = entry_of(key, lines)
        if entry != carried:
            self._put(entry, lines)
        return entry

    def segments(self, kind: str, hour: datetime, months: Iterable[tuple[str, Json]]) -> list[Json]:
        """Write rows as one segment per calendar month, and return what the seal says of each.

        Args:
            kind: ``events``, ``changes`` or ``verdicts``.
            hour: the sealing hour.
            months: (month, row) in the order the rows are to stand.
        """
        by_month: dict[str, list[Json]] = defaultdict(list)
        for month, row in months:
            by_month[month].append(row)
        entries = []
        for month in sorted(by_month):
            lines = Lines.of(by_month[month])
            key = segment_key(self.tenant, self.org, kind, month, hour, lines.sha256)
            entry = entry_of(key, lines)
            self._put(entry, lines)
            entries.append(entry | {"month": month})
        return entries

    def _put(self, entry: Json, lines: Lines) -> None:
        """Write rows under the name their content has, once.

        They may be there already in other bytes, which another build of zlib made of them.

        Raises:
            EvidenceConflict: the name is taken by other rows, or is being written by another run.
        """
        try:
            self.bucket.put_once(entry["key"], pack_gzip(lines.body), "application/gzip")
        except EvidenceConflict as conflict:
            try:
                read_body(self.bucket, entry)
            except (EvidenceInvalid, EvidenceMissing):
                raise conflict from None

    def store(
        self,
        hour: datetime,
        registers: Mapping[str, Sequence[Json]],
        carried: Mapping[str, Json | None],
        events: Sequence[Json],
        changes: Sequence[Json],
        verdicts: Sequence[Json] = (),
    ) -> tuple[dict[str, Json], Json]:
        """Write all of an hour; return what the seal says of registers and of segments."""
        entries = self.registers(hour, registers, carried)
        month = month_of(hour)
        # As a pack shows them, so that it can take them over without a look at each.
        shown = {"late": False, "org_id": self.org, "sealed_hour": rfc3339(hour)}
        segments = {
            "events": self.segments(
                "events", hour, ((event["occurred_at"][:7], event | shown) for event in events)
            ),
            "changes": self.segments("changes", hour, ((month, change) for change in changes)),
            "verdicts": self.segments("verdicts", hour, ((month, row) for row in verdicts)),
        }
        return entries, segments
