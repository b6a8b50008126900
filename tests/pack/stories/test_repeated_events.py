"""Events that an older chain sealed twice: the first one counts, and nothing is left out by it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import signing_context
from functions.shared.aws.table import Table
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.pack.resign import Rows, SignedPack
from tests.support.builders import World
from tests.tools.verifier import Verdict, verify_bytes

FIRST, AGAIN = "2026-04-10T09:00:00Z", "2026-04-17T09:00:00Z"
TENANT_STREAM = {"details": {"stream": "tenant"}}
COPIES = "repeated_events.jsonl"
_made: list[SignedPack] = []


def old_world(evidence: Bucket, table: Table) -> World:
    """Return an organization whose hours are sealed as version 2 did it."""
    world = World(evidence, table=table)
    world.version = 2
    return world


def tell(evidence: Bucket, table: Table) -> None:
    """Seal April as version 2 did: a week later the tenant's stream shows events again."""
    world = old_world(evidence, table).has_user("user-1").has_key("key-1")
    world.event("early", "2026-03-31T22:00:00Z").until(FIRST)
    world.event("twice", "2026-04-10T09:10:00Z").event("once", "2026-04-10T09:20:00Z")
    world.event("thrice", "2026-04-10T09:15:00Z").until(AGAIN)
    world.event("twice", "2026-04-10T09:10:00Z", **TENANT_STREAM)
    world.event("new", "2026-04-17T09:05:00Z").event("thrice", "2026-04-17T09:06:00Z")
    world.event("early", "2026-03-31T22:00:00Z", **TENANT_STREAM)
    world.until("2026-04-18T01:00:00Z").event("thrice", "2026-04-16T09:06:00Z")
    world.until("2026-05-04T03:00:00Z")


@pytest.fixture
def month(
    function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock
) -> SignedPack:
    """Give the monthly pack of April, made once for all tests of this module."""
    if not _made:
        tell(evidence, table)
        clock.set("2026-05-04T03:14:00Z")
        pack = function.make("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z", month="2026-04")
        assert pack.state == "ready", pack.reason
        assert isinstance(function.context.signer, WrappedSeed)
        kms_key, key = function.context.signer.kms, function.key
        seed = kms_key.unwrap(key.wrapped_seed, signing_context(key.key_id))
        _made.append(SignedPack(function.archive(pack), seed))
    return _made[0]


def judge(month: SignedPack, folder: Path, data: bytes | None = None) -> Verdict:
    """Let the auditors' script judge the pack, or what was made of it."""
    return verify_bytes(month.data if data is None else data, folder, key=month.public_hex)


def test_the_first_one_counts(month: SignedPack, tmp_path: Path) -> None:
    """Each id stands once in the events, each copy beside them, and the pack is valid."""
    events = [(row["event_id"], row["sealed_hour"]) for row in month.rows("events.jsonl")]
    assert events == [
        ("early", "2026-04-01T00:00:00Z"),
        ("twice", FIRST),
        ("thrice", FIRST),
        ("once", FIRST),
        ("new", AGAIN),
    ]
    copies = [
        (row["event_id"], row["sealed_hour"], row["first_sealed_hour"])
        for row in month.rows(COPIES)
    ]
    assert copies == [
        ("early", AGAIN, "2026-04-01T00:00:00Z"),
        ("twice", AGAIN, FIRST),
        ("thrice", AGAIN, FIRST),
        ("thrice", "2026-04-18T01:00:00Z", FIRST),
    ]
    assert month.rows(COPIES)[0]["late"] is True
    verdict = judge(month, tmp_path)
    assert verdict.code == 0, verdict.text
    assert "copies of events that were sealed before: 4" in verdict.text


def put_aside(name: str, **facts: Any) -> Callable[[Rows], object]:
    """Return a change that calls an event a copy."""

    def change(rows: Rows) -> None:
        (row,) = [row for row in rows["events.jsonl"] if row["event_id"] == name]
        rows["events.jsonl"].remove(row)
        rows[COPIES] = sorted(
            [*rows[COPIES], row | facts],
            key=lambda row: [row[key] for key in ("sealed_hour", "occurred_at", "event_id")],
        )

    return change


def of_copies(name: str, **facts: Any) -> Callable[[Rows], object]:
    """Return a change of a copy."""
    return lambda rows: next(r for r in rows[COPIES] if r["event_id"] == name).update(facts)


def _moved_back(rows: Rows) -> None:
    """Call a copy an event."""
    copy = {name: value for name, value in rows[COPIES].pop(1).items() if name[:5] != "first"}
    rows["events.jsonl"].append(copy)
    order = ("sealed_hour", "occurred_at", "event_id")
    rows["events.jsonl"].sort(key=lambda row: [row[key] for key in order])


NOT_A_COPY = "not each is a copy of a row of events.jsonl"


@pytest.mark.parametrize(
    ("check", "words", "change"),
    [
        (9, NOT_A_COPY, put_aside("once", first_sealed_hour="2026-04-09T09:00:00Z")),
        (9, NOT_A_COPY, put_aside("new", first_sealed_hour=FIRST)),
        (9, "not an hour before", put_aside("new", first_sealed_hour=AGAIN)),
        (9, "not an hour before", put_aside("new", first_sealed_hour="2026-04-09T09:00:01Z")),
        (9, "not an hour before", put_aside("new")),
        (10, AGAIN, put_aside("new", event_id="once", first_sealed_hour=FIRST)),
        (9, NOT_A_COPY, of_copies("twice", first_sealed_hour="2026-04-09T09:00:00Z")),
        (9, NOT_A_COPY, of_copies("twice", event_id="twicf")),
        (10, AGAIN, of_copies("twice", actor_id="user-2")),
        (10, AGAIN, lambda rows: rows[COPIES].pop(1)),
        (10, AGAIN, lambda rows: rows[COPIES].clear()),
        (9, "twice", lambda rows: rows[COPIES].insert(1, rows[COPIES][1])),
        (9, "stands there twice", _moved_back),
    ],
)
def test_no_other_row_can_be_called_a_copy(
    month: SignedPack, tmp_path: Path, check: int, words: str, change: Callable[[Rows], object]
) -> None:
    """Whoever signs a pack again with an event called a copy, a copy altered or left out, fails."""
    verdict = judge(month, tmp_path, month.tampered(change))
    assert verdict.code == 1
    assert words in str(verdict.failed[check])


def test_a_chain_that_sealed_each_event_once_has_no_such_file(
    function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock
) -> None:
    """Version 2 too, if nothing of it came again."""
    old_world(evidence, table).event("one").until("2026-04-02T00:00:00Z")
    clock.set("2026-04-02T01:14:00Z")
    pack = function.make("2026-04-01T00:00:00Z", "2026-04-01T23:59:59Z")
    assert pack.state == "ready", pack.reason
    assert COPIES not in {entry["name"] for entry in function.manifest(pack)["files"]}
