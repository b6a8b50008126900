"""Findings that the sections beyond the four bring, hour by hour."""

from functions.shared.evidence.seals import Seal
from functions.shared.hashing import email_hash
from tests.snapshot.stories.test_optional_sections import (
    CONNECTED,
    FIRST,
    SECOND,
    THIRD,
    a_day_later,
)
from tests.support.snapshot_fixture import HASH_KEY, FixtureMaker, SnapshotFixture
from tools.openai_simulator import World


def open_findings(fixture: SnapshotFixture, seal: Seal) -> set[tuple[str, str, str, str]]:
    """Return (kind, reason, severity, entity) of what is open at an hour's end."""
    return {
        (row["kind"], row["reason"], row["severity"], row["entity_id"])
        for row in fixture.register(seal, "findings")
        if row["resolved_hour"] is None and row["kind"] not in ("never_used_key",)
    }


def opened(make_fixture: FixtureMaker, world: World) -> tuple[SnapshotFixture, Seal]:
    """Return an organization and the seal of its first hour."""
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    (seal,) = fixture.order(FIRST)
    return fixture, seal


def test_a_story_of_access(make_fixture: FixtureMaker) -> None:
    """Findings open in the hour that shows them and are resolved by the change that mends them."""
    world = World("org-access")
    early = world.at("2025-12-01T10:00:00Z")
    for nick in ("olga", "otto", "orla", "oona"):
        early.user_joins(nick, role="owner")
    early.admin_key_made("old", "sk-admin-old-4444", owner="olga")
    world.at("2026-03-30T10:00:00Z").invite_sent("carl", role="owner")
    world.at("2026-04-01T03:30:00Z").user_role("oona", "reader").invite_accepted("carl")
    world.at("2026-04-01T03:40:00Z").admin_key_revoked("old", "sk-admin-old-4444")
    fixture, seal = opened(make_fixture, world)
    assert open_findings(fixture, seal) == {
        ("many_owners", "more_than_three", "medium", ""),
        ("owner_invite_pending", "pending", "medium", "invite-carl"),
        ("admin_key_old", "older_than_90_days", "medium", "key_adm_old"),
        ("admin_key_no_expiry", "no_expiry", "medium", "key_adm_old"),
        ("admin_key_never_used", "no_last_use", "low", "key_adm_old"),
        ("admin_key_idle", "never_used_90_days_old", "high", "key_adm_old"),
    }
    (seal,) = fixture.tick(SECOND)
    assert open_findings(fixture, seal) == set()
    rows = fixture.register(seal, "findings")
    by = {row["kind"]: row["resolved_by"] for row in rows if row["resolved_hour"] == SECOND}
    assert by["owner_invite_pending"]["fields"] == ["accepted_at", "status"]
    assert by["admin_key_old"]["kind"] == "removed"


def test_a_service_account_whose_person_left(make_fixture: FixtureMaker) -> None:
    """The tenant names who answers; when they leave, the account is nobody's and its key works.

    A team that is named then does not leave.
    """
    world = World("org-bots")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner").user_joins("ann")
    early.project_created("web").service_account_created("bot", "web")
    early.key_made("bot-key", "web", owner="bot").key_used("bot-key")
    world.at("2026-04-01T03:30:00Z").user_leaves("ann")
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    fixture.name_person("svc_acct_bot", "user-ann")
    (seal,) = fixture.order(FIRST)
    assert open_findings(fixture, seal) == set()
    (seal,) = fixture.tick(SECOND)
    left = ("service_account_person_left", "person_not_in_organization", "high", "svc_acct_bot")
    assert open_findings(fixture, seal) == {left}
    fixture.name_person("svc_acct_bot", "team:bots")
    (seal,) = fixture.tick(THIRD)
    assert open_findings(fixture, seal) == set()
    (row,) = fixture.register(seal, "service_accounts")
    assert row["person_id"] == "team:bots"


