"""Close hours one after the other, as the hourly schedule would, and report each seal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tools.local import clock
from tools.local.commands import schedules
from tools.local.commands.stage_reader import Organization, StageReader
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings
from tools.local.stage import Stage

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
# How long a failing hour is retried before it is sealed as what it is.
_GRACE = timedelta(hours=2)
# The daily rule's, of which the first firing of a day that gets through makes its anchor.
_ANCHORS_EVERY_H, _ANCHORS_AT = 6, timedelta(minutes=40)
_POLL_S = 0.05
_LIMIT_S = 300.0
_RUN_S = 30.0

SealLine = dict[str, Any]


def close_hours(
    settings: Settings, stage: Stage, first: datetime, count: int
) -> Iterator[SealLine]:
    """Close `count` hours from `first` on; yield a line for every seal that came of it.

    Raises:
        RunnerStopped: an hour got no seal in time; the message names the log.
    """
    reader = StageReader(stage)
    tenants = reader.tenants()
    last_printed: dict[Organization, str] = {}
    for hour in (first + step * _HOUR for step in range(count)):
        organizations = [org for org in reader.organizations(tenants) if org.expects(hour)]
        for org in organizations:
            if org not in last_printed:
                last_printed[org] = (reader.seal_keys(org) or [""])[-1]
        at = hour + _ANCHORS_AT
        # A day that is over gets no anchor: the next one's has been made without it.
        if (
            organizations
            and hour.hour % _ANCHORS_EVERY_H == 0
            and at > clock.read(settings.clock_file)
        ):
            _let_runs_end(reader)
            clock.set_to(settings.clock_file, at)
            _anchor(settings, stage, at)
        _close_hour(settings, stage, reader, organizations, hour)
        for org in organizations:
            for key in _new_seals(reader, org, last_printed[org], hour):
                last_printed[org] = max(last_printed[org], key)
                yield seal_line(reader.seal(key))
        if organizations and (hour + _HOUR).hour == 0:
            # At once: whoever closes whole days finds them anchored.
            _anchor(settings, stage, hour + _HOUR + _ANCHORS_AT)
    wake(settings, stage)


def wake(settings: Settings, stage: Stage) -> None:
    """Fire the schedule of each minute: whoever is told of what happens hears of it."""
    log = str(settings.log_dir / "emulator.log")
    schedules.fire(stage, schedules.MINUTE, clock.read(settings.clock_file), log=log)


def _anchor(settings: Settings, stage: Stage, at: datetime) -> None:
    """Fire the daily schedule as of one of its times."""
    log = str(settings.log_dir / "emulator.log")
    schedules.fire(stage, schedules.DAILY, at, log=log)


def _new_seals(
    reader: StageReader, org: Organization, last_printed: str, hour: datetime
) -> list[str]:
    name = f"/{clock.rfc3339(hour)}.json"
    new_keys = reader.seal_keys(org, after=last_printed)
    if any(key.endswith(name) for key in new_keys):
        return new_keys
    # The hour was sealed before; its line is printed again.
    return [key for key in reader.seal_keys(org) if key.endswith(name)] + new_keys


def _close_hour(
    settings: Settings,
    stage: Stage,
    reader: StageReader,
    organizations: list[Organization],
    hour: datetime,
) -> None:
    """Fire until every organization's hour has its seal."""
    log = str(settings.log_dir / "emulator.log")
    deadline = time.monotonic() + _LIMIT_S
    _let_runs_end(reader)
    first_try_at = hour + _HOUR + _MINUTE
    waiting = organizations
    # A run that ends without a seal may try again until the grace is over; then it must seal.
    for now in (first_try_at, first_try_at + _GRACE, first_try_at + _GRACE + _MINUTE):
        clock.set_to(settings.clock_file, now)
        schedules.fire(stage, schedules.HOURLY, hour + _HOUR, log=log)
        waiting = _wait(reader, waiting, hour, deadline)
        if not waiting:
            # The seal is the commit; the rows that show it follow within the same run.
            _let_runs_end(reader)
            return
    names = ", ".join(f"{org.tenant_id}/{org.org_id}" for org in waiting)
    raise RunnerStopped(f"{clock.rfc3339(hour)} of {names} got no seal; see {log}.")


def _let_runs_end(reader: StageReader) -> None:
    """Give runs under way, such as a connection's first, the time to end.

    One that met their lease would be put off for a minute. One that crashed holds its message far
    longer, and is not waited for.
    """
    deadline = time.monotonic() + _RUN_S
    while not reader.runs_are_over() and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _wait(
    reader: StageReader, organizations: list[Organization], hour: datetime, deadline: float
) -> list[Organization]:
    """Wait until the runs have ended; return those whose hour has no seal."""
    unsealed = organizations
    while unsealed and time.monotonic() < deadline:
        # Asked first: whoever has ended by now has sealed by now, or will not.
        runs_over = reader.runs_are_over()
        unsealed = [org for org in unsealed if not reader.is_sealed(org, hour)]
        if runs_over:
            break
        time.sleep(_POLL_S)
    return unsealed


def seal_line(seal: dict[str, Any]) -> SealLine:
    """Return the line that says how an hour was sealed."""
    content = seal["seal"]
    return {
        "tenant_id": content["tenant_id"],
        "org_id": content["org_id"],
        "hour": content["hour"],
        "outcome": content["outcome"],
        "sections": {name: entry["status"] for name, entry in content["sections"].items()},
        "events": sum(entry["rows"] for entry in content["segments"]["events"]),
        "seal_sha256": seal["sha256"],
    }
