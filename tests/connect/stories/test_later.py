"""What may be done to a connection later: rename, key, pause, resume, disconnect, reconnect."""

from contextlib import suppress
from typing import Any

import pytest

from functions.shared.errors import Conflict
from tests.connect.conftest import CANARY, OTHER_KEY, SECOND_KEY, ConnectApi
from tests.support.aws_calls import Killed, killing, watched
from tests.support.aws_state import received

ONE = {"org_id": "org-first", "service_account_id": "svc_acct_bot"}
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("PATCH /orgs/{org_id}", {"body": {"display_name": "x"}}),
    ("PUT /orgs/{org_id}/admin-key", {"body": {"admin_key": SECOND_KEY}}),
    ("POST /orgs/{org_id}/pause", {}),
    ("POST /orgs/{org_id}/resume", {}),
    (
        "PUT /orgs/{org_id}/service-accounts/{service_account_id}/person",
        {"body": {"person": "user-olga"}},
    ),
    ("DELETE /orgs/{org_id}", {}),
]


def replace_key(api: ConnectApi, key: str) -> tuple[int, dict[str, Any]]:
    """Send another key for the first organization."""
    return api.ask("PUT /orgs/{org_id}/admin-key", path=ONE, body={"admin_key": key})


def test_pause_and_resume_each_leave_one_entry_however_often_they_are_asked(
    api: ConnectApi,
) -> None:
    """A second pause changes nothing."""
    api.connect()
    for step, status in [("pause", "paused")] * 2 + [("resume", "connected")] * 2:
        got, body = api.ask(f"POST /orgs/{{org_id}}/{step}", path=ONE)
        assert (got, body["status"]) == (200, status)
    assert api.lifecycle() == ["connected", "paused", "resumed"]


def test_a_rename_is_sealed_as_a_fact_without_the_name(api: ConnectApi) -> None:
    """The tenant's own words stay out of the evidence; null takes the org id back."""
    api.connect()
    body = api.ask("PATCH /orgs/{org_id}", path=ONE, body={"display_name": "Ann's firm"})[1]
    assert body["display_name"] == "Ann's firm"
    entry = api.entries()[-1]
    assert entry == {"seq": 2, "at": "2026-04-01T06:01:00Z", "kind": "renamed", "by": "user-1"}
    body = api.ask("PATCH /orgs/{org_id}", path=ONE, body={"display_name": None})[1]
    assert body["display_name"] == "org-first"


def test_a_key_of_the_same_organization_takes_the_old_ones_place(api: ConnectApi) -> None:
    """Probed again, wrapped again, and the hour that ended last is tried at once."""
    api.connect()
    received(api.queue)
    before = api.context.connections.need("tenant-a", "org-first")
    status, body = replace_key(api, SECOND_KEY)
    after = api.context.connections.need("tenant-a", "org-first")
    assert (status, body["admin_key_last4"]) == (200, "IjKl")
    assert after.admin_key != before.admin_key
    assert after.first_hour == before.first_hour
    assert api.lifecycle() == ["connected", "key_replaced"]
    assert [message["hour"] for message in received(api.queue)] == ["2026-04-01T05:00:00Z"]


def test_a_key_of_another_organization_is_refused_and_the_old_one_stays(api: ConnectApi) -> None:
    """OpenAI itself refuses it."""
    api.connect()
    before = api.context.connections.need("tenant-a", "org-first")
    assert replace_key(api, OTHER_KEY)[1]["type"] == "/problems/organization-mismatch"
    assert api.context.connections.need("tenant-a", "org-first") == before


def test_a_key_that_sees_no_known_project_is_quarantined(api: ConnectApi) -> None:
    """Where OpenAI refuses nothing, the projects tell (F30); nothing is merged."""
    api.connect()
    before = api.context.connections.need("tenant-a", "org-first")
    api.simulator.faults.add("any_organization")
    api.simulator.faults.add("without_header", name="openai-organization")
    status, problem = replace_key(api, OTHER_KEY)
    assert (status, problem["type"]) == (422, "/problems/quarantined")
    assert problem["detail"].endswith("Nothing was stored.")
    assert api.context.connections.need("tenant-a", "org-first") == before