def test_a_person_named_by_address_is_the_user_with_its_hash(make_fixture: FixtureMaker) -> None:
    """The seal says the user id; an address that is nobody's is somebody who is not there."""
    world = World("org-bots")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner")
    early.project_created("web").service_account_created("bot", "web")
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    fixture.name_person("svc_acct_bot", email_hash(HASH_KEY, "olga@bots.example"))
    (seal,) = fixture.order(FIRST)
    (row,) = fixture.register(seal, "service_accounts")
    assert (row["person_id"], open_findings(fixture, seal)) == ("user-olga", set())
    fixture.name_person("svc_acct_bot", email_hash(HASH_KEY, "nobody@bots.example"))
    (seal,) = fixture.tick(SECOND)
    (row,) = fixture.register(seal, "service_accounts")
    assert len(row["person_id"]) == 64
    assert {kind for kind, *_ in open_findings(fixture, seal)} == {"service_account_person_left"}


def test_an_owner_who_left_the_project_is_one_finding(make_fixture: FixtureMaker) -> None:
    """First OpenAI says the access is inactive; the daily list says why; it stays one finding."""
    world = World("org-moved")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner").user_joins("ann")
    early.project_created("web").key_made("ann-key", "web", owner="ann").key_used("ann-key")
    world.at("2026-04-01T03:30:00Z").member_removed("web", "ann")
    fixture, _ = opened(make_fixture, world)
    (seal,) = fixture.tick(SECOND)
    assert open_findings(fixture, seal) == {("orphan_key", "access_inactive", "low", "key_ann-key")}
    seal = a_day_later(fixture)
    assert open_findings(fixture, seal) == {
        ("orphan_key", "owner_left_project", "low", "key_ann-key")
    }
    (row,) = [row for row in fixture.register(seal, "findings") if row["kind"] == "orphan_key"]
    assert row["first_seen_hour"] == SECOND


def test_a_key_that_outlives_its_service_account(make_fixture: FixtureMaker) -> None:
    """An account and its key that appear between two readings are no orphan; a gone one's is."""
    world = World("org-outlive")
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner")
    early.project_created("web").service_account_created("bot", "web")
    early.key_made("bot-key", "web", owner="bot").key_used("bot-key")
    hour = world.at("2026-04-01T03:30:00Z").service_account_deleted("bot", keys_stay=True)
    hour.service_account_created("new", "web").key_made("new-key", "web", owner="new")
    world.at("2026-04-01T03:35:00Z").key_used("new-key")
    fixture, _ = opened(make_fixture, world)
    (seal,) = fixture.tick(SECOND)
    assert open_findings(fixture, seal) == set()
    seal = a_day_later(fixture)
    assert open_findings(fixture, seal) == {
        ("orphan_key", "service_account_gone", "high", "key_bot-key")
    }


def test_a_story_of_an_account_that_is_off(make_fixture: FixtureMaker) -> None:
    """Its keys are found while it is off; an event without a time is sealed once, with none."""
    world = World("org-off")
    early = world.at("2026-03-30T10:00:00Z").user_joins("ann", role="owner").user_joins("bob")
    early.project_created("web").member_added("web", "bob").key_made("bobs", "web", owner="bob")
    hour = world.at("2026-04-01T03:30:00Z").user_flags("bob", enabled=False)
    hour.event("login.failed", id_="audit-odd")
    world.at("2026-04-01T04:30:00Z").user_flags("bob")
    fixture, seal = opened(make_fixture, world)
    assert open_findings(fixture, seal) == set()
    path = "/organization/audit_logs"
    fixture.simulator.faults.add("null_fields", path=path, fields=["effective_at"])
    (seal,) = fixture.tick(SECOND)
    off = ("disabled_owner_key", "owner_disabled", "medium", "key_bobs")
    assert open_findings(fixture, seal) == {off}
    assert ("users", "modified", "user-bob") in fixture.changes(seal)
    (odd,) = [row for row in fixture.events(seal) if row["event_id"] == "audit-odd"]
    assert (odd["occurred_at"], odd["sealed_hour"]) == (None, SECOND)
    assert odd["details"]["unreadable"] == ["occurred_at"]
    (seal,) = fixture.tick(THIRD)
    assert open_findings(fixture, seal) == set()
    assert "audit-odd" not in {row["event_id"] for row in fixture.events(seal)}
