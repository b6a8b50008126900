"""Large values, whole, beside the rows that name them (step 4 of 6, part).

Part of store. Each is an object of its own, named by its digest, under the month of the hour that
names it. Like registers they are written anew under the month of a register that is, so that object
locks never run out under what a seal still names.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import large_key, month_in
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.large import put_large, read_large
from functions.shared.evidence.seals import read_body
from functions.shared.hours import month_of
from functions.shared.limits import Wholes, named_in
from functions.shared.records.seals import ObjectEntry
from functions.snapshot.hour_to_close import HourToClose

_UNDER_WAY = 8


@dataclass(frozen=True, slots=True)
class LargeObjects:
    """The large values of one organization of one tenant, and those of the hour that is written.

    Permissions:
        s3:PutObject and s3:GetObject on the evidence bucket.
    """

    bucket: Bucket
    tenant: str
    org: str
    wholes: Wholes

    def note_register(
        self, hour: HourToClose, section: str, entry: ObjectEntry, body: bytes
    ) -> None:
        """Note what a register that was written names, and the one before it did not."""
        named, carried = named_in(body), hour.carried(section)
        is_ours = section not in hour.written_without_limits
        if named and carried and is_ours and month_in(carried["key"]) == month_in(entry["key"]):
            named -= named_in(read_body(self.bucket, carried))
        self.wholes.named.update(named)

    def put(self, hour: HourToClose) -> None:
        """Write what the hour's rows name."""
        if not self.wholes.named:
            return
        month = month_of(hour.start)
        earlier = sorted(hour.months_of_registers - {month}, reverse=True)

        def put(sha256: str) -> None:
            body = self.wholes.whole(sha256) or self._of(sha256, earlier)
            # What no month before has any more: every pack that should hold it tells of it.
            if body is not None:
                key = large_key(self.tenant, self.org, month, sha256)
                put_large(self.bucket, key, body)

        with ThreadPoolExecutor(_UNDER_WAY) as threads:
            for _ in threads.map(put, sorted(self.wholes.named)):
                pass

    def _of(self, sha256: str, months: list[str]) -> bytes | None:
        """Return a value that an earlier register named; None for one that lies where it should."""
        for month in months:
            try:
                return read_large(self.bucket, large_key(self.tenant, self.org, month, sha256))
            except (EvidenceInvalid, EvidenceMissing):
                continue
        return None
