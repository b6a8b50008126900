"""Sealed rows: registers and small segments, each checked against the digest in its seal.

Part of step 1 of 6 (collect). What cannot be read is noted and counts as no rows: the pack will
fail, and its reason names everything that is lost, not only the first.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from functions.pack.collect.large_values import LIMITED, LargeValues
from functions.pack.collect.organization import Organization, Segment
from functions.pack.collect.seal_chain import MissingEvidence
from functions.pack.collect.sealed_members import SealedMembers
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import month_in
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.seals import read_body, rows_in
from functions.shared.hours import rfc3339
from functions.shared.period import Period
from functions.shared.prefetch import prefetch
from functions.shared.records.seals import ObjectEntry

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class SealedRows:
    """The rows that the seals of a pack's organizations name.

    Attributes:
        evidence: the evidence bucket.
        period: the pack's; a register that is missing is reported with its last hour.
        missing: takes what is missing or invalid.
        large: takes the names of large values in rows of the pack.
        sealed: takes what was read as it was sealed; None where the pack does not hold it.

    Permissions:
        s3:GetObject on the evidence bucket.
    """

    evidence: Bucket
    period: Period
    missing: MissingEvidence
    large: LargeValues
    sealed: SealedMembers | None = None

    def of_register(self, organization: Organization, section: str, record: type[Row]) -> list[Row]:
        """Return the rows of the last register of a section that the period sealed."""
        entry, org = organization.registers.get(section), organization.org_id
        if entry is None:
            return []
        last_hour = rfc3339(self.period.last_hour)
        body = self._body(org, last_hour, lambda: read_body(self.evidence, entry))
        if self.sealed:
            self.sealed.add_register(org, section, body)
            if section in organization.limited:
                self.large.note(org, month_in(entry["key"]), last_hour, body)
        return self._rows(org, last_hour, body, entry, record)

    def note_register(self, organization: Organization, section: str, rows: bytes) -> None:
        """Note what rows of the pack name that come of a register."""
        month = month_in(organization.registers[section]["key"])
        last_hour = rfc3339(self.period.last_hour)
        self.large.note(organization.org_id, month, last_hour, rows)

    def of_segments(
        self, org: str, kind: str, segments: Iterable[Segment], record: type[Row]
    ) -> Iterator[tuple[Segment, list[Row]]]:
        """Yield segments with their rows, in the order given; the next ones are read meanwhile."""

        def read(segment: Segment) -> bytes:
            return read_body(self.evidence, segment.entry)

        for segment, body_read in prefetch(read, segments):
            body = self._body(org, segment.hour, body_read.result)
            if self.sealed:
                self.sealed.add_segment(org, kind, segment.entry["month"], body)
                if segment.version >= LIMITED:
                    self.large.note(org, segment.hour[:7], segment.hour, body)
            yield segment, self._rows(org, segment.hour, body, segment.entry, record)

    def _body(self, org: str, hour: str, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except EvidenceMissing as error:
            self.missing.add(org, hour, f"missing: {error}")
        except EvidenceInvalid as error:
            self.missing.add(org, hour, f"invalid: {error}")
        return b""

    def _rows(
        self, org: str, hour: str, body: bytes, entry: ObjectEntry, record: type[Row]
    ) -> list[Row]:
        try:
            return list(rows_in(body, entry, record))
        except EvidenceInvalid as error:
            self.missing.add(org, hour, f"invalid: {error}")
            return []
