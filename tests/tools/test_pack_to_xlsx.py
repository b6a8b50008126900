"""The workbook of a good pack: its cover, its sheets, what it is made with."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import xlsxwriter

from tests.support import full_packs, packs
from tests.tools.test_evidence_pack_verify_machines import interpreters
from tests.tools.verifier import ROOT, verify
from tests.tools.verifier import script as verifier
from tests.tools.workbook import (
    SCRIPT,
    as_shown,
    below,
    lines_of,
    make,
    pack_file,
    read,
    rows_of,
    run,
    run_apart,
    script,
)

SHEETS = (
    *("users", "projects", "api_keys", "events", "changes", "findings", "statements", "custody"),
    *("admin_keys", "service_accounts", "invites", "project_users", "coverage", "anchors"),
)
EU = "https://eu.api.openai.com/v1"
FORMAT = (ROOT / "docs" / "evidence-pack-format.md").read_text()


def test_every_member_has_a_sheet_with_the_rows_of_the_pack(tmp_path: Path) -> None:
    """Value by value: texts, booleans and JSON come back equal, null is an empty cell."""
    pack = full_packs.with_custody(full_packs.custody([3, 3, 20]))
    sheets = make(tmp_path, pack)
    assert tuple(sheets) == ("cover", *SHEETS)
    for name in SHEETS:
        shown = rows_of(sheets[name])
        assert shown == [as_shown(row) for row in pack.rows[f"{name}.jsonl"]], name
        assert not any(cell.is_altered for row in sheets[name] for cell in row.values())


def test_the_cover_counts_what_the_sheets_hold(tmp_path: Path) -> None:
    """Member by member, with digests; what has no sheet says so."""
    pack = full_packs.with_custody(full_packs.custody([3, 3, 20]))
    sheets = make(tmp_path, pack)
    members = {str(line[0]): line for line in below(sheets["cover"], "Member")}
    data = pack.member_bytes()
    for name in SHEETS:
        n = len(sheets[name]) - 1
        sha256 = packs.sha256(data[f"{name}.jsonl"])
        assert members.pop(f"{name}.jsonl") == (f"{name}.jsonl", n, n, 0, 0, name, sha256)
        assert n or name == "anchors"
    assert members.pop("large/") == ("large/", 0, None, None, None, "none")
    for name, line in members.items():
        there = data[name].count(b"\n") if name.endswith(".jsonl") else None
        assert line == (name, there, None, None, None, "none", packs.sha256(data[name]))
    told = {name for name in members if not name.startswith("sealed/")}
    assert told == {"collection.json", "controls.json", "README.txt"}


def test_the_cover_says_what_the_verifier_said(tmp_path: Path) -> None:
    """Its last line, word for word, each of the eleven checks, the key, the manifest's digest."""
    pack = full_packs.full()
    options = ("--period=2026-04-01T00:00:00Z..2026-04-02T23:59:59Z", "--built-in-ed25519")
    cover = make(tmp_path, pack, *options)["cover"]
    text = verify(tmp_path / "pack-3.tar.gz", *options).text.splitlines()
    facts = {line[0]: line[1] for line in below(cover, "Verification") if len(line) > 1}
    assert facts["last line"] == text[-1]
    assert text[-1].startswith("VALID")
    assert facts["verified with the key"] == packs.public_hex()
    assert facts["the key's id"] == "signing-1"
    assert facts["SHA-256 of the manifest"] == packs.sha256(pack.signed()[0])
    assert f"    Ed25519 by {facts['Ed25519 by']}" in text
    given = [line[1] for line in below(cover, "Verification") if line[0] == "option given"]
    assert given == list(options)
    checks = below(cover, "check")
    assert [line[0] for line in checks] == list(range(1, 12))
    assert [line[1:3] for line in checks] == [(title, "ok") for title in verifier.CHECKS.values()]


def test_the_last_line_is_the_verifiers_whatever_is_in_it(tmp_path: Path) -> None:
    """It is put together here, because `--json` has none."""
    pack = packs.small(profile="core", tenant_id="tenant-\u202e\\\n" + "a" * 200)
    cover = make(tmp_path, pack)["cover"]
    text = verify(tmp_path / "pack-3.tar.gz").text.splitlines()
    assert ("last line", text[-1]) in below(cover, "Verification")


