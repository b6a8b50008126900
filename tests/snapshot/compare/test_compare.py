"""A snapshot with the registers it follows: what may remove, what is a baseline, what is chosen."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from functions.shared.evidence.seals import Seal
from functions.shared.records.entities import AdminKey
from functions.shared.records.registers import Registers
from functions.snapshot.compare.compare import compare
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.records import SectionRead, Snapshot, TenantChoices
from tests.snapshot.rows import (
    admin_key,
    api_key,
    project,
    service_account,
    user,
    user_state,
)
from tests.support.seal_parts import section_seal

NAME = "2026-04-01T05:00:00Z"
START = datetime(2026, 4, 1, 5, tzinfo=UTC)
NOBODY: SectionRead[Any] = SectionRead("complete")


def hour(*sections: str, baseline: str | None = "2026-03-31T00:00:00Z") -> HourToClose:
    """Return an hour before which some sections had a register."""
    facts: Any = section_seal("complete") | {"register": {"key": "k"}, "baseline": baseline}
    facts |= {"state_at": "2026-04-01T04:00:00Z", "complete_at": "2026-04-01T05:00:01Z"}
    content: Any = {"v": 3, "pictured_from": NAME, "sections": dict.fromkeys(sections, facts)}
    previous = Seal(content, {}, b"", "")
    return HourToClose("tenant-a", "org-Alpha", START, "none", [], previous)


def snapshot(**sections: SectionRead[Any]) -> Snapshot:
    """Return a snapshot of an empty organization, but for some sections."""
    lists = dict.fromkeys(["users", "projects", "api_keys"], NOBODY) | sections
    return Snapshot(lists, SectionRead("complete"), audit_marks.initial(), NAME, NAME)


def before(**rows: Any) -> Registers:
    """Return the registers before the hour."""
    empty: Registers = {"users": [], "projects": [], "api_keys": []}
    return cast("Registers", {**empty, **rows})


READ = ("users", "projects", "api_keys")


def removed(section: SectionRead[Any]) -> list[str]:
    """Return the keys that a section removes, of three in the projects web, lab and none."""
    keys = [api_key(name, project_id=name) for name in ("web", "lab")]
    compared = compare(hour(*READ), snapshot(api_keys=section), before(api_keys=keys))
    return [change["entity_id"] for change in compared.changes]


def test_only_a_complete_list_removes() -> None:
    """And where every project has a list, only of projects whose list was whole."""
    assert removed(SectionRead("complete")) == ["lab", "web"]
    assert removed(SectionRead("partial")) == []
    assert removed(SectionRead("failed")) == []
    assert removed(SectionRead("complete", covers=["web"])) == ["web"]
    assert removed(SectionRead("complete", covers=[])) == []
    assert removed(SectionRead("partial", covers=["web"])) == []


def test_a_section_that_was_not_read_is_carried_as_it_was() -> None:
    """A required one always, an optional one that was read before."""
    rows = before(users=[user()], groups=[{"group_id": "g", "removed_at": None}])
    failed: SectionRead[Any] = SectionRead("failed", rows=[user_state("user-bob")])
    compared = compare(hour(*READ, "groups"), snapshot(users=failed), rows)
    assert compared.registers["users"] == [user()]
    assert len(compared.registers["groups"]) == 1
    assert "invites" not in compared.registers
    compared = compare(hour(), snapshot(users=failed), before())
    assert set(compared.registers) == set(READ)


def test_a_partial_list_adds_and_modifies() -> None:
    """What it shows is true."""
    rows: Any = [user_state(role="owner"), user_state("user-bob")]
    section: SectionRead[Any] = SectionRead("partial", rows=rows)
    compared = compare(hour(*READ), snapshot(users=section), before(users=[user()]))
    assert [(change["kind"], change["entity_id"]) for change in compared.changes] == [
        ("modified", "user-ann"),
        ("added", "user-bob"),
    ]
    assert {change["hour"] for change in compared.changes} == {NAME}


def test_the_first_whole_snapshot_changes_nothing() -> None:
    """Nothing was known before it."""
    section: SectionRead[Any] = SectionRead("complete", rows=[user_state()])
    compared = compare(hour(*READ, baseline=None), snapshot(users=section), before())
    assert (len(compared.registers["users"]), compared.changes) == (1, [])


def test_changes_stand_in_the_order_of_the_sections() -> None:
    """Users, projects, keys, then the others."""
    gone = before(
        users=[user()], projects=[project()], api_keys=[api_key()], admin_keys=[admin_key()]
    )
    compared = compare(hour(*READ, "admin_keys"), snapshot(admin_keys=NOBODY), gone)
    assert [change["section"] for change in compared.changes] == [*READ, "admin_keys"]


def own_keys(last4: str, *keys: Any) -> Sequence[AdminKey]:
    """Return admin keys as the register has them then."""
    compared = compare(
        hour(*READ, "admin_keys"),
        snapshot(admin_keys=SectionRead("partial")),
        before(admin_keys=list(keys)),
        TenantChoices(last4),
    )
    return compared.registers["admin_keys"]


def owns(last4: str, *keys: Any) -> list[bool | None]:
    """Return of which admin keys it is said that they are ours."""
    return [key["is_own"] for key in own_keys(last4, *keys)]


def test_our_own_admin_key_is_told_by_its_end() -> None:
    """Where two end alike nobody can tell; one that is gone is not looked at."""
    ours, other = admin_key("a", redacted_value="…9876"), admin_key("b", redacted_value="…1111")
    assert owns("9876", ours, other) == [True, False]
    assert owns("9876", ours, other, admin_key("c", redacted_value="…9876")) == [None, False, None]
    assert owns("", ours) == [False]
    assert owns("9876", admin_key(redacted_value=None)) == [False]
    gone = admin_key("c", redacted_value="…9876", removed_at=NAME, is_own=None)
    assert owns("9876", ours, gone) == [True, None]


def test_our_own_admin_key_is_used_whatever_openai_says_yet() -> None:
    """Where it may be ours nobody can tell; of another one, OpenAI's word holds."""
    keys = [
        admin_key(name, redacted_value=f"…{end}", last_used_at=None, ever_used=False)
        for name, end in (("a", "9876"), ("b", "1111"), ("c", "1111"))
    ]
    assert [key["ever_used"] for key in own_keys("9876", *keys)] == [True, False, False]
    assert [key["ever_used"] for key in own_keys("1111", *keys)] == [False, None, None]
    unknown = admin_key("a", redacted_value="…9876", ever_used=None)
    assert [key["ever_used"] for key in own_keys("9876", unknown)] == [None]


