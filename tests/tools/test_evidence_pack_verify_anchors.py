"""Anchors: those in the pack, and those somebody kept to compare it with."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import packs
from tests.pack_anchors import anchor, last_hour, ours, sealed, three
from tests.packs import Row
from tests.tools.hostile import Cases
from tests.tools.verifier import Verdict, verify_bytes

HOURS = 48


def anchored(change: Callable[[list[Row]], object] = lambda _: None, **facts: Any) -> bytes:
    """Return the small pack with its anchors, changed before it is signed."""
    pack = packs.small()
    rows = three(pack.rows["coverage.jsonl"])
    change(rows)
    return pack.but(rows=pack.rows | {"anchors.jsonl": rows}, facts=facts).build()


def kept(folder: Path, rows: list[Row]) -> str:
    """Save a reply of the list of anchors."""
    path = folder / "anchors.json"
    path.write_bytes(packs.canonical({"items": rows, "next_cursor": None}))
    return str(path)


def test_a_pack_with_anchors_is_valid_and_says_so(tmp_path: Path) -> None:
    """An anchor older than the period, and another organization's head, are nobody's fault."""
    verdict = verify_bytes(anchored(), tmp_path)
    assert verdict.code == 0, verdict.text
    told = "anchors   3 days, 2026-04-01 .. 2026-04-03, 0 with a token of a time authority"
    assert told in verdict.text


# --- check 9 and 10: in the pack, signed -------------------------------------------------------

CASES = Cases()


def bad(name: str, number: int, words: str, change: Callable[[list[Row]], object]) -> None:
    """Register a pack whose anchors were changed before it was signed."""
    CASES.case(name, number, words, lambda: anchored(change))


def redone(at: int, **document: Any) -> Callable[[list[Row]], object]:
    """Return the change of a document whose digest is made anew, and no other."""

    def change(rows: list[Row]) -> None:
        rows[at] = sealed(rows[at] | {"document": rows[at]["document"] | document})

    return change


def head(**facts: Any) -> Callable[[list[Row]], object]:
    """Return the change of the second anchor's first head, all later anchors made anew."""

    def change(rows: list[Row]) -> None:
        document = copy.deepcopy(rows[1]["document"])
        document["heads"][0] |= facts
        rows[1] = sealed(rows[1] | {"document": document})
        redone(2, previous_anchor_sha256=rows[1]["sha256"])(rows)

    return change


bad(
    "anchored_seal_replaced",
    10,
    "org-Alpha 2026-04-01T23:00:00Z: the anchor of 2026-04-02 names another seal than the pack",
    head(seal_sha256="ee" * 32),
)
bad("anchor_removed", 10, "2026-04-03 does not follow the one before", lambda rows: rows.pop(1))
bad("anchor_remade", 10, "2026-04-03 does not follow", redone(1, previous_anchor_sha256=None))
bad(
    "anchor_edited",
    10,
    "the anchor of 2026-04-02 does not have its own digest",
    lambda rows: rows[1]["document"].update(previous_anchor_sha256=None),
)
bad("anchor_of_another", 10, "2026-04-03 belongs to another tenant", redone(2, tenant_id="t-b"))
bad("anchors_not_sorted", 9, "not sorted (day)", lambda rows: rows.reverse())
bad("anchor_of_another_day", 9, "at and day", lambda rows: rows[1].update(day="2026-04-01"))
bad("anchor_of_version_2", 9, "another version", redone(1, v=2))
bad("anchor_version_true", 9, "v is not an integer", redone(1, v=True))
bad(
    "anchor_heads_twice",
    9,
    "not sorted by org_id",
    redone(1, heads=ours()[1]["document"]["heads"] * 2),
)
bad("anchor_head_half_past", 9, "hours", head(hour="2026-04-01T23:30:00Z"))
bad("anchor_head_with_more", 9, "another version", head(more=1))
bad("anchor_without_reason", 9, "lacks reason", lambda rows: rows[1].pop("reason"))
bad("anchor_token_huge", 9, "token is longer", lambda rows: rows[1].update(token="A" * 200_000))


def _gap(pack: packs.Pack) -> bytes:
    coverage = pack.rows["coverage.jsonl"]
    rows = three(coverage)
    again = packs.seals(
        ["complete"] * 47, "2026-04-01T00", pack.rows["events.jsonl"], previous="ab" * 32
    )
    gap = {"outcome": "gap", "seal": None, "sha256": None, "run": None}
    pack.rows["coverage.jsonl"] = [*again, coverage[47] | gap]
    return pack.but(rows=pack.rows | {"anchors.jsonl": rows}).build()


CASES.case(
    "anchored_seal_made_a_gap",
    10,
    "org-Alpha 2026-04-02T23:00:00Z: the anchor of 2026-04-03 names a seal, the pack has none",
    lambda: _gap(packs.small()),
)


