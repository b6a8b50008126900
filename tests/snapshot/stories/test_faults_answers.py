"""The fault matrix, F1 to F5, F8, F9: OpenAI answers, but not with a page."""

import pytest

from tests.snapshot.stories.trial import (
    AUDIT,
    CANARY,
    HIT,
    KEYS,
    LAST,
    NEXT,
    PAST_GRACE,
    USERS,
    Trial,
    rarely,
)
from tests.support.snapshot_fixture import FixtureMaker

RETRY_AFTER: list[object] = ["Wed, 01 Apr 2026 04:01:09 GMT", None, ["2", "7"]]
MORE_RETRY_AFTER: list[object] = [
    "1",
    "-5",
    "0",
    "soon",
    "1e9",
    "9" * 20,
    "Thu, 01 Jan 1970 00:00:00 GMT",
]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("invalid_api_key", "key_rejected"),
        *rarely(("mismatched_organization", "mismatched_organization")),
    ],
)
def test_f1_key_refused(trial: Trial, kind: str, reason: str) -> None:
    """401: no retry, sealed at once, the tenant is told, and the next hours ask once."""
    trial.fault(kind)
    trial.forget()
    seal = trial.hit()
    assert seal is not None
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", reason)
    assert seal.run["retries"] == 0
    assert (
        trial.fixture.context.connections.need(trial.fixture.tenant, trial.fixture.org).health
        == reason
    )
    trial.forget()
    trial.fixture.tick(NEXT)
    assert trial.requests() == 1
    trial.finish("F1", f"401 {reason}", until=LAST)
    assert (
        trial.fixture.context.connections.need(trial.fixture.tenant, trial.fixture.org).health
        == "ok"
    )


def test_f1_other_organizations_go_on(trial: Trial, make_fixture: FixtureMaker) -> None:
    """One organization's refused key is nobody else's trouble."""
    world = trial.fixture.world
    world.organization("org-other", admin_key="sk-admin-other")
    world.at("2026-03-01T00:00:00Z", "org-other").user_joins("eve", role="owner")
    trial.fault("invalid_api_key", org="org-office")
    trial.hit()
    trial.fixture.use_key("sk-admin-other")
    seal = trial.fixture.tick(NEXT)[-1]
    assert seal.content["reason"] == "key_rejected" or seal.content["outcome"] == "failed"
    trial.fixture.use_key(CANARY)
    trial.finish("F1", "one organization's only", until=LAST)


@pytest.mark.parametrize(
    ("path", "section"),
    [(AUDIT, "audit_events"), *rarely((USERS, "users"), (KEYS, "api_keys"))],
)
def test_f2_one_list_forbidden(trial: Trial, path: str, section: str) -> None:
    """403: that section is forbidden and not empty; the others are whole."""
    trial.fault("forbidden", path=path)
    seal = trial.hit()
    assert seal is not None
    statuses = {name: part["status"] for name, part in seal.content["sections"].items()}
    assert statuses[section] in ("forbidden", "partial")
    assert seal.content["outcome"] == "partial"
    others = {"users", "projects", "api_keys", "audit_events"} - {section}
    assert {statuses[name] for name in others} == {"complete"}
    trial.finish("F2", f"403 on {section}")


@pytest.mark.parametrize("status", [400, *rarely(404)])
def test_f3_project_archived_while_read(trial: Trial, status: int) -> None:
    """A project archived between two calls is read again; of its keys the one the log ends ends."""
    trial.fixture.simulator.faults.add("archived_lists", value=status)
    trial.fault("archive_between", project="proj_web", times=1)
    assert trial.hit() is None
    (seal,) = trial.fixture.tick(HIT, minutes_late=3)
    assert seal.content["outcome"] == "complete"
    removed = [change for change in trial.fixture.changes(seal) if change[1] == "removed"]
    assert [name for section, _, name in removed if section == "api_keys"] == ["key_k3"]
    trial.finish("F3", f"{status}: archived between two calls")


def test_f3_active_project_whose_keys_answer_404(trial: Trial) -> None:
    """A list that is not there is not an empty one."""
    trial.fault("not_found", path=KEYS)
    seal = trial.outlast()
    assert seal.content["sections"]["api_keys"]["status"] == "partial"
    trial.finish("F3", "404 on an active project's keys")


