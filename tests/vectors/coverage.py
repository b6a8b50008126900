"""Chains of seals that are signed and broken all the same: check 10."""

from collections.abc import Callable
from typing import Any

from tests.support import packs
from tests.support.packs import Pack, Row
from tests.vectors.cases import Cases, with_rows

CASES = Cases()
C = "complete"
MISSING = "the hour is missing"


def cover(name: str, words: str, told: str, change: Callable[[list[Row]], object]) -> None:
    """Register a change of coverage.jsonl, signed with a manifest that agrees with it."""
    told = f"coverage.jsonl is signed anew after {told}."
    CASES.refuse(name, 10, words, told, lambda: with_rows("coverage.jsonl", change))


def chain(outcomes: list[str | Row], **changes: Any) -> Callable[[], bytes]:
    """Return a pack with another chain and no events."""

    def make() -> bytes:
        pack = packs.small(**changes)
        pack.rows["events.jsonl"] = []
        pack.rows["coverage.jsonl"] = packs.seals(outcomes, "2026-04-01T00", previous="ab" * 32)
        return pack.build()

    return make


def reseal(name: str, words: str, told: str, *outcomes: str | Row) -> None:
    """Register another chain: hours 0 to 47, signed with a manifest that agrees with it."""
    told = f"A chain is sealed and signed in which {told}."
    CASES.refuse(name, 10, words, told, chain(list(outcomes)))


def cut(first: int, after: int) -> Callable[[list[Row]], None]:
    """Return the removal of some hours."""

    def change(coverage: list[Row]) -> None:
        del coverage[first:after]

    return change


def resealed(at: int) -> Callable[[list[Row]], None]:
    """Return the sealing anew of one hour with another content."""

    def change(coverage: list[Row]) -> None:
        coverage[at]["seal"]["reason"] = "forged"
        coverage[at]["sha256"] = packs.seal_digest(coverage[at]["seal"])

    return change


def exchanged(one: int, other: int) -> Callable[[list[Row]], None]:
    """Return the exchange of two seals."""

    def change(coverage: list[Row]) -> None:
        for key in ("seal", "sha256"):
            coverage[one][key], coverage[other][key] = coverage[other][key], coverage[one][key]

    return change


def edit(at: int, **values: Any) -> Callable[[list[Row]], None]:
    """Return another row at one place."""
    return lambda coverage: coverage[at].update(values)


GAP = {"outcome": "gap", "seal": None, "sha256": None, "run": None}
H20, H07 = "2026-04-01T20:00:00Z", "T07:00:00Z"
cover("hour_removed", f"{H20}: {MISSING}", "one hour was taken out", cut(20, 21))
cover("hours_removed", f"{H20}: {MISSING}, and 3", "four hours were taken out", cut(20, 24))
cover(
    "newest_hour_removed",
    "2026-04-02T23:00:00Z: missing",
    "the newest hour was taken out",
    cut(47, 48),
)
cover(
    "newest_hours_removed",
    "2026-04-02T18:00:00Z: missing",
    "the six newest hours were taken out",
    cut(42, 48),
)
cover(
    "oldest_hour_removed",
    "2026-04-01T00:00:00Z: missing",
    "the oldest hour was taken out",
    cut(0, 1),
)
cover("all_hours_removed", "event", "every hour was taken out", list.clear)
cover(
    "seal_edited",
    f"{H07}: the seal's content",
    "a seal was edited",
    lambda r: r[7]["seal"].update(reason="x"),
)
cover("seal_removed", f"{H07}: the seal is missing", "a seal was taken out", edit(7, seal=None))
cover("seal_of_a_number", f"{H07}: the seal is missing", "a seal became a number", edit(7, seal=1))
cover(
    "seal_digest_edited",
    f"{H07}: the seal's content",
    "a seal's digest was edited",
    edit(7, sha256="ab" * 32),
)
cover(
    "seal_resealed_alone",
    "T08:00:00Z: the seal does not follow",
    "one hour was sealed anew",
    resealed(7),
)
cover("seals_exchanged", f"{H07}: the seal's hour", "two seals changed places", exchanged(7, 8))
cover(
    "outcome_edited",
    f"{H07}: the seal's outcome",
    "an hour was called paused",
    edit(7, outcome="paused"),
)
cover(
    "gap_with_digest",
    "a gap has a digest",
    "an hour became a gap but kept its digest",
    edit(7, seal=None, outcome="gap"),
)
cover(
    "gap_over_a_seal",
    "T08:00:00Z: the seal does not follow",
    "an hour was called a gap",
    edit(7, **GAP),
)
reseal(
    "outcome_unknown",
    "unknown outcome",
    "an hour has an unknown outcome",
    *[C] * 47,
    {"outcome": "splendid"},
)
reseal(
    "tenant_of_another",
    "another tenant",
    "an hour is another tenant's",
    *[C] * 47,
    {"tenant_id": "tenant-b"},
)
reseal("seal_version", "version 2, 3 or 4", "a seal is of the first version", *[C] * 47, {"v": 1})
reseal("hour_outside", "outside the period", "there is an hour behind the period", *[C] * 49)
reseal(
    "forked_chain",
    "T10:00:00Z: the seal does not follow",
    "an hour follows a seal of another chain",
    *[C] * 10,
    {"previous_sha256": "cd" * 32},
    *[C] * 37,
)
reseal(
    "chain_begins_anew",
    "does not follow",
    "an hour claims to be the first",
    *[C] * 10,
    {"previous_sha256": None},
    *[C] * 37,
)
reseal(
    "pause_without_seals",
    f"T05:00:00Z: {MISSING}",
    "three hours are left out",
    *[C] * 5,
    {"skip": 3},
    *[C] * 40,
)
reseal(
    "disconnect_without_reconnect",
    f"T06:00:00Z: {MISSING}",
    "three hours are left out behind a disconnection, and no reconnection is told",
    *[C] * 5,
    packs.lifecycle("disconnected"),
    {"skip": 3},
    *[C] * 39,
)
reseal(
    "reconnect_without_disconnect",
    f"T05:00:00Z: {MISSING}",
    "three hours are left out before a reconnection, and no disconnection is told",
    *[C] * 5,
    {"skip": 3},
    packs.lifecycle("reconnected"),
    *[C] * 39,
)
reseal(
    "disconnection_told_too_late",
    MISSING,
    "five hours are left out, and the seal behind them says that the tenant left in the second",
    *[C] * 10,
    {"skip": 5},
    {
        "lifecycle": [
            {"seq": 2, "at": "2026-04-01T11:00:00Z", "kind": "disconnected"},
            {"seq": 3, "at": "2026-04-01T15:30:00Z", "kind": "reconnected"},
        ]
    },
    *[C] * 32,
)
reseal(
    "segments_malformed",
    "malformed",
    "an hour's event segments cannot be read",
    *[C] * 47,
    {"segments": {"events": [{"month": "x"}]}},
)
CASES.rows(
    "event_invented",
    10,
    "T06:00:00Z: 1 events of 2026-04 are here, the seal has 0",
    "A signed events.jsonl holds an event that no hour sealed.",
    "events.jsonl",
    lambda r: r.insert(3, packs.event("e", "2026-04-01T06:01:00Z", "2026-04-01T06:00:00Z")),
)
CASES.rows(
    "event_moved_to_another_hour",
    10,
    "T06:00:00Z: 1 events of 2026-04 are here, the seal has 0",
    "In a signed events.jsonl, an event names another hour than the one that sealed it.",
    "events.jsonl",
    lambda r: r[2].update(sealed_hour="2026-04-01T06:00:00Z", occurred_at="2026-04-01T06:01:00Z"),
)


