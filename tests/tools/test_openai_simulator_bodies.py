"""Faults of records, bodies and the wire, and the switches: each shows itself."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.tools.simulated import EVENTS, KEYS, USERS, client, ids, simulator
from tools.openai_simulator import ADMIN_KEY, FAULT_KINDS, Simulator

__all__ = ["client", "simulator"]


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
    everything = len(ids(client.get(EVENTS)))
    simulator.faults.add("late_events", seconds=22.5 * 3600)
    assert len(ids(client.get(EVENTS))) == everything - 2
    simulator.faults.clear()
    begin, end = "2026-04-01T00:30:00Z", "2026-04-01T02:30:00Z"
    simulator.faults.add("lost_events", begin=begin, end=end)
    assert len(ids(client.get(EVENTS))) == everything - 2
    simulator.faults.add("audit_logging_off")
    assert ids(client.get(EVENTS)) == []


def test_projects_are_archived_between_two_calls(
    simulator: Simulator, client: httpx.Client
) -> None:
    """The list still shows it active; its keys answer 400 (or 404, or are listed)."""
    simulator.faults.add("archive_between", project="proj_web", times=1)
    assert ids(client.get("/organization/projects")) == ["proj_web", "proj_lab"]
    assert client.get(KEYS).status_code == 400
    assert client.get("/organization/projects/proj_web").json()["status"] == "archived"
    simulator.faults.add("archived_lists", value=404)
    assert client.get(KEYS).status_code == 404
    simulator.faults.clear()
    simulator.faults.add("archived_lists", value="listed")
    assert ids(client.get(KEYS)) == ["key_a"]


def test_switches_of_access(simulator: Simulator, client: httpx.Client) -> None:
    """Inactive keys shown anyway; an organization header that nobody checks; 401 for scopes."""
    assert ids(client.get(KEYS)) == ["key_a"]
    simulator.faults.add("inactive_always_shown")
    assert ids(client.get(KEYS)) == ["key_a", "key_b"]
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
    logged = simulator.log[-1]
    assert (logged.path, logged.query, logged.status) == (USERS, (("limit", "7"),), 200)
    assert logged.organization_header == "org-first"
    assert ADMIN_KEY not in repr(simulator.log)
    assert simulator.counts() == {USERS: 1}


def test_every_kind_of_fault_is_described_and_no_other_is_taken(simulator: Simulator) -> None:
    """The table names each kind, and a slip in a script is an error."""
    for kind, summary in FAULT_KINDS.items():
        assert summary.startswith(f"`{kind}`: ")
    with pytest.raises(ValueError, match="no fault is called thorttled"):
        simulator.faults.add("thorttled")
