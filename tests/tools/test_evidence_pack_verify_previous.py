"""--previous (check 11): which rows of the pack before are held to the seals here."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import packs
from tests.tools.verifier import Verdict, script, verify_bytes

PAGE = Path(__file__).parents[2] / "docs" / "evidence-pack-format.md"
OTHER = "org-Beta"
APRIL: dict[str, Any] = {
    "kind": "monthly",
    "org_ids": [packs.ORG],
    "period_start": "2026-04-01T00:00:00Z",
    "period_end": "2026-04-30T23:59:59Z",
    "cut_hour": "2026-05-04T02:00:00Z",
}
MAY: dict[str, Any] = {
    "kind": "monthly",
    "org_ids": [packs.ORG, OTHER],
    "period_start": "2026-05-01T00:00:00Z",
    "period_end": "2026-05-31T23:59:59Z",
}


def counts(*rows: tuple[int, str, str, int]) -> Any:
    """Return what hours sealed: organization, hour, month and how many."""
    counted = script.HourCounts()
    for org, hour, month, n in rows:
        counted.add(org, script.hour_number(hour), month, n, "ab" * 32)
    return counted


@pytest.mark.parametrize(
    ("kind", "hour", "month", "org", "is_held"),
    [
        ("events", "2026-05-01T00:00:00Z", "2026-04", 0, True),
        ("events", "2026-05-04T02:00:00Z", "2026-04", 0, True),
        ("events", "2026-05-04T03:00:00Z", "2026-04", 0, False),
        ("events", "2026-04-30T23:00:00Z", "2026-04", 0, False),
        ("events", "2026-05-01T00:00:00Z", "2026-04", 1, False),
        ("events", "2026-05-01T00:00:00Z", "2026-03", 0, False),
        ("events", "2026-05-01T00:00:00Z", "2026-05", 0, False),
        ("verdicts", "2026-05-01T00:00:00Z", "2026-05", 0, True),
        ("verdicts", "2026-05-04T02:00:00Z", "2026-05", 0, True),
        ("verdicts", "2026-05-04T03:00:00Z", "2026-05", 0, False),
        ("verdicts", "2026-05-01T00:00:00Z", "2026-05", 1, False),
    ],
)
def test_what_later_hours_sealed_must_be_in_the_pack_before(
    kind: str, hour: str, month: str, org: int, is_held: bool
) -> None:
    """From its period's end to its cut: its own organizations, events of months that it holds."""
    later, sealed = script.LaterRows(APRIL), counts((org, hour, month, 1))
    if not is_held:
        assert later._compare(MAY, sealed, {}, kind) == 0
        return
    with pytest.raises(script.Failed, match=f"holds 0 {kind} of {month}, and 1 were") as refused:
        later._compare(MAY, sealed, {}, kind)
    assert refused.value.number == 11


@pytest.mark.parametrize(("kind", "month"), [("events", "2026-04"), ("verdicts", "2026-05")])
def test_the_pack_before_holds_nothing_that_no_seal_names(kind: str, month: str) -> None:
    """An hour of the period here sealed none of it."""
    there = {(packs.ORG, "2026-05-01T00:00:00Z", month): script.RowDigest()}
    with pytest.raises(script.Failed, match=f"that pack holds {kind} never sealed") as refused:
        script.LaterRows(APRIL)._compare(MAY, counts(), there, kind)
    assert refused.value.number == 11


@pytest.mark.parametrize(
    ("hour", "n_here", "is_refused"),
    [
        ("2026-05-04T03:00:00Z", 0, True),
        ("2026-05-04T03:00:00Z", 1, False),
        ("2026-05-04T03:00:00Z", 2, True),
        ("2026-05-04T02:00:00Z", 0, False),
    ],
)
def test_a_monthly_pack_brings_the_one_late_event_behind_the_last_cut(
    hour: str, n_here: int, is_refused: bool
) -> None:
    """Not none in its place; up to the cut it is the pack before that brings it."""
    here = counts((0, hour, "2026-03", n_here)) if n_here else counts()
    named = SimpleNamespace(events=counts((0, hour, "2026-03", 1)))
    rows = SimpleNamespace(
        coverage=SimpleNamespace(named=named), events=SimpleNamespace(sealed=here)
    )
    if not is_refused:
        script._check_late(MAY, APRIL, rows)
        return
    words = f"1 late events of 2026-03 were sealed, {n_here} are here"
    with pytest.raises(script.Failed, match=words) as refused:
        script._check_late(MAY, APRIL, rows)
    assert refused.value.number == 11


