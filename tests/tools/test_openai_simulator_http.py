"""The simulator over HTTP: the official SDK, HTTP/2, faults of the socket, the control endpoint."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI, PermissionDeniedError

from tools.openai_simulator import (
    DEMO_ADMIN_KEY,
    DEMO_ORG_ID,
    DEMO_USER_KEY,
    HttpServer,
    SettableClock,
    Simulator,
    demo_world,
    private_texts,
    serve_in_thread,
)

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-04-02T12:00:00Z"


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    """The demo world, a day and a half in."""
    return Simulator(demo_world(days=4), SettableClock(NOW))


@pytest.fixture(scope="module")
def server(simulator: Simulator) -> Iterator[HttpServer]:
    """The simulator on loopback."""
    with serve_in_thread(simulator) as server:
        yield server


@pytest.fixture(autouse=True)
def _undisturbed(simulator: Simulator) -> Iterator[None]:
    simulator.clock = SettableClock(NOW)
    yield
    simulator.faults.clear()


@pytest.fixture
def sdk(server: HttpServer) -> Iterator[OpenAI]:
    """The official SDK with the demo's admin key."""
    with OpenAI(admin_api_key=DEMO_ADMIN_KEY, base_url=server.base_url, max_retries=0) as client:
        yield client


@pytest.fixture
def client(server: HttpServer) -> Iterator[httpx.Client]:
    """An HTTP/1.1 client of the API."""
    headers = {"authorization": f"Bearer {DEMO_ADMIN_KEY}"}
    with httpx.Client(base_url=server.base_url, headers=headers, timeout=5) as client:
        yield client


@pytest.fixture
def faulty_socket(server: HttpServer) -> Iterator[httpx.Client]:
    """A client of the server with faults of the socket."""
    headers = {"authorization": f"Bearer {DEMO_ADMIN_KEY}"}
    with httpx.Client(base_url=server.raw_url, headers=headers, timeout=5) as client:
        yield client


@pytest.fixture
def control(server: HttpServer) -> Iterator[httpx.Client]:
    """A client of the control endpoint."""
    with httpx.Client(base_url=server.control_url, timeout=10) as client:
        yield client


def test_the_official_sdk_lists_every_user_project_and_key(
    sdk: OpenAI, simulator: Simulator
) -> None:
    """Page by page, the SDK reads exactly what the organization holds."""
    now, org = simulator.clock.now(), simulator.world.first
    organization = sdk.admin.organization
    users = [user.id for user in organization.users.list(limit=10)]
    assert sorted(users) == sorted(user["id"] for user in org.truth("users", now))
    projects = list(organization.projects.list(limit=3, include_archived=True))
    assert sorted(p.id for p in projects) == sorted(p["id"] for p in org.truth("projects", now))
    keys = [
        key.id
        for project in projects
        if project.status == "active"
        for key in organization.projects.api_keys.list(
            project.id, limit=5, owner_project_access="any"
        )
    ]
    active = [project.id for project in projects if project.status == "active"]
    expected = [key["id"] for p in active for key in org.truth("api_keys", now, p)]
    assert sorted(keys) == sorted(expected)


def test_the_official_sdk_lists_every_audit_event_of_both_streams(
    sdk: OpenAI, simulator: Simulator
) -> None:
    """Both streams of the log arrive whole, each event once."""
    now, org = simulator.clock.now(), simulator.world.first
    logs = sdk.admin.organization.audit_logs
    for tenant, log in ((False, org.events), (True, org.tenant_events)):
        listed = [event.id for event in logs.list(limit=100, tenant_only=tenant)]
        visible = [event.id for event in log.all() if event.visible_at <= now]
        assert listed == visible[::-1]
        assert len(set(listed)) == len(listed) > 5


def test_the_official_sdk_lists_the_other_lists(sdk: OpenAI) -> None:
    """Invites, groups, roles, admin keys, project users and service accounts parse too."""
    organization = sdk.admin.organization
    project = next(iter(organization.projects.list()))
    assert list(organization.invites.list())
    assert [group.name for group in organization.groups.list()] == ["Platform Team"]
    assert [role.name for role in organization.roles.list()] == ["key-auditor"]
    assert list(organization.admin_api_keys.list())
    assert list(organization.projects.users.list(project.id))
    assert list(organization.projects.service_accounts.list(project.id)) is not None


def test_the_official_sdk_says_when_the_key_is_the_wrong_kind(server: HttpServer) -> None:
    """A user's key is refused with the missing scope."""
    with (
        OpenAI(admin_api_key=DEMO_USER_KEY, base_url=server.base_url, max_retries=0) as sdk,
        pytest.raises(PermissionDeniedError) as refused,
    ):
        sdk.admin.organization.users.list()
    assert "Missing scopes: api.management.read" in refused.value.response.text


def test_http_2_with_prior_knowledge(server: HttpServer) -> None:
    """The same port speaks HTTP/2 without TLS."""
    headers = {"authorization": f"Bearer {DEMO_ADMIN_KEY}"}
    with httpx.Client(http1=False, http2=True, base_url=server.base_url, headers=headers) as client:
        answer = client.get("/organization/users")
    assert (answer.status_code, answer.http_version) == (200, "HTTP/2")


def test_headers_follow_the_simulated_clock(client: httpx.Client) -> None:
    """`Date` is the simulated instant, once; the organization and a request id stand there."""
    answer = client.get("/organization/users")
    assert answer.headers.get_list("date") == ["Thu, 02 Apr 2026 12:00:00 GMT"]
    assert answer.headers["openai-organization"] == DEMO_ORG_ID
    assert answer.headers["x-request-id"].startswith("req_")


