"""The sections beyond the four: what is sealed of them, when they are asked for, and how often."""

import pytest

from functions.shared.aws.gzip_member import unpack_gzip
from functions.shared.canonical import Json, canonical
from functions.shared.evidence.seals import Seal
from functions.shared.sections import BY_NAME, OPTIONAL
from functions.shared.tables.account_owners import Answers
from tests.support.snapshot_fixture import Lab, LabMaker
from tools.openai_simulator import READ_AUDIT_LOGS, World, private_texts

CONNECTED = "2026-04-01T03:20:00Z"
FIRST, SECOND, THIRD = (f"2026-04-01T{hour:02d}:00:00Z" for hour in (2, 3, 4))
NEXT_DAY = "2026-04-02T02:00:00Z"
HOURLY = ("admin_keys", "invites", "groups", "roles")
DAILY = ("service_accounts", "project_users")


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
    return world


@pytest.fixture
def lab(make_lab: LabMaker) -> Lab:
    """Give a laboratory on the rich world, its first hour sealed."""
    return opened(make_lab, rich_world())


def opened(make_lab: LabMaker, world: World) -> Lab:
    """Return a laboratory connected and with its first hour sealed."""
    lab = make_lab(world)
    lab.connect(CONNECTED)
    lab.order(FIRST)
    return lab


def a_day_later(lab: Lab) -> Seal:
    """Return the seal of the first hour that is a day after the first; most between are missed."""
    seal = lab.tick(NEXT_DAY)[-1]
    assert seal.content["hour"] == NEXT_DAY
    return seal


def section(seal: Seal, name: str) -> Json:
    """Return what a seal says of a section."""
    found: Json = seal.content["sections"][name]
    return found


def only(lab: Lab, seal: Seal, name: str) -> Json:
    """Return the one row of a register."""
    (row,) = lab.register(seal, name)
    return row


def asked(lab: Lab, path: str) -> int:
    """Return how often a path was asked for."""
    return lab.simulator.counts().get(path, 0)


def test_every_section_is_complete_and_a_baseline(lab: Lab) -> None:
    """The first hour reads all six beyond the four, and derives no change from them."""
    seal = lab.seal(FIRST)
    counts = {name: section(seal, name)["count"] for name in OPTIONAL}
    assert counts == {
        "admin_keys": 1,
        "invites": 1,
        "groups": 1,
        "roles": 1,
        "service_accounts": 1,
        "project_users": 1,
    }
    for name in OPTIONAL:
        entry = section(seal, name)
        assert (entry["status"], entry["baseline"]) == ("complete", FIRST), name
        assert entry["asked_at"] == "2026-04-01T03:00:00Z"
    assert lab.changes(seal) == []


def test_rows_say_what_openai_says_and_no_more(lab: Lab) -> None:
    """An admin key's owner is read flat; a membership goes by project and user."""
    seal = lab.seal(FIRST)
    key = only(lab, seal, "admin_keys")
    assert (key["owner_type"], key["owner_id"], key["owner_role"]) == ("user", "user-olga", "owner")
    assert (key["has_expiry"], key["ever_used"], key["is_own"]) == (False, False, False)
    member = only(lab, seal, "project_users")
    assert member["membership_id"] == "proj_web/user-ann"
    assert only(lab, seal, "service_accounts")["name"] == "bot"
    assert only(lab, seal, "groups")["name"] == "Support Team"
    assert only(lab, seal, "roles")["permissions"] == ["api.groups.read"]
    invite = only(lab, seal, "invites")
    assert (invite["role"], invite["status"], invite["email_prefix"]) == (
        "owner",
        "pending",
        "carl",
    )


def test_no_person_is_left_in_the_new_registers(lab: Lab) -> None:
    """No address and no person's name of any list stands in a sealed object."""
    lab.tick(SECOND)
    stored = b""
    for key in lab.evidence.keys(""):
        body = lab.evidence.need(key)
        stored += unpack_gzip(body) if key.endswith(".gz") else body
    private = private_texts(lab.world)
    for text in private.emails | private.names | private.secrets:
        assert text.encode() not in stored, text
    assert b"Support Team" in stored


def test_changes_of_every_section_stand_in_their_hour(lab: Lab) -> None:
    """What is read every hour shows in the hour; what is read daily, a day after the last."""
    hour = lab.world.at("2026-04-01T03:30:00Z")
    hour.invite_deleted("carl").group_created("sales").role_created("reader-plus")
    hour.admin_key_revoked("audit", "sk-admin-second-key-9876")
    hour.service_account_created("cron", "lab").member_removed("web", "ann")
    seals = lab.ticks(SECOND, 24)
    assert {change for change in lab.changes(seals[0]) if change[0] in OPTIONAL} == {
        ("admin_keys", "removed", "key_adm_audit"),
        ("invites", "removed", "invite-carl"),
        ("groups", "added", "group_sales"),
        ("roles", "added", "role_reader-plus"),
    }
    assert [lab.changes(seal) for seal in seals[1:23]] == [[]] * 22
    assert seals[23].content["hour"] == NEXT_DAY
    assert lab.changes(seals[23]) == [
        ("service_accounts", "added", "svc_acct_cron"),
        ("project_users", "removed", "proj_web/user-ann"),
    ]


def test_an_hour_between_carries_the_daily_sections(lab: Lab) -> None:
    """Not asked is not empty: status, time of asking and register are those of the last reading."""
    (seal,) = lab.tick(SECOND)
    for name in DAILY:
        assert section(seal, name) == section(lab.seal(FIRST), name)


