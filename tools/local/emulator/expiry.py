"""Let the emulated table forget rows by the stage's clock, by which they were written.

By the machine's, whatever a stage that plays last April writes down to be kept for 90 days is gone
a minute later. Pure but for `install`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

# The emulator's own thread, which once a minute removes what has expired.
_REAPER = "dynamodb-ttl-reaper"


class StageTime:
    """The module `time`, but what the reaper is told is the stage's.

    Args:
        now: the stage's time.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def __getattr__(self, name: str) -> Any:
        """Return what the module has."""
        return getattr(time, name)

    def time(self) -> float:
        """Return the seconds since 1970."""
        is_reaper = threading.current_thread().name == _REAPER
        return self._now().timestamp() if is_reaper else time.time()


def install(now: Callable[[], datetime]) -> None:
    """Give the emulated table's module this time."""
    from ministack.services import dynamodb

    dynamodb.time = StageTime(now)