@pytest.mark.parametrize("told", [*RETRY_AFTER, *rarely(*MORE_RETRY_AFTER)], ids=str)
def test_f4_throttled_then_not(trial: Trial, told: object) -> None:
    """Whatever Retry-After holds: a bounded number of requests, and waits between them."""
    trial.fault("throttled", retry_after=told, times=6)
    trial.forget()
    trial.fixture.naps.clear()
    trial.hit()
    assert trial.requests() <= 40
    assert all(nap > 0 for nap in trial.fixture.naps)
    trial.finish("F4", f"429, Retry-After {told}", also=f" {trial.requests()} requests")


def test_f4_throttled_for_a_day(trial: Trial) -> None:
    """A wait past the run's end is not waited, nor asked through: the hour is put off.

    As far as a queue can: fifteen minutes, where a first retry usually comes after one.
    """
    trial.fault("throttled", retry_after="86400")
    trial.forget()
    assert trial.hit() is None
    assert trial.fixture.delays_s()[-1] == 900
    assert trial.requests() <= 8
    assert max(trial.fixture.naps, default=0) < trial.fixture.remaining_s
    seal = trial.hit(minutes_late=PAST_GRACE)
    assert seal is not None
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "rate_limited")
    trial.finish("F4", "429, Retry-After 86400, for ever")


def test_f4_quota_is_not_retried(trial: Trial) -> None:
    """``insufficient_quota`` is no throttling: no retry within the run."""
    trial.fault("insufficient_quota")
    trial.forget()
    seal = trial.outlast()
    assert seal.content["reason"] == "insufficient_quota"
    assert seal.run["retries"] == 0
    trial.finish("F4", "429 insufficient_quota")


@pytest.mark.parametrize("status", [502, *rarely(500, 503, 504)])
def test_f5_server_errors_then_not(trial: Trial, status: int) -> None:
    """Some 5xx, then answers: the hour is complete."""
    trial.fault("server_error", status=status, times=4)
    seal = trial.hit()
    assert seal is not None
    assert (seal.content["outcome"], seal.run["retries"]) == ("complete", 4)
    trial.finish("F5", f"{status} four times")


def test_f5_server_errors_for_hours(trial: Trial) -> None:
    """5xx beyond the grace: failed with its reason, the watermark kept, nothing lost after."""
    before = trial.fixture.seal("2026-04-01T02:00:00Z").content["watermarks"]["streams"]
    trial.fault("server_error", status=503)
    trial.forget()
    seal = trial.outlast()
    assert trial.requests() <= 60
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "server_error")
    assert seal.content["watermarks"]["streams"] == before
    trial.finish("F5", "503 for three hours")


BODIES = {
    "HTML": "<html>busy</html>",
    "has_more missing": '{"object":"list","data":[]}',
    "a list at the top": '[{"id":"user-x"}]',
    "empty": "",
    "null": "null",
    "another object": '{"object":"page","data":[],"has_more":false}',
    "data is no list": '{"object":"list","data":{"id":"x"},"has_more":false}',
    "records are texts": '{"object":"list","data":["x"],"has_more":false}',
}


@pytest.mark.parametrize("name", [*list(BODIES)[:1], *rarely(*list(BODIES)[1:])])
def test_f8_not_a_page(trial: Trial, name: str) -> None:
    """200 with something else: a bad response, nothing removed, the body nowhere."""
    trial.fault("body", body=BODIES[name], path=USERS)
    seal = trial.outlast()
    assert seal.content["sections"]["users"]["reason"] == "bad_response"
    assert "<html>" not in trial.said()
    trial.finish("F8", f"200, {name}")


@pytest.mark.parametrize("status", [302, *rarely(301, 307, 308)])
def test_f9_redirected(trial: Trial, status: int) -> None:
    """Not followed: nothing arrives there, with or without the key."""
    trial.fault("redirect", status=status, location="/v1/elsewhere", path=USERS)
    trial.forget()
    seal = trial.outlast()
    assert seal.content["sections"]["users"]["reason"] == "unexpected_redirect"
    assert trial.requests("/elsewhere") == 0
    trial.finish("F9", f"{status}")
