"""The verifier on good packs, on the command line, and what it prints."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import packs
from tests.tools.verifier import ROOT, SCRIPT, as_json, run_script, script, verify, verify_bytes

KEY = packs.public_hex()


def test_a_month_with_gap_pause_and_reconnect_says_so_in_plain_words(tmp_path: Path) -> None:
    """An honest account of a bad month is good evidence."""
    verdict = verify_bytes(packs.april().build(), tmp_path)
    assert verdict.code == 0
    for words in (
        "coverage  701 hours: 685 complete, 1 partial, 5 failed, 0 missed, 10 paused",
        "longest gap 5 hours",
        "2026-04-05T04:00:00Z .. 2026-04-05T08:00:00Z  failed (openai_unavailable), 5 hours",
        "2026-04-09T08:00:00Z  partial (rate_limited), 1 hour",
        "2026-04-13T12:00:00Z .. 2026-04-13T21:00:00Z  paused, 10 hours",
        "2026-04-17T17:00:00Z .. 2026-04-18T11:00:00Z  disconnected, 19 hours",
        "returned  users.jsonl: 1 came back",
        "late      events of an earlier period: 1",
    ):
        assert words in verdict.text


def test_an_hour_without_a_seal_is_named(tmp_path: Path) -> None:
    """A gap that the pack admits does not make it bad, and is shown."""
    pack = packs.small()
    pack.rows["events.jsonl"] = []
    pack.rows["coverage.jsonl"] = packs.seals(
        [*["complete"] * 10, {"outcome": "gap"}, *["complete"] * 37], "2026-04-01T00"
    )
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.code == 0
    assert "2026-04-01T10:00:00Z  gap, 1 hour" in verdict.text
    assert "1 without a seal" in verdict.text


def test_an_organization_connected_and_disconnected_in_the_period(tmp_path: Path) -> None:
    """Hours before the connection and after the disconnection are not expected."""
    pack = packs.small()
    pack.rows["events.jsonl"] = []
    pack.rows["coverage.jsonl"] = packs.seals(
        [packs.lifecycle("connected"), *["complete"] * 5, packs.lifecycle("disconnected")],
        "2026-04-01T07",
    )
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.code == 0
    assert "2026-04-01T00:00:00Z .. 2026-04-01T06:00:00Z  not connected yet" in verdict.text
    assert "2026-04-01T14:00:00Z .. 2026-04-02T23:00:00Z  disconnected" in verdict.text


def test_two_organizations_each_have_their_own_chain(tmp_path: Path) -> None:
    """The same event id may stand in both: two tenants' streams, one OpenAI."""
    pack = packs.small(org_ids=["org-Alpha", "org-Beta", "org-Empty"])
    beta = [{**row, "org_id": "org-Beta"} for row in pack.rows["events.jsonl"]]
    pack.rows["events.jsonl"] += beta
    pack.rows["coverage.jsonl"] += packs.seals(
        ["complete"] * 48, "2026-04-01T00", beta, "org-Beta", "cd" * 32
    )
    assert verify_bytes(pack.build(), tmp_path).code == 0


def test_everything_printed_is_printable_ascii(tmp_path: Path) -> None:
    """A tenant, pack or organization with terminal escapes in its name cannot write any."""
    hostile = "\x1b]0;owned\x07\r\nVALID  pack 3\u2028\u202e\x9b31m"
    pack = packs.small(tenant_id=hostile, org_ids=[hostile], profile=None)
    for flags in ((), ("--json",)):
        for key in (KEY, packs.public_hex(b"\1" * 32)):
            text = verify_bytes(pack.build(), tmp_path, *flags, key=key).text
            assert all(" " <= c <= "~" or c == "\n" for c in text)
            assert sum(line.startswith("VALID") for line in text.splitlines()) == (
                key == KEY and not flags
            )


def test_without_a_pinned_key_nothing_is_said_to_be_valid(tmp_path: Path) -> None:
    """The key inside the pack is not a trust anchor."""
    path = tmp_path / "pack.tar.gz"
    path.write_bytes(packs.small().build())
    for flags in ([], ["--json"], ["--bad-option-valid"]):
        done = run_script(str(path), *flags)
        assert done.returncode == 2
        assert "valid" not in (done.stdout + done.stderr).lower()


