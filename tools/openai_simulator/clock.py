"""The simulator's time: one instant for the state it shows and for its `Date` header.

Instants are seconds since 1970 (float). Every function takes what is at hand: an RFC 3339 text,
an aware datetime or seconds.
"""

import json
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

_NOT_AN_INSTANT = "an instant is an RFC 3339 text, an aware datetime or seconds since 1970"
Instant = str | datetime | int | float


def seconds(instant: Instant) -> float:
    """Return an instant as seconds since 1970."""
    if isinstance(instant, int | float):
        return float(instant)
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    if instant.tzinfo is None:
        raise ValueError(_NOT_AN_INSTANT)
    return instant.timestamp()


def text(instant: Instant) -> str:
    """Return an instant as `2026-04-01T00:00:00Z`."""
    instant_utc = datetime.fromtimestamp(int(seconds(instant)), UTC)
    return instant_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(instant: Instant) -> str:
    """Return an instant as a `Date` header says it (RFC 9110, section 5.6.7)."""
    return format_datetime(datetime.fromtimestamp(int(seconds(instant)), UTC), usegmt=True)


class Clock(Protocol):
    """What the simulator needs of a clock."""

    def now(self) -> float:
        """Return seconds since 1970."""
        ...


class SettableClock:
    """A clock that tests set: it stands still, or runs on from where it was set.

    Args:
        now: Where it starts; the system's time when absent.
        running: True lets it run on with the system's clock.
    """

    def __init__(self, now: Instant | None = None, *, running: bool = False) -> None:
        self._running = running
        self._base = time.time()
        self._now = self._base if now is None else seconds(now)

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._now + (time.time() - self._base if self._running else 0.0)

    def set(self, now: Instant, *, running: bool | None = None) -> None:
        """Jump to an instant; `running` changes whether it goes on from there."""
        self._now = seconds(now)
        self._base = time.time()
        self._running = self._running if running is None else running

    def advance(self, by_s: float) -> None:
        """Jump ahead (or back, when negative) by seconds."""
        self._now += by_s


class OffsetFileClock:
    """The system's time plus the `offset_s` of a JSON file, read again at every call.

    A missing or half-written file counts as the offset last read, at first 0.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset_s = 0.0

    def now(self) -> float:
        """Return seconds since 1970."""
        try:
            self._offset_s = float(json.loads(self._path.read_text())["offset_s"])
        except FileNotFoundError:
            self._offset_s = 0.0
        except (OSError, ValueError, KeyError, TypeError):
            pass  # the writer is in the middle of it; the next call reads the new value
        return time.time() + self._offset_s
