"""Objects named by their content: what is there already counts by its rows, not by its bytes."""

import gzip
from datetime import UTC, datetime

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import register_key, segment_key
from functions.shared.canonical import Lines
from functions.shared.errors import EvidenceConflict
from functions.shared.evidence.seals import entry_of
from functions.snapshot.seal.store import Store

HOUR = datetime(2026, 4, 2, 5, tzinfo=UTC)
ROWS = [{"id": "a"}, {"id": "b"}]
CHANGE = {"id": "change"}


def test_rows_that_another_zlib_packed_are_as_good(evidence: Bucket) -> None:
    """A runtime may be updated within a month, and a register may become what it was before."""
    lines, changes = Lines.of(ROWS), Lines.of([CHANGE])
    register = register_key("tenant-a", "org-Alpha", HOUR, "users", lines.sha256)
    segment = segment_key("tenant-a", "org-Alpha", "changes", "2026-04", HOUR, changes.sha256)
    evidence.put_once(register, gzip.compress(lines.body, mtime=0))
    evidence.put_once(segment, gzip.compress(changes.body, mtime=0))
    store = Store(evidence, "tenant-a", "org-Alpha")
    entries, segments = store.store(HOUR, {"users": ROWS}, {"users": None}, [], [CHANGE])
    assert entries == {"users": entry_of(register, lines)}
    assert segments["changes"] == [entry_of(segment, changes) | {"month": "2026-04"}]
    assert store.load(entries["users"]) == ROWS


def test_rows_that_another_run_is_still_writing_are_a_conflict(
    evidence: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to compare with yet: the order comes again."""

    def busy(*_: object) -> bool:
        raise EvidenceConflict("is being written by another run")

    monkeypatch.setattr(Bucket, "put_once", busy)
    with pytest.raises(EvidenceConflict):
        Store(evidence, "tenant-a", "org-Alpha").registers(HOUR, {"users": ROWS}, {"users": None})


@pytest.mark.parametrize("there", [b"no gzip", gzip.compress(b'{"id":"other"}\n', mtime=0)])
def test_other_rows_under_the_name_are_a_conflict(evidence: Bucket, there: bytes) -> None:
    """Nothing is sealed that names them."""
    key = register_key("tenant-a", "org-Alpha", HOUR, "users", Lines.of(ROWS).sha256)
    evidence.put_once(key, there)
    with pytest.raises(EvidenceConflict):
        Store(evidence, "tenant-a", "org-Alpha").registers(HOUR, {"users": ROWS}, {"users": None})
