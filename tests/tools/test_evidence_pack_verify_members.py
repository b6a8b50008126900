"""The further members of profile full: accepted as they should be, refused as they should not."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import full_packs, packs
from tests.support.pack_sealed import name_anew
from tests.support.packs import Pack, Row
from tests.tools.hostile import Cases
from tests.tools.verifier import verify_bytes

CASES = Cases()
OPTIONAL = ("admin_keys", "service_accounts", "invites", "project_users")


def rows(name: str, words: str, member: str, change: Callable[[list[Row]], object]) -> None:
    """Register a signed pack with other rows of one member, refused by check 9."""
    CASES.case(name, 9, words, lambda: _changed(member, change))


def numbers(name: str, words: str, member: str, change: Callable[[list[Row]], object]) -> None:
    """Register a signed pack whose rows are not as many as the seals say: check 10."""
    CASES.case(name, 10, words, lambda: _changed(member, change))


def _changed(member: str, change: Callable[[list[Row]], object]) -> bytes:
    pack = full_packs.full()
    change(pack.rows[member])
    return pack.build()


def fact(**facts: Any) -> Callable[[list[Row]], object]:
    """Return a change of fields of the first row."""
    return lambda found: found[0].update(facts)


CHANGES, FINDINGS = "changes.jsonl", "findings.jsonl"
rows("change_before", "not an hour of the", CHANGES, fact(hour="2026-03-31T23:00:00Z"))
rows("change_after", "not an hour of the", CHANGES, fact(hour="2026-04-03T00:00:00Z"))
rows("change_at_no_hour", "not an hour of the", CHANGES, fact(hour="2026-04-01T04:01:00Z"))
rows("change_hour_number", "not an hour of the", CHANGES, fact(hour=4))
rows("change_other_org", "org_ids", CHANGES, fact(org_id="org-Other"))
rows("change_swapped", "not sorted", CHANGES, list.reverse)
rows("change_twice", "twice", CHANGES, lambda r: r.append(r[-1]))
rows("change_entity_number", "entity_id is no text", CHANGES, fact(entity_id=7))
rows("change_kind", "kind is none", CHANGES, fact(kind="moved"))
rows("change_kind_list", "kind is none", CHANGES, fact(kind=["added"]))
rows("change_fields", "fields is not a list", CHANGES, fact(fields="role"))
rows("change_fields_twice", "fields is not a list", CHANGES, fact(fields=["role", "role"]))
rows("change_removed_with_after", "after does not hold", CHANGES, fact(after={"role": "x"}))
rows("change_without_before", "before does not hold", CHANGES, fact(before=None))
rows("change_other_fields", "before does not hold", CHANGES, fact(before={"name": "x"}))
rows("change_verdict", "verdict is none", CHANGES, fact(verdict="fine"))
rows("change_verdict_list", "verdict is none", CHANGES, fact(verdict=["explained"]))
rows("change_event_number", "event_id is neither", CHANGES, fact(event_id=3))
rows("change_by_nothing", "by no event", CHANGES, fact(event_id=None))
rows("change_lacks", "lacks verdict", CHANGES, lambda r: r[0].pop("verdict"))
rows("finding_swapped", "not sorted", FINDINGS, list.reverse)
rows("finding_twice", "twice", FINDINGS, lambda r: r.append(r[-1]))
rows("finding_id_null", "finding_id is no text", FINDINGS, fact(finding_id=None))
rows("finding_severity", "severity is none", FINDINGS, fact(severity="urgent"))
rows("finding_severity_list", "severity is none", FINDINGS, fact(severity=["high"]))
rows(
    "finding_later",
    "first_seen_hour is not",
    FINDINGS,
    fact(first_seen_hour="2026-04-03T00:00:00Z"),
)
rows("finding_no_hour", "first_seen_hour is not", FINDINGS, fact(first_seen_hour=None))
rows("finding_open_by", "it is open, but", FINDINGS, fact(resolved_by={"hour": "x"}))
rows("finding_odd_end", "resolved_hour is not", FINDINGS, fact(resolved_hour="soon"))
rows(
    "finding_ends_first",
    "resolved_hour is not",
    FINDINGS,
    fact(resolved_hour="2026-02-01T00:00:00Z"),
)
rows(
    "finding_long_past",
    "resolved before the period",
    FINDINGS,
    fact(resolved_hour="2026-03-31T23:00:00Z"),
)
for section in OPTIONAL:
    file = f"{section}.jsonl"
    rows(f"{section}_twice", "twice", file, lambda r: r.append(r[-1]))
    rows(f"{section}_other_org", "org_ids", file, fact(org_id="org-Other"))
    rows(f"{section}_no_first_hour", "no hour", file, fact(first_seen_at="now"))
    rows(f"{section}_removed_oddly", "not an hour", file, fact(removed_at="x"))
    rows(f"{section}_lacks", "lacks state_at", file, lambda r: r[0].pop("state_at"))

HOUR = "2026-04-01T09:00:00Z: 1 changes are here, the seal has 2"
numbers("change_left_out", HOUR, CHANGES, lambda r: r.pop())
numbers("hour_of_changes_left_out", "04:00:00Z: 0 changes", CHANGES, lambda r: r.pop(0))
numbers("no_changes_at_all", "the seal has", CHANGES, list.clear)
numbers(
    "change_added",
    "2026-04-02T00:00:00Z: 1 changes are here, the seal has 0",
    CHANGES,
    lambda r: r.append(full_packs.change(24, "users", "user-9", "added")),
)
numbers(
    "user_left_out",
    "1 rows of users.jsonl are open at the end, the seals say 2",
    "users.jsonl",
    lambda r: r.pop(),
)
numbers("finding_left_out", "0 rows of findings.jsonl", FINDINGS, lambda r: r.pop(0))
numbers(
    "stay_invented",
    "more rows than the 1",
    "admin_keys.jsonl",
    lambda r: r.append(
        full_packs.admin_key(
            "key_x", removed_at="2026-04-01T09:00:00Z", state_at="2026-04-01T08:00:00Z"
        )
    ),
)
numbers(
    "account_left_out", "0 rows of service_accounts.jsonl", "service_accounts.jsonl", list.clear
)
CASES.case(
    "changes_file_left_out",
    10,
    "0 changes are here, the seal has 1",
    lambda: full_packs.without(full_packs.full(), CHANGES).build(),
)
CASES.case(
    "accounts_file_left_out",
    10,
    "the seals name 1 of service_accounts, and there is no service_accounts.jsonl",
    lambda: full_packs.without(full_packs.full(), "service_accounts.jsonl").build(),
)
CASES.case(
    "member_nobody_knows",
    7,
    "secrets.json is no member",
    lambda: packs.small(texts={"secrets.json": b"{}\n", "README.txt": b"x\n"}).build(),
)


def _with_seal(**facts: Any) -> bytes:
    pack = full_packs.full()
    return pack.but(rows={**pack.rows, "coverage.jsonl": _coverage(facts)}).build()


def _coverage(facts: Row) -> list[Row]:
    return packs.seals([facts] * 48, full_packs.START, [], previous="ab" * 32)


CASES.case(
    "changes_segment_malformed",
    10,
    "malformed",
    lambda: _with_seal(segments={"events": [], "changes": [{"month": "April", "rows": 1}]}),
)
CASES.case(
    "changes_beyond_counting",
    10,
    "the seal has 4294967295",
    lambda: _with_seal(segments={"events": [], "changes": [{"month": "2026-04", "rows": 1 << 52}]}),
)


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_member_is_refused_by_the_right_check(name: str, tmp_path: Path) -> None:
    """Not sorted, not of the period, not what its kind says, or not as many as sealed."""
    CASES.refuse(name, tmp_path)


def test_a_full_pack_is_valid(tmp_path: Path) -> None:
    """Every member of profile full, in the order of the format."""
    verdict = verify_bytes(full_packs.full().build(), tmp_path)
    assert verdict.code == 0, verdict.text


def test_a_document_of_many_organizations_is_not_too_long(tmp_path: Path) -> None:
    """A tenant may have thousands; what is beyond 4 MiB is refused unread."""
    for size, code in ((3 << 20, 0), (5 << 20, 1)):
        document = b'{"organizations":"' + b"x" * size + b'"}\n'
        texts = {"collection.json": document, "README.txt": b"Read me.\n"}
        verdict = verify_bytes(packs.small(texts=texts).build(), tmp_path)
        assert verdict.code == code, verdict.text


@pytest.mark.parametrize("section", ["service_accounts", "invites"])
def test_a_member_that_nothing_tells_of_may_be_absent(section: str, tmp_path: Path) -> None:
    """A list that was never read has no file; where the seals name rows, it must be there."""
    pack = full_packs.without(full_packs.full(), f"{section}.jsonl")
    facts = {"count": None, "picture_sha256": None, "register": None, "root": None}
    seal = {"outcome": "complete", "sections": {section: facts}}
    changed = pack.rows["changes.jsonl"]
    outcomes: list[str | Row] = [*["complete"] * 47, seal]
    coverage = packs.seals(
        outcomes,
        full_packs.START,
        pack.rows["events.jsonl"],
        previous="ab" * 32,
        changes=changed,
        statements=pack.rows["statements.jsonl"],
    )
    pack = pack.but(rows={**pack.rows, "coverage.jsonl": coverage})
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.code == 0, verdict.text


@pytest.mark.parametrize(
    "seal",
    [
        {"sections": []},
        {"sections": {"users": 1}},
        {"sections": {"users": {"count": True, "register": {"rows": "2"}}}},
        {"sections": {"users": {"count": -1, "register": [1]}}},
    ],
)
def test_sections_of_any_form_lead_to_a_verdict(seal: Row, tmp_path: Path) -> None:
    """A seal of version 2 whose numbers cannot be read says nothing of them; later ones must."""
    pack: Pack = packs.small()
    events: list[Row] = []
    for version, code in ((2, 0), (3, 1)):
        coverage = _coverage({"outcome": "complete", "v": version, **seal})
        rows = {**pack.rows, "coverage.jsonl": coverage, "events.jsonl": events}
        verdict = verify_bytes(pack.but(rows=rows, format=version).build(), tmp_path)
        assert verdict.code == code, verdict.text


def test_a_key_with_thousands_of_findings_and_stays_takes_no_time(tmp_path: Path) -> None:
    """Whoever is watched can give it one every other hour: only those that were open are read."""
    pack = full_packs.full()
    key, found = pack.rows["api_keys.jsonl"][0], pack.rows["findings.jsonl"][0]
    ended = {"resolved_hour": "2026-04-01T01:00:00Z", "resolved_by": None}
    pack.rows["findings.jsonl"] += [
        found | ended | {"finding_id": f"g-{number:07}"} for number in range(1500)
    ]
    stay = {"removed_at": "2026-04-02T10:00:00Z", "state_at": "2026-04-02T09:00:00Z"}
    pack.rows["api_keys.jsonl"] = [
        key | stay | {"first_seen_at": packs.hour("2020-01-01T00", number)}
        for number in range(1500)
    ] + pack.rows["api_keys.jsonl"]
    name_anew(pack.rows, pack.org_ids)
    started = time.process_time()
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.code == 0, verdict.text
    assert time.process_time() - started < 10
