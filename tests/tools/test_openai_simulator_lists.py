"""What the simulator answers without faults: envelopes, parameters, refusals."""

import time
from typing import Any

import httpx
import pytest

from tests.tools.demo import NOW, client_of, demo, get
from tools.openai_simulator import (
    ADMIN_KEY,
    DEMO_ADMIN_KEY,
    DEMO_MANAGEMENT_KEY,
    DEMO_ORG_ID,
    DEMO_SECOND_ADMIN_KEY,
    DEMO_SECOND_ORG_ID,
    DEMO_USER_KEY,
    AsyncTransport,
    SettableClock,
    Simulator,
    World,
)
from tools.openai_simulator.clock import seconds
from tools.openai_simulator.message import Request


def test_pages_are_whole_and_in_order() -> None:
    """Twenty by default, `after=last_id` goes on, the last page says so."""
    world = World()
    for number in range(45):
        world.at(f"2026-04-01T00:00:{number:02d}Z").user_joins(f"u{number}")
    client = client_of(world)
    sizes, ids = [], []
    after: dict[str, str] = {}
    while True:
        page = get(client, "users", **after)
        sizes.append(len(page["data"]))
        ids += [user["id"] for user in page["data"]]
        assert page["last_id"] == ids[-1]
        if not page["has_more"]:
            break
        after = {"after": page["last_id"]}
    assert sizes == [20, 20, 5]
    assert ids == [f"user-u{number}" for number in range(45)]


def test_an_empty_list_has_null_ids() -> None:
    """Envelope A with nothing in it."""
    page = get(client_of(World()), "users")
    assert page == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


def test_groups_page_by_next() -> None:
    """Envelope B."""
    world = World()
    for nick in "abc":
        world.at("2026-04-01T00:00:00Z").group_created(nick)
    client = client_of(world)
    first = get(client, "groups", limit=2)
    assert (first["has_more"], first["next"]) == (True, "group_b")
    second = get(client, "groups", limit=2, after=first["next"])
    assert (second["has_more"], second["next"]) == (False, None)
    assert [group["id"] for group in second["data"]] == ["group_c"]


def test_a_cursor_whose_entity_has_gone_still_works() -> None:
    """Someone leaves between two pages: nobody else is skipped."""
    world = World()
    for nick in "abcd":
        world.at("2026-04-01T00:00:00Z").user_joins(nick)
    client = client_of(world)
    page = get(client, "users", limit=2)
    world.at("2026-04-02T00:00:00Z").user_leaves("b")
    rest = get(client, "users", limit=2, after=page["last_id"])
    assert [user["id"] for user in rest["data"]] == ["user-c", "user-d"]


def test_archived_projects_are_listed_on_request_and_their_lists_are_closed() -> None:
    """`include_archived` is false by default; an archived project's keys answer 400."""
    world = World()
    world.at("2026-04-01T00:00:00Z").user_joins("ann").project_created("old").project_created("new")
    world.at("2026-04-01T00:00:01Z").key_made("k", "old", owner="ann")
    world.at("2026-04-02T00:00:00Z").project_archived("old")
    client = client_of(world)
    assert [p["id"] for p in get(client, "projects")["data"]] == ["proj_new"]
    listed = get(client, "projects", include_archived="true")["data"]
    assert [p["status"] for p in listed] == ["archived", "active"]
    assert client.get("/organization/projects/proj_old/api_keys").status_code == 400
    assert get(client, "projects/proj_old")["archived_at"] == 1775088000


def test_inactive_keys_hide_without_the_parameter() -> None:
    """Keys whose owner left show with `any` and `inactive` only."""
    world = World()
    world.at("2026-04-01T00:00:00Z").user_joins("ann").user_joins("bob").project_created("web")
    world.at("2026-04-01T01:00:00Z").key_made("a", "web", owner="ann")
    world.at("2026-04-01T01:00:00Z").key_made("b", "web", owner="bob")
    world.at("2026-04-01T02:00:00Z").user_leaves("ann")
    client = client_of(world)
    keys_by_access = {
        access: [
            key["id"]
            for key in get(
                client,
                "projects/proj_web/api_keys",
                **({"owner_project_access": access} if access else {}),
            )["data"]
        ]
        for access in ("", "active", "inactive", "any")
    }
    assert keys_by_access == {
        "": ["key_b"],
        "active": ["key_b"],
        "inactive": ["key_a"],
        "any": ["key_a", "key_b"],
    }


