"""What becomes of a connection's row: its entries, and the hour to close at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.connect.enrol import (
    disconnected,
    enrolled,
    enrolled_again,
    hour_to_close,
    rekeyed,
)
from functions.connect.wrap import StoredKey
from functions.shared.hours import parse_instant, rfc3339

NOW = parse_instant("2026-04-01T06:20:00Z")
KEY = StoredKey(b"CIPHER", "AbCd", None, "2026-06-16T06:20:00Z", ["ab"], "proven", {"users": "ok"})
NEW = enrolled("tenant-a", "org-first", None, KEY, "user-1", NOW)


def test_a_new_connection_begins_with_the_hour_that_ended_last() -> None:
    """Its entry says who, from which hour, and with which key; it is named like its id."""
    assert (NEW.status, NEW.health, NEW.display_name) == ("connected", "ok", "org-first")
    assert (NEW.connected_at, NEW.first_hour) == ("2026-04-01T06:20:00Z", "2026-04-01T05:00:00Z")
    assert (NEW.admin_key, NEW.known_projects, NEW.readable) == (b"CIPHER", ["ab"], {"users": "ok"})
    assert NEW.lifecycle == [
        {
            "seq": 1,
            "at": "2026-04-01T06:20:00Z",
            "kind": "connected",
            "by": "user-1",
            "first_hour": "2026-04-01T05:00:00Z",
            "key_last4": "AbCd",
            "org_proof": "proven",
        }
    ]
    assert enrolled("t", "org-x12", "Ours", KEY, "user-1", NOW).display_name == "Ours"


def test_a_new_key_is_told_by_its_last_characters() -> None:
    """The status stays, the health is good again."""
    after = rekeyed(
        replace(NEW, status="paused", health="key_rejected"),
        replace(KEY, admin_key_last4="WxYz"),
        "user-2",
        NOW,
    )
    assert (after.status, after.health, after.admin_key_last4) == ("paused", "ok", "WxYz")
    assert after.lifecycle[-1] == {
        "seq": 2,
        "at": "2026-04-01T06:20:00Z",
        "kind": "key_replaced",
        "by": "user-2",
        "key_last4": "WxYz",
        "org_proof": "proven",
    }


def test_a_disconnect_takes_the_key_and_closes_the_running_hour() -> None:
    """Everything else stays."""
    gone = disconnected(NEW, "user-1", NOW)
    assert (gone.status, gone.admin_key, gone.admin_key_last4) == ("disconnected", b"", "AbCd")
    assert gone.lifecycle[-1]["kind"] == "disconnected"
    assert hour_to_close(gone, NOW) == parse_instant("2026-04-01T06:00:00Z")


@pytest.mark.parametrize(
    ("later", "first"),
    [
        (timedelta(minutes=5), "2026-04-01T07:00:00Z"),
        (timedelta(hours=1), "2026-04-01T07:00:00Z"),
        (timedelta(hours=3), "2026-04-01T08:00:00Z"),
    ],
)
def test_a_return_begins_behind_the_hour_of_the_disconnect(later: timedelta, first: str) -> None:
    """Which the earlier interval has; its name stays where no other is given."""
    gone = disconnected(replace(NEW, display_name="Ours"), "user-1", NOW)
    back = enrolled_again(gone, None, KEY, "user-2", NOW + later)
    assert (back.status, back.first_hour, back.display_name) == ("connected", first, "Ours")
    assert (back.connected_at, back.admin_key) == (rfc3339(NOW + later), b"CIPHER")
    assert back.lifecycle[-1]["kind"] == "reconnected"
    assert back.lifecycle[-1]["first_hour"] == first
    assert enrolled_again(gone, "New", KEY, "user-2", NOW).display_name == "New"


def test_the_hour_to_close_is_the_one_that_ended_last_unless_it_is_before_the_first() -> None:
    """A connection whose first hour is still running has none."""
    assert hour_to_close(NEW, NOW) == parse_instant("2026-04-01T05:00:00Z")
    assert hour_to_close(replace(NEW, first_hour="2026-04-01T06:00:00Z"), NOW) is None