def april(name: str, words: str, told: str, change: Callable[[Pack], object]) -> None:
    """Register a change of a month's pack, signed."""

    def make() -> bytes:
        pack = packs.april()
        change(pack)
        return pack.build()

    CASES.refuse(name, 10, words, told, make)


april(
    "event_removed_from_a_whole_month",
    "2026-04-10T05:00:00Z: 1 events of 2026-04 are here, the seal has 2",
    "One event is taken out of a month's events.jsonl, and all is signed anew.",
    lambda pack: pack.rows["events.jsonl"].pop(1),
)
april(
    "disconnected_hour_removed",
    f"{MISSING}, and 19 more",
    "The hour that tells of a disconnection is taken out, and all is signed anew.",
    lambda pack: pack.rows["coverage.jsonl"].pop(401),
)


def counted(name: str, words: str, told: str, **values: int) -> None:
    """Register a manifest that counts five failed hours otherwise, signed."""
    change = lambda m: m | {"coverage": m["coverage"] | values}  # noqa: E731
    make = chain([*[C] * 20, *["failed"] * 5, *[C] * 23], manifest=change)
    CASES.refuse(name, 10, words, f"The signed manifest {told}.", make)


def chained(name: str, words: str, told: str, **values: Any) -> None:
    """Register a manifest that describes the chain otherwise, signed."""
    change = lambda m: m | {"chain": [m["chain"][0] | values]}  # noqa: E731
    make = lambda: packs.small(manifest=change).build()  # noqa: E731
    CASES.refuse(name, 10, words, f"The signed manifest {told}.", make)


counted(
    "expected_hours_wrong",
    "expected_hours: 48 found, 49",
    "expects one hour more than there is",
    expected_hours=49,
)
counted(
    "failed_hours_hidden",
    "failed: 5 found, 0",
    "counts failed hours as complete",
    failed=0,
    complete=48,
)
counted(
    "longest_gap_hidden",
    "longest_gap_hours: 5 found, 4",
    "makes the longest gap shorter",
    longest_gap_hours=4,
)
chained(
    "chain_first_wrong",
    "2026-04-01T00:00:00Z",
    "names another seal before the first",
    first_previous_sha256="cd" * 32,
)
chained(
    "chain_last_wrong", "last_seal_sha256", "names another last seal", last_seal_sha256="cd" * 32
)
chained("chain_seals_wrong", "48 seals, the chain says 47", "counts one seal less", seals=47)
