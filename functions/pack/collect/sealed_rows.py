"""Sealed rows: registers and small segments, each checked against the digest in its seal.

Part of step 1 of 6 (collect). What cannot be read is noted and counts as no rows: the pack will
fail, and its reason names everything that is lost, not only the first.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from functions.pack.collect.large_values import LargeValues
from functions.pack.collect.organization import Organization, Segment
from functions.pack.collect.seal_chain import MissingEvidence
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import month_in
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.seals import read_rows
from functions.shared.hours import rfc3339
from functions.shared.period import Period
from functions.shared.prefetch import prefetch

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class SealedRows:
    """The rows that the seals of a pack's organizations name.

    Attributes:
        evidence: the evidence bucket.
        period: the pack's; a register that is missing is reported with its last hour.
        missing: takes what is missing or invalid.
        large: takes the names of large values in rows of the pack.

    Permissions:
        s3:GetObject on the evidence bucket.
    """

    evidence: Bucket
    period: Period
    missing: MissingEvidence
    large: LargeValues

    def of_register(self, organization: Organization, section: str, record: type[Row]) -> list[Row]:
        """Return the rows of the last register of a section that the period sealed."""
        entry = organization.registers.get(section)
        if entry is None:
            return []
        last_hour = rfc3339(self.period.last_hour)
        return self._rows(
            organization.org_id, last_hour, lambda: read_rows(self.evidence, entry, record)
        )

    def note_register(self, organization: Organization, section: str, rows: bytes) -> None:
        """Note what rows of the pack name that come of a register."""
        month = month_in(organization.registers[section]["key"])
        last_hour = rfc3339(self.period.last_hour)
        self.large.note(organization.org_id, month, last_hour, rows)

    def of_segments(
        self, org: str, segments: Iterable[Segment], record: type[Row]
    ) -> Iterator[tuple[Segment, list[Row]]]:
        """Yield segments with their rows, in the order given; the next ones are read meanwhile."""

        def read(segment: Segment) -> list[Row]:
            return read_rows(self.evidence, segment.entry, record)

        for segment, rows in prefetch(read, segments):
            yield segment, self._rows(org, segment.hour, rows.result)

    def _rows(self, org: str, hour: str, read: Callable[[], list[Row]]) -> list[Row]:
        try:
            return read()
        except EvidenceMissing as error:
            self.missing.add(org, hour, f"missing: {error}")
        except EvidenceInvalid as error:
            self.missing.add(org, hour, f"invalid: {error}")
        return []
