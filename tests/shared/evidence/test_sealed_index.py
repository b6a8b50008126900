"""The sealed index: what is asked of it, with how many requests, and what it does not believe."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import index_run_key
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence import sealed_index
from functions.shared.evidence.index_run import BLOCK_ROWS, row_of, write_run
from functions.shared.evidence.sealed_index import (
    LAST_LEVEL,
    MOST_OF_A_LEVEL,
    SealedIndex,
    read_run,
    runs_to_merge,
)
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.seals import IndexRun
from tests.support.aws_calls import watched
from tests.support.memory import MemoryBucket

START = parse_instant("2026-04-01T05:00:00Z")
TENANT, ORG = "tenant-a", "org-Alpha"


def put(bucket: Bucket, folder: Path, hours: dict[str, datetime], level: int = 0) -> IndexRun:
    """Put a run of some ids."""
    path = folder / "run"
    with path.open("wb") as file:
        fences = write_run([sorted(row_of(name, hour) for name, hour in hours.items())], file)
    key = index_run_key(TENANT, ORG, START, fences.sha256)
    bucket.put_once(key, path)
    return {
        "key": key,
        "late": 0,
        "level": level,
        "rows": fences.rows,
        "sha256": fences.sha256,
        "since": None,
    }


def numbered(first: int, last: int) -> dict[str, datetime]:
    """Return numbered ids, each with the hour of its number."""
    return {f"event-{n}": START + timedelta(hours=n % 900) for n in range(first, last)}


def test_ids_are_found_in_whichever_run_they_are(evidence: Bucket, tmp_path: Path) -> None:
    """With their hours; of two runs that hold one id, the first hour counts."""
    runs = [
        put(evidence, tmp_path, numbered(0, 5000)),
        put(evidence, tmp_path, numbered(5000, 5003)),
        put(evidence, tmp_path, {"event-7": START + 9 * HOUR, "event-5001": START}),
    ]
    index = SealedIndex(evidence, runs)
    asked = ["event-7", "event-4999", "event-5001", "event-5003", "", "\ud800"]
    assert index.find(asked) == {
        "event-7": START + 7 * HOUR,
        "event-4999": START + (4999 % 900) * HOUR,
        "event-5001": START,
    }
    assert index.find([]) == SealedIndex(evidence, []).find(asked) == {}


def test_a_short_run_costs_one_request_and_a_long_one_a_bounded_number(
    evidence: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for the fences, eight for blocks far apart, one for every so many that are read."""
    short = put(evidence, tmp_path, numbered(0, 9000))
    long = put(evidence, tmp_path, numbered(10_000, 10_000 + 40 * BLOCK_ROWS))
    with watched() as calls:
        SealedIndex(evidence, [short]).find([f"event-{n}" for n in range(9000)])
    assert calls.names == ["s3.GetObject"]
    for n, most in ((0, 0), (1, 2), (5, 6), (1000, 9)):
        asked = [f"event-{10_000 + 81 * number}" for number in range(n)]
        with watched() as calls:
            assert len(SealedIndex(evidence, [long]).find(asked)) == n
        assert len(calls.names) <= most, f"{n} ids"
    monkeypatch.setattr(sealed_index, "_BLOCKS_AT_ONCE", 4)
    with watched() as calls:
        assert sum(map(len, read_run(evidence, long))) == 40 * BLOCK_ROWS
    assert len(calls.names) == 11


@pytest.mark.parametrize("rows", [50, 20_000])
def test_what_is_not_as_sealed_is_not_believed(tmp_path: Path, rows: int) -> None:
    """Another byte, another length, another object, none at all."""
    bucket = MemoryBucket()
    run = put(bucket, tmp_path, numbered(0, rows))
    asked = list(numbered(0, rows))
    honest = bucket.held[run["key"]]

    def finds(body: bytes | None, named: Any = run) -> dict[str, datetime]:
        bucket.held.clear()
        if body is not None:
            bucket.held[run["key"]] = body
        return SealedIndex(bucket, [named]).find(asked)

    assert len(finds(honest)) == rows
    for at in range(20, len(honest), len(honest) // 17):
        with pytest.raises(EvidenceInvalid, match="org-Alpha/index"):
            finds(honest[:at] + bytes([honest[at] ^ 1]) + honest[at + 1 :])
    for body in (honest[:-1], honest[:40], b""):
        with pytest.raises(EvidenceInvalid):
            finds(body)
    for facts in ({"rows": rows - 1}, {"rows": rows + 1}, {"sha256": "00" * 32}):
        with pytest.raises(EvidenceInvalid):
            finds(honest, {**run, **facts})
    with pytest.raises(EvidenceMissing):
        finds(None)


def test_there_are_never_more_runs_than_nine_of_a_level_and_one(tmp_path: Path) -> None:
    """Whatever the number of hours, were a month as long as one likes."""
    runs = list[IndexRun]()
    bucket = MemoryBucket()
    one = put(bucket, tmp_path, {"event": START})
    most = 0
    for n in range(1, 2500):
        merging, level = runs_to_merge(runs)
        runs = [run for run in runs if run not in merging]
        runs.append({**one, "level": level, "key": f"{n}"})
        most = max(most, len(runs))
        digits = [int(digit) for digit in f"{n % 1000:03}"]
        expected = sum(digits) + (n >= 1000)
        assert len(runs) == expected, f"after {n} hours"
    assert most == MOST_OF_A_LEVEL * LAST_LEVEL + 1 <= 30
