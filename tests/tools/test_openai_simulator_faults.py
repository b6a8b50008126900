"""Each fault of the simulator shows its fault."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tools.openai_simulator import ADMIN_KEY, FAULT_KINDS, Door, SettableClock, Simulator, World

NOW = "2026-04-02T00:00:00Z"
USERS = "/organization/users"
EVENTS = "/organization/audit_logs"
KEYS = "/organization/projects/proj_web/api_keys"


@pytest.fixture
def simulator() -> Simulator:
    """Three people, two projects, two keys, and the events of their making."""
    world = World()
    moment = world.at("2026-04-01T00:00:00Z").user_joins("olga", role="owner")
    moment.user_joins("ann").user_joins("bob").project_created("web").project_created("lab")
    world.at("2026-04-01T01:00:00Z").key_made("a", "web", owner="ann")
    world.at("2026-04-01T02:00:00Z").key_made("b", "web", owner="bob")
    world.at("2026-04-01T03:00:00Z").user_leaves("bob")
    return Simulator(world, SettableClock(NOW))


@pytest.fixture
def client(simulator: Simulator) -> Iterator[httpx.Client]:
    """A client in process."""
    with httpx.Client(
        transport=Door(simulator),
        base_url="https://api.openai.com/v1",
        headers={"authorization": f"Bearer {ADMIN_KEY}", "OpenAI-Organization": "org-first"},
        timeout=0.2,
    ) as client:
        yield client


def _ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["id"] for entry in answer.json()["data"]]


REFUSALS: list[tuple[str, dict[str, Any], int, str]] = [
    ("status", {"status": 418, "body": {"error": "teapot"}}, 418, "teapot"),
    ("server_error", {"status": 502}, 502, "<html>"),
    ("server_error", {"status": 500, "html": False}, 500, "server_error"),
    ("throttled", {}, 429, "rate_limit_exceeded"),
    ("insufficient_quota", {}, 429, "insufficient_quota"),
    ("invalid_api_key", {}, 401, "invalid_api_key"),
    ("mismatched_organization", {}, 401, "mismatched_organization"),
    ("ip_not_authorized", {}, 401, "ip_not_authorized"),
    ("forbidden", {}, 403, "Missing scopes: api.management.read"),
    ("forbidden", {"status": 401, "as_text": False, "scope": "x.y"}, 401, "Missing scopes: x.y"),
    ("not_found", {}, 404, "not_found"),
    ("redirect", {"location": "https://evil.example/", "status": 307}, 307, ""),
    ("body", {"body": "<!DOCTYPE html>"}, 200, "<!DOCTYPE"),
    ("body", {"body": None}, 200, "null"),
]


@pytest.mark.parametrize(("kind", "options", "status", "found"), REFUSALS)
def test_refusals(
    simulator: Simulator,
    client: httpx.Client,
    kind: str,
    options: dict[str, Any],
    status: int,
    found: str,
) -> None:
    """The answer is the fault's, once, and then the ordinary one."""
    fault = simulator.faults.add(kind, path=USERS, times=1, **options)
    assert client.get("/organization/projects").status_code == 200
    answer = client.get(USERS)
    assert (answer.status_code, found in answer.text) == (status, True)
    assert answer.headers["date"] == "Thu, 02 Apr 2026 00:00:00 GMT"
    assert client.get(USERS).json()["object"] == "list"
    assert fault.hits == 1


def test_an_error_may_be_a_bare_text_or_an_object(
    simulator: Simulator, client: httpx.Client
) -> None:
    """Both forms of a missing scope."""
    simulator.faults.add("forbidden", times=1)
    simulator.faults.add("forbidden", as_text=False)
    assert isinstance(client.get(USERS).json()["error"], str)
    assert client.get(USERS).json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("told", ["5", "Thu, 02 Apr 2026 00:01:00 GMT", "-1", "soon", "86400", 0])
def test_retry_after_says_anything(
    simulator: Simulator, client: httpx.Client, told: str | int
) -> None:
    """Seconds, a date, nonsense."""
    simulator.faults.add("throttled", retry_after=told)
    assert client.get(USERS).headers["retry-after"] == str(told)


def test_retry_after_may_be_missing_or_doubled(simulator: Simulator, client: httpx.Client) -> None:
    """No header by default; a list gives several."""
    simulator.faults.add("throttled", times=1)
    simulator.faults.add("throttled", retry_after=["1", "60"])
    assert "retry-after" not in client.get(USERS).headers
    assert client.get(USERS).headers.get_list("retry-after") == ["1", "60"]


