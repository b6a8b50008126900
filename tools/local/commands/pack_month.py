"""Make the packs of a month, as the monthly schedule would on the 4th of the next."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.local import clock
from tools.local.commands import schedules
from tools.local.commands.stage_reader import StageReader
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings
from tools.local.stage import Stage

_FINAL_STATES = ("ready", "failed")
_LIMIT_S = 600.0
_QUEUE_DELAY_S = 1.0
_FIELDS = (
    "number",
    "state",
    "kind",
    "period_start",
    "period_end",
    "reason",
    "archive_sha256",
    "manifest_sha256",
)


def parse_month(text: str) -> datetime:
    """Read a month such as 2026-04 as its first instant.

    Raises:
        RunnerStopped: it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise RunnerStopped(f"{text} is no month; write it like 2026-04.") from None


def pack_month(settings: Settings, stage: Stage, month: datetime) -> Iterator[dict[str, Any]]:
    """Fire the monthly schedule for `month`; yield a line for each of its monthly packs.

    Raises:
        RunnerStopped: a pack was neither ready nor failed in time; the message names the log.
    """
    next_month = (month + timedelta(days=31)).replace(day=1)
    fired_at = next_month.replace(day=4, hour=3, minute=14)
    log = str(settings.log_dir / "emulator.log")
    reader = StageReader(stage)
    clock.set_to(settings.clock_file, fired_at + timedelta(seconds=1))
    schedules.fire(stage, schedules.MONTHLY, fired_at, log=log)
    # The dispatcher may number the packs itself or leave that to the queue.
    time.sleep(_QUEUE_DELAY_S)
    start = clock.rfc3339(month)
    deadline = time.monotonic() + _LIMIT_S
    while True:
        packs = [
            {"tenant_id": tenant, **{name: row.get(name) for name in _FIELDS}}
            for tenant in reader.tenants()
            for row in reader.packs(tenant)
            if row.get("kind") == "monthly" and row.get("period_start") == start
        ]
        if all(pack["state"] in _FINAL_STATES for pack in packs):
            yield from packs
            return
        if time.monotonic() > deadline:
            raise RunnerStopped(f"A pack of {start[:7]} took over {_LIMIT_S:.0f} s; see {log}.")
        time.sleep(0.1)