def person(users: list[Any], **owners: str) -> str | None:
    """Return who is said to answer for the account bot."""
    compared = compare(
        hour(*READ, "service_accounts"),
        snapshot(users=SectionRead("failed"), service_accounts=SectionRead("partial")),
        before(users=users, service_accounts=[service_account()]),
        TenantChoices(account_owners=owners),
    )
    (account,) = compared.registers["service_accounts"]
    return account["person_id"]


def test_who_answers_for_an_account_is_a_user_or_a_hash() -> None:
    """The user with that address; who is there goes before who left with the same."""
    assert person([user()], svc_bot="user-ann") == "user-ann"
    assert person([user()], svc_bot="hash of user-ann") == "user-ann"
    assert person([user()], svc_bot="nobody's hash") == "nobody's hash"
    assert person([user()], another="user-ann") is None
    now = user("user-new", email_hash="h")
    left = user("user-old", email_hash="h", removed_at=NAME)
    assert person([now, left], svc_bot="h") == person([left, now], svc_bot="h") == "user-new"


def test_an_account_that_is_gone_keeps_who_answered_for_it() -> None:
    """It is sealed as it ended."""
    gone = service_account(removed_at=NAME, person_id="user-ann")
    compared = compare(
        hour(*READ, "service_accounts"),
        snapshot(),
        before(service_accounts=[gone]),
        TenantChoices(account_owners={"svc_bot": "user-bob"}),
    )
    assert compared.registers["service_accounts"] == [gone]
