"""What a person should look at: findings that the sections beyond the four bring."""

import re
from pathlib import Path
from typing import Any

import pytest

from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal
from functions.shared.hashing import email_hash
from functions.shared.hours import parse_instant
from functions.shared.tables.account_owners import Answers
from functions.snapshot.findings.access import of_admin_key, of_invite
from functions.snapshot.findings.api_keys import Around, of_key, orphaned
from functions.snapshot.findings.register import NEEDS
from functions.snapshot.reconcile.findings import EVENT_WITHOUT_CHANGE, UNEXPLAINED_CHANGE
from tests.snapshot.test_sections_story import CONNECTED, FIRST, SECOND, THIRD, a_day_later
from tests.support.snapshot_fixture import HASH_KEY, Lab, LabMaker
from tools.openai_simulator import World

TOLD = Path(__file__).parent.parent.parent / "docs" / "findings.md"
HOUR_END = parse_instant("2026-04-01T06:00:00Z")


def test_every_kind_is_told_in_the_documentation() -> None:
    """The table of findings names each kind there is, and no other."""
    rows = [line.split("|") for line in TOLD.read_text().splitlines() if line.startswith("|")]
    # The other table of the page, of verdicts, has no severities.
    told = {row[1].strip(" `") for row in rows if re.search("high|medium|low", row[3])}
    assert told - {""} == {*NEEDS, UNEXPLAINED_CHANGE, EVENT_WITHOUT_CHANGE}


def test_every_reason_is_told_in_the_documentation() -> None:
    """Each reason an orphan can have stands in the table."""
    text = TOLD.read_text()
    assert [reason for _, reason in KEYS if reason and f"`{reason}`" not in text] == []


def open_findings(lab: Lab, seal: Seal) -> set[tuple[str, str, str, str]]:
    """Return (kind, reason, severity, entity) of what is open at an hour's end."""
    return {
        (row["kind"], row["reason"], row["severity"], row["entity_id"])
        for row in lab.register(seal, "findings")
        if row["resolved_hour"] is None and row["kind"] not in ("never_used_key",)
    }


def opened(make_lab: LabMaker, world: World) -> tuple[Lab, Seal]:
    """Return a laboratory and the seal of its first hour."""
    lab = make_lab(world)
    lab.connect(CONNECTED)
    (seal,) = lab.order(FIRST)
    return lab, seal


def admin_key(**facts: Any) -> Json:
    """Return an admin key's row: young, used, with an end far away, not ours."""
    return {
        "key_id": "key_adm",
        "created_at": "2026-03-20T00:00:00Z",
        "last_used_at": "2026-03-31T00:00:00Z",
        "ever_used": True,
        "expires_at": "2026-06-01T00:00:00Z",
        "has_expiry": True,
        "is_own": False,
    } | facts


UNUSED = {"last_used_at": None, "ever_used": False}
ADMIN_KEYS: list[tuple[Json, set[tuple[str, str]]]] = [
    ({}, set()),
    ({"created_at": "2025-12-31T00:00:00Z"}, {("admin_key_old", "medium")}),
    ({"created_at": None}, set()),
    ({"expires_at": None, "has_expiry": False}, {("admin_key_no_expiry", "medium")}),
    ({"expires_at": None, "has_expiry": None}, set()),
    ({"last_used_at": "2025-12-31T00:00:00Z"}, {("admin_key_idle", "high")}),
    (UNUSED, {("admin_key_never_used", "low")}),
    ({"last_used_at": None, "ever_used": None}, set()),
    (
        UNUSED | {"created_at": "2025-12-31T00:00:00Z"},
        {("admin_key_never_used", "low"), ("admin_key_idle", "high"), ("admin_key_old", "medium")},
    ),
    ({"expires_at": "2026-04-15T06:00:00Z", "is_own": True}, {("own_key_expiring", "high")}),
    ({"expires_at": "2026-04-15T06:00:00Z", "is_own": None}, {("own_key_expiring", "high")}),
    ({"expires_at": "2026-04-15T06:00:00Z"}, set()),
    ({"expires_at": "2026-04-15T06:00:01Z", "is_own": True}, set()),
    ({"expires_at": "2026-04-01T06:00:00Z", "created_at": "2025-01-01T00:00:00Z"}, set()),
]


