"""The one clock of every room.

In production it is the system's. On a laptop a file, named by ``CLOCK_FILE``, shifts it: the
deployed template never sets that variable (a template test says so).
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


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
