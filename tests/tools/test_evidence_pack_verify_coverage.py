"""Chains of seals that must be refused although they are signed: check 10."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import packs
from tests.packs import Pack, Row
from tests.tools.hostile import Cases, with_rows

CASES = Cases()
case, entry, facts = CASES.case, CASES.entry, CASES.facts

# --- check 10: coverage and chain, signed ------------------------------------------------------


def cover(name: str, words: str, change: Callable[[list[Row]], object]) -> None:
    """Register a change of coverage.jsonl, signed with a manifest that agrees with it."""
    case(name, 10, words, lambda: with_rows("coverage.jsonl", change))


def reseal(name: str, words: str, *outcomes: str | Row, start: str = "2026-04-01T00") -> None:
    """Register another chain: hours 0 to 47, signed with a manifest that agrees with it."""

    def make() -> bytes:
        pack = packs.small()
        pack.rows["events.jsonl"] = []
        pack.rows["coverage.jsonl"] = packs.seals(list(outcomes), start, previous="ab" * 32)
        return pack.build()

    case(name, 10, words, make)


C = "complete"
cover("hour_removed", "2026-04-01T20:00:00Z: the hour is missing", lambda r: r.pop(20))
cover(
    "hours_removed", "2026-04-01T20:00:00Z: the hour is missing, and 3", lambda r: _cut(r, 20, 24)
)
cover("newest_hour_removed", "2026-04-02T23:00:00Z: missing", lambda r: r.pop())
cover("newest_hours_removed", "2026-04-02T18:00:00Z: missing", lambda r: _cut(r, 42, 48))
cover("oldest_hour_removed", "2026-04-01T00:00:00Z: missing", lambda r: r.pop(0))
cover("all_hours_removed", "event", lambda r: r.clear())
cover("seal_edited", "T07:00:00Z: the seal's content", lambda r: r[7]["seal"].update(reason="x"))
cover("seal_removed", "T07:00:00Z: the seal is missing", lambda r: r[7].update(seal=None))
cover(
    "seal_digest_edited", "T07:00:00Z: the seal's content", lambda r: r[7].update(sha256="ab" * 32)
)
cover("seal_resealed_alone", "T08:00:00Z: the seal does not follow", lambda r: _resealed(r, 7))
cover("seals_exchanged", "T07:00:00Z: the seal's hour", lambda r: _exchange(r, 7, 8))
cover("outcome_edited", "T07:00:00Z: the seal's outcome", lambda r: r[7].update(outcome="paused"))
cover("gap_with_digest", "a gap has a digest", lambda r: r[7].update(seal=None, outcome="gap"))
cover("gap_over_a_seal", "T08:00:00Z: the seal does not follow", lambda r: _gap(r, 7))
reseal("outcome_unknown", "unknown outcome", *[C] * 47, {"outcome": "splendid"})
reseal("tenant_of_another", "another tenant", *[C] * 47, {"tenant_id": "tenant-b"})
reseal("hour_outside", "outside the period", *[C] * 49)
reseal(
    "forked_chain",
    "T10:00:00Z: the seal does not follow",
    *[C] * 10,
    {"previous_sha256": "cd" * 32},
    *[C] * 37,
)
reseal("chain_begins_anew", "does not follow", *[C] * 10, {"previous_sha256": None}, *[C] * 37)
reseal("pause_without_seals", "T05:00:00Z: the hour is missing", *[C] * 5, {"skip": 3}, *[C] * 40)
reseal(
    "disconnect_without_reconnect",
    "T06:00:00Z: the hour is missing",
    *[C] * 5,
    packs.lifecycle("disconnected"),
    {"skip": 3},
    *[C] * 39,
)
reseal(
    "reconnect_without_disconnect",
    "T05:00:00Z: the hour is missing",
    *[C] * 5,
    {"skip": 3},
    packs.lifecycle("reconnected"),
    *[C] * 39,
)
reseal("segments_malformed", "malformed", *[C] * 47, {"segments": {"events": [{"month": "x"}]}})
CASES.rows(
    "event_invented",
    10,
    "T06:00:00Z: 1 events of 2026-04 are here, the seal has 0",
    "events.jsonl",
    lambda r: r.insert(3, packs.event("e", "2026-04-01T06:01:00Z", "2026-04-01T06:00:00Z")),
)


def _april(change: Callable[[Pack], object]) -> bytes:
    pack = packs.april()
    change(pack)
    return pack.build()


case(
    "event_removed_from_a_whole_month",
    10,
    "2026-04-10T05:00:00Z: 1 events of 2026-04 are here, the seal has 2",
    lambda: _april(lambda p: p.rows["events.jsonl"].pop(1)),
)
case(
    "disconnected_hour_restored_to_silence",
    10,
    "the hour is missing, and 19 more",
    lambda: _april(lambda p: p.rows["coverage.jsonl"].pop(401)),
)


def coverage_fact(name: str, words: str, **values: int) -> None:
    """Register a manifest that counts the hours otherwise, signed."""
    change = lambda m: m | {"coverage": m["coverage"] | values}  # noqa: E731
    case(name, 10, words, lambda: packs.april(manifest=change).build())


def chain_fact(name: str, words: str, **values: Any) -> None:
    """Register a manifest that describes the chain otherwise, signed."""
    change = lambda m: m | {"chain": [m["chain"][0] | values]}  # noqa: E731
    case(name, 10, words, lambda: packs.small(manifest=change).build())


coverage_fact("expected_hours_wrong", "expected_hours: 701 found, 702", expected_hours=702)
coverage_fact("failed_hours_hidden", "failed: 5 found, 0", failed=0, complete=690)
coverage_fact("longest_gap_hidden", "longest_gap_hours: 5 found, 4", longest_gap_hours=4)
chain_fact("chain_first_wrong", "2026-04-01T00:00:00Z", first_previous_sha256="cd" * 32)
chain_fact("chain_last_wrong", "last_seal_sha256", last_seal_sha256="cd" * 32)
chain_fact("chain_seals_wrong", "48 seals, the chain says 47", seals=47)


def _cut(coverage: list[Row], first: int, after: int) -> None:
    del coverage[first:after]


def _resealed(coverage: list[Row], at: int) -> None:
    coverage[at]["seal"]["reason"] = "forged"
    coverage[at]["sha256"] = packs.sha256(packs.canonical(coverage[at]["seal"]))


def _exchange(coverage: list[Row], one: int, other: int) -> None:
    for key in ("seal", "sha256"):
        coverage[one][key], coverage[other][key] = coverage[other][key], coverage[one][key]


def _gap(coverage: list[Row], at: int) -> None:
    coverage[at] |= {"outcome": "gap", "seal": None, "sha256": None, "run": None}


@pytest.mark.parametrize("name", CASES)
def test_a_broken_chain_is_refused_by_the_right_check(name: str, tmp_path: Path) -> None:
    """The hour is named."""
    CASES.refuse(name, tmp_path)
