"""What is an alert: the beginning of each episode, once, whatever comes between."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.notify.records import Alert, OrganizationWatch
from functions.notify.watch.rules import DEAD_KEY, NOTHING_TOLD, ReadHour, of_clock, of_hour
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.findings import Finding
from functions.shared.records.tables import HourRow
from functions.shared.tables.connections import Connection

ORG = "org-first"
FIRST = parse_instant("2026-04-01T00:00:00Z")


def hour(
    n: int, outcome: str = "complete", reason: str | None = None, lag: int | None = 0
) -> ReadHour:
    """Return a closed hour."""
    row: Any = {
        "hour": rfc3339(FIRST + n * HOUR),
        "outcome": outcome,
        "reason": reason,
        "lag_hours": lag,
        "sha256": f"{n:064x}",
    }
    return ReadHour(cast("HourRow", row))


def told_of(hours: Iterable[ReadHour]) -> list[list[str]]:
    """Return the types of the alerts of each hour."""
    told: OrganizationWatch = NOTHING_TOLD
    alerts: list[list[Alert]] = []
    for each in hours:
        more, told = of_hour(ORG, told, each)
        alerts.append(more)
    return [[alert["type"] for alert in of] for of in alerts]


def test_an_hour_that_failed_is_told_once_until_one_is_whole() -> None:
    """Another reason is another episode."""
    hours = [
        *(hour(0), hour(1, "failed", "timeout"), hour(2, "failed", "timeout")),
        *(hour(3, "failed", "unreachable"), hour(4), hour(5, "failed", "timeout")),
        *(hour(6, "missed"), hour(7, "missed"), hour(8, "partial", "scope_missing")),
    ]
    told = ["hour.not_whole"]
    assert told_of(hours) == [[], told, [], told, [], told, told, [], told]


@pytest.mark.parametrize("reason", sorted(DEAD_KEY))
def test_a_key_that_died_is_told_once_until_it_reads_again(reason: str) -> None:
    """Hours that nobody asked for say nothing of it; a paused one is whole."""
    hours = [
        *(hour(0, "failed", reason), hour(1, "failed", reason), hour(2, "paused")),
        *(hour(3, "failed", reason), hour(4), hour(5, "failed", reason)),
    ]
    told = ["admin_key.dead"]
    assert told_of(hours) == [told, [], [], [], [], told]


def test_a_log_that_lags_is_told_once_until_it_does_not() -> None:
    """Where the lag is not known, nothing changed."""
    lags = [0, 3, 4, None, 2, 0, 1]
    told = ["log.behind"]
    hours = [hour(n, lag=lag) for n, lag in enumerate(lags)]
    assert told_of(hours) == [[], told, [], [], [], [], told]


def test_one_trouble_is_one_alert() -> None:
    """An hour that was not read has no log, either; one may be partial for the log alone."""
    assert told_of([hour(0, "failed", "timeout", 1), hour(1)]) == [["hour.not_whole"], []]
    assert told_of([hour(0, "missed", None, 1), hour(1, lag=1)]) == [
        ["hour.not_whole"],
        ["log.behind"],
    ]
    assert told_of([hour(0, "partial", "hour_full", 2), hour(1, "partial", "hour_full", 1)]) == [
        ["log.behind"],
        [],
    ]
    both = hour(0, "partial", "forbidden", 2)
    assert told_of([both]) == [["hour.not_whole", "log.behind"]]


def test_findings_are_told_by_their_ids_the_first_of_many() -> None:
    """With how many there are; damage is told, too."""
    rows: Any = [{"finding_id": f"{n:024x}", "kind": "orphan_key"} for n in range(50)]
    read = replace(hour(0), opened=cast("list[Finding]", rows), n_opened=70)
    ((alert,), _) = of_hour(ORG, NOTHING_TOLD, read)
    assert (alert["type"], alert["data"]["n_findings"]) == ("findings.opened", 70)
    assert len(alert["data"]["findings"]) == 50
    assert alert["data"]["seal_sha256"] == read.row["sha256"]
    assert told_of([replace(hour(0), is_damaged=True)]) == [["evidence.damaged"]]


def connection(**facts: Any) -> Connection:
    """Return a connection whose key is to be replaced from 2026-06-01 on."""
    of: dict[str, Any] = {
        "tenant_id": "tenant-a",
        "org_id": ORG,
        "display_name": "A name",
        "status": "connected",
        "health": "ok",
        "connected_at": rfc3339(FIRST),
        "first_hour": rfc3339(FIRST),
        "org_proof": "proven",
        "readable": {},
        "admin_key": b"",
        "admin_key_last4": "1234",
        "admin_key_expires_at": None,
        "admin_key_warn_at": "2026-06-01T00:00:00Z",
        "known_projects": [],
        "lifecycle": [],
    }
    return Connection(**{**of, **facts})


def test_a_key_that_ends_is_told_once_for_each_end() -> None:
    """A new key has another one."""
    now = parse_instant("2026-06-01T00:00:00Z")
    before = now - timedelta(seconds=1)
    assert of_clock(connection(), NOTHING_TOLD, FIRST, 0, before)[0] == []
    ends = connection(admin_key_expires_at="2026-06-15T00:00:00Z")
    ((alert,), told) = of_clock(ends, NOTHING_TOLD, FIRST, 0, now)
    assert alert["type"] == "admin_key.expiring"
    assert alert["data"] == {"org_id": ORG, "expires_at": "2026-06-15T00:00:00Z"}
    assert of_clock(ends, told, FIRST, 0, now + HOUR) == ([], told)
    renewed = connection(admin_key_warn_at="2026-08-01T00:00:00Z")
    alerts, told = of_clock(renewed, told, FIRST, 0, parse_instant("2026-08-01T00:00:00Z"))
    assert [alert["type"] for alert in alerts] == ["admin_key.expiring"]


def test_hours_that_nobody_closes_are_told_once_until_none_is_late() -> None:
    """Since when, and how many; of a disconnected organization nothing is late."""
    ((alert,), told) = of_clock(connection(), NOTHING_TOLD, FIRST, 2, FIRST)
    assert alert["type"] == "hours.late"
    assert alert["data"] == {"org_id": ORG, "late_since": rfc3339(FIRST), "late_hours": 2}
    assert of_clock(connection(), told, FIRST, 9, FIRST)[0] == []
    alerts, told = of_clock(connection(), told, FIRST, 0, FIRST)
    assert alerts == []
    assert of_clock(connection(), told, FIRST, 1, FIRST)[0] != []
    assert of_clock(connection(status="disconnected"), told, FIRST, 9, FIRST)[0] == []


OUTCOMES = st.sampled_from(
    [
        *(("complete", None), ("partial", "scope_missing"), ("failed", "key_rejected")),
        *(("failed", "timeout"), ("missed", None), ("paused", None)),
    ]
)


@given(st.lists(st.tuples(OUTCOMES, st.sampled_from([None, 0, 2])), max_size=12))
def test_whoever_chooses_outcomes_gets_two_alerts_an_hour_at_most(
    chosen: list[tuple[tuple[str, str | None], int | None]],
) -> None:
    """And none names anything but ids, digests, instants and words."""
    hours = [hour(n, *outcome, lag) for n, (outcome, lag) in enumerate(chosen)]
    assert all(len(alerts) <= 2 for alerts in told_of(hours))
