"""Notes that a run leaves for an hour it could not close: why, and what it could read.

Written to the work bucket, replaced by the next try, forgotten after days. When the hour's grace
ends, the note is all that is known of the hour: the past cannot be pictured.
"""

from dataclasses import dataclass
from datetime import datetime

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip, unpack_gzip
from functions.shared.aws.keys import attempt_key
from functions.shared.canonical import Json, canonical, strict_loads
from functions.snapshot.records import Picture


@dataclass(frozen=True, slots=True)
class Attempts:
    """The notes of one organization of one tenant.

    Permissions:
        s3:GetObject, s3:PutObject and s3:ListBucket on the work bucket.
    """

    bucket: Bucket
    tenant: str
    org: str

    def leave(self, hour: datetime, picture: Picture, run: Json) -> None:
        """Leave what the hour's runs saw so far."""
        document = {"picture": picture.to_json(), "run": run}
        self.bucket.put(attempt_key(self.tenant, self.org, hour), pack_gzip(canonical(document)))

    def find(self, hour: datetime) -> tuple[Picture, Json] | None:
        """Return what the hour's runs saw and how they went, None where nobody tried."""
        body = self.bucket.get(attempt_key(self.tenant, self.org, hour))
        if body is None:
            return None
        document = strict_loads(unpack_gzip(body))
        return Picture.from_json(document["picture"]), document["run"]