def test_rate_limit_follows_the_simulated_minute(
    simulator: Simulator, client: httpx.Client
) -> None:
    """Above the limit 429, until the clock has moved on."""
    simulator.faults.add("rate_limit", per_minute=3)
    assert [client.get(USERS).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert client.get(USERS).headers["retry-after"] == "60"
    simulator.set_now("2026-04-02T00:01:01Z")
    assert client.get(USERS).status_code == 200


def test_faults_choose_their_requests(simulator: Simulator, client: httpx.Client) -> None:
    """By query, by organization, after some have gone free, and by simulated time."""
    simulator.faults.add("not_found", where={"after": "*"})
    simulator.faults.add("not_found", org="org-other")
    simulator.faults.add("not_found", path="*audit_logs", where={"tenant_only": "true"})
    assert client.get(USERS).status_code == 200
    assert client.get(USERS, params={"after": "user-ann"}).status_code == 404
    assert client.get(EVENTS).status_code == 200
    assert client.get(EVENTS, params={"tenant_only": "true"}).status_code == 404
    simulator.faults.clear()
    simulator.faults.add("not_found", skip=1, times=1)
    assert [client.get(USERS).status_code for _ in range(3)] == [200, 404, 200]
    simulator.faults.clear()
    simulator.faults.add(
        "server_error", status=503, since="2026-04-02T05:00:00Z", until="2026-04-02T08:00:00Z"
    )
    seen = []
    for hour in (4, 5, 7, 8):
        simulator.set_now(f"2026-04-02T0{hour}:00:00Z")
        seen.append(client.get(USERS).status_code)
    assert seen == [200, 503, 503, 200]


def test_refused_cursors_and_parameters(simulator: Simulator, client: httpx.Client) -> None:
    """Only requests that carry them are refused."""
    simulator.faults.add("refused_cursor", path=USERS, status=404)
    simulator.faults.add("refused_parameter", name="owner_project_access")
    simulator.faults.add("refused_parameter", name="tenant_only", status=403)
    assert client.get(USERS).status_code == 200
    assert client.get(USERS, params={"after": "user-ann"}).status_code == 404
    assert client.get(KEYS).status_code == 200
    refused = client.get(KEYS, params={"owner_project_access": "any"})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "owner_project_access")
    assert client.get(EVENTS, params={"tenant_only": "false"}).status_code == 200
    assert client.get(EVENTS, params={"tenant_only": "true"}).status_code == 403


