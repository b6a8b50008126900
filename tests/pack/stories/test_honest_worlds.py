"""Honest worlds of many kinds: every pack of them verifies, nothing true is ever refused.

Gaps, hours missed, failed and in part, pauses, reconnects, returns, changes judged late, late
events and those without a time, large values, two organizations, chains that went over from
version 2, periods that begin and end anywhere, packs that follow each other.
"""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.aws.keys import large_key
from functions.shared.aws.table import Table
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.hours import HOUR, month_of, parse_instant, rfc3339
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.full_world import FullWorld
from tests.tools.verifier import verify_bytes

FIRST = parse_instant("2026-04-28T06:00:00Z")
OUTCOMES = ("gap", "missed", "failed", "partial", "paused")


def tell(world: FullWorld, chance: random.Random, n_hours: int) -> None:
    """Seal some hours of one organization, as chance will have it."""
    hours_of_version_2 = chance.choice([0, 0, chance.randrange(n_hours)])
    newest = world.version
    world.version = 2 if hours_of_version_2 else newest
    open_changes: list[tuple[str, str]] = []
    n_events = away = 0
    for number in range(n_hours):
        if number == hours_of_version_2:
            world.version = newest
        if away:
            away -= 1
            world.chain(["away" if away else "reconnect"])
            continue
        odd = chance.random() < 0.12 and number > 0
        word = chance.choice(OUTCOMES) if odd else "complete"
        if chance.random() < 0.02 and number > 3:
            word, away = "disconnect", chance.randrange(2, 6)
        if word != "gap":
            # What an hour without a seal found is lost; nothing is sealed under its name later.
            n_events = _seal_something(world, chance, open_changes, n_events)
        world.chain([word])


def _seal_something(
    world: FullWorld, chance: random.Random, changes: list[tuple[str, str]], n_events: int
) -> int:
    if chance.random() < 0.3:
        _let_happen(world, chance, changes)
    for _ in range(chance.choice([0, 0, 0, 1, 3])):
        n_events += 1
        _event(world, chance, n_events)
    for hour, user in changes[:]:
        if chance.random() < 0.2 and hour < rfc3339(world.hour):
            explained = n_events > 0 and chance.random() < 0.5
            verdict = "explained" if explained else "unexplained"
            event_id = f"event-{n_events}" if explained else None
            reason = None if explained else "no_event"
            world.verdict(hour, "users", user, "modified", verdict, event_id, reason)
            changes.remove((hour, user))
    return n_events


def _let_happen(world: FullWorld, chance: random.Random, changes: list[tuple[str, str]]) -> None:
    user, key = f"user-{chance.randrange(5)}", f"key-{chance.randrange(4)}"
    what = chance.randrange(7)
    if what == 0:
        world.has_user(user, role=chance.choice(["owner", "reader"]))
    elif what == 1:
        world.loses("users", user)
    elif what == 2:
        world.has_key(key, name=_name(world, chance))
    elif what == 3:
        world.loses("api_keys", key)
    elif what == 4:
        world.has_key(key).finding("stale_key", key)
    elif what == 5:
        for row in world._rows["findings"]:
            if row["resolved_hour"] is None and row["first_seen_hour"] < rfc3339(world.hour):
                row["resolved_hour"] = rfc3339(world.hour)
                cause = {"hour": rfc3339(world.hour), "kind": "modified", "fields": ["role"]}
                row["resolved_by"] = chance.choice([None, cause])
    elif (rfc3339(world.hour), user) not in changes:
        world.change("users", user, "modified")
        changes.append((rfc3339(world.hour), user))


def _name(world: FullWorld, chance: random.Random) -> Any:
    """Return a name, now and then one that is too large for a row."""
    if chance.random() < 0.7 or world.version == 2:
        return "a name\u2028of \ud800 things"
    whole = canonical("word " * (1000 + chance.randrange(50)))
    sha256 = sha256_hex(whole)
    for month in {month_of(world.hour), month_of(world.hour + 30 * 24 * HOUR)}:
        key = large_key(world.tenant, world.org, month, sha256)
        if world.evidence.get(key) is None:
            world.evidence.put_once(key, pack_gzip(whole), "application/gzip")
    return {"$large": {"bytes": len(whole), "head": "word", "sha256": sha256}}


def _event(world: FullWorld, chance: random.Random, number: int) -> None:
    early = chance.choice([0, 0, 0, 1, 30, 200, 900])
    at = world.hour + timedelta(minutes=chance.randrange(60)) - early * HOUR
    world.event(f"event-{number}", rfc3339(at))


def _try(
    seed: int,
    n_hours: int,
    function: PackFunction,
    evidence: Bucket,
    table: Table,
    clock: SettableClock,
    folder: Path,
) -> None:
    chance = random.Random(f"honest {seed}")  # noqa: S311  # repeatable
    tenant = f"tenant-{seed}"
    orgs = ("org-Alpha", "org-Beta")[: chance.choice([1, 2])]
    for org in orgs:
        facts = {"table": table, "tenant": tenant, "org": org, "first_hour": rfc3339(FIRST)}
        tell(FullWorld(evidence, **facts), chance, n_hours)
    clock.set(rfc3339(FIRST + (n_hours + 1) * HOUR))
    start, previous = FIRST + chance.randrange(n_hours // 4) * HOUR, None
    while start < FIRST + (n_hours - 10) * HOUR:
        end = min(start + chance.randrange(5, 60) * HOUR, FIRST + n_hours * HOUR)
        last = rfc3339(end - timedelta(seconds=1))
        pack = function.make(rfc3339(start), last, tenant=tenant, orgs=orgs)
        assert pack.state == "ready", f"world {seed}: {pack.reason}"
        path = folder / f"{seed}-{pack.number}.tar.gz"
        path.write_bytes(function.archive(pack))
        if previous is not None:
            given = ("--previous", str(previous))
            key = function.key.public_hex
            verdict = verify_bytes(path.read_bytes(), folder, *given, key=key)
            assert verdict.code == 0, f"world {seed}, pack {pack.number}: {verdict.text}"
        start, previous = end, path


@pytest.mark.parametrize(
    ("seeds", "n_hours"),
    [
        (range(2), 30),
        # All in one bucket would need 24 GB, and list ever longer.
        *(
            pytest.param(range(n, n + 10), 96, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])
            for n in range(0, 200, 10)
        ),
    ],
)
def test_every_pack_of_an_honest_world_verifies(
    seeds: range,
    n_hours: int,
    function: PackFunction,
    evidence: Bucket,
    table: Table,
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    """The function itself runs the auditors' script; a following pack is held to the one before."""
    for seed in seeds:
        _try(seed, n_hours, function, evidence, table, clock, tmp_path)
