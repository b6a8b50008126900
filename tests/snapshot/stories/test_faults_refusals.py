"""The fault matrix, F1 and F2: refusals that are not OpenAI's, or that OpenAI itself refutes.

An hour that they hit is complete within its grace, and the connection's health is what it was.
"""

from typing import Any

import httpx
import pytest

from functions.shared.evidence.seals import Seal
from tests.snapshot.stories.trial import (
    AUDIT,
    HIT,
    KEYS,
    LAST,
    NEXT,
    PROJECTS,
    USERS,
    Trial,
    rarely,
)
from tools.openai_simulator.http.few_streams import FewStreamsServer
from tools.openai_simulator.http.server import in_thread

OF_NOBODY: list[tuple[str, dict[str, Any], str]] = [
    ("blocked", {}, "refused_on_the_way"),
    ("region_not_supported", {}, "region_not_supported"),
    ("ip_not_authorized", {}, "ip_not_authorized"),
]
MORE_OF_NOBODY: list[tuple[str, dict[str, Any], str]] = [
    ("blocked", {"status": 401, "body": "log in at the proxy"}, "refused_on_the_way"),
    ("blocked", {"status": 403, "body": '{"error": "forbidden"}'}, "refused_on_the_way"),
    ("blocked", {"status": 404, "body": "<html>no such host</html>"}, "refused_on_the_way"),
]


def health(trial: Trial) -> str:
    """Return what the connection is said to be."""
    fixture = trial.fixture
    return fixture.context.connections.need(fixture.tenant, fixture.org).health


def statuses(seal: Seal) -> dict[str, str]:
    """Return what an hour says of each section."""
    return {name: part["status"] for name, part in seal.content["sections"].items()}


@pytest.mark.parametrize(("kind", "how", "reason"), [*OF_NOBODY, *rarely(*MORE_OF_NOBODY)])
def test_f1_refused_by_what_does_not_know_the_key(
    trial: Trial, kind: str, how: dict[str, Any], reason: str
) -> None:
    """For a while: tried again within the grace, complete; for hours: failed, for what it is."""
    trial.fault(kind, **how)
    assert trial.hit() is None
    assert health(trial) == "ok"
    trial.heal()
    (seal,) = trial.fixture.tick(HIT, minutes_late=30)
    assert seal.content["outcome"] == "complete"
    trial.fault(kind, **how)
    assert trial.fixture.tick(NEXT) == []
    (failed,) = trial.fixture.tick(NEXT, minutes_late=121)
    assert (failed.content["outcome"], failed.content["reason"]) == ("failed", reason)
    assert "forbidden" not in statuses(failed).values()
    assert health(trial) == "ok"
    trial.forget()
    trial.fixture.tick(LAST, minutes_late=62)
    # What was refused whole an hour ago is asked for by one request, and not by all of them.
    assert trial.requests() == trial.requests(USERS) <= 5
    trial.finish("F1", f"{how.get('status', '')} {kind} for hours".strip(), until=LAST)


@pytest.mark.parametrize(
    ("kind", "path", "section"),
    [
        ("blocked", AUDIT, "audit_events"),
        ("region_not_supported", KEYS, "api_keys"),
        *rarely(("blocked", USERS, "users"), ("ip_not_authorized", PROJECTS, "projects")),
    ],
)
def test_f2_one_list_refused_by_what_knows_no_scope(
    trial: Trial, kind: str, path: str, section: str
) -> None:
    """Not forbidden: read again by the next run, which reads nothing else but what it must."""
    trial.fault(kind, path=path)
    assert trial.hit() is None
    trial.heal()
    (seal,) = trial.fixture.tick(HIT, minutes_late=5)
    assert statuses(seal)[section] == "complete"
    assert health(trial) == "ok"
    trial.finish("F2", f"{kind} on {section}")


