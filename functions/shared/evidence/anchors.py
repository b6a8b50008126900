"""Anchors: once a day, what each chain of a tenant ended with, in one document of its own chain.

An anchor is for whoever holds a copy: no chain can be made anew behind its back. The object is
canonical JSON ``{"at", "authority", "day", "document", "reason", "sha256", "token"}``, which is
also its row in packs and in the API. The digest is over the canonical document alone; a time
authority's token (RFC 3161) is over that digest and stands beside it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import anchor_key, anchors_prefix
from functions.shared.canonical import canonical, sha256_hex, strict_loads
from functions.shared.errors import AuditError, EvidenceConflict, EvidenceInvalid
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.anchors import AnchorDocument, AnchorRow

VERSION = 1
# The reason of an anchor whose stage has chosen no time authority: a choice, not a failure.
NONE_CHOSEN = "none_chosen"

_DAY_IN_KEY = re.compile(r"/anchors/(\d{4}-\d\d-\d\d)\.json$", re.ASCII)
# Longer than any outage; one listing holds 1,000 days.
_LOOK_BACK = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Head:
    """What one organization's chain ended with.

    Attributes:
        org_id: the organization.
        hour: name of the newest sealed hour.
        seal_sha256: digest of its seal.
    """

    org_id: str
    hour: str
    seal_sha256: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """One day's anchor.

    Attributes:
        document: what the digest is over; heads by organization id.
        sha256: of the canonical document, 64 hex digits.
        authority: address of the time authority that was asked, None where none was.
        token: its whole reply (DER of a TimeStampResp) in base64, None without one.
        reason: why there is no token: what came of asking, or that no authority was chosen. None
            beside a token, and in an older anchor of a stage without an authority.
    """

    document: AnchorDocument
    sha256: str
    authority: str | None = None
    token: str | None = None
    reason: str | None = None

    @classmethod
    def of(
        cls, tenant: str, at: datetime, heads: Sequence[Head], previous: "Anchor | None"
    ) -> "Anchor":
        """Anchor the heads, without a token yet."""
        document: AnchorDocument = {
            "v": VERSION,
            "tenant_id": tenant,
            "at": rfc3339(at),
            "heads": [
                {"org_id": head.org_id, "hour": head.hour, "seal_sha256": head.seal_sha256}
                for head in sorted(heads, key=lambda head: head.org_id)
            ],
            "previous_anchor_sha256": previous.sha256 if previous else None,
        }
        return cls(document, sha256_hex(canonical(document)))

    @classmethod
    def decode(cls, body: bytes, key: str) -> "Anchor":
        """Read an anchor object and check its digest and its place.

        Raises:
            EvidenceInvalid: the bytes are not the anchor that belongs under this key.
        """
        try:
            row: AnchorRow = strict_loads(body)
            stamp = (row["authority"], row["token"], row["reason"])
            anchor = cls(row["document"], row["sha256"], *stamp)
            own_key = anchor_key(anchor.document["tenant_id"], anchor.day)
            heads = anchor.heads
        except (AuditError, KeyError, TypeError, ValueError) as error:
            raise EvidenceInvalid(f"{key} is not an anchor") from error
        if sha256_hex(canonical(anchor.document)) != anchor.sha256:
            raise EvidenceInvalid(f"{key} does not match its own digest")
        twice = len({head.org_id for head in heads}) < len(heads)
        if own_key != key or row != anchor.row() or twice:
            raise EvidenceInvalid(f"{key} holds something else than the anchor of its day")
        return anchor

    @property
    def at(self) -> datetime:
        """Return when it was made."""
        return parse_instant(self.document["at"])

    @property
    def day(self) -> str:
        """Return the UTC day it was made on, ``2026-04-01``."""
        return rfc3339(self.at)[:10]

    @property
    def previous_sha256(self) -> str | None:
        """Return the digest of the anchor before it."""
        return self.document["previous_anchor_sha256"]

    @property
    def heads(self) -> list[Head]:
        """Return what it anchors, by organization id."""
        return [
            Head(head["org_id"], rfc3339(parse_instant(head["hour"])), head["seal_sha256"])
            for head in self.document["heads"]
        ]

    def stamped(self, authority: str | None, token: str | None, reason: str | None) -> "Anchor":
        """Return the anchor with what a time authority answered, or why none was asked."""
        return replace(self, authority=authority, token=token, reason=reason)

    def row(self) -> AnchorRow:
        """Return what packs and the API show of it."""
        return {
            "at": self.document["at"],
            "authority": self.authority,
            "day": self.day,
            "document": self.document,
            "reason": self.reason,
            "sha256": self.sha256,
            "token": self.token,
        }

    def encode(self) -> bytes:
        """Return the object's bytes."""
        return canonical(self.row())


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchors of one tenant, read from the evidence bucket.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket; s3:PutObject for ``write``.
    """

    bucket: Bucket
    tenant: str

    def find(self, day: str) -> Anchor | None:
        """Return a day's anchor, None where there is none.

        Raises:
            EvidenceInvalid: the object is there and is not what it should be.
        """
        key = anchor_key(self.tenant, day)
        body = self.bucket.get(key)
        return Anchor.decode(body, key) if body is not None else None

    def days(self, *, after: str = "") -> Iterator[str]:
        """Yield the days that have an anchor, oldest first, from the first one past ``after``."""
        start = anchor_key(self.tenant, after) if after else ""
        for key in self.bucket.keys(anchors_prefix(self.tenant), after=start):
            match = _DAY_IN_KEY.search(key)
            if match:
                yield match[1]

    def newest_before(self, day: str) -> Anchor | None:
        """Return the newest anchor of an earlier day."""
        recently = rfc3339(parse_instant(f"{day}T00:00:00Z") - _LOOK_BACK)[:10]
        for after in (recently, ""):
            days = [earlier for earlier in self.days(after=after) if earlier < day]
            if days:
                return self.find(days[-1])
        return None

    def write(self, anchor: Anchor) -> Anchor:
        """Write a day's anchor once; return the one that is there then.

        Of two runs at once one writes; the other's is nowhere.
        """
        try:
            self.bucket.put_once(anchor_key(self.tenant, anchor.day), anchor.encode())
        except EvidenceConflict:
            written = self.find(anchor.day)
            if written is None:
                raise
            return written
        return anchor
