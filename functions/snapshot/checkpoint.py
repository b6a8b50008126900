"""What runs leave for an hour they could not close: what they could read, and how they went.

Written to the work bucket, replaced by the next run, forgotten after days. When the hour's grace
ends, this is all that is known of the hour: a snapshot of the past cannot be taken.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip, unpack_gzip
from functions.shared.aws.keys import checkpoint_key
from functions.shared.canonical import Json, canonical, strict_loads
from functions.shared.records.seals import Run
from functions.snapshot.records import Snapshot

Taken = tuple[Snapshot, Run]
"""A snapshot of an hour, and how the runs went that took it."""


class _Document(TypedDict):
    picture: Json
    run: Run


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The checkpoints of one organization of one tenant.

    Permissions:
        s3:GetObject, s3:PutObject and s3:ListBucket on the work bucket.
    """

    bucket: Bucket
    tenant: str
    org: str

    def save(self, hour: datetime, taken: Taken) -> None:
        """Leave what the hour's runs read so far."""
        snapshot, run = taken
        document: _Document = {"picture": snapshot.to_json(), "run": run}
        self.bucket.put(checkpoint_key(self.tenant, self.org, hour), pack_gzip(canonical(document)))

    def find(self, hour: datetime) -> Taken | None:
        """Return what the hour's runs read and how they went, None where nobody tried."""
        body = self.bucket.get(checkpoint_key(self.tenant, self.org, hour))
        if body is None:
            return None
        document: _Document = strict_loads(unpack_gzip(body))
        return Snapshot.from_json(document["picture"]), document["run"]
