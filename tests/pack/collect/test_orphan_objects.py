"""Which objects among the segments no seal names: of the hours that were read, no others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from functions.pack.collect.orphan_objects import orphan_objects
from functions.shared.aws.keys import segment_key
from functions.shared.evidence.seals import Chain
from functions.shared.hours import parse_instant
from functions.shared.period import Period

PERIOD = Period.parse("2026-04-10T05:00:00Z", "2026-05-02T11:59:59Z")
THROUGH = parse_instant("2026-05-02T13:00:00Z")


@dataclass
class Listing:
    """A bucket that only lists."""

    names: list[str]

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys under a prefix."""
        return (key for key in self.names if key.startswith(prefix))


def key(hour: str, kind: str = "events", month: str = "2026-04", org: str = "org-Alpha") -> str:
    """Return the key of a segment that an hour sealed."""
    return segment_key("tenant-a", org, kind, month, parse_instant(hour), "ab" * 32)


def orphans(*keys: str, named: tuple[str, ...] = ()) -> list[str]:
    """Return the orphan objects of a bucket with these keys."""
    bucket: Any = Listing(list(keys))
    return list(orphan_objects(Chain(bucket, "tenant-a", "org-Alpha"), PERIOD, THROUGH, set(named)))


def test_a_named_object_is_no_orphan() -> None:
    """Whatever a seal names is evidence."""
    named, orphan = key("2026-04-10T06:00:00Z"), key("2026-04-10T07:00:00Z")
    assert orphans(named, orphan, named=(named,)) == [orphan]


@pytest.mark.parametrize(
    ("hour", "is_orphan"),
    [
        ("2026-04-10T04:00:00Z", False),
        ("2026-04-10T05:00:00Z", True),
        ("2026-05-02T13:00:00Z", True),
        ("2026-05-02T14:00:00Z", False),
    ],
)
def test_the_hours_that_were_read_have_both_ends(hour: str, is_orphan: bool) -> None:
    """From the period's first hour to the last whose seal was read; others may name it."""
    assert orphans(key(hour)) == ([key(hour)] if is_orphan else [])


def test_every_kind_and_month_of_the_period_is_looked_through() -> None:
    """Months are those of the period, the last one included; another organization's are not."""
    hour = "2026-04-20T00:00:00Z"
    kinds = [key(hour, kind) for kind in ("events", "changes", "verdicts")]
    may = key(hour, month="2026-05")
    assert orphans(*kinds, may) == [*kinds, may]
    outside = (key(hour, month="2026-03"), key(hour, month="2026-06"), key(hour, org="org-Beta"))
    assert orphans(*outside) == []


@pytest.mark.parametrize("name", ["planted", "2026-04-31T00:00:00Z-x.jsonl.gz"])
def test_an_object_that_claims_no_hour_is_an_orphan(name: str) -> None:
    """Nobody seals under such a name."""
    planted = f"tenant=tenant-a/org=org-Alpha/events/month=2026-04/{name}"
    assert orphans(planted) == [planted]