def test_an_hour_costs_four_requests_more(lab: Lab) -> None:
    """One list each for the hourly sections; none for the daily ones until a day has passed."""
    before = lab.simulator.counts()
    lab.tick(SECOND)
    after = lab.simulator.counts()
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
    make_lab: LabMaker, status: int, said: str
) -> None:
    """Refused lists have their own status, cost the hour nothing, and are not nagged about."""
    lab = make_lab(rich_world())
    lab.connect(CONNECTED)
    fault = lab.simulator.faults.add("status", status=status, path="/organization/groups*")
    (seal,) = lab.order(FIRST)
    assert (seal.content["outcome"], section(seal, "groups")["status"]) == ("complete", said)
    assert section(seal, "groups")["register"] is None
    lab.ticks(SECOND, 2)
    assert asked(lab, "/organization/groups") == 1
    lab.simulator.faults.remove(fault)
    seal = a_day_later(lab)
    assert asked(lab, "/organization/groups") == 2
    assert (section(seal, "groups")["status"], section(seal, "groups")["count"]) == ("complete", 1)
    assert lab.changes(seal) == []


def test_a_failing_list_never_makes_the_hour_worse(lab: Lab) -> None:
    """A 500 leaves the hour complete and closed at once; the register is carried to the next."""
    lab.world.at("2026-04-01T03:30:00Z").invite_deleted("carl")
    fault = lab.simulator.faults.add("status", status=500, path="/organization/invites")
    (seal,) = lab.tick(SECOND)
    assert seal.content["outcome"] == "complete"
    assert section(seal, "invites")["status"] == "failed"
    assert seal.register("invites") == lab.seal(FIRST).register("invites")
    lab.simulator.faults.remove(fault)
    (seal,) = lab.tick(THIRD)
    assert lab.changes(seal) == [("invites", "removed", "invite-carl")]


def test_a_failing_project_keeps_its_part_and_is_read_again(lab: Lab) -> None:
    """One project's list fails on the day: partial, nothing removed; the next hour mends it."""
    lab.world.at("2026-04-01T03:30:00Z").service_account_deleted("bot")
    path = "/organization/projects/proj_lab/service_accounts"
    fault = lab.simulator.faults.add("status", status=500, path=path)
    seal = a_day_later(lab)
    assert seal.content["outcome"] == "complete"
    assert section(seal, "service_accounts")["status"] == "partial"
    removed = ("service_accounts", "removed", "svc_acct_bot")
    assert removed not in lab.changes(seal)
    lab.simulator.faults.remove(fault)
    (seal,) = lab.tick("2026-04-02T03:00:00Z")
    assert section(seal, "service_accounts")["status"] == "complete"
    assert removed in lab.changes(seal)


def test_an_archived_project_keeps_its_accounts_and_users(lab: Lab) -> None:
    """An archived project's lists are not asked for; that removes nothing."""
    lab.world.at("2026-04-01T03:30:00Z").project_archived("web")
    seal = a_day_later(lab)
    assert section(seal, "project_users")["status"] == "complete"
    assert section(seal, "project_users")["count"] == 1
    assert section(seal, "service_accounts")["count"] == 1


def test_a_key_with_the_audit_scope_only_reads_none_of_them(make_lab: LabMaker) -> None:
    """Forbidden, each by itself; and two projects' refusals speak for all."""
    world = rich_world()
    world.credential("sk-admin-narrow", scopes=(READ_AUDIT_LOGS,))
    world.admin_key = "sk-admin-narrow"
    lab = make_lab(world)
    lab.connect(CONNECTED)
    (seal,) = lab.order(FIRST)
    assert {section(seal, name)["status"] for name in OPTIONAL} == {"forbidden"}


def test_groups_and_roles_are_read_page_by_page(make_lab: LabMaker) -> None:
    """The other envelope: ``next`` leads on, as far as there is more."""
    world = rich_world()
    for number in range(130):
        world.at("2026-03-21T10:00:00Z").group_created(f"g{number}")
    lab = opened(make_lab, world)
    assert section(lab.seal(FIRST), "groups")["count"] == 131


def test_who_answers_is_sealed_in_the_register(lab: Lab) -> None:
    """The tenant's choice stands in the row that the hour seals; it is no change at OpenAI."""
    Answers(lab.table, lab.tenant, lab.org).name("svc_acct_bot", "user-ann")
    (seal,) = lab.tick(SECOND)
    assert only(lab, seal, "service_accounts")["person_id"] == "user-ann"
    assert lab.changes(seal) == []
    Answers(lab.table, lab.tenant, lab.org).name("svc_acct_bot", None)
    (seal,) = lab.tick(THIRD)
    assert only(lab, seal, "service_accounts")["person_id"] is None
    assert canonical(lab.seal(SECOND).content) != canonical(seal.content)


def test_our_own_key_is_known_by_its_last_four_characters(make_lab: LabMaker) -> None:
    """Which listed key is ours is sealed in the register; two alike leave it open."""
    world = rich_world()
    world.at("2026-03-20T10:00:00Z").admin_key_made("ours", world.admin_key, owner="olga")
    lab = opened(make_lab, world)
    own = {row["key_id"]: row["is_own"] for row in lab.register(lab.seal(FIRST), "admin_keys")}
    assert own == {"key_adm_audit": False, "key_adm_ours": True}
    twin = f"sk-admin-other-{world.admin_key[-4:]}"
    lab.world.at("2026-04-01T03:30:00Z").admin_key_made("twin", twin, owner="olga")
    (seal,) = lab.tick(SECOND)
    own = {row["key_id"]: row["is_own"] for row in lab.register(seal, "admin_keys")}
    assert own == {"key_adm_audit": False, "key_adm_ours": None, "key_adm_twin": None}
