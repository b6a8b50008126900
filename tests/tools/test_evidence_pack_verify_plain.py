"""Many events checked at once and each on its own: the same verdict, whatever they hold."""

import random
import time
from typing import Any

import pytest

from tests.support import packs
from tests.tools.damage import damage, mutate
from tests.tools.verifier import script

MANIFEST = {
    "org_ids": ["org-Alpha", "org-Beta"],
    "period_start": "2026-04-01T00:00:00Z",
    "period_end": "2026-04-30T23:59:59Z",
    "cut_hour": "2026-05-04T02:00:00Z",
}
DETAILS: list[Any] = [
    None,
    {},
    {"asn": "AS3320", "country": "DE", "payload": {"id": "key_1", "scopes": ["a.read", "b.write"]}},
    {"payload": {"changes": {"max_requests": 500, "max_tokens": 0, "ratio": 0.5, "on": True}}},
    {
        "payload": {
            "id": "role:1",
            "members": [{"id": "u", "name": "Zoë"}, {"id": "v", "n": [1, 2]}],
        }
    },
    {"name": 'with "quotes"', "tab": "\t", "sep": "\u2028", "colon": ["a:", ":b"], "low": "\ud800"},
    {
        "a:b": "x",
        "c": {"d:": ""},
        "e": [],
        "f": [""],
        "g": [["h"]],
        "i": -7,
        "j": 10**15,
        "k": 1e22,
    },
]


def events(rng: random.Random, n: int) -> list[packs.Row]:
    """Return sorted events of both organizations, some late."""
    rows = []
    for number in range(n):
        hour, minute, late = rng.randrange(48), rng.randrange(60), rng.random() < 0.1
        name = packs.hour("2026-04-01T00", hour)
        at = ("2026-03-30" + name[10:] if late else name)[:14] + f"{minute:02d}:00Z"
        facts = {"org_id": rng.choice(MANIFEST["org_ids"]), "late": late}
        rows.append(
            packs.event(f"audit_log-{number}", at, name, details=rng.choice(DETAILS), **facts)
        )
    key = ("org_id", "sealed_hour", "occurred_at", "event_id")
    return sorted(rows, key=lambda row: [row[name] for name in key])


def outcome(blocks: list[bytes], small: int) -> tuple[Any, ...]:
    """Return everything that a checker knows behind these rows.

    Args:
        blocks: whole rows.
        small: the bytes from which on many are checked at once.
    """
    rows = script.EventRows(script.Manifest("", MANIFEST), "events.jsonl")
    rows.SMALL = small
    for block in blocks:
        rows.block(block)
    rows.finish()
    hashes = sorted(hashed for bucket in rows.ids._buckets for hashed in bucket)
    counts = rows.sealed._file._file.getvalue()
    return rows.n, rows.wrong, rows.notes(), rows._last, hashes, counts


def compare(seed: int) -> int:
    """Check damaged events both ways; return how many rows were right."""
    rng = random.Random(seed)  # noqa: S311 - chance, no secret
    rows = events(rng, 40)
    for _ in range(rng.randrange(3)):
        at = rng.randrange(len(rows))
        rows[at] = mutate(rows[at], rng)
    if rng.random() < 0.2:
        rng.shuffle(rows)
    data = packs.jsonl(rows)
    if rng.random() < 0.5:
        data = damage(data, rng)
    data = data[: data.rfind(b"\n") + 1]
    cut = data.find(b"\n", rng.randrange(len(data))) + 1
    blocks = [block for block in (data[:cut], data[cut:]) if block]
    one_by_one = outcome(blocks, 1 << 40)
    assert outcome(blocks, 1) == one_by_one, seed
    return int(one_by_one[0]) - len(one_by_one[1])


def test_many_at_once_and_one_by_one_agree() -> None:
    """Good rows, wrong types, damaged bytes, any order."""
    right = sum(compare(seed) for seed in range(300))
    assert right > 5_000


def test_events_are_checked_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the tests above would compare one way with itself."""
    rows = events(random.Random(3), 200)  # noqa: S311
    data = packs.jsonl([row for row in rows if row["details"] in DETAILS[:3]])
    monkeypatch.setattr(script, "canonical_row", None)
    assert outcome([data], 1)[:2] == (data.count(b"\n"), [])


def test_without_orjson_each_row_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same verdict, in more time."""
    data = packs.jsonl(events(random.Random(4), 200))  # noqa: S311
    together = outcome([data], 1)
    monkeypatch.setattr(script, "fast_json", lambda: None)
    assert outcome([data], 1) == together


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_minutes_of_comparing() -> None:
    """The same with chances that differ from run to run."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        for _ in range(50):
            compare(time.time_ns())
