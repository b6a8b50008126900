"""The sections beyond the four: what is sealed of them, when they are asked for, and how often."""

import pytest

from functions.shared.aws.gzip_member import unpack_gzip
from functions.shared.canonical import Json, canonical
from functions.shared.evidence.seals import Seal
from functions.shared.sections import BY_NAME, OPTIONAL
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import READ_AUDIT_LOGS, World, private_texts

CONNECTED = "2026-04-01T03:20:00Z"
FIRST, SECOND, THIRD = (f"2026-04-01T{hour:02d}:00:00Z" for hour in (2, 3, 4))
NEXT_DAY = "2026-04-02T02:00:00Z"
HOURLY = ("admin_keys", "invites", "groups", "roles")
DAILY = tuple(name for name in OPTIONAL if BY_NAME[name].daily)


def rich_world() -> World:
    """Return a world with something in every section."""
    world = World("org-rich")
    early = world.at("2026-03-20T10:00:00Z")
    early.user_joins("olga", name="Olga Orlova", role="owner").user_joins("ann", name="Ann Lee")
    early.project_created("web").project_created("lab").member_added("web", "ann")
    early.service_account_created("bot", "web").key_made("bot-key", "web", owner="bot")
    early.key_made("ann-key", "web", owner="ann")
    early.admin_key_made("audit", "sk-admin-second-key-9876", owner="olga")
    early.invite_sent("carl", email="carl.private@elsewhere.example", role="owner")
    early.group_created("support", name="Support Team").role_created("key-auditor")
    early.group_member_added("support", "ann").group_given("support", "key-auditor")
    early.user_given("ann", "key-auditor").group_assigned("support", "lab")
    early.provider_created("ci", issuer="https://token.actions.githubusercontent.com")
    early.rule_created("deploy", "ci", "web", "bot", {"repository": "acme/web"})
    return world


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Give an organization on the rich world, its first hour sealed."""
    return opened(make_fixture, rich_world())


def opened(make_fixture: FixtureMaker, world: World) -> SnapshotFixture:
    """Return an organization connected and with its first hour sealed."""
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    fixture.order(FIRST)
    return fixture


def a_day_later(fixture: SnapshotFixture) -> Seal:
    """Return the seal of the first hour that is a day after the first; most between are missed."""
    seal = fixture.tick(NEXT_DAY)[-1]
    assert seal.content["hour"] == NEXT_DAY
    return seal


def section(seal: Seal, name: str) -> Json:
    """Return what a seal says of a section."""
    return {**seal.content["sections"][name]}


def only(fixture: SnapshotFixture, seal: Seal, name: str) -> Json:
    """Return the one row of a register."""
    (row,) = fixture.register(seal, name)
    return row


def asked(fixture: SnapshotFixture, path: str) -> int:
    """Return how often a path was asked for."""
    return fixture.simulator.counts().get(path, 0)


def test_every_section_is_complete_and_a_baseline(fixture: SnapshotFixture) -> None:
    """The first hour reads all twelve beyond the four, and derives no change from them."""
    seal = fixture.seal(FIRST)
    assert {name: section(seal, name)["count"] for name in OPTIONAL} == dict.fromkeys(OPTIONAL, 1)
    for name in OPTIONAL:
        entry = section(seal, name)
        assert (entry["status"], entry["baseline"]) == ("complete", FIRST), name
        assert entry["asked_at"] == "2026-04-01T03:00:00Z"
    assert fixture.changes(seal) == []


def test_rows_say_what_openai_says_and_no_more(fixture: SnapshotFixture) -> None:
    """An admin key's owner is read flat; a membership goes by project and user."""
    seal = fixture.seal(FIRST)
    key = only(fixture, seal, "admin_keys")
    assert (key["owner_type"], key["owner_id"], key["owner_role"]) == ("user", "user-olga", "owner")
    assert (key["has_expiry"], key["ever_used"], key["is_own"]) == (False, False, False)
    member = only(fixture, seal, "project_users")
    assert member["membership_id"] == "proj_web/user-ann"
    assert only(fixture, seal, "service_accounts")["name"] == "bot"
    assert only(fixture, seal, "groups")["name"] == "Support Team"
    assert only(fixture, seal, "roles")["permissions"] == ["api.groups.read"]
    assert only(fixture, seal, "group_members")["membership_id"] == "group_support/user-ann"
    assert only(fixture, seal, "group_roles")["assignment_id"] == "group_support/role_key-auditor"
    assert only(fixture, seal, "user_roles")["assignment_id"] == "user-ann/role_key-auditor"
    assert only(fixture, seal, "project_groups")["membership_id"] == "proj_lab/group_support"
    rule = only(fixture, seal, "workload_identity_rules")
    assert rule["attribute_matchers"] == [{"attribute": "repository", "value": "acme/web"}]
    invite = only(fixture, seal, "invites")
    assert (invite["role"], invite["status"], invite["email_prefix"]) == (
        "owner",
        "pending",
        "carl",
    )