def test_orders_and_swapped_cursors(simulator: Simulator, client: httpx.Client) -> None:
    """The same events either way round, and `after` that means before."""
    newest = _ids(client.get(EVENTS))
    simulator.faults.add("order", value="oldest_first")
    assert _ids(client.get(EVENTS)) == newest[::-1]
    middle = newest[len(newest) // 2]
    after = _ids(client.get(EVENTS, params={"after": middle}))
    simulator.faults.add("swapped_cursors")
    before = _ids(client.get(EVENTS, params={"after": middle}))
    assert [*before, middle, *after] == newest[::-1]
    simulator.faults.add("list_order", value="newest_first")
    assert _ids(client.get(USERS)) == ["user-ann", "user-olga"]


def test_last_id_lies(simulator: Simulator, client: httpx.Client) -> None:
    """Null, missing, the first, the cursor that was sent, any text."""
    cases = {None: None, "first": "user-olga", "same": "user-olga", "xyz": "xyz"}
    for value, expected in cases.items():
        simulator.faults.add("last_id", value=value, times=1)
        params = {"after": "user-olga"} if value == "same" else {}
        assert client.get(USERS, params=params).json()["last_id"] == expected
    simulator.faults.add("last_id", value="missing")
    assert "last_id" not in client.get(USERS).json()


def test_has_more_lies(simulator: Simulator, client: httpx.Client) -> None:
    """True at the end, false too early, null, missing."""
    for value in (True, False, None):
        simulator.faults.add("has_more", value=value, times=1)
        assert client.get(USERS, params={"limit": 1}).json()["has_more"] is value
    simulator.faults.add("has_more", value="missing")
    assert "has_more" not in client.get(USERS).json()


def test_an_empty_page_claims_more(simulator: Simulator, client: httpx.Client) -> None:
    """No data, has_more true."""
    simulator.faults.add("empty_page")
    page = client.get(USERS).json()
    assert (page["data"], page["has_more"]) == ([], True)


def test_repeated_ids(simulator: Simulator, client: httpx.Client) -> None:
    """Within a page and across pages, with the same and with other content."""
    simulator.faults.add("repeated_ids", times=1)
    same = client.get(USERS).json()["data"]
    assert same[0] == same[-1]
    simulator.faults.add("repeated_ids", content="other", times=1)
    other = client.get(EVENTS).json()["data"]
    assert other[0]["id"] == other[-1]["id"]
    assert other[0] != other[-1]
    simulator.faults.add("overlap")
    assert _ids(client.get(USERS, params={"after": "user-olga"})) == ["user-olga", "user-ann"]


def test_a_project_stands_there_twice(simulator: Simulator, client: httpx.Client) -> None:
    """One id, active and archived, as has been reported of default projects."""
    simulator.faults.add("archived_twin")
    projects = client.get("/organization/projects").json()["data"]
    assert [project["id"] for project in projects] == ["proj_web", "proj_lab", "proj_web"]
    assert [project["status"] for project in projects] == ["active", "active", "archived"]


def test_null_absent_and_set_fields(simulator: Simulator, client: httpx.Client) -> None:
    """Names, addresses, actors and owners go missing; the world itself stays as it was."""
    simulator.faults.add("null_fields", fields=["name", "email", "actor", "owner.user.email"])
    user = client.get(USERS).json()["data"][0]
    assert (user["name"], user["email"]) == (None, None)
    assert client.get(EVENTS).json()["data"][0]["actor"] is None
    assert client.get(KEYS).json()["data"][0]["owner"]["user"]["email"] is None
    simulator.faults.clear()
    assert client.get(KEYS).json()["data"][0]["owner"]["user"]["email"]
    simulator.faults.add("null_fields", fields=["actor", "owner"], absent=True)
    assert "actor" not in client.get(EVENTS).json()["data"][0]
    assert "owner" not in client.get(KEYS).json()["data"][0]
    simulator.faults.add("set_fields", fields={"name": "=cmd|' /C calc'!A0"}, every=2)
    names = [user["name"] for user in client.get(USERS).json()["data"]]
    assert names == ["=cmd|' /C calc'!A0", "Ann"]


def test_unknown_fields_types_and_objects(simulator: Simulator, client: httpx.Client) -> None:
    """What nobody has documented."""
    simulator.faults.add("unknown_fields")
    simulator.faults.add("unknown_types", every=1)
    page = client.get(EVENTS).json()
    assert "request_shard" in page
    for event in page["data"]:
        assert "x_new_field" in event
        assert event["type"].startswith("galaxy.")
        assert event["type"] in event
    simulator.faults.add("wrong_object", value="page")
    assert client.get(USERS).json()["object"] == "page"
    simulator.faults.add("big_page", count=500)
    assert len(client.get(USERS).json()["data"]) == 500


def test_bodies_that_are_no_json(simulator: Simulator, client: httpx.Client) -> None:
    """Concatenated, cut, doubled keys, NaN."""
    for kind in ("concatenated_json", "cut_json"):
        simulator.faults.add(kind, times=1)
        with pytest.raises(json.JSONDecodeError):
            client.get(USERS).json()
    simulator.faults.add("duplicate_keys", times=1)
    assert client.get(USERS).text.count('"data":') == 2
    simulator.faults.add("nan", times=1)
    assert '"took":NaN' in client.get(USERS).text


def test_compressed_bodies(simulator: Simulator, client: httpx.Client) -> None:
    """An ordinary one, a cut one, and a bomb that is small on the wire."""
    simulator.faults.add("gzip", times=1)
    assert client.get(USERS).json()["object"] == "list"
    simulator.faults.add("cut_gzip", times=1)
    with client.stream("GET", USERS) as answer, pytest.raises(EOFError):
        gzip.decompress(b"".join(answer.iter_raw()))
    simulator.faults.add("gzip_bomb", mib=20)
    with client.stream("GET", USERS) as answer:
        sent = b"".join(answer.iter_raw())
    assert len(sent) < 100_000
    assert len(gzip.decompress(sent)) > 20 << 20


def test_headers_may_be_wrong(simulator: Simulator, client: httpx.Client) -> None:
    """A skewed date, or a header that does not come back."""
    simulator.faults.add("clock_skew", seconds=1200)
    simulator.faults.add("without_header", name="OpenAI-Organization")
    headers = client.get(USERS).headers
    assert headers["date"] == "Thu, 02 Apr 2026 00:20:00 GMT"
    assert "openai-organization" not in headers


def test_late_lost_and_unlogged_events(simulator: Simulator, client: httpx.Client) -> None:
    """Events come late, never, or logging is off."""
    everything = len(_ids(client.get(EVENTS)))
    simulator.faults.add("late_events", seconds=22.5 * 3600)
    assert len(_ids(client.get(EVENTS))) == everything - 2
    simulator.faults.clear()
    begin, end = "2026-04-01T00:30:00Z", "2026-04-01T02:30:00Z"
    simulator.faults.add("lost_events", begin=begin, end=end)
    assert len(_ids(client.get(EVENTS))) == everything - 2
    simulator.faults.add("audit_logging_off")
    assert _ids(client.get(EVENTS)) == []


def test_projects_are_archived_between_two_calls(
    simulator: Simulator, client: httpx.Client
) -> None:
    """The list still shows it active; its keys answer 400 (or 404, or are listed)."""
    simulator.faults.add("archive_between", project="proj_web", times=1)
    assert _ids(client.get("/organization/projects")) == ["proj_web", "proj_lab"]
    assert client.get(KEYS).status_code == 400
    assert client.get("/organization/projects/proj_web").json()["status"] == "archived"
    simulator.faults.add("archived_lists", value=404)
    assert client.get(KEYS).status_code == 404
    simulator.faults.clear()
    simulator.faults.add("archived_lists", value="listed")
    assert _ids(client.get(KEYS)) == ["key_a"]


def test_switches_of_access(simulator: Simulator, client: httpx.Client) -> None:
    """Inactive keys shown anyway; an organization header that nobody checks; 401 for scopes."""
    assert _ids(client.get(KEYS)) == ["key_a"]
    simulator.faults.add("inactive_always_shown")
    assert _ids(client.get(KEYS)) == ["key_a", "key_b"]
    foreign = {"OpenAI-Organization": "org-somebody-else"}
    assert client.get(USERS, headers=foreign).status_code == 401
    simulator.faults.add("any_organization")
    assert client.get(USERS, headers=foreign).status_code == 200
    simulator.world.credential("sk-admin-weak-key-of-a-test", scopes=())
    simulator.faults.add("scope_refusals", status=401, as_text=False)
    weak = {"Authorization": "Bearer sk-admin-weak-key-of-a-test"}
    assert client.get(USERS, headers=weak).json()["error"]["code"] == "missing_scope"


def test_faults_of_the_wire_in_process(simulator: Simulator, client: httpx.Client) -> None:
    """They come out as httpx has them, without waiting."""
    cases: list[tuple[str, dict[str, Any], type[Exception]]] = [
        ("refuse", {}, httpx.ConnectError),
        ("reset", {}, httpx.ReadError),
        ("truncated", {"at": 0.3}, httpx.RemoteProtocolError),
        ("latency", {"seconds": 0.21}, httpx.ReadTimeout),
    ]
    for kind, options, error in cases:
        simulator.faults.add(kind, times=1, **options)
        with pytest.raises(error):
            client.get(USERS)
    simulator.faults.add("drip", bytes=50, seconds=0.001)
    assert client.get(USERS).status_code == 200


def test_the_request_log_tells_what_was_asked_and_never_the_key(
    simulator: Simulator, client: httpx.Client
) -> None:
    """Paths, queries, statuses; of the key its last four characters."""
    client.get(USERS, params={"limit": 7})
    served = simulator.log[-1]
    assert (served.path, served.query, served.status) == (USERS, (("limit", "7"),), 200)
    assert served.organization_header == "org-first"
    assert ADMIN_KEY not in repr(simulator.log)
    assert simulator.counts() == {USERS: 1}


def test_every_kind_of_fault_is_described_and_no_other_is_taken(simulator: Simulator) -> None:
    """The table names each kind, and a slip in a script is an error."""
    for kind, summary in FAULT_KINDS.items():
        assert summary.startswith(f"`{kind}`: ")
    with pytest.raises(ValueError, match="no fault is called thorttled"):
        simulator.faults.add("thorttled")