def test_a_dripping_body_outlasts_a_read_timeout(simulator: Simulator, server: HttpServer) -> None:
    """Each piece arrives in time and the whole does not: only a total deadline helps."""
    simulator.faults.add("drip", bytes=250, seconds=0.05)
    headers = {"authorization": f"Bearer {DEMO_ADMIN_KEY}"}
    for url in (server.base_url, server.raw_url):
        started = time.monotonic()
        answer = httpx.get(f"{url}/organization/users", headers=headers, timeout=0.7)
        assert answer.json()["object"] == "list"
        assert time.monotonic() - started > 0.7


def test_a_cut_body_is_a_protocol_error(
    simulator: Simulator, client: httpx.Client, faulty_socket: httpx.Client
) -> None:
    """The connection closes before the announced length."""
    simulator.faults.add("truncated")
    for http_client in (client, faulty_socket):
        with pytest.raises(httpx.RemoteProtocolError):
            http_client.get("/organization/users")


def test_a_cut_body_without_a_length_looks_whole(
    simulator: Simulator, faulty_socket: httpx.Client
) -> None:
    """Without a length the end of the connection is the end of the body: half a document."""
    simulator.faults.add("truncated", unframed=True)
    answer = faulty_socket.get("/organization/users")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_reset_connection_is_a_read_error(
    simulator: Simulator, faulty_socket: httpx.Client
) -> None:
    """The server sends RST."""
    simulator.faults.add("reset")
    with pytest.raises(httpx.ReadError):
        faulty_socket.get("/organization/users")


def test_latency_and_hanging(simulator: Simulator, client: httpx.Client) -> None:
    """An answer may come late, or never."""
    simulator.faults.add("latency", seconds=0.2, times=1)
    started = time.monotonic()
    assert client.get("/organization/users").status_code == 200
    assert time.monotonic() - started >= 0.2
    simulator.faults.add("hang")
    with pytest.raises(httpx.ReadTimeout):
        client.get("/organization/users", timeout=httpx.Timeout(5, read=0.2))


def test_control_sets_the_clock(control: httpx.Client, client: httpx.Client) -> None:
    """The clock jumps, freezes and advances."""
    control.post("/clock", json={"now": "2026-04-03T00:00:00Z", "frozen": True})
    assert control.post("/clock", json={"advance_s": 90}).json() == {"now": "2026-04-03T00:01:30Z"}
    assert client.get("/organization/users").headers["date"] == "Fri, 03 Apr 2026 00:01:30 GMT"


def test_control_scripts_faults_and_counts_requests(
    control: httpx.Client, client: httpx.Client
) -> None:
    """Faults go in and out over HTTP, and the log of requests can be read."""
    control.delete("/requests")
    fault = {"kind": "throttled", "path": "/organization/users", "times": 1, "retry_after": "0"}
    assert control.post("/faults", json=fault).status_code == 200
    assert [client.get("/organization/users").status_code for _ in range(2)] == [429, 200]
    assert control.get("/faults").json()[0]["hits"] == 1
    assert control.delete("/faults").json() == []
    requests = control.get("/requests").json()
    assert requests["counts"] == {"/organization/users": 2}
    assert [entry["status"] for entry in requests["last"]] == [429, 200]
    assert DEMO_ADMIN_KEY not in json.dumps(requests)


def test_control_adds_steps(control: httpx.Client, client: httpx.Client) -> None:
    """A step told over HTTP shows at once."""
    step: dict[str, Any] = {"at": NOW, "step": "user_joins", "args": ["zoe"], "org": DEMO_ORG_ID}
    step |= {"kwargs": {"email": "zoe@northwind.example"}, "hidden": True}
    assert control.post("/steps", json=[step]).json() == {"told": 1}
    page = client.get("/organization/users", params={"emails[]": "zoe@northwind.example"}).json()
    assert [user["name"] for user in page["data"]] == ["Zoe"]


def test_control_takes_openai_down_and_up(control: httpx.Client, client: httpx.Client) -> None:
    """Down is 503 or a closed port; the port stays the same."""
    control.post("/down", json={"mode": "503"})
    assert client.get("/organization/users").status_code == 503
    control.post("/up")
    assert client.get("/organization/users").status_code == 200
    control.post("/down", json={"mode": "refuse"})
    with pytest.raises(httpx.TransportError):
        client.get("/organization/users")
    with pytest.raises(httpx.ConnectError):
        client.get("/organization/users")
    control.post("/up")
    assert client.get("/organization/users").status_code == 200


def test_control_tells_what_is_private(control: httpx.Client, simulator: Simulator) -> None:
    """Whoever searches for leaks gets the list of what must not be found."""
    private = control.get("/private").json()
    assert private == private_texts(simulator.world).as_lists()
    assert "olga.brandt@northwind.example" in private["emails"]
    assert "Olga Brandt" in private["names"]
    assert DEMO_ADMIN_KEY in private["secrets"]
    assert all(private.values())


def test_control_explains_itself(control: httpx.Client) -> None:
    """The overview names the organizations, the keys and every kind of fault."""
    overview = control.get("").json()
    assert overview["demo"]["org_id"] == DEMO_ORG_ID
    assert overview["demo"]["admin_key"] == DEMO_ADMIN_KEY
    assert "gzip_bomb" in overview["fault_kinds"]
    for method, path, body in (
        ("POST", "/faults", {"kind": "no such"}),
        ("POST", "/steps", {"at": NOW, "step": "_log"}),
        ("POST", "/clock", {}),
        ("POST", "/down", {"mode": "sideways"}),
    ):
        assert control.request(method, path, json=body).status_code == 400
    assert control.get("/nowhere").status_code == 404