@pytest.mark.parametrize(("facts", "expected"), ADMIN_KEYS)
def test_admin_keys(facts: Json, expected: set[tuple[str, str]]) -> None:
    """Old, endless, idle, unused, about to end; what is not told is not held against a key."""
    found = of_admin_key(admin_key(**facts), HOUR_END)
    assert {(one["kind"], one["severity"]) for one in found} == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, 1),
        ({"expires_at": None}, 1),
        ({"role": "reader"}, 0),
        ({"status": "accepted"}, 0),
        ({"status": "expired"}, 0),
        ({"expires_at": "2026-04-01T06:00:00Z"}, 0),
    ],
)
def test_owner_invites(facts: Json, expected: int) -> None:
    """Only an invite that can still be taken up, and makes an owner, is worth a look."""
    invite = {
        "invite_id": "invite-1",
        "role": "owner",
        "status": "pending",
        "expires_at": "2026-04-07T00:00:00Z",
    }
    assert len(list(of_invite(invite | facts, HOUR_END))) == expected


def project_key(**facts: Any) -> Json:
    """Return a row of a key of Ann's in a project of which she is a member."""
    return {
        "key_id": "key_1",
        "project_id": "proj_web",
        "owner_type": "user",
        "owner_id": "user-ann",
        "owner_project_access": "active",
        "created_at": "2026-03-01T00:00:00Z",
        "first_seen_at": "2026-03-31T00:00:00Z",
        "last_used_at": "2026-03-31T00:00:00Z",
        "expires_at": None,
    } | facts


READ = {
    "service_accounts": "2026-04-01T00:00:00Z",
    "project_users": "2026-04-01T00:00:00Z",
}
BOT: Json = {"owner_type": "service_account", "owner_id": "svc_bot"}
GONE: Json = BOT | {"owner_id": "svc_gone"}
OUT: Json = {"project_id": "proj_lab"}
KEYS: list[tuple[Json, str | None]] = [
    ({}, None),
    ({"owner_id": None}, "no_owner"),
    ({"owner_id": "user-gone"}, "owner_left"),
    (BOT, None),
    (BOT | {"owner_project_access": "inactive"}, "access_inactive"),
    (GONE, "service_account_gone"),
    (GONE | {"created_at": "2026-04-01T00:00:00Z"}, None),
    (GONE | {"created_at": None}, "service_account_gone"),
    (GONE | {"created_at": None, "first_seen_at": "2026-03-31T23:00:00Z"}, None),
    (OUT | {"owner_project_access": "inactive"}, "owner_left_project"),
    (OUT | {"owner_project_access": None}, "owner_left_project"),
    (OUT, None),
    (OUT | {"owner_id": "user-olga", "owner_project_access": None}, None),
    ({"owner_project_access": "inactive"}, "access_inactive"),
    (
        OUT | {"owner_project_access": "inactive", "created_at": "2026-04-01T00:00:00Z"},
        "access_inactive",
    ),
]


@pytest.mark.parametrize(("facts", "reason"), KEYS)
def test_orphans(facts: Json, reason: str | None) -> None:
    """Each orphan for one reason, and none by a list that was read before the key was made."""
    around = Around(
        users={"user-ann": {"role": "reader"}, "user-olga": {"role": "owner"}},
        projects={},
        service_accounts={"svc_bot": {}},
        members={"proj_web/user-ann": {}},
        read_at=READ,
    )
    assert orphaned(project_key(**facts), around) == reason


def test_only_a_key_that_works_is_of_high_severity() -> None:
    """A key that has ended, or whose owner has no access, cannot do harm."""
    around = Around({}, {}, {}, {}, READ)

    def severity(**facts: Any) -> str:
        found = of_key(project_key(**facts), around, HOUR_END)
        return str(next(one["severity"] for one in found if one["kind"] == "orphan_key"))

    assert severity(**GONE) == severity(owner_id=None) == "high"
    assert severity() == severity(**GONE, owner_project_access="inactive") == "low"
    assert severity(**GONE, expires_at="2026-04-01T06:00:00Z") == "low"


def test_a_section_that_was_never_read_accuses_nobody() -> None:
    """Without the lists, silence about an owner says nothing."""
    around = Around({"user-ann": {"role": "reader"}}, {}, {}, {}, {"service_accounts": None})
    assert orphaned(project_key(**GONE), around) is None
    assert orphaned(project_key(**OUT, owner_project_access=None), around) is None