def test_a_known_project_is_found_on_a_later_page(api: ConnectApi) -> None:
    """The list's order is not documented: pages are read until a known project shows."""
    api.connect()
    moment = api.simulator.world.at("2026-04-01T05:00:00Z")
    for place in range(150):
        moment.project_created(f"new{place}")
    api.simulator.faults.add("list_order", value="newest_first")
    assert replace_key(api, SECOND_KEY)[0] == 200


def test_an_organization_never_seen_with_projects_needs_openais_own_word(api: ConnectApi) -> None:
    """Nothing known to compare: a key is taken if OpenAI refused it for a wrong organization."""
    api.simulator.world.credential(CANARY, scopes={"api.management.read"})
    api.simulator.faults.add("body", path="/organization/projects", body='{"data": []}')
    api.connect()
    assert api.context.connections.need("tenant-a", "org-first").known_projects == []
    assert replace_key(api, SECOND_KEY)[0] == 200
    api.simulator.faults.add("any_organization")
    assert replace_key(api, SECOND_KEY)[1]["type"] == "/problems/quarantined"


def test_a_disconnect_deletes_the_key_and_keeps_the_history(api: ConnectApi) -> None:
    """The row stays as a tombstone, and the organization is never due again (T23)."""
    api.connect()
    assert list(api.context.connections.due()) == [("tenant-a", "org-first")]
    api.at("2026-04-01T09:30:00Z")
    received(api.queue)
    status, body = api.ask("DELETE /orgs/{org_id}", path=ONE)
    assert (status, body["status"]) == (200, "disconnected")
    row = api.context.connections.need("tenant-a", "org-first")
    assert row.admin_key == b""
    assert api.lifecycle() == ["connected", "disconnected"]
    assert list(api.context.connections.due()) == []
    # The hour of the disconnect itself: its seal ends the chain.
    assert [message["hour"] for message in received(api.queue)] == ["2026-04-01T09:00:00Z"]
    assert api.ask("DELETE /orgs/{org_id}", path=ONE)[1]["status"] == "disconnected"
    assert api.lifecycle() == ["connected", "disconnected"]


@pytest.mark.parametrize("step", STEPS[:-1], ids=lambda step: step[0])
def test_a_disconnected_organization_says_how_it_comes_back(
    api: ConnectApi, step: tuple[str, dict[str, Any]]
) -> None:
    """No step but a new connect."""
    api.connect()
    api.ask("DELETE /orgs/{org_id}", path=ONE)
    status, problem = api.ask(step[0], path=ONE, **step[1])
    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert "POST /orgs" in problem["detail"]


@pytest.mark.parametrize(
    ("disconnected", "again", "first_hour", "sent"),
    [
        # The hours between are `disconnected`.
        ("2026-04-01T06:30:00Z", "2026-04-01T09:20:00Z", "2026-04-01T08:00:00Z", True),
        # Within one hour: that hour is closed already, and says that the interval ended in it.
        ("2026-04-01T06:30:00Z", "2026-04-01T06:45:00Z", "2026-04-01T07:00:00Z", False),
        # The hour that ended last is the one of the disconnect: the next one is the first.
        ("2026-04-01T06:30:00Z", "2026-04-01T07:01:00Z", "2026-04-01T07:00:00Z", False),
        ("2026-04-01T06:30:00Z", "2026-04-01T08:01:00Z", "2026-04-01T07:00:00Z", True),
    ],
)
def test_a_reconnect_never_starts_with_an_hour_of_the_interval_before(
    api: ConnectApi, disconnected: str, again: str, first_hour: str, sent: bool
) -> None:
    """Every hour up to that of the disconnect has, or will have, its seal already."""
    api.connect()
    api.at(disconnected)
    api.ask("DELETE /orgs/{org_id}", path=ONE)
    received(api.queue)
    api.at(again)
    status, body = api.connect(key=SECOND_KEY)
    row = api.context.connections.need("tenant-a", "org-first")
    assert (status, body["status"]) == (201, "connected")
    assert row.first_hour == first_hour
    assert row.connected_at == again
    assert api.lifecycle() == ["connected", "disconnected", "reconnected"]
    assert api.entries()[-1]["first_hour"] == first_hour
    assert [message["hour"] for message in received(api.queue)] == [first_hour] * sent


