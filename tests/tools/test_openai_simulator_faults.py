"""Each fault of the simulator shows its fault."""

from typing import Any

import httpx
import pytest

from tests.tools.simulated import EVENTS, KEYS, USERS, client, ids, simulator
from tools.openai_simulator import Simulator

__all__ = ["client", "simulator"]

REFUSALS: list[tuple[str, dict[str, Any], int, str]] = [
    ("status", {"status": 418, "body": {"error": "teapot"}}, 418, "teapot"),
    ("server_error", {"status": 502}, 502, "<html>"),
    ("server_error", {"status": 500, "html": False}, 500, "server_error"),
    ("throttled", {}, 429, "rate_limit_exceeded"),
    ("insufficient_quota", {}, 429, "insufficient_quota"),
    ("invalid_api_key", {}, 401, "invalid_api_key"),
    ("mismatched_organization", {}, 401, "mismatched_organization"),
    ("ip_not_authorized", {}, 401, "ip_not_authorized"),
    ("blocked", {}, 403, "<!DOCTYPE html>"),
    ("blocked", {"status": 401, "body": "proxy"}, 401, "proxy"),
    ("region_not_supported", {}, 403, "unsupported_country_region_territory"),
    ("forbidden", {}, 403, "Missing scopes: api.management.read"),
    ("forbidden", {"status": 401, "as_text": False, "scope": "x.y"}, 401, "Missing scopes: x.y"),
    ("not_found", {}, 404, "not_found"),
    ("redirect", {"location": "https://evil.example/", "status": 307}, 307, ""),
    ("body", {"body": "<!DOCTYPE html>"}, 200, "<!DOCTYPE"),
    ("body", {"body": None}, 200, "null"),
]


@pytest.mark.parametrize(("kind", "options", "status", "expected"), REFUSALS)
def test_refusals(
    simulator: Simulator,
    client: httpx.Client,
    kind: str,
    options: dict[str, Any],
    status: int,
    expected: str,
) -> None:
    """The answer is the fault's, once, and then the ordinary one."""
    fault = simulator.faults.add(kind, path=USERS, times=1, **options)
    assert client.get("/organization/projects").status_code == 200
    answer = client.get(USERS)
    assert (answer.status_code, expected in answer.text) == (status, True)
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


@pytest.mark.parametrize(
    "retry_after", ["5", "Thu, 02 Apr 2026 00:01:00 GMT", "-1", "soon", "86400", 0]
)
def test_retry_after_says_anything(
    simulator: Simulator, client: httpx.Client, retry_after: str | int
) -> None:
    """Seconds, a date, nonsense."""
    simulator.faults.add("throttled", retry_after=retry_after)
    assert client.get(USERS).headers["retry-after"] == str(retry_after)


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
    statuses = []
    for hour in (4, 5, 7, 8):
        simulator.set_now(f"2026-04-02T0{hour}:00:00Z")
        statuses.append(client.get(USERS).status_code)
    assert statuses == [200, 503, 503, 200]


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
    newest = ids(client.get(EVENTS))
    simulator.faults.add("order", value="oldest_first")
    assert ids(client.get(EVENTS)) == newest[::-1]
    middle = newest[len(newest) // 2]
    after = ids(client.get(EVENTS, params={"after": middle}))
    simulator.faults.add("swapped_cursors")
    before = ids(client.get(EVENTS, params={"after": middle}))
    assert [*before, middle, *after] == newest[::-1]
    simulator.faults.add("list_order", value="newest_first")
    assert ids(client.get(USERS)) == ["user-ann", "user-olga"]


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
    assert ids(client.get(USERS, params={"after": "user-olga"})) == ["user-olga", "user-ann"]


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
