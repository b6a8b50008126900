"""Close hours one after the other, as the hourly schedule would, and say how each was sealed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tools.local import clock, rules
from tools.local.errors import RunnerStopped
from tools.local.ledger import Ledger, Organization
from tools.local.settings import Settings
from tools.local.stage import Stage

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
# How long a failing hour is retried before it is sealed as what it is.
_GRACE = timedelta(hours=2)
_POLL_S = 0.05
_LIMIT_S = 300.0

Sealed = dict[str, Any]


def tick(settings: Settings, stage: Stage, hour: datetime, count: int) -> Iterator[Sealed]:
    """Close `count` hours from `hour` on; yield a line for every seal that came of it.

    Raises:
        RunnerStopped: an hour got no seal in time; the message names the log.
    """
    ledger = Ledger(stage)
    for step in range(count):
        yield from _close(settings, stage, ledger, hour + step * _HOUR)


def _close(settings: Settings, stage: Stage, ledger: Ledger, hour: datetime) -> Iterator[Sealed]:
    organizations = [org for org in ledger.organizations(ledger.tenants()) if org.expects(hour)]
    last_known = {org: (ledger.seal_keys(org) or [""])[-1] for org in organizations}
    _seal(settings, stage, ledger, organizations, hour)
    for org in organizations:
        for key in _new_seals(ledger, org, last_known[org], hour):
            yield line_of(ledger.seal(key))


def _new_seals(ledger: Ledger, org: Organization, last_known: str, hour: datetime) -> list[str]:
    name = f"/{clock.rfc3339(hour)}.json"
    fresh = ledger.seal_keys(org, after=last_known)
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
    now = hour + _HOUR + _MINUTE
    waiting = organizations
    while True:
        noted = {org: ledger.attempt(org, hour) for org in waiting}
        clock.set_to(settings.clock_file, now)
        rules.fire(stage, rules.HOURLY, hour + _HOUR, log=log)
        waiting = _wait(ledger, waiting, noted, hour, deadline)
        if not waiting:
            return
        if time.monotonic() > deadline:
            names = ", ".join(f"{org.tenant_id}/{org.org_id}" for org in waiting)
            raise RunnerStopped(
                f"No seal for {clock.rfc3339(hour)} of {names} in {_LIMIT_S:.0f} s; see {log}."
            )
        # A run ended without a seal, as it may try again until the grace is over.
        now = hour + _HOUR + _GRACE + _MINUTE


def _wait(
    ledger: Ledger,
    organizations: list[Organization],
    noted: dict[Organization, str | None],
    hour: datetime,
    deadline: float,
) -> list[Organization]:
    """Wait until each run has ended; return those whose hour has no seal."""
    running = list(organizations)
    unsealed: list[Organization] = []
    while running and time.monotonic() < deadline:
        for org in list(running):
            # First the note: a run may write one and then seal, never the other way round.
            gave_up = ledger.attempt(org, hour) != noted[org]
            if ledger.is_sealed(org, hour):
                running.remove(org)
            elif gave_up:
                running.remove(org)
                unsealed.append(org)
        if running:
            time.sleep(_POLL_S)
    return unsealed + running


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