def test_a_reconnect_with_another_organizations_key_is_quarantined(api: ConnectApi) -> None:
    """The chain must not be continued by another organization."""
    api.connect()
    api.ask("DELETE /orgs/{org_id}", path=ONE)
    api.simulator.faults.add("any_organization")
    api.simulator.faults.add("without_header", name="openai-organization")
    assert api.connect(key=OTHER_KEY)[1]["type"] == "/problems/quarantined"
    assert api.context.connections.need("tenant-a", "org-first").status == "disconnected"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[0])
def test_another_tenants_organization_is_not_there(
    api: ConnectApi, step: tuple[str, dict[str, Any]]
) -> None:
    """Byte for byte the answer for an id that never existed or cannot exist (T4)."""
    api.connect()
    answers = set()
    for org in ("org-first", "org-never-was", "not-an-org", "org-first%23O", ""):
        status, _ = api.ask(step[0], path=ONE | {"org_id": org}, tenant="tenant-b", **step[1])
        assert status == 404
        answers.add(api.replies[-1])
    assert len(answers) == 1
    assert api.lifecycle() == ["connected"]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[0])
def test_an_auditor_may_look_but_not_touch(
    api: ConnectApi, step: tuple[str, dict[str, Any]]
) -> None:
    """Refused with the group that is needed."""
    api.connect()
    status, problem = api.ask(step[0], path=ONE, group="auditor", **step[1])
    assert (status, problem["type"]) == (403, "/problems/not-allowed")
    assert api.lifecycle() == ["connected"]


def test_killed_between_any_two_aws_calls_status_and_entry_are_both_there_or_neither(
    api: ConnectApi,
) -> None:
    """One transaction; the next request goes on from either."""
    api.connect()
    for nth in range(1, 6):
        before = api.entries()
        with suppress(Killed), watched(before=killing(nth)):
            api.ask("POST /orgs/{org_id}/pause", path=ONE)
        status = api.context.connections.need("tenant-a", "org-first").status
        new = [entry["kind"] for entry in api.entries()[len(before) :]]
        assert (status, new) in (("connected", []), ("paused", ["paused"]))
        api.ask("POST /orgs/{org_id}/resume", path=ONE)
    kinds = api.lifecycle()
    assert kinds[1:] == ["paused", "resumed"] * (len(kinds) // 2)
    assert [entry["seq"] for entry in api.entries()] == list(range(1, len(kinds) + 1))
    assert len(kinds) > 3


def test_of_two_steps_at_once_one_wins_and_leaves_the_only_entry(api: ConnectApi) -> None:
    """The other is told to look again."""
    api.connect()
    before = api.context.connections.need("tenant-a", "org-first")
    api.ask("POST /orgs/{org_id}/pause", path=ONE)
    with pytest.raises(Conflict):
        api.context.connections.save(before.with_entry("renamed", api.clock.instant))
    assert api.lifecycle() == ["connected", "paused"]


def test_a_tenant_has_at_most_so_many_organizations(
    api: ConnectApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pack's row names them all; one that is known already may come back."""
    monkeypatch.setattr("functions.connect.flow.MOST_OF_A_TENANT", 1)
    api.connect()
    asked = len(api.simulator.log)
    status, problem = api.connect("org-other", OTHER_KEY)
    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert "at most 1 organization" in problem["detail"]
    assert len(api.simulator.log) == asked
    assert api.connect("org-other", OTHER_KEY, tenant="tenant-b")[0] == 201
    api.ask("DELETE /orgs/{org_id}", path=ONE)
    assert api.connect()[0] == 201
