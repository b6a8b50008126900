"""The verifier's rules at their edges: one step to either side of a bound."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support import full_packs, packs
from tests.tools.verifier import script, verify, verify_bytes


@pytest.mark.parametrize(
    ("status", "proven", "shown"),
    [
        ("complete", True, "proven"),
        ("partial", True, "proven"),
        ("unproven", False, "unproven"),
        ("forbidden", True, "forbidden"),
        ("failed", True, None),
        ("complete", 1, None),
        (None, True, None),
    ],
)
def test_what_an_hour_shows_of_the_audit_log(
    status: str | None, proven: object, shown: str | None
) -> None:
    """An hour that could not read it shows nothing; the last one that could still stands."""
    for marks in ("frontiers", "watermarks"):
        seal = {"sections": {"audit_events": {"status": status}}, marks: {"proven": proven}}
        assert script.audit_log_status(seal) == shown
    assert script.audit_log_status({}) is None


def test_a_seal_of_a_newer_version_is_no_verdict_and_said_so(tmp_path: Path) -> None:
    """Never that evidence was altered: nobody who does not know a version can say that."""
    pack = packs.small()
    pack.rows["events.jsonl"] = []
    outcomes: list[str | packs.Row] = [*["complete"] * 47, {"v": 5}]
    pack.rows["coverage.jsonl"] = packs.seals(outcomes, "2026-04-01T00", previous="ab" * 32)
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.code == 2
    assert "a seal was made by a newer version than this script knows" in verdict.last_line
    assert verdict.failed == {}


@pytest.mark.parametrize("token", ["", "!", "QUI", "QUI=\n", "QUJ=", "QUI=QUI="])
def test_a_token_is_base64_of_one_spelling(token: str) -> None:
    """Nothing, other letters, no padding, more behind it, bits that stand for nothing."""
    with pytest.raises(script.Malformed, match="it is not base64"):
        script._base64(token)
    assert script._base64("QUI=") == b"AB"


def test_a_monthly_pack_is_of_a_month(tmp_path: Path) -> None:
    """Two days are refused by the check that reads the manifest."""
    pack = packs.small().but(facts={"kind": "monthly"})
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.failed == {6: "the period of a monthly pack is not a calendar month"}


def test_only_our_own_packs_have_a_profile(tmp_path: Path) -> None:
    """Another module's pack that names one is of no known form."""
    verdict = verify_bytes(packs.small().but(facts={"module": "copilot"}).build(), tmp_path)
    assert verdict.failed.keys() == {6}


def test_a_cut_before_the_periods_last_hour_is_refused(tmp_path: Path) -> None:
    """The last hour itself may be the cut."""
    for hour, failed in (("22", {6}), ("23", set())):
        facts = {"cut_hour": f"2026-04-02T{hour}:00:00Z", "settled_through": None}
        pack = packs.small().but(facts=facts | {"settled": False})
        pack.rows["events.jsonl"] = []
        assert verify_bytes(pack.build(), tmp_path).failed.keys() & {6} == failed


def test_many_late_events_did_not_occur_in_the_period(tmp_path: Path) -> None:
    """Also where rows are read many at once: its first second is in the period."""
    pack = packs.small()
    pack.rows["events.jsonl"] = [
        packs.event(f"id-{n:04}", "2026-04-01T00:00:00Z", "2026-04-01T00:00:00Z", late=True)
        for n in range(500)
    ]
    assert 9 in verify_bytes(pack.build(), tmp_path).failed


_SETTLED = {
    "period_end": "2026-04-02T23:59:59Z",
    "cut_hour": "2026-04-05T23:00:00Z",
    "settled_through": "2026-04-03T00:00:00Z",
    "settled": True,
}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"settled_through": "2026-04-03T00:00:01Z"}, "less than 72 hours before the cut"),
        ({"settled": False}, "settled"),
        ({"settled_through": None}, "settled"),
        ({"settled_through": "2026-04-02T23:59:59Z"}, "settled"),
        ({"cut_hour": "2026-04-02T22:00:00Z"}, "before the period's last hour"),
        ({"cut_hour": "2026-04-05T23:00:01Z"}, "not the start of an hour"),
    ],
)
def test_a_manifest_that_is_settled_too_early_is_refused(facts: dict[str, Any], why: str) -> None:
    """72 hours before the cut, and behind the period's end: then, and only then."""
    script._check_cut(_SETTLED)
    with pytest.raises(script.Failed, match=why) as refused:
        script._check_cut(_SETTLED | facts)
    assert refused.value.number == 6


@pytest.mark.parametrize(("n_sealed", "early"), [(40, {"org-a"}), (48, set())])
def test_which_organizations_a_pack_ends_early_for(n_sealed: int, early: set[str]) -> None:
    """Those whose last hours it admits as gaps: what follows need not follow its last seal."""
    counts = dict.fromkeys(script.COVERAGE, 0) | {"expected_hours": 48, "complete": n_sealed}
    chains = [
        {"org_id": "org-a", "last_sealed_hour": "2026-04-02T15:00:00Z"},
        {"org_id": "org-b", "last_sealed_hour": "2026-04-02T23:00:00Z"},
    ]
    ended = script.seconds("2026-04-02T23:59:59Z")
    assert script._ending_early({"coverage": counts}, chains, ended) == early
    assert script._ending_early({"coverage": counts | {"complete": "40"}}, chains, ended) == set()


def test_a_finding_ends_after_the_hour_that_first_showed_it(tmp_path: Path) -> None:
    """The hour that no longer shows it is a later one."""
    pack = full_packs.full()
    row = pack.rows["findings.jsonl"][-1]
    row |= {"resolved_hour": row["first_seen_hour"], "resolved_by": None}
    assert "resolved_hour" in verify_bytes(pack.build(), tmp_path).failed[9]


@pytest.mark.parametrize("option", ["--keys", "--anchors", "--previous"])
def test_a_file_that_is_no_regular_one_is_named(tmp_path: Path, option: str) -> None:
    """It need not be the pack."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = verify_bytes(packs.small().build(), tmp_path, option, str(pipe)).text
    assert "pipe is not a regular file" in text.splitlines()[0]
    assert option in text
    assert verify(pipe).text.splitlines()[0].endswith("pipe is not a regular file")


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {}", "{} "])
def test_white_space_around_the_pinned_key_is_left_out(tmp_path: Path, around: str) -> None:
    """`--expected-pubkey "$(cat key.txt)"` may bring some; inside the key it stays refused."""
    good, key = packs.small().build(), packs.public_hex()
    assert verify_bytes(good, tmp_path, key=around.format(key)).code == 0
    inside = around.format(key[:32]) + around.format(key[32:])
    assert verify_bytes(good, tmp_path, key=inside).code == 2
