"""Large values, whole: objects named by the digest of what they hold, canonical JSON.

A row names one by that digest, so nothing else need say what it is.
"""

import zlib

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import unpack_gzip
from functions.shared.canonical import sha256_hex
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.seals import put_body
from functions.shared.records.seals import ObjectEntry


def put_large(bucket: Bucket, key: str, body: bytes) -> None:
    """Write a large value under its digest, once.

    Raises:
        EvidenceConflict: the name is taken by another content, or another run is writing it.
    """
    sha256, crc32 = sha256_hex(body), zlib.crc32(body)
    entry: ObjectEntry = {
        "key": key,
        "rows": 1,
        "bytes": len(body),
        "sha256": sha256,
        "crc32": crc32,
    }
    put_body(bucket, entry, body)


def read_large(bucket: Bucket, key: str) -> bytes:
    """Return a large value, checked against the digest in its name.

    Raises:
        EvidenceMissing: there is no such object.
        EvidenceInvalid: it holds something else.
    """
    packed = bucket.need(key)
    try:
        body = unpack_gzip(packed)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise EvidenceInvalid(f"{key} is not gzip") from error
    if not key.endswith(f"/{sha256_hex(body)}.json.gz"):
        raise EvidenceInvalid(f"{key} does not hold what its name says")
    return body