@pytest.mark.parametrize("kind", ["invalid_api_key", *rarely("mismatched_organization")])
@pytest.mark.parametrize("path", [AUDIT, KEYS, *rarely(USERS, PROJECTS)])
def test_f1_one_401_beside_good_answers(trial: Trial, kind: str, path: str) -> None:
    """One server's mistake: the hour is tried again and complete; the key is not blamed."""
    trial.fault(kind, path=path, times=1)
    assert trial.hit() is None
    assert health(trial) == "ok"
    (seal,) = trial.fixture.tick(HIT, minutes_late=5)
    assert seal.content["outcome"] == "complete"
    trial.finish("F1", f"one {kind} beside good answers")


def test_f1_a_401_that_is_refuted_for_hours(trial: Trial) -> None:
    """Said as what it is when the grace ends; the key is still not blamed."""
    trial.fault("invalid_api_key", path=AUDIT)
    seal = trial.outlast()
    section = seal.content["sections"]["audit_events"]
    assert (section["status"], section["reason"]) == ("failed", "refusal_contradicted")
    assert seal.content["outcome"] == "partial"
    assert health(trial) == "ok"
    trial.finish("F1", "401 on one list for hours")


def test_f1_a_key_revoked_in_the_middle_of_a_run(trial: Trial) -> None:
    """What came before refutes what came after, until the next run hears nothing but 401."""
    trial.fault("invalid_api_key", skip=2)
    assert trial.hit() is None
    assert health(trial) == "ok"
    (seal,) = trial.fixture.tick(HIT, minutes_late=5)
    assert seal.content["reason"] == "key_rejected"
    assert seal.content["outcome"] == "partial"
    assert health(trial) == "key_rejected"
    trial.finish("F1", "key revoked in the middle of a run", until=LAST)


@pytest.mark.parametrize("as_text", [True, *rarely(False)])
def test_f2_a_missing_scope_is_forbidden_at_once(trial: Trial, as_text: bool) -> None:
    """Said by OpenAI, and refuted by nothing: no grace is waited for."""
    for path in (USERS, PROJECTS, f"{PROJECTS}/*"):
        trial.fault("forbidden", path=path, as_text=as_text)
    seal = trial.hit()
    assert seal is not None
    told = statuses(seal)
    assert (told["users"], told["projects"], told["audit_events"]) == (
        "forbidden",
        "forbidden",
        "complete",
    )
    trial.finish("F2", "a scope is missing")


def test_f2_a_scope_that_is_missing_from_the_second_page_on(trial: Trial) -> None:
    """The first page came, so the key may read the list: tried again."""
    trial.fault("forbidden", path=USERS, where={"after": "*"}, times=1)
    assert trial.hit() is None
    (seal,) = trial.fixture.tick(HIT, minutes_late=5)
    assert seal.content["outcome"] == "complete"
    trial.finish("F2", "forbidden from the second page on")


def test_f12_more_wherever_a_page_is_full(trial: Trial) -> None:
    """Twelve people come in pages of four, and an empty one: complete in time."""
    trial.fault("full_means_more")
    trial.fixture.world.at("2026-04-01T03:45:00Z").user_joins("eve").user_joins("finn")
    trial.forget()
    seal = trial.hit()
    assert seal is not None
    assert seal.content["outcome"] == "complete"
    assert seal.content["sections"]["users"]["count"] == 12
    # Three full pages, the empty one, and the last page once more over other borders.
    assert trial.requests(USERS) == 6
    trial.finish("F12", "has_more wherever a page is full")


def test_f4_fewer_streams_than_are_under_way(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP/2's limit lowered in the middle of a run: slower, and complete."""

    def transport() -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(http1=False, http2=True)

    fixture = trial.fixture
    monkeypatch.setattr("tests.support.snapshot_fixture.http_transport", transport)
    server = FewStreamsServer(fixture.simulator, lowered_to=1, lowered_at=3)
    with in_thread(server):
        fixture.base_url = server.base_url
        seal = trial.hit()
        fixture.base_url = None
    assert server.n_lowered > 0
    assert seal is not None
    assert seal.content["outcome"] == "complete"
    assert seal.run["retries"] > 0
    assert seal.run["concurrency"] < 32
    trial.finish("F4", "HTTP/2: fewer streams than are under way")
