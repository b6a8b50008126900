"""Orphan objects: they lie among the period's segments, and no seal names them.

Part of step 1 of 6 (collect). A run that died between storing and sealing leaves such objects, and
so does whoever plants one. Neither is evidence, neither enters a pack; both are named.
"""

import re
from collections.abc import Iterator, Set
from datetime import datetime

from functions.shared.aws.keys import segments_prefix
from functions.shared.evidence.seals import Chain
from functions.shared.hours import month_end, month_of, parse_instant
from functions.shared.period import Period
from functions.shared.records.fields import fields_of
from functions.shared.records.seals import Segments

KINDS = fields_of(Segments)
_HOUR_IN_KEY = re.compile(r"/(\d{4}-\d\d-\d\dT\d\d:00:00Z)-[^/]*$", re.ASCII)


def orphan_objects(
    chain: Chain, period: Period, through: datetime, named: Set[str]
) -> Iterator[str]:
    """Yield the keys of the period's segments that no seal of its hours names.

    Args:
        chain: the organization's, and the bucket it lies in.
        period: whose months are looked through.
        through: the last hour whose seal was read; what belongs to a later one is passed over.
        named: keys that the seals from the period's start on name.

    Permissions:
        s3:ListBucket on the evidence bucket.
    """
    for month in _months(period):
        for kind in KINDS:
            prefix = segments_prefix(chain.tenant, chain.org, kind, month)
            for key in chain.bucket.keys(prefix):
                if key not in named and _claims_hour_of(key, period.start, through):
                    yield key


def _months(period: Period) -> Iterator[str]:
    month = period.start
    while month < period.end:
        yield month_of(month)
        month = month_end(month_of(month))


def _claims_hour_of(key: str, start: datetime, through: datetime) -> bool:
    """Tell whether an object claims an hour whose seal was read, or no hour at all."""
    match = _HOUR_IN_KEY.search(key)
    if match is None:
        return True
    try:
        return start <= parse_instant(match[1]) <= through
    except ValueError:
        return True
