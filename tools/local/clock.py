"""The stage's clock: how far the functions are ahead of the machine, in one file.

The functions and the simulator read the file at every call; the emulator itself, tokens and
presigned URLs stay on the machine's time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools.local.errors import RunnerStopped


def read(clock_file: Path) -> datetime:
    """Return what the functions take for now."""
    return datetime.now(UTC) + timedelta(seconds=_offset_s(clock_file))


def set_to(clock_file: Path, instant: datetime) -> None:
    """Let every function's clock show `instant` and run on from there."""
    offset_s = (instant - datetime.now(UTC)).total_seconds()
    new_file = clock_file.with_suffix(".new")
    new_file.write_text(json.dumps({"offset_s": offset_s}))
    new_file.replace(clock_file)


def _offset_s(clock_file: Path) -> float:
    try:
        return float(json.loads(clock_file.read_text())["offset_s"])
    except FileNotFoundError:
        return 0.0


def parse(text: str) -> datetime:
    """Read an RFC 3339 instant in UTC, such as 2026-04-01T00:05:00Z.

    Raises:
        RunnerStopped: it is none.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() != timedelta(0):
        raise RunnerStopped(f"{text} is no UTC instant; write it like 2026-04-01T00:05:00Z.")
    return instant.astimezone(UTC)


def parse_hour(text: str) -> datetime:
    """Read an hour's name, its start.

    Raises:
        RunnerStopped: it is none.
    """
    hour = parse(text)
    if hour != hour.replace(minute=0, second=0, microsecond=0):
        raise RunnerStopped(f"{text} is not the start of an hour; write 2026-04-01T05:00:00Z.")
    return hour


def rfc3339(instant: datetime) -> str:
    """Write an instant as the seals and events do."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
