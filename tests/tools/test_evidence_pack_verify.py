"""The verifier on good packs, on the command line, and what it prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import packs
from tests.tools.verifier import SCRIPT, as_json, run_script, verify, verify_bytes

KEY = packs.public_hex()


@pytest.mark.parametrize("profile", ["full", "core", None])
def test_a_good_pack_is_valid_in_every_profile(tmp_path: Path, profile: str | None) -> None:
    """Both own profiles and a documented pack without profile pass."""
    verdict = verify_bytes(packs.small(profile=profile).build(), tmp_path)
    assert (verdict.code, verdict.failed) == (0, {})
    assert verdict.last_line.startswith("VALID  pack 3 of tenant tenant-a  2026-04-01T00:00:00Z")


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


@pytest.mark.parametrize(("left_at", "code"), [("T10:20:00Z", 0), ("T11:00:00Z", 1)])
def test_a_disconnection_may_be_told_by_the_seal_after_it(
    tmp_path: Path, left_at: str, code: int
) -> None:
    """Hours that ended before the tenant left are missing all the same."""
    told = [
        {"seq": 2, "at": f"2026-04-01{left_at}", "kind": "disconnected"},
        {"seq": 3, "at": "2026-04-01T15:30:00Z", "kind": "reconnected"},
    ]
    pack = packs.small()
    pack.rows["events.jsonl"] = []
    pack.rows["coverage.jsonl"] = packs.seals(
        [*["complete"] * 10, {"skip": 5}, {"lifecycle": told}, *["complete"] * 32], "2026-04-01T00"
    )
    assert verify_bytes(pack.build(), tmp_path).code == code


def test_two_organizations_each_have_their_own_chain(tmp_path: Path) -> None:
    """The same event id may stand in both: two tenants' streams, one OpenAI."""
    pack = packs.small(org_ids=["org-Alpha", "org-Beta", "org-Empty"])
    beta = [{**row, "org_id": "org-Beta"} for row in pack.rows["events.jsonl"]]
    pack.rows["events.jsonl"] += beta
    pack.rows["coverage.jsonl"] += packs.seals(
        ["complete"] * 48, "2026-04-01T00", beta, "org-Beta", "cd" * 32
    )
    assert verify_bytes(pack.build(), tmp_path).code == 0


@pytest.mark.parametrize(
    "name", ["Line\u2028separator", "\x1b[2J\x07VALID", "\u202egnp.exe", "a\nVALID pack", "\ud800"]
)
def test_names_are_data(tmp_path: Path, name: str) -> None:
    """Line separators, terminal escapes, bidi marks and lone surrogates round-trip."""
    pack = packs.small()
    pack.rows["projects.jsonl"][0]["name"] = name
    pack.rows["events.jsonl"][1]["details"] = {"data": {"name": name, name: [name]}}
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


@pytest.mark.parametrize(
    "key",
    ["", "00", "zz" * 32, KEY + "00", KEY[:-1] + "é", "00" * 32, "01" + "00" * 31, "ff" * 32],
)
def test_a_malformed_key_is_no_verdict_on_the_pack(tmp_path: Path, key: str) -> None:
    """Not hex, no point of the curve, of small order: exit 2."""
    done = run_script(str(tmp_path / "any"), f"--expected-pubkey={key}")
    assert done.returncode == 2
    assert "valid" not in (done.stdout + done.stderr).lower()


def test_an_upper_case_key_is_the_same_key(tmp_path: Path) -> None:
    """Either case may be pinned."""
    assert verify_bytes(packs.small().build(), tmp_path, key=KEY.upper()).code == 0


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


def keys_file(folder: Path, **facts: object) -> str:
    """Write a signing-keys list with the test key and return its path."""
    key = {
        "key_id": "signing-1",
        "public_hex": KEY,
        "algorithm": "Ed25519",
        "not_before": "2026-01-01T00:00:00Z",
        "not_after": None,
        "revoked_at": None,
    }
    path = folder / "keys.json"
    path.write_text(json.dumps({"items": [key | facts]}))
    return str(path)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, 0),
        ({"not_after": "2026-05-05T00:00:00Z"}, 0),
        ({"not_after": "2026-05-03T00:00:00Z"}, 1),
        ({"not_before": "2026-05-05T00:00:00Z"}, 1),
        ({"revoked_at": "2027-01-01T00:00:00Z"}, 1),
        ({"key_id": "signing-2"}, 1),
        ({"public_hex": "ab" * 32}, 1),
        ({"public_hex": "ab"}, 2),
    ],
)
def test_the_list_of_keys_decides_on_the_key(
    tmp_path: Path, facts: dict[str, object], code: int
) -> None:
    """The pinned key must be in the list, in force when the pack was made, and not revoked."""
    verdict = verify_bytes(packs.small().build(), tmp_path, "--keys", keys_file(tmp_path, **facts))
    assert verdict.code == code
    assert list(verdict.failed) == ([11] if code == 1 else [])


def test_a_pack_under_a_revoked_key_needs_a_pinned_manifest(tmp_path: Path) -> None:
    """Who stole a key can date a pack back; the digest noted earlier cannot be faked."""
    pack = packs.small()
    keys = keys_file(tmp_path, revoked_at="2026-06-01T00:00:00Z")
    digest = packs.sha256(pack.signed()[0])
    flags = ("--keys", keys, "--manifest-sha256")
    assert verify_bytes(pack.build(), tmp_path, *flags, digest.upper()).code == 0
    assert verify_bytes(pack.build(), tmp_path, *flags, "ab" * 32).failed.keys() == {11}
    assert verify_bytes(pack.build(), tmp_path, *flags, "ab").code == 2


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--tenant", "tenant-a"), 0),
        (("--tenant", "tenant-b"), 1),
        (("--period", "2026-04"), 0),
        (("--period", "2026-05"), 1),
        (("--period", "2026-04-01T00:00:00Z..2026-04-30T23:59:59Z"), 0),
        (("--period", "april"), 2),
    ],
)
def test_tenant_and_period_can_be_demanded(
    tmp_path: Path, flags: tuple[str, ...], code: int
) -> None:
    """An older pack, or another tenant's, is not the one asked for."""
    assert verify_bytes(packs.april().build(), tmp_path, *flags).code == code


def test_the_previous_pack_is_followed(tmp_path: Path) -> None:
    """The manifest's digest and each chain's head must be those of the pack before."""
    first = packs.small()
    before = tmp_path / "pack-2.tar.gz"
    before.write_bytes(first.but(number=2).build())
    manifest = first.but(number=2).signed()[0]
    head = first.rows["coverage.jsonl"][-1]["sha256"]

    def following(previous: str) -> packs.Pack:
        pack = packs.small(period=("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z"))
        pack.rows["events.jsonl"] = []
        pack.rows["coverage.jsonl"] = packs.seals(
            ["complete"] * 24, "2026-04-03T00", previous=previous
        )
        return pack.but(
            facts={
                "previous_pack_id": "2",
                "previous_manifest_sha256": packs.sha256(manifest),
            }
        )

    flags = ("--previous", str(before))
    assert verify_bytes(following(head).build(), tmp_path, *flags).code == 0
    for bad in (following("ab" * 32), packs.small(), following(head).but(profile=None, facts={})):
        assert verify_bytes(bad.build(), tmp_path, *flags).failed.keys() == {11}
    before.write_bytes(first.but(number=2, tenant_id="other").build())
    assert verify_bytes(following(head).build(), tmp_path, *flags).failed.keys() == {11}
    before.unlink()
    assert verify_bytes(following(head).build(), tmp_path, *flags).code == 2