def test_a_story_of_access(make_lab: LabMaker) -> None:
    """Findings open in the hour that shows them and are resolved by the change that mends them."""
    world = World("org-access")
    early = world.at("2025-12-01T10:00:00Z")
    for nick in ("olga", "otto", "orla", "oona"):
        early.user_joins(nick, role="owner")
    early.admin_key_made("old", "sk-admin-old-4444", owner="olga")
    world.at("2026-03-30T10:00:00Z").invite_sent("carl", role="owner")
    world.at("2026-04-01T03:30:00Z").user_role("oona", "reader").invite_accepted("carl")
    world.at("2026-04-01T03:40:00Z").admin_key_revoked("old", "sk-admin-old-4444")
    lab, seal = opened(make_lab, world)
    assert open_findings(lab, seal) == {
        ("many_owners", "more_than_three", "medium", ""),
        ("owner_invite_pending", "pending", "medium", "invite-carl"),
        ("admin_key_old", "older_than_90_days", "medium", "key_adm_old"),
        ("admin_key_no_expiry", "no_expiry", "medium", "key_adm_old"),
        ("admin_key_never_used", "no_last_use", "low", "key_adm_old"),
        ("admin_key_idle", "never_used_90_days_old", "high", "key_adm_old"),
    }
    (seal,) = lab.tick(SECOND)
    assert open_findings(lab, seal) == set()
    rows = lab.register(seal, "findings")
    by = {row["kind"]: row["resolved_by"] for row in rows if row["resolved_hour"] == SECOND}
    assert by["owner_invite_pending"]["fields"] == ["accepted_at", "status"]
    assert by["admin_key_old"]["kind"] == "removed"


def test_a_service_account_whose_person_left(make_lab: LabMaker) -> None:
    """The tenant names who answers; when they leave, the account is nobody's and its key works."""
    world = World("org-bots")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner").user_joins("ann")
    early.project_created("web").service_account_created("bot", "web")
    early.key_made("bot-key", "web", owner="bot").key_used("bot-key")
    world.at("2026-04-01T03:30:00Z").user_leaves("ann")
    lab = make_lab(world)
    lab.connect(CONNECTED)
    Answers(lab.table, lab.tenant, lab.org).name("svc_acct_bot", "user-ann")
    (seal,) = lab.order(FIRST)
    assert open_findings(lab, seal) == set()
    (seal,) = lab.tick(SECOND)
    left = ("service_account_person_left", "person_not_in_organization", "high", "svc_acct_bot")
    assert open_findings(lab, seal) == {left}
    Answers(lab.table, lab.tenant, lab.org).name("svc_acct_bot", "user-olga")
    (seal,) = lab.tick(THIRD)
    assert open_findings(lab, seal) == set()


def test_a_person_named_by_address_is_the_user_with_its_hash(make_lab: LabMaker) -> None:
    """The seal says the user id; an address that is nobody's is somebody who is not there."""
    world = World("org-bots")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner")
    early.project_created("web").service_account_created("bot", "web")
    lab = make_lab(world)
    lab.connect(CONNECTED)
    answers = Answers(lab.table, lab.tenant, lab.org)
    answers.name("svc_acct_bot", email_hash(HASH_KEY, "olga@bots.example"))
    (seal,) = lab.order(FIRST)
    (row,) = lab.register(seal, "service_accounts")
    assert (row["person_id"], open_findings(lab, seal)) == ("user-olga", set())
    answers.name("svc_acct_bot", email_hash(HASH_KEY, "nobody@bots.example"))
    (seal,) = lab.tick(SECOND)
    (row,) = lab.register(seal, "service_accounts")
    assert len(row["person_id"]) == 64
    assert {kind for kind, *_ in open_findings(lab, seal)} == {"service_account_person_left"}


def test_an_owner_who_left_the_project_is_one_finding(make_lab: LabMaker) -> None:
    """First OpenAI says the access is inactive; the daily list says why; it stays one finding."""
    world = World("org-moved")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner").user_joins("ann")
    early.project_created("web").key_made("ann-key", "web", owner="ann").key_used("ann-key")
    world.at("2026-04-01T03:30:00Z").member_removed("web", "ann")
    lab, _ = opened(make_lab, world)
    (seal,) = lab.tick(SECOND)
    assert open_findings(lab, seal) == {("orphan_key", "access_inactive", "low", "key_ann-key")}
    seal = a_day_later(lab)
    assert open_findings(lab, seal) == {("orphan_key", "owner_left_project", "low", "key_ann-key")}
    (row,) = [row for row in lab.register(seal, "findings") if row["kind"] == "orphan_key"]
    assert row["first_seen_hour"] == SECOND


def test_a_key_that_outlives_its_service_account(make_lab: LabMaker) -> None:
    """An account and its key that appear between two readings are no orphan; a gone one's is."""
    world = World("org-outlive")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner")
    early.project_created("web").service_account_created("bot", "web")
    early.key_made("bot-key", "web", owner="bot").key_used("bot-key")
    hour = world.at("2026-04-01T03:30:00Z").service_account_deleted("bot", keys_stay=True)
    hour.service_account_created("new", "web").key_made("new-key", "web", owner="new")
    world.at("2026-04-01T03:35:00Z").key_used("new-key")
    lab, _ = opened(make_lab, world)
    (seal,) = lab.tick(SECOND)
    assert open_findings(lab, seal) == set()
    seal = a_day_later(lab)
    assert open_findings(lab, seal) == {
        ("orphan_key", "service_account_gone", "high", "key_bot-key")
    }