def test_audit_log_windows_filters_and_cursors() -> None:
    """Bounds include and exclude as written; `before` gives the nearest newer page."""
    world = World()
    world.at(1775000000).user_joins("ann", role="owner").project_created("web")
    for second in range(1, 8):
        world.at(1775000000 + second).by("ann").event("login.succeeded", id_=f"e{second}")
    client = client_of(world)

    def ids(**params: str | int) -> list[str]:
        named = {f"effective_at[{n}]": v for n, v in params.items() if n in bounds}
        rest = {n: v for n, v in params.items() if n not in bounds}
        page = get(client, "audit_logs", **named, **rest)
        return [event["id"] for event in page["data"]]

    bounds = ("gt", "gte", "lt", "lte")
    assert ids(gte=1775000003, lt=1775000005) == ["e4", "e3"]
    assert ids(gt=1775000003, lte=1775000005) == ["e5", "e4"]
    assert ids(after="e3", gte=1775000001) == ["e2", "e1"]
    assert ids(before="e3", limit=2) == ["e5", "e4"]
    assert len(get(client, "audit_logs", **{"event_types[]": "project.created"})["data"]) == 1
    assert len(get(client, "audit_logs", **{"project_ids[]": "proj_web"})["data"]) == 1
    assert len(get(client, "audit_logs", **{"resource_ids[]": "user-ann"})["data"]) == 1
    assert len(get(client, "audit_logs", **{"actor_ids[]": "user-ann"})["data"]) == 9
    assert get(client, "audit_logs", **{"actor_ids[]": "user-bob"})["data"] == []


def test_late_and_future_events_do_not_show_yet() -> None:
    """An event shows from when it is visible on; tenant events in their own stream."""
    world = World()
    world.at("2026-04-03T10:00:00Z").late(3 * 3600).event("login.failed", id_="late")
    world.at("2026-04-03T13:30:00Z").event("login.failed", id_="future")
    world.at("2026-04-03T09:00:00Z").tenant_event("tenant.policy.created")
    assert get(client_of(world), "audit_logs")["data"] == []
    later = client_of(world, now="2026-04-03T13:00:00Z")
    assert [event["id"] for event in get(later, "audit_logs")["data"]] == ["late"]
    tenant = get(later, "audit_logs", tenant_only="true")["data"]
    assert [event["type"] for event in tenant] == ["tenant.policy.created"]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("users", {"limit": "0"}, 400),
        ("users", {"limit": "101"}, 400),
        ("users", {"limit": "many"}, 400),
        ("users", {"after": "user-never"}, 400),
        ("audit_logs", {"effective_at[gte]": "yesterday"}, 400),
        ("audit_logs", {"after": "never"}, 400),
        ("projects/proj_never/api_keys", {}, 404),
        ("users/user-never", {}, 404),
        ("nowhere", {}, 404),
    ],
)
def test_bad_requests_are_refused(path: str, params: dict[str, str], status: int) -> None:
    """The error object has its four fields."""
    answer = client_of(World()).get(f"/organization/{path}", params=params)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_keys_open_their_organization_only() -> None:
    """Two organizations, four pairs; a wrong header is 401 whatever the list."""
    for key, own, other in (
        (DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_SECOND_ORG_ID),
        (DEMO_SECOND_ADMIN_KEY, DEMO_SECOND_ORG_ID, DEMO_ORG_ID),
    ):
        right = client_of(demo(), key, **{"OpenAI-Organization": own}).get("/organization/users")
        assert (right.status_code, right.headers["openai-organization"]) == (200, own)
        wrong = client_of(demo(), key, **{"OpenAI-Organization": other}).get("/organization/users")
        assert wrong.status_code == 401
        assert wrong.json()["error"]["code"] == "mismatched_organization"


