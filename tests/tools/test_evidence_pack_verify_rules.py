"""The verifier's rules for what sealed rows become, and who may say what about what."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import full_packs, packs
from tests.tools.verifier import script, verify_bytes

LAST = "2026-04-02T23:00:00Z"
NOTHING: dict[str, Any] = dict.fromkeys(("state", "due_date"))


@pytest.mark.parametrize(
    "facts",
    [
        {"first_seen_hour": None, **NOTHING},
        {"finding_id": None, "first_seen_hour": None, **NOTHING},
        {"finding_id": None, **NOTHING},
        {"service_account_id": "svc_1", **NOTHING},
        {"service_account_id": "svc_1", "first_seen_hour": None, **NOTHING},
        {"service_account_id": "svc_1", "finding_id": None, **NOTHING},
        {"service_account_id": "svc_1", "finding_id": None, "first_seen_hour": None, "state": None},
    ],
)
def test_a_statement_is_of_one_finding_or_of_one_account(facts: dict[str, Any]) -> None:
    """Of neither, of both, of half of one: none of these."""
    check = script.StatementRows._check_words
    check(full_packs.statement(1, 3))
    check(full_packs.of_account(1, 3))
    with pytest.raises(script.Malformed, match="neither of one finding nor of one service account"):
        check(full_packs.statement(1, 3, **facts))


@pytest.mark.parametrize(
    ("first", "resolved", "is_open"),
    [
        (LAST, None, True),
        ("2026-04-03T00:00:00Z", None, False),
        ("2026-03-01T00:00:00Z", LAST, False),
        ("2026-03-01T00:00:00Z", "2026-04-03T00:00:00Z", True),
    ],
)
def test_which_findings_of_a_key_are_open_in_the_last_hour(
    first: str, resolved: str | None, is_open: bool
) -> None:
    """One that this hour was the first to show is; one that it no longer shows is not."""
    found = full_packs.finding("f-1", first_seen_hour=first, resolved_hour=resolved)
    shown = script._open_findings([found], None, LAST)
    assert [row["finding_id"] for row in shown] == (["f-1"] if is_open else [])


def test_the_last_hour_that_shows_a_section() -> None:
    """As the last seal says it; else the last of those that version 2 sealed."""
    shown = script.Shown()
    assert shown.last() is None
    shown.hours += ["2026-04-01T00:00:00Z", "2026-04-01T01:00:00Z", "2026-04-01T02:00:00Z"]
    assert shown.last() == "2026-04-01T02:00:00Z"
    shown.listed_at = LAST
    assert shown.last() == LAST


@pytest.mark.parametrize(
    ("seal", "facts", "is_shown"),
    [
        ({}, {"status": "complete"}, True),
        ({}, {"status": "partial", "asked_at": "2026-04-02T00:00:00Z"}, True),
        ({}, {"status": "complete", "asked_at": "2026-04-01T23:00:00Z"}, False),
        ({}, {"status": "failed"}, False),
        ({}, {}, False),
        ({"pictured_from": "2026-04-01T22:00:00Z"}, {"status": "derived"}, True),
        ({"pictured_from": None}, {"status": "derived"}, False),
    ],
)
def test_which_sections_an_hour_of_version_2_shows(
    seal: packs.Row, facts: packs.Row, is_shown: bool
) -> None:
    """What it read itself, whole or in part; what is derived, if it had a picture."""
    hour = script.hour_number("2026-04-01T23:00:00Z")
    assert script._is_shown(seal, facts, hour) is is_shown


START = 0  # hours after the period's first


@pytest.mark.parametrize(
    ("first", "hours", "is_complete"),
    [(1, START, True), (1, 3, True), (2, START - 1, True), (2, START, False), (2, 3, False)],
)
def test_no_custody_entry_of_the_period_is_missing_in_front(
    tmp_path: Path, first: int, hours: int, is_complete: bool
) -> None:
    """The first one here is number 1, or was sealed before the period: not in its first hour."""
    log = full_packs.custody([hours, 20], first, None if first == 1 else "ab" * 32)
    verdict = verify_bytes(full_packs.with_custody(log).build(), tmp_path)
    assert verdict.failed.keys() == (set() if is_complete else {10}), verdict.text
    assert is_complete or f"custody entries before number {first} are missing" in verdict.failed[10]


def test_an_entry_behind_one_of_no_form_follows_nothing(tmp_path: Path) -> None:
    """The first row's number is nobody's word where the row is refused."""
    first, _ = full_packs.custody([3, 20])
    first["action"] = 7
    second = full_packs.custody([20], 2, packs.sha256(packs.canonical(first)))
    verdict = verify_bytes(full_packs.with_custody([first, *second]).build(), tmp_path)
    assert "custody.jsonl row 1" in verdict.failed[9]
    assert "custody entry 2 does not follow the row before it" in verdict.failed[10]


def test_a_chain_of_format_2_may_lack_its_last_hour_but_not_garble_it(tmp_path: Path) -> None:
    """Check 6 says so: the manifest is of no known form."""

    def garbled(values: packs.Row) -> packs.Row:
        values["chain"][0]["last_sealed_hour"] = 7
        return values

    verdict = verify_bytes(packs.small(format=2, manifest=garbled).build(), tmp_path)
    assert verdict.failed.keys() == {6}
    assert "last_sealed_hour" in verdict.failed[6]


def test_a_core_pack_has_no_large_values(tmp_path: Path) -> None:
    """Check 6 says so, whatever the archive holds."""
    large = {"members": 0, "bytes": 0, "names_sha256": packs.sha256(b"")}
    pack = packs.small(profile="core", facts={"large": large})
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.failed == {6: "only profile full has large values"}
