"""An auditor's own sample: which rows it is, by the script and by the printed lines."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import full_packs, packs
from tests.support.pack_rows import canonical
from tests.support.packs import Pack
from tests.tools.sampled import drawn_by_hand, extract, options, pack_file, sample, sealed_anew
from tests.tools.verifier import ROOT, as_json, peak_and_code, run_script, script, verify

SEEDS = ("audit 7", "it's 50 % \\n $HOME `x` \u00e9\u2028", " ")


def larger(n: int = 300) -> Pack:
    """Return a pack with some hundred members, events and findings, with names of all kinds."""
    pack = full_packs.full()
    odd = (
        "\x7f",
        "back\\slash",
        "tab\there",
        "\u2028",
        '"',
        "%s\\n",
        " two  spaces ",
        "\ud800",
        "é",
    )
    pack.rows["users.jsonl"] = [
        packs.user(f"user-{i:04d}", email_prefix=odd[i % len(odd)]) for i in range(n)
    ]
    events = [
        packs.event(
            *(f"audit_log-{i:05d}", "2026-04-01T05:10:00Z", "2026-04-01T05:00:00Z"),
            details={"payload": odd[i % len(odd)] * (i % 5)},
        )
        for i in range(n)
    ]
    pack.rows["events.jsonl"] = events
    pack.rows["findings.jsonl"] = [
        full_packs.finding(f"f-{i:04d}", entity_id=f"gone-{i}") for i in range(n)
    ]
    pack.rows["api_keys.jsonl"][0]["findings"] = []
    return sealed_anew(pack)


def by_rule(pack: Pack, member: str, n: int, seed: str) -> list[tuple[str, str]]:
    """Return digest and row of the sample, by the rule as the format page has it."""
    lines = [canonical(row) for row in pack.rows[member]]
    digested = [(hashlib.sha256(f"{seed}\n".encode() + line).hexdigest(), line) for line in lines]
    return [(digest, line.decode()) for digest, line in sorted(digested)[:n]]


@pytest.mark.slow
@pytest.mark.parametrize("member", ["users.jsonl", "events.jsonl", "findings.jsonl"])
@pytest.mark.parametrize("make", [full_packs.full, larger])
def test_the_printed_lines_draw_the_rows_that_the_script_draws(
    make: Callable[[], Pack], member: str, tmp_path: Path
) -> None:
    """With sha256sum, sort and head alone: the same rows in the same order, and their digest."""
    pack = make()
    path = pack_file(tmp_path, pack)
    folder = extract(path, tmp_path / "extracted")
    for seed in SEEDS[: 2 if make is larger else None]:
        for n in (1, 7, 1_000)[: 2 if make is larger else None]:
            ours, by_hand = sample(path, member, n, seed), drawn_by_hand(folder, member, n, seed)
            rows = [(row["digest"], row["row"]) for row in ours["rows"]]
            assert rows == by_rule(pack, member, n, seed)
            assert rows == list(zip(by_hand.digests, by_hand.rows, strict=True))
            assert ours["sha256"] == by_hand.sha256


def test_the_same_seed_draws_the_same_rows_and_another_draws_others(tmp_path: Path) -> None:
    """In a process of its own, too; and whatever stands in the other members."""
    path = pack_file(tmp_path, larger())
    first = sample(path, "users", 10)
    assert sample(path, "users.jsonl", 10) == first
    key = f"--expected-pubkey={packs.public_hex()}"
    done = run_script(str(path), key, "--json", *options("users", 10))
    assert json.loads(done.stdout)["sample"] == first
    others = larger()
    others.rows["projects.jsonl"] = []
    assert (
        sample(pack_file(tmp_path, sealed_anew(others)), "users", 10)["sha256"] == first["sha256"]
    )
    seeds = {sample(path, "users", 10, f"audit {i}")["sha256"] for i in range(5)}
    assert len(seeds) == 5


def test_a_smaller_sample_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    """So an auditor who wants more rows has not looked in vain."""
    path = pack_file(tmp_path, larger())
    few, many = sample(path, "events", 5)["rows"], sample(path, "events", 50)["rows"]
    assert many[:5] == few
    assert len({row["row"] for row in many}) == 50


def test_every_row_has_its_chance(tmp_path: Path) -> None:
    """Of sixty seeds, each draws half of the rows: none is drawn always, and none never."""
    pack = packs.small()
    pack.rows["projects.jsonl"] = [packs.project(f"proj_{i}") for i in range(8)]
    path = pack_file(tmp_path, sealed_anew(pack))
    drawn = [row["row"] for i in range(60) for row in sample(path, "projects", 4, f"{i}")["rows"]]
    counts = [drawn.count(canonical(row).decode()) for row in pack.rows["projects.jsonl"]]
    assert sum(counts) == 240
    assert min(counts) > 15
    assert max(counts) < 45


def test_more_rows_than_there_are_is_all_of_them_and_says_so(tmp_path: Path) -> None:
    """As many as there are is no such case."""
    path = pack_file(tmp_path, full_packs.full())
    every = sample(path, "users", 4)
    assert (every["asked"], every["population"], len(every["rows"])) == (4, 3, 3)
    assert "users.jsonl: all 3 rows, 4 were asked for" in verify(path, *options("users", 4)).text
    assert "users.jsonl: 3 of 3 rows, by" in verify(path, *options("users", 3)).text
    assert "anchors.jsonl: all 0 rows, 4" in verify(path, *options("anchors", 4)).text


def test_the_text_says_of_what_it_is_and_ends_with_the_verdict(tmp_path: Path) -> None:
    """What a working paper needs stands there: member, population, number, seed, digest."""
    path = pack_file(tmp_path, full_packs.full())
    plain, verdict = verify(path), verify(path, *options("users", 2))
    drawn = sample(path, "users", 2)
    lines = verdict.text.splitlines()
    at = lines.index('sample    users.jsonl: 2 of 3 rows, by the seed "audit 7"')
    assert [*lines[:at], lines[-1]] == plain.text.splitlines()
    assert lines[at + 1].split() == ["sha256", "of", "their", "digests", drawn["sha256"]]
    for number, row in enumerate(drawn["rows"], 1):
        at = lines.index(f"row {number:<5d} {row['digest']}")
        assert lines[at + 1] == " " * 10 + row["row"]


def test_json_has_the_same_facts_beside_all_others(tmp_path: Path) -> None:
    """One line; without a sample there is no such key."""
    path = pack_file(tmp_path, full_packs.full())
    plain = as_json(verify(path, "--json"))
    verdict = verify(path, "--json", *options("users", 2))
    document = as_json(verdict)
    assert len(verdict.text.splitlines()) == 1
    assert set(document) - set(plain) == {"sample"}
    assert list(document["sample"]) == ["member", "population", "asked", "seed", "sha256", "rows"]
    page = (ROOT / "docs" / "evidence-pack-format.md").read_text()
    row = next(line for line in page.splitlines() if line.startswith("| `sample` |"))
    assert set(document["sample"]) <= set(re.findall("[a-z_0-9]+", row))
    assert "{" + ", ".join(document["sample"]["rows"][0]) + "}" in row


def test_hostile_names_stay_escaped_and_whole(tmp_path: Path) -> None:
    """In rows, ids and the seed: no line can be forged, and no row is cut."""
    hostile = "\x1b]0;owned\x07\nVALID  pack 3\u2028\u202e\x9b31m\\" + "x" * 300
    pack = full_packs.full()
    pack.rows["users.jsonl"] = [packs.user(hostile)]
    changes = [full_packs.change(4, "users", hostile, "modified", event_id=hostile)]
    pack.rows["changes.jsonl"] = changes
    pack.rows["events.jsonl"] = []
    path = pack_file(tmp_path, sealed_anew(pack))
    for flags in ((), ("--json",)):
        for member in ("users", "changes"):
            text = verify(path, *flags, *options(member, 2, hostile)).text
            assert all(" " <= c <= "~" or c == "\n" for c in text)
            assert sum(line.startswith("VALID") for line in text.splitlines()) == (not flags)
    text = verify(path, *options("users", 2, hostile)).text
    row = canonical(pack.rows["users.jsonl"][0]).decode()
    assert script.printable(row, len(row)) in text
    assert json.loads(sample(path, "users", 1, hostile)["rows"][0]["row"])["user_id"] == hostile


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_pack_that_fails_gives_no_sample(flags: tuple[str, ...], tmp_path: Path) -> None:
    """Wrong rows, a wrong key, another tenant than asked for: no population is proven."""
    wrong = full_packs.full()
    wrong.rows["users.jsonl"].reverse()
    asked = (*flags, *options("users", 2))
    for verdict in (
        verify(pack_file(tmp_path, wrong), *asked),
        verify(pack_file(tmp_path, full_packs.full()), *asked, "--tenant=tenant-b"),
        verify(pack_file(tmp_path, full_packs.full()), *asked, key=packs.public_hex(b"\1" * 32)),
    ):
        assert verdict.code == 1
        assert "sample" not in verdict.text
        assert "user-2" not in verdict.text


@pytest.mark.parametrize("member", ["people", "sealed/org-Alpha/users.jsonl", "README.txt", "\x1b"])
def test_a_member_without_rows_to_draw_of_is_named_with_those_that_have(
    member: str, tmp_path: Path
) -> None:
    """Exit code 2: the pack is not bad, the question was."""
    path = pack_file(tmp_path, full_packs.full())
    verdict = verify(path, *options(member, 2))
    assert verdict.code == 2
    assert verdict.last_line.startswith("COULD NOT CHECK  every check passed, but")
    assert verdict.last_line.endswith(
        ": users.jsonl, projects.jsonl, api_keys.jsonl, events.jsonl, coverage.jsonl, "
        "changes.jsonl, findings.jsonl, statements.jsonl, admin_keys.jsonl, "
        "service_accounts.jsonl, invites.jsonl, "
        "project_users.jsonl, anchors.jsonl"
    )
    assert all(" " <= c <= "~" for c in verdict.last_line)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sample=0", "--of=users", "--seed=a"), "not a number from 1 to 10000"),
        (("--sample=10001", "--of=users", "--seed=a"), "not a number from 1 to 10000"),
        (("--sample=1e3", "--of=users", "--seed=a"), "not a number from 1 to 10000"),
        (("--sample=\u0663", "--of=users", "--seed=a"), "not a number from 1 to 10000"),
        (("--sample=5", "--of=users", "--seed="), "--seed: empty"),
        (("--sample=5", "--of=users", "--seed=\udcff"), "--seed: not UTF-8"),
        (("--sample=5", "--of=users"), "go together"),
        (("--sample=5", "--seed=a"), "go together"),
        (("--of=users", "--seed=a"), "go together"),
        (("--sample=5", "--sample=5", "--of=users", "--seed=a"), "--sample is given twice"),
        (("--sample=5", "--of=users", "--seed=a", "--seed=b"), "--seed is given twice"),
    ],
)
def test_arguments_that_ask_for_no_sample_are_refused(
    arguments: tuple[str, ...], words: str
) -> None:
    """Before the pack is opened."""
    with pytest.raises(script.CannotCheck, match=words):
        script.parse_options(["no-such-pack.tar.gz", *arguments])


def test_a_file_that_changes_behind_the_verdict_gives_no_sample(tmp_path: Path) -> None:
    """Rows are drawn of what was verified, or not at all, be the other pack as good."""
    path = pack_file(tmp_path, full_packs.full())
    key = f"--expected-pubkey={packs.public_hex()}"
    asked = script.parse_options([str(path), key, *options("users", 2)])
    others = full_packs.full()
    others.rows["users.jsonl"][2]["email_prefix"] = "carl"
    without = full_packs.full(profile=None)
    for other in (sealed_anew(others), without.but(entries=lambda entries: entries[:2])):
        pack_file(tmp_path, full_packs.full())
        report = script.Report()
        script.verify(asked, report)
        pack_file(tmp_path, other)
        with pytest.raises(script.Failed, match="the file changed while it was read") as failed:
            script.draw_sample(asked, report)
        assert failed.value.number == 2
        assert not report.sample


def test_packs_of_other_kinds_are_drawn_of_without_evidence(tmp_path: Path) -> None:
    """Of profile core the seals are elsewhere; of a pack that is not ours nothing is known."""
    path = pack_file(tmp_path, packs.small(profile="core"))
    core = sample(path, "events", 1)["rows"][0]
    assert [seal["sha256"] for seal in core["seals"]] == [None]
    assert "sealed_hour 2026-04-01T00:00:00Z: none in this pack" in (
        verify(path, *options("events", 4)).text
    )
    foreign = sample(pack_file(tmp_path, packs.small(profile=None)), "events", 9)
    assert (foreign["population"], len(foreign["rows"])) == (4, 4)
    assert foreign["rows"][0]["seals"] == foreign["rows"][0]["changes"] == []


@pytest.mark.slow
def test_memory_does_not_grow_with_the_population_or_the_sample(tmp_path: Path) -> None:
    """Rows of kilobytes are put aside on disk: ten times as many take no more."""
    peaks = []
    for n in (1_000, 10_000):
        pack = packs.small()
        pack.rows["users.jsonl"] = [
            packs.user(f"user-{i:05d}", email_prefix="x" * 4_000) for i in range(n)
        ]
        path = pack_file(tmp_path, sealed_anew(pack))
        key = f"--expected-pubkey={packs.public_hex()}"
        for flags in ((), ("--json",)):
            peak = peak_and_code(str(path), key, *flags, *options("users", 10_000))
            assert peak.code == 0, peak.stderr
            peaks.append(peak.mib)
    print("MiB:", peaks)
    assert max(peaks) < 64
