"""Close hours one after the other, as the hourly schedule would, and say how each was sealed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tools.local import clock
from tools.local.commands import schedules
from tools.local.commands.stage_reader import Ledger, Organization
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings
from tools.local.stage import Stage

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
# How long a failing hour is retried before it is sealed as what it is.
_GRACE = timedelta(hours=2)
_ANCHORED_AT = timedelta(minutes=40)
_POLL_S = 0.05
_LIMIT_S = 300.0
_RUN_S = 30.0

Sealed = dict[str, Any]


def tick(settings: Settings, stage: Stage, first: datetime, count: int) -> Iterator[Sealed]:
    """Close `count` hours from `first` on; yield a line for every seal that came of it.

    Raises:
        RunnerStopped: an hour got no seal in time; the message names the log.
    """
    ledger = Ledger(stage)
    tenants = ledger.tenants()
    told: dict[Organization, str] = {}
    for hour in (first + step * _HOUR for step in range(count)):
        organizations = [org for org in ledger.organizations(tenants) if org.expects(hour)]
        for org in organizations:
            if org not in told:
                told[org] = (ledger.seal_keys(org) or [""])[-1]
        _seal(settings, stage, ledger, organizations, hour)
        for org in organizations:
            for key in _new_seals(ledger, org, told[org], hour):
                told[org] = max(told[org], key)
                yield line_of(ledger.seal(key))
        if organizations and (hour + _HOUR).hour == 0:
            _anchor(settings, stage, hour + _HOUR)


def _anchor(settings: Settings, stage: Stage, midnight: datetime) -> None:
    """Fire the daily schedule as of its first time of a day."""
    log = str(settings.log_dir / "emulator.log")
    schedules.fire(stage, schedules.DAILY, midnight + _ANCHORED_AT, log=log)


def _new_seals(ledger: Ledger, org: Organization, last_told: str, hour: datetime) -> list[str]:
    name = f"/{clock.rfc3339(hour)}.json"
    fresh = ledger.seal_keys(org, after=last_told)
    if any(key.endswith(name) for key in fresh):
        return fresh
    # The hour was sealed before; it is told again.
    return [key for key in ledger.seal_keys(org) if key.endswith(name)] + fresh


def _seal(
    settings: Settings,
    stage: Stage,
    ledger: Ledger,
    organizations: list[Organization],
    hour: datetime,
) -> None:
    """Fire until every organization's hour has its seal."""
    log = str(settings.log_dir / "emulator.log")
    deadline = time.monotonic() + _LIMIT_S
    _let_runs_end(ledger)
    soon = hour + _HOUR + _MINUTE
    waiting = organizations
    # A run that ends without a seal may try again until the grace is over; then it must seal.
    for now in (soon, soon + _GRACE, soon + _GRACE + _MINUTE):
        clock.set_to(settings.clock_file, now)
        schedules.fire(stage, schedules.HOURLY, hour + _HOUR, log=log)
        waiting = _wait(ledger, waiting, hour, deadline)
        if not waiting:
            # The seal is the commit; the rows that show it follow within the same run.
            _let_runs_end(ledger)
            return
    names = ", ".join(f"{org.tenant_id}/{org.org_id}" for org in waiting)
    raise RunnerStopped(f"{clock.rfc3339(hour)} of {names} got no seal; see {log}.")


def _let_runs_end(ledger: Ledger) -> None:
    """Give runs under way, such as a connection's first, the time to end.

    One that met their lease would be put off for a minute. One that crashed holds its message far
    longer, and is not waited for.
    """
    deadline = time.monotonic() + _RUN_S
    while not ledger.runs_are_over() and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _wait(
    ledger: Ledger, organizations: list[Organization], hour: datetime, deadline: float
) -> list[Organization]:
    """Wait until the runs have ended; return those whose hour has no seal."""
    unsealed = organizations
    while unsealed and time.monotonic() < deadline:
        # Asked first: whoever has ended by now has sealed by now, or will not.
        over = ledger.runs_are_over()
        unsealed = [org for org in unsealed if not ledger.is_sealed(org, hour)]
        if over:
            break
        time.sleep(_POLL_S)
    return unsealed


def line_of(seal: dict[str, Any]) -> Sealed:
    """Return the line that says how an hour was sealed."""
    content = seal["seal"]
    return {
        "tenant_id": content["tenant_id"],
        "org_id": content["org_id"],
        "hour": content["hour"],
        "outcome": content["outcome"],
        "sections": {name: one["status"] for name, one in content["sections"].items()},
        "events": sum(one["rows"] for one in content["segments"]["events"]),
        "seal_sha256": seal["sha256"],
    }