def test_the_cover_says_of_what_it_is(tmp_path: Path) -> None:
    """Tenant, organizations, period, kind; a text that turns the line round is escaped."""
    cover = make(tmp_path, packs.small(profile="core", tenant_id="tenant-\u202ea"))["cover"]
    about = below(cover, "What it is of")
    assert about[0] == ("file", "pack-3.tar.gz")
    assert ("tenant", "tenant-\\u202ea") in about
    assert ("organization", packs.ORG) in about
    assert ("period", "2026-04-01T00:00:00Z", "2026-04-02T23:59:59Z") in about
    assert ("kind", "on_demand") in about
    text = "\n".join(str(line[0]) for line in lines_of(cover) if line)
    assert "The evidence is the pack, which is signed; this is not" in text
    assert "in UTC" in text


def test_the_cover_says_whom_the_pictures_were_asked_of(tmp_path: Path) -> None:
    """By the seals, hour by hour: a simulator's hours, or a shifted clock's, are seen."""
    openai = {"source": {"api_base": "https://api.openai.com/v1", "clock": "system"}}
    other = {"source": {"api_base": "http://127.0.0.1:1", "clock": "shifted by 2 days"}}
    pack = full_packs.full()
    pack.rows["events.jsonl"] = []
    pack.rows["changes.jsonl"] = pack.rows["statements.jsonl"] = []
    before = {"v": 2, "source": None}
    outcomes = [before] * 3 + [openai] * 40 + [other] * 4
    last = {**openai, "sections": pack.rows["coverage.jsonl"][-1]["seal"]["sections"]}
    seals = packs.seals([*outcomes, last], "2026-04-01T00", previous="ab" * 32)
    for row in seals[:2]:
        row["run"] = {"api_base": EU, "clock": "system"}
    seals[2]["run"] = ["of any form"]
    pack.rows["coverage.jsonl"] = seals
    bases = sorted([openai["source"]["api_base"], other["source"]["api_base"], EU])
    report = {
        "api": {"name": "OpenAI Admin API", "bases": bases},
        "clock": {"sources": ["shifted by 2 days", "system"]},
    }
    pack.texts["collection.json"] = packs.canonical(report) + b"\n"
    cover = make(tmp_path, pack)["cover"]
    assert below(cover, "Source: whom the pictures were asked of") == [
        ("what was asked", "OpenAI Admin API"),
        ("https://api.openai.com/v1", "system", 41),
        ("http://127.0.0.1:1", "shifted by 2 days", 4),
        ("https://eu.api.openai.com/v1", "system", 2),
        ("nobody was asked, or it is not told", "not told", 1),
    ]


def test_the_cover_names_the_hours_that_are_not_complete(tmp_path: Path) -> None:
    """Hours by outcome, as the manifest has them, and each run of hours."""
    pack = packs.april()
    cover = make(tmp_path, pack)["cover"]
    stated = pack.manifest_values(pack.member_bytes())["coverage"]
    hours = {line[0]: line[1] for line in below(cover, "Coverage")}
    assert hours.pop("expected") == stated.pop("expected_hours") == 701
    assert hours.pop("longest gap") == stated.pop("longest_gap_hours") == 5
    assert hours.pop("without a seal") == 0
    assert hours == stated
    runs = below(cover, "Hours that are not complete")
    assert runs[0] == (
        *("org-Alpha", "2026-04-05T04:00:00Z", "2026-04-05T08:00:00Z"),
        *("failed", "openai_unavailable"),
    )
    assert [line[3] for line in runs] == ["failed", "partial", "paused", "disconnected"]


def test_more_runs_of_hours_than_the_verifier_names_are_told(tmp_path: Path) -> None:
    """So that a list that is cut is not taken for a whole one."""
    pack = packs.april()
    pack.rows["events.jsonl"] = []
    outcomes: list[str | packs.Row] = ["complete", "missed"] * 360
    pack.rows["coverage.jsonl"] = packs.seals(outcomes, "2026-04-01T00", previous="cd" * 32)
    runs = below(make(tmp_path, pack)["cover"], "Hours that are not complete")
    assert len(runs) == 201
    assert runs[-1] == ("and 160 more such runs of hours: see the sheet coverage",)


def test_a_pack_of_profile_core_says_what_it_does_not_tell(tmp_path: Path) -> None:
    """Four members, no coverage: what the signer says of its hours is not checked."""
    sheets = make(tmp_path, packs.small(profile="core"))
    assert tuple(sheets) == ("cover", *SHEETS[:4])
    lines = lines_of(sheets["cover"])
    assert ("Coverage", "hours", "as the signer says; not checked") in lines
    assert ("a pack of this profile does not tell",) in lines
    assert ("coverage.jsonl", None, None, None, None, "not in this pack") in lines


def test_a_good_pack_of_another_kind_has_no_workbook(tmp_path: Path) -> None:
    """It passes, but its rows are not documented: exit code 2, and words."""
    done = run(pack_file(tmp_path, packs.small(profile=None)))
    assert done.returncode == 2
    assert "a pack of its kind has no sheets" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pack-3.tar.gz"]


