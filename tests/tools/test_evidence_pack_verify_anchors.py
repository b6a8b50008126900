"""Anchors that somebody kept to compare a pack with; bad ones are in tests/vectors/packs."""

from pathlib import Path

import pytest

from tests.support import packs
from tests.support.pack_anchors import anchor, last_hour, ours, sealed
from tests.support.packs import Row
from tests.tools.verifier import Verdict, verify_bytes
from tests.vectors.anchors import anchored, redone


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


def test_anchors_that_name_no_hour_of_the_pack_vouch_for_nothing(tmp_path: Path) -> None:
    """The wrong page of the list, or another month's: not checked, and said so."""
    old = packs.seals(["complete"] * 24, "2026-02-01T00")
    for items in ([], [anchor("2026-02-02T00:17:00Z", old[-1], None)]):
        found = verify_bytes(anchored(), tmp_path, "--anchors", kept(tmp_path, items))
        assert found.code == 0, found.text
        assert "not checked: --anchors: none of them names an hour of this pack" in found.text
