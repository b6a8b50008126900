"""What bounds a stay where earlier hours sealed more events than one hour can look through."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from functions.snapshot.compare.compare import compare
from functions.snapshot.compare.log_of_stays import LogOfStays, ReadBack
from functions.snapshot.records import SectionRead
from tests.snapshot.compare.test_compare import START, before, hour, snapshot
from tests.snapshot.compare.test_stays import (
    CAME,
    FIRST,
    KEY_GONE,
    NAME,
    WENT,
    pictured,
    state_of,
    stays,
)
from tests.snapshot.rows import api_key, event, project, user


@pytest.mark.parametrize(("unread_h", "went"), [(None, "03:40"), (3, "03:40"), (4, "03:00")])
def test_what_was_too_much_to_read_may_hold_an_earlier_end(unread_h: int | None, went: str) -> None:
    """Left, came back and left again: the second leaving is not when the stay ended."""
    row = user(shown_until="2026-04-01T02:00:00Z")
    left = [event("user.deleted", "user-ann", "03:40:00")]
    unread = None if unread_h is None else START + timedelta(hours=unread_h - 5)
    result = pictured("users", [row], [], earlier=left, unread_before=unread)
    assert stays(result.registers, "users") == [(FIRST, NAME, None, f"2026-04-01T{went}:00Z")]


def test_who_came_last_is_read_first() -> None:
    """What was not read is older: of comings the last one counts."""
    came = [event("user.added", "user-bob", "05:40:00")]
    new = state_of(user("user-bob"), added_at=CAME)
    result = pictured("users", [], [new], came, unread_before=START)
    assert stays(result.registers, "users") == [(NAME, None, CAME, None)]


def _read_back(unread_before: datetime | None, _: datetime) -> ReadBack:
    return ReadBack((), unread_before)


def test_a_row_of_an_unreadable_list_ends_no_earlier_than_it_was_shown() -> None:
    """Where not all that was sealed since then could be read, another event may have been first."""
    row = api_key(shown_until="2026-04-01T02:00:00Z")
    archived = [project(status="archived")]
    for unread_before, at in ((None, WENT), (START, "2026-04-01T03:00:00Z")):
        states = SectionRead("complete", rows=[state_of(archived[0])])
        keys: Any = SectionRead("complete", rows=[], covers=[])
        picture = replace(
            snapshot(projects=states, api_keys=keys),
            audit_events=SectionRead("complete", rows=[KEY_GONE]),
        )
        log = LogOfStays([KEY_GONE], START, partial(_read_back, unread_before))
        rows_before = before(api_keys=[row], projects=[project()])
        result = compare(hour("users", "projects", "api_keys"), picture, rows_before, log=log)
        assert stays(result.registers, "api_keys") == [(FIRST, NAME, None, at)]
