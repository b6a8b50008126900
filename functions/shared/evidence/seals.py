"""Seals: the objects that close hours, and the chain they make. The only commit there is.

A seal object is canonical JSON ``{"header": …, "run": …, "seal": content, "sha256": digest}``. The
digest is over the header ``{v, org_id, hour, previous_sha256, content_sha256, sections_root}``, so
that a link is short; the header follows from the content. ``run`` (requests, retries, attempt, …)
stands beside them, so that two runs over the same world seal the same digest. ``previous_sha256``
is the digest of the seal before. Version 2 has no header: its digest is over the content.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TypeVar, cast

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip, unpack_gzip
from functions.shared.aws.keys import organization_prefix, seal_key
from functions.shared.canonical import Lines, canonical, sha256_hex, strict_loads
from functions.shared.errors import (
    AuditError,
    EvidenceConflict,
    EvidenceInvalid,
    EvidenceMissing,
    EvidenceNewer,
    MalformedJson,
)
from functions.shared.evidence.merkle import rows_root
from functions.shared.evidence.seal_versions import (
    KNOWN,
    OLDEST,
    VERSION,
    digest_of,
    header_of,
    newest,
)
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.seals import ObjectEntry, Run, SealContent, SegmentEntry

Row = TypeVar("Row")

_HOUR_IN_KEY = re.compile(r"/seals/([^/]+)\.json$")
# Far more hours than anything unsealed can be; one listing holds 1,000 keys.
_LOOK_BACK = timedelta(days=40)
# Before every chain, and far enough from the calendar's edge to count hours back from.
BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seal:
    """One closed hour.

    Attributes:
        content: what is sealed, in the newest shape; its ``v`` is the version it was sealed in.
        run: how the run went; not part of the digest.
        text: the canonical content, as it was sealed.
        sha256: the seal's digest, 64 hex digits.
    """

    content: SealContent
    run: Run
    text: bytes
    sha256: str

    @classmethod
    def of(cls, content: SealContent, run: Run) -> "Seal":
        """Seal a content."""
        text = canonical(content)
        return cls(content, run, text, digest_of(content, text))

    @classmethod
    def decode(cls, body: bytes, key: str) -> "Seal":
        """Read a seal object of any version that ever was, and check its digest.

        Raises:
            EvidenceNewer: the seal is of a version that came after this one.
            EvidenceInvalid: the bytes are not a seal, or the digest is another's.
        """
        try:
            document = strict_loads(body)
            content, run, sha256 = document["seal"], document["run"], document["sha256"]
            version = content["v"]
            if type(version) is int and version > VERSION:
                raise EvidenceNewer(f"{key} was made by a newer version than this one knows")
            if type(version) is not int or version not in KNOWN:
                raise EvidenceInvalid(
                    f"{key} is not a seal of version {' or '.join(map(str, KNOWN))}"
                )
            text = canonical(content)
            stated = document["header"] if version > OLDEST else None
            if digest_of(content, text) != sha256 or stated != header_of(content, text):
                raise EvidenceInvalid(f"{key} does not match its own digest")
            return cls(newest(content), run, text, sha256)
        except (EvidenceInvalid, EvidenceNewer):
            raise
        except (AttributeError, AuditError, KeyError, TypeError) as error:
            raise EvidenceInvalid(f"{key} is not a seal") from error

    def encode(self) -> bytes:
        """Return the object's bytes."""
        header = header_of(self.content, self.text)
        begin = b'{"header":%b,' % canonical(header) if header else b"{"
        return begin + self.members + b"}"

    @property
    def members(self) -> bytes:
        """Return what an object and a pack's row of coverage both have of it, without braces."""
        run, sha256 = canonical(self.run), canonical(self.sha256)
        return b'"run":%b,"seal":%b,"sha256":%b' % (run, self.text, sha256)

    @property
    def hour(self) -> datetime:
        """Return the hour this seal closes."""
        return parse_instant(self.content["hour"])

    def names(self) -> Iterator[str]:
        """Yield the keys of the objects it names.

        Raises:
            EvidenceInvalid: a part that names objects is not as it should be.
        """
        content = self.content
        try:
            for facts in content["sections"].values():
                for named in (facts["register"], facts["not_shown"]):
                    if named:
                        yield str(named["key"])
            for entries in content["segments"].values():
                for entry in cast("list[SegmentEntry]", entries):
                    yield str(entry["key"])
            for run in content["index"]:
                yield str(run["key"])
        except (AttributeError, KeyError, TypeError) as error:
            raise EvidenceInvalid(f"the seal of {content.get('hour')} is not readable") from error

    def register(self, section: str) -> ObjectEntry | None:
        """Return the entry of a section's register, None where none is named."""
        facts = self.content["sections"].get(section)
        return facts["register"] if facts else None


