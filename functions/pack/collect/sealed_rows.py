"""Reading: registers and small segments as rows, each checked against the digest in its seal.

Part of step 2 of 6 (write). What cannot be read is noted and counts as no rows: the pack will fail,
and its reason names everything that is lost, not only the first.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from functions.pack.archive.prefetch import ahead
from functions.pack.collect.organization import Organization, Segment
from functions.pack.collect.seal_chain import Losses
from functions.shared.aws.bucket import Bucket
from functions.shared.canonical import Json
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.seals import read_rows


@dataclass(frozen=True, slots=True)
class Reading:
    """The evidence of a pack's organizations.

    Attributes:
        evidence: the evidence bucket.
        losses: takes what is missing or invalid.

    Permissions:
        s3:GetObject on the evidence bucket.
    """

    evidence: Bucket
    losses: Losses

    def __call__(self, organization: Organization, hour: str, entry: Json) -> list[Json]:
        """Return the rows of one register or segment.

        Args:
            organization: whose it is.
            hour: to name in the list of losses.
            entry: what the seal says of it.
        """
        return self._rows(organization, hour, lambda: read_rows(self.evidence, entry))

    def each(
        self, organization: Organization, segments: Iterable[Segment]
    ) -> Iterator[tuple[Segment, list[Json]]]:
        """Yield segments with their rows, in the order given; the next ones are read meanwhile."""
        for segment, read in ahead(lambda one: read_rows(self.evidence, one.entry), segments):
            yield segment, self._rows(organization, segment.hour, read.result)

    def _rows(
        self, organization: Organization, hour: str, read: Callable[[], list[Json]]
    ) -> list[Json]:
        try:
            return read()
        except EvidenceMissing as error:
            self.losses.add(organization.org_id, hour, f"missing: {error}")
        except EvidenceInvalid as error:
            self.losses.add(organization.org_id, hour, f"invalid: {error}")
        return []