def test_missing_wrong_and_weak_keys() -> None:
    """No key and an unknown key are 401; a missing scope is 403 with a bare text."""
    world = demo()
    assert client_of(world, "").get("/organization/users").status_code == 401
    unknown = client_of(world, "sk-admin-nobody-knows-this-one").get("/organization/users")
    assert unknown.json()["error"]["code"] == "invalid_api_key"
    assert "nobody-knows-this" not in unknown.text
    weak = client_of(world, DEMO_MANAGEMENT_KEY)
    assert weak.get("/organization/users").status_code == 200
    refused = weak.get("/organization/audit_logs")
    assert (refused.status_code, "api.audit_logs.read" in refused.json()["error"]) == (403, True)
    assert client_of(world, DEMO_USER_KEY).get("/organization/users").status_code == 403
    posted = client_of(world, DEMO_ADMIN_KEY).post("/organization/users")
    assert posted.status_code == 405


def test_a_key_works_until_it_is_revoked() -> None:
    """An admin key lives from its making to its end."""
    world = World(admin_key=None)
    secret = "sk-admin-short-lived-key-in-a-test"
    world.at("2026-04-01T00:00:00Z").user_joins("ann", role="owner").admin_key_made("x", secret)
    world.at("2026-04-02T00:00:00Z").admin_key_revoked("x", secret)
    statuses = [
        client_of(world, secret, now).get("/organization/admin_api_keys").status_code
        for now in ("2026-03-31T00:00:00Z", "2026-04-01T12:00:00Z", "2026-04-02T00:00:00Z")
    ]
    assert statuses == [401, 200, 401]


def test_each_use_moves_a_listed_key() -> None:
    """A request shows when the key was used before it; another key's use moves nothing."""
    world = World(admin_key=None)
    secret = "sk-admin-used-key-in-a-test"
    story = world.at("2026-04-01T00:00:00Z").user_joins("ann", role="owner")
    story.admin_key_made("x", secret).admin_key_made("y", "sk-admin-idle-key-in-a-test")
    used = []
    for now in ("2026-04-01T12:00:00Z", "2026-04-01T12:00:30Z", "2026-04-01T13:00:00Z"):
        keys = client_of(world, secret, now).get("/organization/admin_api_keys").json()["data"]
        used.append({key["name"]: key["last_used_at"] for key in keys})
    noon = int(seconds("2026-04-01T12:00:00Z"))
    assert used == [{"x": None, "y": None}, *[{"x": noon, "y": None}] * 2]


async def _first_page(simulator: Simulator) -> Any:
    headers = {"authorization": f"Bearer {DEMO_ADMIN_KEY}"}
    async with httpx.AsyncClient(transport=AsyncTransport(simulator), headers=headers) as client:
        return (await client.get("https://api.openai.com/v1/organization/users")).json()


def test_both_transports_give_the_same_answer() -> None:
    """The asynchronous transport carries what the other one does."""
    import asyncio

    simulator = Simulator(demo(), SettableClock(NOW))
    assert asyncio.run(_first_page(simulator)) == get(client_of(demo(), DEMO_ADMIN_KEY), "users")


def test_a_page_of_a_hundred_thousand_events_takes_less_than_a_millisecond() -> None:
    """Answers are found by bisection, and each record is written once."""
    world = World()
    steps = world.at("2026-01-01T00:00:00Z").user_joins("ann", role="owner")
    record = {"type": "login.succeeded", "actor": None}
    for number in range(100_000):
        at = 1767225600 + number * 60
        event = {"id": f"e{number}", "effective_at": at, **record}
        steps.org.record_event(event, visible_at=at)
    simulator = Simulator(world, SettableClock("2026-03-01T00:00:00Z"))
    query = "limit=100&effective_at%5Bgte%5D=1769000000&effective_at%5Blt%5D=1769005940"
    request = Request.read(
        "GET", "/v1/organization/audit_logs", query, [("authorization", f"Bearer {ADMIN_KEY}")]
    )
    assert len(simulator.answer(request).json()["data"]) == 99
    durations = []
    for _ in range(50):
        started = time.perf_counter()
        simulator.answer(request)
        durations.append(time.perf_counter() - started)
    assert min(durations) < 0.001
