"""The one clock of every function.

In production it is the system's. On a laptop a file, named by ``CLOCK_FILE``, shifts it: the
deployed template never sets that variable (a template test says so).
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]

SYSTEM_CLOCK, SHIFTED_CLOCK = "system", "system_shifted_by_a_file"


def system_clock() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def name_of_clock(environment: Mapping[str, str]) -> str:
    """Say in a word which clock ``clock_from`` gives."""
    return SHIFTED_CLOCK if environment.get("CLOCK_FILE") else SYSTEM_CLOCK


def clock_from(environment: Mapping[str, str]) -> Clock:
    """Return the clock this environment asks for; the file is read again at every call."""
    name = environment.get("CLOCK_FILE")
    if not name:
        return system_clock
    path = Path(name)

    def shifted() -> datetime:
        try:
            offset_s = float(json.loads(path.read_text())["offset_s"])
        except FileNotFoundError:
            offset_s = 0.0
        return datetime.now(UTC) + timedelta(seconds=offset_s)

    return shifted