def test_what_cannot_be_read_cannot_be_checked(tmp_path: Path) -> None:
    """A missing file, a folder and a pipe are exit 2, in one line."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "missing", tmp_path, pipe):
        verdict = verify(path)
        assert verdict.code == 2
        assert verdict.text.startswith("COULD NOT CHECK  ")


def test_json_output_holds_checks_subject_and_runs(tmp_path: Path) -> None:
    """Machines read the same verdict."""
    document = as_json(verify_bytes(packs.april().build(), tmp_path, "--json"))
    assert (document["exit"], document["verdict"]) == (0, "valid")
    assert [check["number"] for check in document["checks"]] == list(range(1, 12))
    assert {check["status"] for check in document["checks"][:10]} == {"ok"}
    assert document["subject"]["tenant_id"] == "tenant-a"
    assert document["subject"]["coverage"]["failed"] == 5
    assert [run["outcome"] for run in document["runs"]] == [
        "failed",
        "partial",
        "paused",
        "disconnected",
    ]


def test_the_signature_is_checked_before_anything_is_printed(tmp_path: Path) -> None:
    """Under another key not one field of the pack is shown."""
    pack = packs.small(tenant_id="SECRET-TENANT")
    verdict = verify_bytes(pack.build(), tmp_path, key=packs.public_hex(b"\1" * 32))
    assert list(verdict.failed) == [4]
    assert "SECRET" not in verdict.text


def test_the_process_exits_as_documented(tmp_path: Path) -> None:
    """0 valid, 1 bad, 2 could not check; nothing on standard error."""
    path = tmp_path / "pack.tar.gz"
    good = packs.small().build()
    for data, code in ((good, 0), (good[:-1], 1), (b"", 1)):
        path.write_bytes(data)
        done = run_script(str(path), "--expected-pubkey", KEY)
        assert (done.returncode, done.stderr) == (code, "")
    assert run_script("--help").returncode == 0


def test_a_closed_output_is_no_traceback(tmp_path: Path) -> None:
    """`| head -0` gets no verdict, so the exit code is not 0."""
    path = tmp_path / "pack.tar.gz"
    path.write_bytes(packs.small().build())
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, str(SCRIPT), str(path), "--expected-pubkey", KEY]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(write)
    assert (done.returncode, done.stderr) == (2, b"")


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--period", "2026-04-01T00:00:00Z..2026-04-30T23:59:59Z"), 0),
        (("--period", "2026-04-01T00:00:00Z..2026-04-30T22:59:59Z"), 1),
        (("--period", "april"), 2),
        (("--manifest-sha256", "ab"), 2),
    ],
)
def test_facts_from_elsewhere_have_a_form(
    tmp_path: Path, flags: tuple[str, ...], code: int
) -> None:
    """A period may be given by its ends; what cannot be compared is exit 2."""
    assert verify_bytes(packs.april().build(), tmp_path, *flags).code == code


def test_the_previous_pack_is_followed(tmp_path: Path) -> None:
    """The manifest's digest and each chain's head must be those of the pack before."""
    first = packs.april()
    before = tmp_path / "pack-2.tar.gz"
    before.write_bytes(first.but(number=2).build())
    manifest = first.but(number=2).signed()[0]
    head = first.rows["coverage.jsonl"][-1]["sha256"]
    later = first.rows["events.jsonl"][-1]

    def following(previous: str, **facts: Any) -> packs.Pack:
        event = later | facts
        pack = packs.small(period=("2026-05-01T00:00:00Z", "2026-05-01T23:59:59Z"))
        pack.rows |= {name: [] for name in pack.rows}
        pack.rows["coverage.jsonl"] = packs.seals(
            ["complete"] * 24, "2026-05-01T00", [event], previous=previous
        )
        return pack.but(
            facts={
                "previous_pack_id": "2",
                "previous_manifest_sha256": packs.sha256(manifest),
            },
        )

    flags = ("--previous", str(before))
    assert verify_bytes(following(head).build(), tmp_path, *flags).code == 0
    for bad in (following("ab" * 32), packs.small(), following(head).but(profile=None, facts={})):
        assert verify_bytes(bad.build(), tmp_path, *flags).failed.keys() == {11}
    # What its own hours sealed of the pack before must be what that one holds.
    verdict = verify_bytes(following(head, actor_id="user-9").build(), tmp_path, *flags)
    assert "2026-05-01T01:00:00Z: that pack holds 1 events of 2026-04" in verdict.failed[11]
    before.write_bytes(first.but(number=2, tenant_id="other").build())
    assert verify_bytes(following(head).build(), tmp_path, *flags).failed.keys() == {11}
    before.unlink()
    assert verify_bytes(following(head).build(), tmp_path, *flags).code == 2


def test_an_organization_that_left_goes_on_from_its_last_seal(tmp_path: Path) -> None:
    """Hours that were not expected are no gap in which seals may lie that no pack shows."""
    first = packs.small()
    first.rows["events.jsonl"] = []
    first.rows["coverage.jsonl"] = packs.seals(
        ["complete", packs.lifecycle("disconnected")], "2026-04-01T00"
    )
    before = tmp_path / "pack-2.tar.gz"
    before.write_bytes(first.but(number=2).build())
    facts = {
        "previous_pack_id": "2",
        "previous_manifest_sha256": packs.sha256(first.but(number=2).signed()[0]),
    }

    def following(previous: str) -> bytes:
        pack = packs.small(period=("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z"))
        pack.rows |= {name: [] for name in pack.rows}
        again: list[Any] = [packs.lifecycle("connected"), *["complete"] * 23]
        pack.rows["coverage.jsonl"] = packs.seals(again, "2026-04-03T00", previous=previous)
        return pack.but(facts=facts).build()

    flags = ("--previous", str(before))
    head = first.rows["coverage.jsonl"][-1]["sha256"]
    assert verify_bytes(following(head), tmp_path, *flags).code == 0
    assert verify_bytes(following("ab" * 32), tmp_path, *flags).failed.keys() == {11}


def test_a_pack_without_a_profile_says_what_is_not_checked() -> None:
    """Each check that cannot be made of it has its own line and reason."""
    pack = ROOT / "tests" / "vectors" / "packs" / "copilot" / "pack.tar.gz"
    said = {line.split()[0]: line for line in verify(pack).text.splitlines()[:11]}
    assert "not checked: the pack has no profile" in said["10"]
    assert "not checked: no fact from elsewhere" in said["11"]


def test_rows_of_an_unsigned_file_are_not_even_read(tmp_path: Path) -> None:
    """What stands in a file whose digest is wrong is nobody's word."""

    def change(entries: list[packs.Entry]) -> list[packs.Entry]:
        entries[2].data = b"x" * (len(entries[2].data) - 1) + b"\n"
        return entries

    verdict = verify_bytes(packs.small(entries=change).build(), tmp_path)
    assert list(verdict.failed) == [8]
    assert " 9  rows                not checked: check 8 failed" in verdict.text


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two readings, another good pack of the same signer takes the file's place."""
    path = tmp_path / "pack-3.tar.gz"
    path.write_bytes(packs.small().build())
    check_09_rows = script.check_09_rows

    def swapped(*arguments: object) -> object:
        path.write_bytes(packs.april().build())
        return check_09_rows(*arguments)

    monkeypatch.setattr(script, "check_09_rows", swapped)
    verdict = verify(path)
    assert verdict.failed == {2: "the file changed while it was read"}


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("one.tar.gz", "two.tar.gz"),
        ("--unknown", "pack"),
        ("-x", "pack"),
        ("pack", "--json=yes"),
        ("pack", "--keys"),
        ("pack", "--tenant", "a", "--tenant", "b"),
        ("pack", "--tenant=", "--tenant", "b"),
        ("pack", "--pack", "b"),
    ],
)
def test_wrong_arguments_are_no_verdict(given: tuple[str, ...]) -> None:
    """Exit 2 and one line on standard error."""
    done = run_script(*given)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("COULD NOT CHECK  ")
    assert done.stderr.count("\n") == 1