def test_fields_beside_those_of_the_format_are_kept_in_one_column(tmp_path: Path) -> None:
    """A signed row of an old pack, which nothing binds, may have more than this script knows."""
    pack = packs.small(format=2)
    hours: list[str | packs.Row] = [{"v": 2}] * 48
    events = pack.rows["events.jsonl"]
    pack.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T00", events, previous="ab" * 32)
    pack.rows["users.jsonl"][0] |= {"zeal": 7, "colour": None}
    row = rows_of(make(tmp_path, pack)["users"])[0]
    assert row["(other fields)"] == '{"colour":null,"zeal":7}'


def test_the_same_pack_gives_the_same_bytes(tmp_path: Path) -> None:
    """No time and no folder of the making is in it."""
    books = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        assert run(pack_file(folder, full_packs.full())).returncode == 0
        books.append((folder / "pack-3.xlsx").read_bytes())
    assert books[0] == books[1]


def test_the_columns_are_the_fields_that_the_format_names() -> None:
    """In its order; and the sheets are of all members that the verifier knows."""
    table = re.findall(r"^\| `(\w+)\.jsonl` \| `([^`]+)` \|", FORMAT, re.MULTILINE)
    assert {name: fields.split() for name, fields in table} == script.COLUMNS
    assert set(verifier.FIELDS) == {f"{name}.jsonl" for name in script.COLUMNS}


def test_the_options_are_those_of_the_verifier(tmp_path: Path) -> None:
    """One that it learns must be passed on here, too; one given twice it refuses itself.

    But those of a sample, for a workbook has every row, and of the proof of one.
    """
    not_passed_on = {"pack", "json", "proof", "sample", "of", "seed"}
    theirs = set(vars(verifier.parse_options(["x"]))) - not_passed_on
    ours = set(vars(script.parse_options(["x"]))) - {"pack", "output", "force"}
    assert theirs == ours
    done = run(pack_file(tmp_path, packs.small()), "--tenant=a", "--tenant=b")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "COULD NOT CHECK  --tenant is given twice; see --help",
    )


def test_the_version_is_that_of_the_project_and_is_on_the_cover(tmp_path: Path) -> None:
    """With the digests of both scripts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    made = below(make(tmp_path, packs.small())["cover"], "Made by")
    assert made[0] == (SCRIPT.name, project["version"], packs.sha256(SCRIPT.read_bytes()))
    beside = ROOT / "tools" / "evidence-pack-verify.py"
    assert made[1] == (beside.name, None, packs.sha256(beside.read_bytes()))
    assert made[2][0] == "XlsxWriter"


@pytest.mark.slow
def test_it_runs_on_every_interpreter_found(tmp_path: Path) -> None:
    """The same sheets on each, from Python 3.9 up."""
    found = interpreters()
    if len(found) < 2:
        pytest.skip(f"only {', '.join(found)} starts here; another Python from 3.9 up is needed")
    path = pack_file(tmp_path, full_packs.full())
    library = tmp_path / "library"
    library.mkdir()
    (library / "xlsxwriter").symlink_to(Path(xlsxwriter.__file__).parent)
    sheets = []
    for python in found.values():
        done = run_apart(
            path, "--force", "--built-in-ed25519", python=python, PYTHONPATH=str(library)
        )
        assert (done.returncode, done.stderr) == (0, ""), python
        sheets.append(read(tmp_path / "pack-3.xlsx"))
    assert all(each == sheets[0] for each in sheets)
    print("interpreters:", ", ".join(sorted(found)))


def test_long_work_tells_how_far_it_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error; what is quick says nothing there."""
    monkeypatch.setattr(script, "LONG_WORK", 1)
    monkeypatch.setattr(script, "EVERY_S", 0.0)
    done = run(pack_file(tmp_path, packs.small()))
    said = done.stderr.splitlines()
    assert said[:2] == ["verifying the pack ...", "verified; reading its rows ..."]
    assert "coverage.jsonl: 48 of 48 rows ..." in said
    assert said[-1] == "writing the workbook ..."
    assert done.stdout.splitlines()[0].startswith("VALID  pack 3")
    assert done.stdout.splitlines()[1] == f"{tmp_path / 'pack-3.xlsx'}: 59 rows"


def test_the_help_says_what_it_is_for() -> None:
    """For reading, with the verifier's exit codes."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, check=True
    )
    assert "evidence-pack-verify.py" in done.stdout
    assert "Exit code" in done.stdout
