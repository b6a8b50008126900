"""Anchors that are signed and no good, and packs that contradict anchors somebody kept."""

import copy
from collections.abc import Callable
from typing import Any

from tests.support import packs
from tests.support.pack_anchors import anchor, last_hour, ours, sealed, three
from tests.support.pack_sealed import name_registers
from tests.support.packs import Row
from tests.vectors.cases import Case, Cases, Expected

CASES = Cases()
KEPT = ("--anchors", "anchors.json")
Change = Callable[[list[Row]], object]


def anchored(change: Change = lambda _: None, pack: packs.Pack | None = None) -> bytes:
    """Return a pack with the anchors of its seals, changed before it is signed."""
    pack = pack or packs.small()
    rows = three(packs.small().rows["coverage.jsonl"])
    change(rows)
    return pack.but(rows=pack.rows | {"anchors.jsonl": rows}).build()


def reply(rows: list[Row]) -> dict[str, bytes]:
    """Return a saved reply of the list of anchors, as a file."""
    return {"anchors.json": packs.canonical({"items": rows, "next_cursor": None}) + b"\n"}


def bad(name: str, number: int, words: str, told: str, change: Change) -> None:
    """Register a pack whose anchors were changed before it was signed."""
    told = f"anchors.jsonl is signed after {told}."
    CASES.refuse(f"anchor_{name}", number, words, told, lambda: anchored(change))


def redone(at: int, **document: Any) -> Change:
    """Return the change of a document whose digest is made anew, and no other."""

    def change(rows: list[Row]) -> None:
        rows[at] = sealed(rows[at] | {"document": rows[at]["document"] | document})

    return change


def head(**facts: Any) -> Change:
    """Return the change of the second anchor's first head, the anchor behind it made anew."""

    def change(rows: list[Row]) -> None:
        document = copy.deepcopy(rows[1]["document"])
        document["heads"][0] |= facts
        rows[1] = sealed(rows[1] | {"document": document})
        redone(2, previous_anchor_sha256=rows[1]["sha256"])(rows)

    return change


def remade() -> list[Row]:
    """Return the coverage of the small pack with every seal made anew, from the first hour on."""
    outcomes: list[str | Row] = [{"outcome": "complete", "reason": "made_anew"}]
    events = packs.small().rows["events.jsonl"]
    start = "2026-04-01T00"
    coverage = packs.seals(outcomes + ["complete"] * 47, start, events, previous="ab" * 32)
    name_registers(packs.small().rows | {"coverage.jsonl": coverage}, [packs.ORG])
    return coverage


def remade_pack() -> bytes:
    """Return the small pack over the chain made anew, with anchors made anew as well."""
    pack = packs.small()
    rows = {"coverage.jsonl": remade(), "anchors.jsonl": three(remade())}
    return pack.but(rows=pack.rows | rows).build()


def with_a_gap() -> packs.Pack:
    """Return the small pack with its last hour's seal left out, and said to be a gap."""
    pack = packs.small()
    last = pack.rows["coverage.jsonl"][47]
    pack.rows["coverage.jsonl"] = packs.seals(
        ["complete"] * 47, "2026-04-01T00", pack.rows["events.jsonl"], previous="ab" * 32
    )
    pack.rows["coverage.jsonl"].append(
        last | {"outcome": "gap", "seal": None, "sha256": None, "run": None}
    )
    return pack


NAMES = "org-Alpha 2026-04-01T23:00:00Z: the anchor of 2026-04-02 names another seal than the pack"
bad("names_another_seal", 10, NAMES, "a head got another digest", head(seal_sha256="ee" * 32))
bad("removed", 10, "2026-04-03 does not follow", "one was taken out", lambda rows: rows.pop(1))
bad("remade", 10, "2026-04-03 does not follow", "one was made anew", redone(1, heads=[]))
bad(
    "edited",
    10,
    "the anchor of 2026-04-02 does not have its own digest",
    "a document was changed under its old digest",
    lambda rows: rows[1]["document"].update(previous_anchor_sha256=None),
)
bad(
    "of_another_tenant",
    10,
    "belongs to another tenant",
    "one got another tenant",
    redone(2, tenant_id="tenant-b"),
)
bad("order", 9, "not sorted (day)", "their order was turned", lambda rows: rows.reverse())
bad("twice", 9, "twice (day)", "one was written twice", lambda rows: rows.insert(1, rows[1]))
bad(
    "of_another_day",
    9,
    "at and day",
    "one got another day's name",
    lambda rows: rows[1].update(day="2026-04-01"),
)
bad("version_unknown", 9, "another version", "a document got version 2", redone(1, v=2))
bad("version_true", 9, "v is not an integer", "a version became true", redone(1, v=True))
bad(
    "heads_twice",
    9,
    "not sorted by org_id",
    "a document named its heads twice",
    redone(1, heads=ours()[1]["document"]["heads"] * 2),
)
bad("head_half_past", 9, "hours", "a head named half an hour", head(hour="2026-04-01T23:30:00Z"))
bad("head_with_more", 9, "another version", "a head got one more key", head(more=1))
bad(
    "without_reason",
    9,
    "lacks reason",
    "a field was left out",
    lambda rows: rows[1].pop("reason"),
)
bad(
    "token_huge",
    9,
    "token is longer",
    "a token of 200,000 characters was put in",
    lambda rows: rows[1].update(token="A" * 200_000),
)
OF_THE_PERIOD = "neither of the period nor the first one behind it"
bad(
    "before_the_period",
    9,
    OF_THE_PERIOD,
    "one of the day before the period was put in",
    lambda rows: rows.insert(0, anchor("2026-03-31T23:40:00Z", last_hour(), None)),
)
bad(
    "second_behind_the_period",
    9,
    OF_THE_PERIOD,
    "a second one behind the period was put in",
    lambda rows: rows.append(anchor("2026-04-04T00:40:00Z", last_hour(), rows[2]["sha256"])),
)
bad(
    "behind_the_cut",
    9,
    OF_THE_PERIOD,
    "the one behind the period became one of after the cut",
    lambda rows: rows.insert(2, anchor("2026-05-04T03:00:00Z", last_hour(), rows[1]["sha256"])),
)
CASES.refuse(
    "anchor_names_a_gap",
    10,
    "org-Alpha 2026-04-02T23:00:00Z: the anchor of 2026-04-03 names a seal, the pack has none",
    "The newest seal is left out and called a gap; an anchor made before the cut knows it.",
    lambda: anchored(pack=with_a_gap()),
)
CASES.add(
    "anchored",
    Case(
        "A pack with the anchors of its days, and a copy kept elsewhere that agrees.",
        Expected(0),
        anchored,
        KEPT,
        reply(ours()),
    ),
)
CASES.add(
    "anchored_chain_remade",
    Case(
        "Every seal, every anchor and the pack are made anew; a copy of the anchors was kept.",
        Expected(1, 11, f"--anchors: {NAMES}"),
        remade_pack,
        KEPT,
        reply(ours()),
    ),
)
CASES.add(
    "anchor_lacking",
    Case(
        "The pack holds the first day's anchor only; a copy of all three was kept.",
        Expected(1, 11, "the pack lacks the anchor of 2026-04-02"),
        lambda: anchored(lambda rows: rows.__delitem__(slice(1, 3))),
        KEPT,
        reply(ours()),
    ),
)
CASES.add(
    "anchors_not_anchors",
    Case(
        "The file of anchors is another list.",
        Expected(2),
        anchored,
        KEPT,
        {"anchors.json": b'{"items":[{"key_id":"k"}]}\n'},
    ),
)