def follow(folder: Path, first: packs.Pack, second: packs.Pack, *flags: str) -> Verdict:
    """Verify a pack with the one that it names as the one before."""
    (folder / "pack-2.tar.gz").write_bytes(first.build())
    facts = {
        "previous_pack_id": str(first.number),
        "previous_manifest_sha256": packs.sha256(first.signed()[0]),
    }
    flags = ("--previous", str(folder / "pack-2.tar.gz"), *flags)
    return verify_bytes(second.but(facts=facts).build(), folder, *flags)


@pytest.mark.parametrize(
    ("before", "after", "is_held"),
    [("full", "full", True), ("core", "full", False), ("full", "core", False)],
)
def test_rows_are_compared_between_full_packs_alone(
    tmp_path: Path, before: str, after: str, is_held: bool
) -> None:
    """A core pack has no seals, and is not held to any; it is followed all the same."""
    first = packs.small(profile=before, number=2)
    second = packs.small(profile=after, period=("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z"))
    head = first.rows["coverage.jsonl"][-1]["sha256"]
    second.rows |= {name: [] for name in second.rows}
    second.rows["coverage.jsonl"] = packs.seals(["complete"] * 24, "2026-04-03T00", previous=head)
    verdict = follow(tmp_path, first, second)
    assert verdict.code == 0, verdict.text
    assert ("hold what that pack has of later hours" in verdict.text) is is_held


@pytest.mark.parametrize(
    ("there", "here", "words"),
    [
        ([packs.ORG], [packs.ORG], None),
        ([], [packs.ORG], None),
        ([packs.ORG], [], packs.ORG),
        ([f"org-{n}" for n in range(5, 0, -1)], [], "org-1, org-2, org-3, org-4, org-5"),
        (
            [f"org-{n}" for n in range(7, 0, -1)],
            ["org-2"],
            "org-1, org-3, org-4, org-5, org-6 and 1 more",
        ),
    ],
)
def test_an_organization_that_is_left_out_is_named(
    tmp_path: Path, there: list[str], here: list[str], words: str | None
) -> None:
    """It is no fault, for whoever asks for a pack may choose; whoever reads it should know."""
    nobody: Any = {name: [] for name in packs.small().rows}
    first = packs.small(org_ids=there, rows=nobody, profile="core", number=2)
    later = ("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z")
    second = packs.small(org_ids=here, rows=nobody, profile="core", period=later)
    verdict = follow(tmp_path, first, second)
    assert verdict.code == 0, verdict.text
    told = [line for line in verdict.text.splitlines() if line.startswith("previous")]
    assert told == ([f"previous  in that pack, and not in this one: {words}"] if words else [])
    document = json.loads(follow(tmp_path, first, second, "--json").text)
    assert document["org_ids_left_out"] == sorted(set(there) - set(here))


def test_a_pack_that_is_the_first_follows_none(tmp_path: Path) -> None:
    """It is this pack's word against the option, not something wrong within the other file."""
    data = packs.small().build()
    (tmp_path / "pack-2.tar.gz").write_bytes(data)
    verdict = verify_bytes(data, tmp_path, "--previous", str(tmp_path / "pack-2.tar.gz"))
    assert verdict.failed == {11: "the pack says that no pack came before it"}


def test_the_page_names_every_key_of_the_json_output(tmp_path: Path) -> None:
    """No more and no less than is printed for a whole pack, a sample of it and the one before."""
    page = PAGE.read_text()
    table = page.partition("### What `--json` prints")[2].partition("\nWrong arguments")[0]
    told = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    flags = ("--json", "--sample=2", "--of=users", "--seed=a")
    document = json.loads(follow(tmp_path, packs.small(number=2), packs.april(), *flags).text)
    assert told == set(document)
    named = set(re.findall("`([a-z_0-9]+)`", table))
    assert set(document["subject"]) | set(document["took_s"]) <= named
