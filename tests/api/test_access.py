"""Who can do what: each grant with its path and the seal it follows from, one tenant's alone."""

from typing import Any

import pytest

import functions.api.rights.access as access
from functions.api.cursor import Cursors
from tests.api.conftest import OURS, THEIRS, Api, MakeLab
from tools.openai_simulator import World

FIRST, SECOND = "2026-04-01T00:00:00Z", "2026-04-01T01:00:00Z"
PATH = "/orgs/{org_id}/access"


@pytest.fixture
def ours(api: Api, lab_of: MakeLab) -> Api:
    """Give two sealed hours of an organization in which Ann has rights through groups."""
    world = World(OURS)
    early = world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner").user_joins("ann")
    early.project_created("web").service_account_created("bot", "web")
    early.role_created("owner", permissions=["api.roles.write"], predefined=True)
    early.group_created("ops").group_given("ops", "owner").group_member_added("ops", "ann")
    early.group_assigned("ops", "web").member_added("web", "ann").key_made("k", "web", owner="ann")
    early.provider_created("ci", issuer="https://token.actions.githubusercontent.com")
    early.rule_created("deploy", "ci", "web", "bot", {"repository": "acme/web"})
    world.at("2026-04-01T01:10:00Z").user_leaves("ann")
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.ticks(FIRST, 2)
    return api


def asked(api: Api, **query: str) -> dict[str, Any]:
    """Return an answer that must succeed."""
    return api.get(PATH, query, path={"org_id": OURS})


def pages(api: Api, limit: str) -> list[list[Any]]:
    """Return every page of the first hour's, by its cursors."""
    found, cursor = [], ""
    while cursor is not None:
        page = asked(api, as_of=FIRST, limit=limit, cursor=cursor)
        found.append(page["items"])
        cursor = page["next_cursor"]
        assert len(found) < 100
    return found


def of_ann(api: Api, **query: str) -> dict[str, Any]:
    """Return what Ann can do in the first hour."""
    return asked(api, entity_id="user-ann", as_of="2026-04-01T00:30:00Z", **query)


def test_each_grant_has_its_path_and_its_seal(ours: Api) -> None:
    """As of a past hour: a row of the registers after the other."""
    body = of_ann(ours)
    rows = {row["way"]: row for row in body["items"]}
    assert list(rows) == ["listed_role", "project_role", "api_key", "group_role", "project_group"]
    by_group = rows["group_role"]
    assert (by_group["scope"], by_group["level"]) == ("organization", "owner")
    assert by_group["permissions"] == ["api.roles.write"]
    assert [(step["section"], step["entity_id"]) for step in by_group["path"]] == [
        ("group_members", "group_ops/user-ann"),
        ("groups", "group_ops"),
        ("group_roles", "group_ops/role_owner"),
        ("roles", "role_owner"),
    ]
    # What the group may do there is not told.
    assert (rows["project_group"]["permissions"], rows["project_group"]["role_id"]) == (None, None)
    assert body["is_whole"]
    assert body["seal"]["hour"] == FIRST
    assert len(body["seal"]["sha256"]) == 64


def test_the_newest_hour_is_the_default_and_filters_narrow(ours: Api) -> None:
    """Ann has left: nothing is hers; who else can make owners is asked by the level."""
    assert asked(ours, entity_id="user-ann")["items"] == []
    owners = asked(ours, level="owner")["items"]
    assert [(row["entity_id"], row["way"]) for row in owners] == [("user-olga", "listed_role")]
    rules = asked(ours, entity_type="workload_identity_rule")["items"]
    assert [(row["entity_id"], row["project_id"]) for row in rules] == [("wifr_deploy", "proj_web")]


def test_pages_lead_through_everything_once(ours: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few an answer may hold or look at."""
    whole = asked(ours, as_of=FIRST)["items"]
    assert [row for page in pages(ours, "2") for row in page] == whole
    monkeypatch.setattr(access, "MOST_LOOKED_AT", 2)
    few = pages(ours, "50")
    assert [row for page in few for row in page] == whole
    assert len(few) > len(whole) / 2


def test_bad_questions_are_refused_in_words(ours: Api) -> None:
    """An hour without a seal, no instant, an unknown word, a forged cursor."""
    for query, said in (
        ({"as_of": "2026-03-01T00:00:00Z"}, "was not sealed"),
        ({"as_of": "9999-12-31T23:30:00Z"}, "has not ended"),
        ({"as_of": "yesterday"}, "must look like"),
        ({"level": "god"}, "must be one of"),
        ({"cursor": "AAAA"}, "cursor"),
    ):
        status, body = ours.ask(f"GET {PATH}", query=query, path={"org_id": OURS})
        assert (status, said in body["detail"]) == (400, True), body


def test_another_tenants_organization_is_not_there(ours: Api) -> None:
    """Nor is its cursor good: the answer is the one of what never was."""
    query = {"cursor": asked(ours, limit="1")["next_cursor"]}
    for org, wanted in ((THEIRS, {}), (OURS, {}), (OURS, query)):
        path = {"org_id": org}
        status, body = ours.ask(f"GET {PATH}", query=wanted, path=path, tenant="tenant-b")
        assert (status, body["detail"]) == (404, "There is no such thing here.")


def test_lists_beyond_all_measure_are_refused_in_words(
    ours: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is watched chooses how long they are: no request takes the function's memory."""
    monkeypatch.setattr(access, "MOST_BYTES", 100)
    status, problem = ours.ask(f"GET {PATH}", path={"org_id": OURS})
    assert (status, problem["type"]) == (400, "/problems/too-much")
    assert "page by page" in problem["detail"]


@pytest.mark.parametrize(
    "position",
    [
        ("9999-12-31T23:00:00Z", "user-ann", "0", "0"),
        ("2026-04-01T00:00:00Z", "user-ann", "9" * 900, "9" * 900),
        ("2026-04-01T00:00:00Z", "user-ann", "-7", "-7"),
        ("0001-01-01T00:00:00Z", "", "0", "0"),
        ("yesterday", "", "", ""),
    ],
)
def test_a_cursor_that_somebody_made_up_is_no_fault_of_ours(
    ours: Api, position: tuple[str, str, str, str]
) -> None:
    """It is not signed: at its worst it skips rows of the forger's own list."""
    cursor = Cursors("tenant-a", f"access/{OURS}", 4).write(*position)
    status, _ = ours.ask(f"GET {PATH}", path={"org_id": OURS}, query={"cursor": cursor})
    assert status in (200, 400)
