"""Rows of a stage that plays another month are kept as long as they say, by the stage's clock."""

import threading
import time
from datetime import UTC, datetime

import pytest
from ministack.services import dynamodb

from tools.local.emulator import expiry

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_what_expires_does_so_by_the_stage_s_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator's thread that removes it is still the one of this name, and has that time."""
    monkeypatch.setattr(dynamodb, "time", time)
    expiry.install(lambda: NOW)
    assert abs(dynamodb.time.time() - time.time()) < 5
    assert dynamodb.time.sleep is time.sleep
    (reaper,) = [thread for thread in threading.enumerate() if thread.name == expiry._REAPER]
    told: list[float] = []
    stand_in = threading.Thread(target=lambda: told.append(dynamodb.time.time()), name=reaper.name)
    stand_in.start()
    stand_in.join()
    assert told == [NOW.timestamp()]
