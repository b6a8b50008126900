"""Put, release or show legal holds on a tenant's evidence of some months.

``python -m tools.legal_holds --bucket EVIDENCE put|release|show --tenant T --from 2026-04 --to
2026-06``, with credentials of the stack's role for legal holds, which alone may. A version under a
hold is deleted by nobody, however long ago its lock ended, until the hold is released. Which
objects that are, and who hears of it: docs/operating.md.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.aws.keys import organization_prefix, tenant_id
from functions.shared.errors import AuditError

DONE, NOT_DONE, WRONG = 0, 1, 2
_STATUS: Final = {"put": "ON", "release": "OFF"}
_AT_ONCE: Final = 16
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 8})
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
# Where a key names its time: a month, the hour of a seal, the day of an anchor.
_TIME_IN_KEY: Final = re.compile(r"/(?:month=|seals/|anchors/)(\d{4}-\d{2})")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects an order is about.

    Attributes:
        prefix: of a tenant, or of one of its organizations.
        first: month, ``2026-04``.
        last: month, itself included.
    """

    prefix: str
    first: str
    last: str

    def holds(self, key: str) -> bool:
        """Tell whether an object is of these months; one whose key names no time always is."""
        named = _TIME_IN_KEY.search(key)
        return named is None or self.first <= named[1] <= self.last


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object."""

    key: str
    version_id: str


def versions(s3: Any, bucket: str, selection: Selection) -> Iterator[Version]:
    """Yield every version of the objects, those behind delete markers too.

    Permissions:
        s3:ListBucketVersions on the bucket.
    """
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, Prefix=selection.prefix
    )
    for page in pages:
        for entry in page.get("Versions", []):
            if selection.holds(entry["Key"]):
                yield Version(entry["Key"], entry["VersionId"])


def set_hold(s3: Any, bucket: str, version: Version, status: str) -> None:
    """Put a hold on a version, or release it; the same again changes nothing.

    Permissions:
        s3:PutObjectLegalHold on the objects.
    """
    s3.put_object_legal_hold(
        Bucket=bucket,
        Key=version.key,
        VersionId=version.version_id,
        LegalHold={"Status": status},
    )


def is_held(s3: Any, bucket: str, version: Version) -> bool:
    """Tell whether a version is under a hold.

    Permissions:
        s3:GetObjectLegalHold on the objects.
    """
    try:
        answer = s3.get_object_legal_hold(
            Bucket=bucket, Key=version.key, VersionId=version.version_id
        )
    except ClientError as error:
        # So S3 says that there never was one.
        if error.response["Error"]["Code"] == "NoSuchObjectLockConfiguration":
            return False
        raise
    return bool(answer.get("LegalHold", {}).get("Status") == "ON")


def carry_out(s3: Any, bucket: str, order: str, selection: Selection) -> list[bool]:
    """Carry out an order on every version; return of each whether it is held then.

    It stops at the first version that is refused; given again, it does all of it.
    """

    def one(version: Version) -> bool:
        if order == "show":
            return is_held(s3, bucket, version)
        set_hold(s3, bucket, version, _STATUS[order])
        return order == "put"

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(one, versions(s3, bucket, selection)))


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no month such as 2026-04")
    return text


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.legal_holds",
        description=(__doc__ or "").splitlines()[0],
        epilog="Exit code: 0 done, 1 none found or refused part way, 2 wrong arguments.",
        allow_abbrev=False,
    )
    parser.add_argument("--bucket", required=True, help="the stack's output EvidenceBucket")
    parser.add_argument("order", choices=("put", "release", "show"))
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--org", help="one organization; without it, all of the tenant's evidence")
    parser.add_argument("--from", dest="first", required=True, type=_month, help="month, 2026-04")
    parser.add_argument("--to", dest="last", required=True, type=_month, help="month, included")
    options = parser.parse_args(argv)
    if options.first > options.last:
        parser.error(f"{options.first} is after {options.last}")
    return options


def main(argv: list[str] | None = None, s3: Any = None) -> int:
    """Carry out what the command line asks; return the exit code."""
    options = _arguments(argv)
    try:
        tenant, org = tenant_id(options.tenant), options.org
        prefix = organization_prefix(tenant, org) if org else f"tenant={tenant}/"
        s3 = s3 or boto3.client("s3", config=_CONFIG)
        selection = Selection(prefix, options.first, options.last)
        held = carry_out(s3, options.bucket, options.order, selection)
    except AuditError as error:
        print(f"WRONG  {error}", file=sys.stderr)
        return WRONG
    except (ClientError, BotoCoreError) as error:
        print(f"NOT DONE  {error}; give the order again once that is mended", file=sys.stderr)
        return NOT_DONE
    if not held:
        print(f"NOT DONE  there is no evidence of these months below {prefix}", file=sys.stderr)
        return NOT_DONE
    print(f"{sum(held)} of {len(held)} versions below {prefix} are held")
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