def test_no_person_is_left_in_the_new_registers(fixture: SnapshotFixture) -> None:
    """No address and no person's name of any list stands in a sealed object."""
    fixture.tick(SECOND)
    stored = b""
    for key in fixture.evidence.keys(""):
        body = fixture.evidence.need(key)
        stored += unpack_gzip(body) if key.endswith(".gz") else body
    private = private_texts(fixture.world)
    for text in private.emails | private.names | private.secrets:
        assert text.encode() not in stored, text
    assert b"Support Team" in stored


def test_changes_of_every_section_stand_in_their_hour(fixture: SnapshotFixture) -> None:
    """What is read every hour shows in the hour; what is read daily, a day after the last."""
    hour = fixture.world.at("2026-04-01T03:30:00Z")
    hour.invite_deleted("carl").group_created("sales").role_created("reader-plus")
    hour.admin_key_revoked("audit", "sk-admin-second-key-9876")
    hour.service_account_created("cron", "lab").member_removed("web", "ann")
    seals = fixture.ticks(SECOND, 24)
    assert {change for change in fixture.changes(seals[0]) if change[0] in OPTIONAL} == {
        ("admin_keys", "removed", "key_adm_audit"),
        ("invites", "removed", "invite-carl"),
        ("groups", "added", "group_sales"),
        ("roles", "added", "role_reader-plus"),
    }
    assert [fixture.changes(seal) for seal in seals[1:23]] == [[]] * 22
    assert seals[23].content["hour"] == NEXT_DAY
    assert fixture.changes(seals[23]) == [
        ("service_accounts", "added", "svc_acct_cron"),
        ("project_users", "removed", "proj_web/user-ann"),
    ]


def test_an_hour_between_carries_the_daily_sections(fixture: SnapshotFixture) -> None:
    """Not asked is not empty: status, time of asking and register are those of the last reading."""
    (seal,) = fixture.tick(SECOND)
    for name in DAILY:
        # But for the picture: this hour took none.
        read = section(fixture.seal(FIRST), name) | {"picture_sha256": None}
        assert section(seal, name) == read


def test_an_hour_costs_four_requests_more(fixture: SnapshotFixture) -> None:
    """One list each for the hourly sections; none for the daily ones until a day has passed."""
    before = fixture.simulator.counts()
    fixture.tick(SECOND)
    after = fixture.simulator.counts()
    more = {
        path: after[path] - before.get(path, 0) for path in after if after[path] != before.get(path)
    }
    assert {path: n for path, n in more.items() if path.split("/")[2] in ROOTS} == {
        BY_NAME[name].path: 1 for name in HOURLY
    }
    assert not [path for path in more if path.endswith(("/service_accounts", "web/users"))]


ROOTS = ("admin_api_keys", "invites", "groups", "roles")


@pytest.mark.parametrize(("status", "said"), [(403, "forbidden"), (404, "unavailable")])
def test_a_refused_list_is_asked_again_only_a_day_later(
    make_fixture: FixtureMaker, status: int, said: str
) -> None:
    """Refused lists have their own status, cost the hour nothing, and are not nagged about."""
    fixture = make_fixture(rich_world())
    fixture.connect(CONNECTED)
    fault = fixture.simulator.faults.add("status", status=status, path="/organization/groups*")
    (seal,) = fixture.order(FIRST)
    assert (seal.content["outcome"], section(seal, "groups")["status"]) == ("complete", said)
    assert section(seal, "groups")["register"] is None
    fixture.ticks(SECOND, 2)
    assert asked(fixture, "/organization/groups") == 1
    fixture.simulator.faults.remove(fault)
    seal = a_day_later(fixture)
    assert asked(fixture, "/organization/groups") == 2
    assert (section(seal, "groups")["status"], section(seal, "groups")["count"]) == ("complete", 1)
    assert fixture.changes(seal) == []


