"""Large values are put beside the rows that name them, and again under each month that does."""

from datetime import UTC, datetime
from typing import Any

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import large_key, register_key
from functions.shared.canonical import Lines, canonical, sha256_hex
from functions.shared.evidence.large import put_large, read_large
from functions.shared.evidence.seals import entry_of
from functions.shared.limits import Wholes
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.seal.large_objects import LargeObjects
from tests.snapshot.rows import project
from tests.snapshot.seal.test_ended_rows import hour_after
from tests.snapshot.seal.test_store import HOUR

TENANT, ORG = "tenant-a", "org-Alpha"
MAY, JUNE = datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
NAMES = ["a long name", "another long name"]
BODIES = [canonical(name) for name in NAMES]


def rows(*names: str) -> list[Any]:
    """Return a project for each name, which is too large for its row."""
    return [project(f"proj_{n}", name=Wholes().add(name)) for n, name in enumerate(names)]


def of_month(bucket: Bucket, month: str) -> list[bytes | None]:
    """Return what lies under a month of both names, None for what does not."""
    keys = [large_key(TENANT, ORG, month, sha256_hex(body)) for body in BODIES]
    return [read_large(bucket, key) if bucket.get(key) else None for key in keys]


def noted(
    bucket: Bucket, hour: HourToClose, written: datetime, rows_after: list[Any]
) -> LargeObjects:
    """Return the large values of an hour that writes a register of projects."""
    lines = Lines.of(rows_after)
    key = register_key(TENANT, ORG, written, "projects", lines.sha256)
    large = LargeObjects(bucket, TENANT, ORG, Wholes())
    large.note_register(hour, "projects", entry_of(key, lines), lines.body)
    return large


def test_what_the_hour_saw_is_put_whole(evidence: Bucket) -> None:
    """Under its month, by its digest; what no row names is not put."""
    large = LargeObjects(evidence, TENANT, ORG, Wholes())
    for name in NAMES:
        large.wholes.add(name)
    large.put(HOUR)
    assert of_month(evidence, "2026-04") == [None, None]
    large.wholes.named.add(sha256_hex(BODIES[0]))
    large.put(HOUR)
    assert of_month(evidence, "2026-04") == [BODIES[0], None]


def test_what_an_earlier_month_named_is_put_again_under_this_one(evidence: Bucket) -> None:
    """The hour does not see it: it is read where it lies. What lies nowhere stops no hour."""
    hour = hour_after(evidence, JUNE, MAY, projects=rows(*NAMES))
    put_large(evidence, large_key(TENANT, ORG, "2026-05", sha256_hex(BODIES[0])), BODIES[0])
    large = noted(evidence, hour, JUNE, rows(*NAMES))
    assert large.wholes.named == {sha256_hex(body) for body in BODIES}
    large.put(hour)
    assert of_month(evidence, "2026-06") == [BODIES[0], None]


def test_within_a_month_only_what_is_new_is_put(evidence: Bucket) -> None:
    """Else each hour would write every long name again. What version 2 wrote has none put yet."""
    hour = hour_after(evidence, MAY, MAY, projects=rows(NAMES[0]))
    digests = {sha256_hex(body) for body in BODIES}
    assert noted(evidence, hour, MAY, rows(*NAMES)).wholes.named == digests
    assert hour.previous is not None
    hour.previous.content["sections"]["projects"]["root"] = "as it was sealed"
    assert noted(evidence, hour, MAY, rows(*NAMES)).wholes.named == {sha256_hex(BODIES[1])}
    assert noted(evidence, hour, JUNE, rows(*NAMES)).wholes.named == digests