@pytest.mark.parametrize("name", CASES)
def test_bad_anchors_are_refused_by_the_right_check(name: str, tmp_path: Path) -> None:
    """The day, or the organization and the hour, are named."""
    CASES.refuse(name, tmp_path)


# --- check 11: anchors that somebody kept ------------------------------------------------------


def refused(verdict: Verdict, words: str) -> None:
    """Assert that the outside facts contradict the pack."""
    assert verdict.code == 1, verdict.text
    assert list(verdict.failed) == [11]
    assert words in verdict.failed[11]


def test_kept_anchors_that_agree(tmp_path: Path) -> None:
    """Also for a pack that holds none of its own, made before its days had any."""
    path = kept(tmp_path, ours())
    assert verify_bytes(anchored(), tmp_path, "--anchors", path).code == 0
    behind = kept(tmp_path, ours()[2:])
    assert verify_bytes(packs.small().build(), tmp_path, "--anchors", behind).code == 0


def test_a_chain_made_anew_contradicts_a_kept_anchor(tmp_path: Path) -> None:
    """Whoever remade every seal, every anchor and the pack cannot remake what others hold."""
    pack = packs.small()
    coverage = packs.seals(
        ["complete"] * HOURS, "2026-04-01T00", pack.rows["events.jsonl"], previous="99" * 32
    )
    rows = pack.rows | {"coverage.jsonl": coverage, "anchors.jsonl": three(coverage)}
    data = pack.but(rows=rows).build()
    assert verify_bytes(data, tmp_path).code == 0
    found = verify_bytes(data, tmp_path, "--anchors", kept(tmp_path, ours()))
    where = "--anchors: org-Alpha 2026-04-01T23:00:00Z: the anchor of 2026-04-02"
    refused(found, f"{where} names another seal than the pack")


def test_an_anchor_that_the_pack_lacks_or_has_otherwise(tmp_path: Path) -> None:
    """Left out at the end of the days, or another one in its place."""
    path = kept(tmp_path, ours())
    without = anchored(lambda rows: rows.__delitem__(slice(1, 3)))
    refused(verify_bytes(without, tmp_path, "--anchors", path), "lacks the anchor of 2026-04-02")
    other = anchored(redone(2, previous_anchor_sha256=ours()[1]["sha256"]))
    assert verify_bytes(other, tmp_path, "--anchors", path).code == 0
    heads = [ours()[2]["document"]["heads"][0]]
    found = verify_bytes(anchored(redone(2, heads=heads)), tmp_path, "--anchors", path)
    refused(found, "another anchor of 2026-04-03")
    theirs = [sealed(row | {"document": row["document"] | {"tenant_id": "t-b"}}) for row in ours()]
    found = verify_bytes(anchored(), tmp_path, "--anchors", kept(tmp_path, theirs))
    refused(found, "the anchor of 2026-04-01 is of another tenant")


def test_an_hour_sealed_after_the_pack_was_cut_is_no_contradiction(tmp_path: Path) -> None:
    """The pack says gap; an anchor made later may know better. Another seal is still another."""
    pack = packs.small()
    pack.rows["events.jsonl"].pop()
    coverage = packs.seals(
        ["complete"] * 47, "2026-04-01T00", pack.rows["events.jsonl"], previous="ab" * 32
    )
    gap = {"outcome": "gap", "seal": None, "sha256": None, "run": None}
    pack.rows["coverage.jsonl"] = [*coverage, pack.rows["coverage.jsonl"][47] | gap]
    cut = {"cut_hour": "2026-04-02T23:00:00Z", "created_at": "2026-04-03T00:10:00Z"}
    cut |= {"settled_through": "2026-03-30T23:00:00Z"}
    data = pack.but(facts=cut).build()
    path = kept(tmp_path, [anchor("2026-04-03T00:40:00Z", last_hour(), None)])
    found = verify_bytes(data, tmp_path, "--anchors", path)
    assert found.code == 0, found.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "not a JSON object"),
        (b'{"items":{}}', "no list of items"),
        (b'{"items":[{}]}', "item 1: it lacks at"),
        (packs.canonical({"items": [ours()[0] | {"sha256": "ab" * 32}]}), "its own digest"),
    ],
)
def test_a_file_that_holds_no_anchors_is_no_verdict(
    tmp_path: Path, body: bytes, words: str
) -> None:
    """Exit code 2: the pack is not to blame."""
    (tmp_path / "kept.json").write_bytes(body)
    found = verify_bytes(anchored(), tmp_path, "--anchors", str(tmp_path / "kept.json"))
    assert found.code == 2
    assert words in found.last_line


def test_without_coverage_kept_anchors_are_not_compared(tmp_path: Path) -> None:
    """Profile core holds no seals; the verdict says so."""
    data = packs.small(profile="core").build()
    found = verify_bytes(data, tmp_path, "--anchors", kept(tmp_path, ours()))
    assert found.code == 0
    assert "not checked: --anchors: there is no coverage.jsonl to compare with" in found.text