def test_a_failing_list_never_makes_the_hour_worse(fixture: SnapshotFixture) -> None:
    """A 500 leaves the hour complete and closed at once; the register is carried to the next."""
    fixture.world.at("2026-04-01T03:30:00Z").invite_deleted("carl")
    fault = fixture.simulator.faults.add("status", status=500, path="/organization/invites")
    (seal,) = fixture.tick(SECOND)
    assert seal.content["outcome"] == "complete"
    assert section(seal, "invites")["status"] == "failed"
    assert seal.register("invites") == fixture.seal(FIRST).register("invites")
    fixture.simulator.faults.remove(fault)
    (seal,) = fixture.tick(THIRD)
    assert fixture.changes(seal) == [("invites", "removed", "invite-carl")]


def test_a_failing_project_keeps_its_part_and_is_read_again(fixture: SnapshotFixture) -> None:
    """One project's list fails on the day: partial, nothing removed; the next hour mends it."""
    fixture.world.at("2026-04-01T03:30:00Z").service_account_deleted("bot")
    path = "/organization/projects/proj_lab/service_accounts"
    fault = fixture.simulator.faults.add("status", status=500, path=path)
    seal = a_day_later(fixture)
    assert seal.content["outcome"] == "complete"
    assert section(seal, "service_accounts")["status"] == "partial"
    removed = ("service_accounts", "removed", "svc_acct_bot")
    assert removed not in fixture.changes(seal)
    fixture.simulator.faults.remove(fault)
    (seal,) = fixture.tick("2026-04-02T03:00:00Z")
    assert section(seal, "service_accounts")["status"] == "complete"
    assert removed in fixture.changes(seal)


def test_an_archived_project_keeps_its_accounts_and_users(fixture: SnapshotFixture) -> None:
    """An archived project's lists are not asked for; that removes nothing."""
    fixture.world.at("2026-04-01T03:30:00Z").project_archived("web")
    seal = a_day_later(fixture)
    assert section(seal, "project_users")["status"] == "complete"
    assert section(seal, "project_users")["count"] == 1
    assert section(seal, "service_accounts")["count"] == 1


def test_a_key_with_the_audit_scope_only_reads_none_of_them(make_fixture: FixtureMaker) -> None:
    """Forbidden, each by itself; and two projects' refusals speak for all."""
    world = rich_world()
    world.credential("sk-admin-narrow", scopes=(READ_AUDIT_LOGS,))
    world.admin_key = "sk-admin-narrow"
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    (seal,) = fixture.order(FIRST)
    assert {section(seal, name)["status"] for name in OPTIONAL} == {"forbidden"}


def test_groups_and_roles_are_read_page_by_page(make_fixture: FixtureMaker) -> None:
    """The other envelope: ``next`` leads on, as far as there is more."""
    world = rich_world()
    for number in range(130):
        world.at("2026-03-21T10:00:00Z").group_created(f"g{number}")
    fixture = opened(make_fixture, world)
    assert section(fixture.seal(FIRST), "groups")["count"] == 131


def test_who_answers_is_sealed_in_the_register(fixture: SnapshotFixture) -> None:
    """The tenant's choice stands in the row that the hour seals; it is no change at OpenAI."""
    fixture.name_person("svc_acct_bot", "user-ann")
    (seal,) = fixture.tick(SECOND)
    assert only(fixture, seal, "service_accounts")["person_id"] == "user-ann"
    assert fixture.changes(seal) == []
    fixture.name_person("svc_acct_bot", None)
    (seal,) = fixture.tick(THIRD)
    assert only(fixture, seal, "service_accounts")["person_id"] is None
    assert canonical(fixture.seal(SECOND).content) != canonical(seal.content)


def test_our_own_key_is_known_by_its_last_four_characters(make_fixture: FixtureMaker) -> None:
    """Which listed key is ours is sealed in the register; two alike leave it open."""
    world = rich_world()
    world.at("2026-03-20T10:00:00Z").admin_key_made("ours", world.admin_key, owner="olga")
    fixture = opened(make_fixture, world)
    own = {
        row["key_id"]: row["is_own"] for row in fixture.register(fixture.seal(FIRST), "admin_keys")
    }
    assert own == {"key_adm_audit": False, "key_adm_ours": True}
    twin = f"sk-admin-other-{world.admin_key[-4:]}"
    fixture.world.at("2026-04-01T03:30:00Z").admin_key_made("twin", twin, owner="olga")
    (seal,) = fixture.tick(SECOND)
    own = {row["key_id"]: row["is_own"] for row in fixture.register(seal, "admin_keys")}
    assert own == {"key_adm_audit": False, "key_adm_ours": None, "key_adm_twin": None}
