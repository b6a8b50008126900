"""Twenty tamperings with sealed evidence, all found, the hour named; `-s` prints the table.

The peer's column is quoted, not measured here: of its sixteen, CloudTrail's digest validator lets
pass the seven marked so, and finds nine.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import anchor_key
from functions.shared.aws.table import Table
from functions.shared.canonical import canonical
from functions.shared.evidence.anchors import Anchor
from functions.shared.evidence.seals import Chain
from functions.shared.hours import parse_instant
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.pack.scene import END, GAP, START, Scene
from tests.pack.tamper import TAMPERINGS, Tampering, reseal_the_chain
from tests.tools.verifier import verify_bytes

PEER = {True: "found", False: "missed", None: "-"}


@pytest.fixture
def scene(function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock) -> Scene:
    """Give two sealed and anchored days, at half past one of the third."""
    return Scene.make(evidence, table, clock)


@pytest.fixture(scope="module")
def results() -> Iterator[list[tuple[Tampering, str, str]]]:
    """Collect how each was found, and print it as a table in the end."""
    lines: list[tuple[Tampering, str, str]] = []
    yield lines
    print(f"\n{'tampering':44}{'ours':10}{'CloudTrail':12}{'hour named':22}how it is told")
    for tampering, hour, how in lines:
        print(f"{tampering.name:44}{'found':10}{PEER[tampering.peer]:12}{hour:22}{how}")
    peer = [tampering.peer for tampering, _, _ in lines if tampering.peer is not None]
    print(f"found: {len(lines)} of {len(TAMPERINGS)}; CloudTrail {sum(peer)} of {len(peer)}")


def test_untouched_the_two_days_make_a_pack(function: PackFunction, scene: Scene) -> None:
    """With its gap told, its anchors in it, and nothing in the custody log but the signing."""
    pack = function.make(START, END)
    assert pack.state == "ready", pack.reason
    assert function.manifest(pack)["coverage"]["expected_hours"] == 48
    (gap,) = (row for row in function.rows(pack, "coverage.jsonl") if row["outcome"] == "gap")
    assert gap["hour"] == GAP
    assert [row["day"] for row in function.rows(pack, "anchors.jsonl")] == [
        "2026-04-02",
        "2026-04-03",
    ]
    assert [entry["action"] for entry in custody(function)] == ["pack.signed"]


def custody(function: PackFunction) -> list[dict[str, object]]:
    """Return the tenant's custody entries."""
    return list(function.table.query("T#tenant-a", prefix="CUSTODY#"))


@pytest.mark.parametrize(
    "tampering",
    [
        pytest.param(each, id=each.attack.__name__, marks=[pytest.mark.slow] if n % 4 else [])
        for n, each in enumerate(TAMPERINGS)
    ],
)
def test_it_is_found_and_the_hour_is_named(
    function: PackFunction,
    scene: Scene,
    tampering: Tampering,
    results: list[tuple[Tampering, str, str]],
) -> None:
    """The pack fails with the hours in its reason; a forged addition stays outside and is named."""
    hours = tampering.attack(scene)
    pack = function.make(START, END)
    if tampering.attack.__name__ == "add_a_segment":
        assert pack.state == "ready", pack.reason
        assert b"event-forged" not in function.members(pack)["events.jsonl"]
        (entry,) = (
            entry for entry in custody(function) if entry["action"] == "evidence.unreferenced"
        )
        assert f"/{hours[0]}-" in str(entry["facts"])
        results.append((tampering, hours[0], "not in the pack; named in the custody log"))
        return
    assert pack.state == "failed"
    assert list(function.context.archives.keys("")) == []
    reason = str(pack.reason)
    for hour in hours:
        assert hour in reason, reason
    report = reason.partition(f"org-Alpha {hours[0]}: ")[2].partition(";")[0]
    assert report
    results.append((tampering, hours[0], f"pack refused: {report[:48]}"))


def test_who_makes_the_anchors_anew_as_well_is_found_by_whoever_kept_one(
    function: PackFunction, scene: Scene, tmp_path: Path
) -> None:
    """The pack is built and valid in itself; held to the tenant's copy it is refused, offline."""
    kept = scene.anchors()
    (tmp_path / "anchors.json").write_bytes(
        canonical({"items": [anchor.row() for anchor in kept], "next_cursor": None})
    )
    reseal_the_chain(scene)
    before: Anchor | None = None
    for anchor in kept:
        heads = [
            head
            if head.org_id != "org-Alpha"
            else type(head)(head.org_id, head.hour, scene_seal(scene, head.hour))
            for head in anchor.heads
        ]
        before = Anchor.of("tenant-a", anchor.at, heads, before)
        scene.put(anchor_key("tenant-a", anchor.day), before.encode())
    pack = function.make(START, END)
    data, key = function.archive(pack), function.key.public_hex
    assert verify_bytes(data, tmp_path, key=key).code == 0
    verdict = verify_bytes(data, tmp_path, "--anchors", str(tmp_path / "anchors.json"), key=key)
    assert verdict.code == 1
    where = "org-Alpha 2026-04-01T23:00:00Z: the anchor of 2026-04-02 names another seal"
    assert where in verdict.failed[11]
    print(f"\nanchors made anew, too: {verdict.last_line}")


def scene_seal(scene: Scene, hour: str) -> str:
    """Return the digest of the seal that lies there now."""
    seal = Chain(scene.evidence, "tenant-a", "org-Alpha").seal(parse_instant(hour))
    assert seal
    return seal.sha256