@dataclass(frozen=True, slots=True)
class Chain:
    """The seals of one organization of one tenant, read from the evidence bucket.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """

    bucket: Bucket
    tenant: str
    org: str

    def seal(self, hour: datetime) -> Seal | None:
        """Return the seal of an hour, None where the hour is not closed.

        Raises:
            EvidenceInvalid: the object is there and is not what it should be.
        """
        key = seal_key(self.tenant, self.org, hour)
        body = self.bucket.get(key)
        if body is None:
            return None
        seal = Seal.decode(body, key)
        named = (seal.content["tenant_id"], seal.content["org_id"], seal.content["hour"])
        if seal_key(named[0], named[1], parse_instant(named[2])) != key:
            raise EvidenceInvalid(f"{key} holds the seal of another hour")
        # Whoever could plant a seal must not lead a reader to another tenant's objects by it.
        prefix = organization_prefix(self.tenant, self.org)
        if not all(name.startswith(prefix) for name in seal.names()):
            raise EvidenceInvalid(f"{key} names an object of another organization")
        return seal

    def named(self, hour: str, sha256: str) -> Seal:
        """Return the seal of a closed hour that the table names.

        Raises:
            EvidenceMissing: it is not there.
            EvidenceInvalid: it is not the one that the table names.
        """
        seal = self.seal(parse_instant(hour))
        if seal is None:
            raise EvidenceMissing(f"the seal of {hour} is missing")
        if seal.sha256 != sha256:
            raise EvidenceInvalid(f"the seal of {hour} is not the one the table names")
        return seal

    def sealed_hours(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the hours of ``start <= hour < end`` that have a seal object, oldest first."""
        prefix = f"{organization_prefix(self.tenant, self.org)}seals/"
        before = seal_key(self.tenant, self.org, start - HOUR) if start.year > 1 else ""
        for key in self.bucket.keys(prefix, after=before):
            hour = _hour_of(key)
            if hour is None:
                continue
            if hour >= end:
                return
            yield hour

    def last_before(self, end: datetime) -> Seal | None:
        """Return the newest seal of an hour before ``end``, None for an empty chain."""
        newest = self.seal(end - HOUR)
        if newest:
            return newest
        hours = list(self.sealed_hours(end - _LOOK_BACK, end))
        hours = hours or list(self.sealed_hours(BEGINNING, end))
        return self.seal(hours[-1]) if hours else None


def _hour_of(key: str) -> datetime | None:
    """Return the hour a seal's key names, None for an object that has no hour's name."""
    match = _HOUR_IN_KEY.search(key)
    try:
        return parse_instant(match[1]) if match else None
    except ValueError:
        return None


def read_rows(bucket: Bucket, entry: ObjectEntry, record: type[Row]) -> list[Row]:
    """Return the rows of a register or segment that a seal names, checked against its digest.

    Args:
        bucket: the evidence bucket.
        entry: as in the seal.
        record: what the rows are; the digest vouches for them.

    Raises:
        EvidenceMissing: there is no such object.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    return list(each_row(bucket, entry, record))


def each_row(bucket: Bucket, entry: ObjectEntry, record: type[Row]) -> Iterator[Row]:
    """Yield the same rows one by one, for a reader that keeps few of many."""
    yield from rows_in(read_body(bucket, entry), entry, record)


def rows_in(body: bytes, entry: ObjectEntry, record: type[Row]) -> Iterator[Row]:
    """Yield the rows of a body that was read and checked.

    Raises:
        EvidenceInvalid: a line is not JSON.
    """
    try:
        for line in BytesIO(body):
            yield cast("Row", strict_loads(line))
    except MalformedJson as error:
        raise EvidenceInvalid(f"{entry['key']} holds a line that is not JSON") from error


def read_body(bucket: Bucket, entry: ObjectEntry) -> bytes:
    """Return the uncompressed bytes of a register or segment, checked against its digest.

    Raises:
        EvidenceMissing: there is no such object.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    packed = bucket.need(entry["key"])
    try:
        body = unpack_gzip(packed)
    except (OSError, EOFError, ValueError) as error:
        raise EvidenceInvalid(f"{entry['key']} is not gzip") from error
    if len(body) != entry["bytes"] or sha256_hex(body) != entry["sha256"]:
        raise EvidenceInvalid(f"{entry['key']} does not match the digest in its seal")
    return body


def put_body(bucket: Bucket, entry: ObjectEntry, body: bytes) -> None:
    """Write an object under the name its content has, once.

    It may be there already in other bytes, which another build of zlib made of the same content.

    Raises:
        EvidenceConflict: the name is taken by another content, or another run is writing it.
    """
    try:
        bucket.put_once(entry["key"], pack_gzip(body), "application/gzip")
    except EvidenceConflict as conflict:
        try:
            read_body(bucket, entry)
        except (EvidenceInvalid, EvidenceMissing):
            raise conflict from None


def entry_of(key: str, lines: Lines) -> ObjectEntry:
    """Return what a seal says of a register or segment."""
    return {
        "key": key,
        "rows": lines.rows,
        "bytes": len(lines.body),
        "sha256": lines.sha256,
        "crc32": lines.crc32,
    }


def segment_entry_of(key: str, month: str, lines: Lines) -> SegmentEntry:
    """Return what a seal says of a segment."""
    return {**entry_of(key, lines), "month": month, "root": rows_root(lines.body)}
