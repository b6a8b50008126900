"""Owners through groups and rules for workload identities, hour by hour in a simulated world."""

from collections.abc import Callable

import pytest

from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.index import Index
from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal
from functions.snapshot.findings.rights import OWNER_BY_GROUP, UNOWNED, WIDE
from tests.snapshot.stories.test_optional_sections import CONNECTED, FIRST, NEXT_DAY, a_day_later
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World

KINDS = (OWNER_BY_GROUP, WIDE, UNOWNED)
ANN = (OWNER_BY_GROUP, "owner_role_of_group", "high", "group_ops-1/user-ann")
LATER = "2026-04-01T03:30:00Z"


def world_of_rights() -> World:
    """Return a world in which Ann is an owner through a group, and one rule matches too much.

    Who a tenant's event names stands in a payload that nobody documented, where only what has an
    id's form stays readable: with a digit in it, as OpenAI's have.
    """
    world = World("org-rights")
    early = world.at("2026-03-20T10:00:00Z")
    early.user_joins("olga", role="owner").user_joins("ann").user_joins("ben-1")
    early.project_created("web").service_account_created("bot", "web")
    early.role_created("owner", permissions=["api.roles.write"], predefined=True)
    early.group_created("ops-1").group_given("ops-1", "owner").group_member_added("ops-1", "ann")
    early.group_member_added("ops-1", "olga").group_assigned("ops-1", "web")
    early.provider_created("ci", issuer="https://token.actions.githubusercontent.com")
    early.rule_created("wide", "ci", "web", "bot", {})
    early.rule_created("narrow", "ci", "web", "bot", {"repository": "acme/web"})
    return world


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Give an organization on that world, its first hour sealed, Ben named for the account."""
    fixture = make_fixture(world_of_rights())
    fixture.connect(CONNECTED)
    fixture.name_person("svc_acct_bot", "user-ben-1")
    fixture.order(FIRST)
    return fixture


def found(fixture: SnapshotFixture, seal: Seal) -> set[tuple[str, str, str, str]]:
    """Return what is open of the kinds that follow from rights."""
    return {
        (row["kind"], row["reason"], row["severity"], row["entity_id"])
        for row in fixture.register(seal, "findings")
        if row["resolved_hour"] is None and row["kind"] in KINDS
    }


WIDE_RULE = (WIDE, "no_condition", "high", "wifr_wide")


def test_who_is_an_owner_by_a_group_alone_is_found(fixture: SnapshotFixture) -> None:
    """Olga is listed as one; Ann is not, and is one all the same."""
    assert found(fixture, fixture.seal(FIRST)) == {ANN, WIDE_RULE}


def _named(world: World) -> None:
    world.at(LATER).user_role("ann", "owner")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "left"),
    [
        (lambda world: world.at(LATER).group_member_removed("ops-1", "ann"), {WIDE_RULE}),
        (lambda world: world.at(LATER).group_deprived("ops-1", "owner"), {WIDE_RULE}),
        (lambda world: world.at(LATER).group_deleted("ops-1"), {WIDE_RULE}),
        (lambda world: world.at(LATER).user_leaves("ann"), {WIDE_RULE}),
        (_named, {WIDE_RULE}),
        (lambda world: world.at(LATER).rule_deleted("wide", "ci"), {ANN}),
        (lambda world: world.at(LATER).rule_patched("wide", "ci", enabled=False), {ANN}),
        (
            lambda world: world.at(LATER).rule_patched(
                "wide", "ci", attribute_matchers={"sub": "repo:acme/web"}
            ),
            {ANN},
        ),
        (lambda world: world.at(LATER).project_archived("web"), {ANN}),
    ],
)
def test_every_way_in_which_it_ends_resolves_it(
    fixture: SnapshotFixture, step: Callable[[World], object], left: set[tuple[str, str, str, str]]
) -> None:
    """Membership, group, role, person, rule: gone or changed at OpenAI, and so is the finding."""
    step(fixture.world)
    assert found(fixture, a_day_later(fixture)) == left


@pytest.mark.slow
def test_nobody_answers_for_a_rule(fixture: SnapshotFixture) -> None:
    """When the person named for its service account leaves, and when nobody is named."""
    fixture.world.at(LATER).user_leaves("ben-1")
    gone = {
        (UNOWNED, "person_not_in_organization", "high", f"wifr_{nick}")
        for nick in ("wide", "narrow")
    }
    assert found(fixture, fixture.tick("2026-04-01T03:00:00Z")[-1]) == {ANN, WIDE_RULE} | gone


@pytest.mark.slow
def test_lists_that_cannot_be_read_find_and_resolve_nothing(fixture: SnapshotFixture) -> None:
    """A list that is refused is not an empty one."""
    fixture.world.at(LATER).group_member_removed("ops-1", "ann").rule_deleted("wide", "ci")
    for path in ("/organization/groups/*", "/organization/workload_identity_providers/*"):
        fixture.simulator.faults.add("status", status=500, path=path)
    assert found(fixture, a_day_later(fixture)) == {ANN, WIDE_RULE}


def grants(fixture: SnapshotFixture, seal: Seal, identity: str) -> set[tuple[str, str, str]]:
    """Return way, scope and level of what somebody can do."""
    registers: Json = {
        name: fixture.register(seal, name)
        for name, section in seal.content["sections"].items()
        if section["register"] and name not in ("findings", "open_changes")
    }
    graph = AccessGraph(Index(registers), NEXT_DAY)  # type: ignore[arg-type]
    kind = dict(graph.entities)[identity]
    rows = [grant for block in graph.blocks(identity, kind) for grant in block()]
    return {(row["way"], row["scope"], str(row["level"])) for row in rows}


def test_what_somebody_can_do_follows_from_a_seal(fixture: SnapshotFixture) -> None:
    """Of an hour that is past, too."""
    fixture.world.at(LATER).group_member_removed("ops-1", "ann")
    seal = a_day_later(fixture)
    assert grants(fixture, fixture.seal(FIRST), "user-ann") == {
        ("listed_role", "organization", "other"),
        ("group_role", "organization", "owner"),
        ("project_group", "project", "other"),
    }
    assert grants(fixture, seal, "user-ann") == {("listed_role", "organization", "other")}
    assert ("workload_identity", "project", "other") in grants(fixture, seal, "wifr_narrow")


@pytest.mark.slow
def test_an_event_explains_a_membership_and_none_accuses_nobody(fixture: SnapshotFixture) -> None:
    """The tenant's log names group and person; that it is silent proves nothing."""
    fixture.world.at(LATER).group_member_added("ops-1", "ben-1")
    fixture.world.at(LATER).hidden().group_member_removed("ops-1", "ann")
    seal = a_day_later(fixture)
    assert ("group_members", "added", "group_ops-1/user-ben-1") in fixture.changes(seal)
    last = fixture.tick("2026-04-05T06:00:00Z")[-1]
    assert {row["kind"] for row in fixture.register(last, "findings")}.isdisjoint(
        {"unexplained_change"}
    )
    opened = fixture.register(seal, "open_changes")
    assert [row["entity_id"] for row in opened if row["section"] == "group_members"] == [
        "group_ops-1/user-ann"
    ]
