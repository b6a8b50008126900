"""The hours that a walk is pinned to, and how a cursor says them."""

import pytest

from functions.api.cursor import Cursors
from functions.api.registers.pins import BEGINNING, Pins
from functions.api.schemas.registers import LONGEST_CURSOR
from functions.shared.errors import BadRequest
from functions.shared.hours import HOUR, parse_instant

FIVE = parse_instant("2026-04-01T05:00:00Z")


def test_pins_are_read_as_they_were_written() -> None:
    """One hour for most, others by name; whoever comes later is of the usual hour."""
    hours = {"org-a": FIVE, "org-b": FIVE, "org-c": FIVE - 30 * HOUR, "org-d": None}
    pins = Pins.of(hours)
    assert pins.usual == FIVE
    again = Pins.read(pins.write())
    assert {org: again.hour(org) for org in hours} == hours | {"org-d": BEGINNING}
    assert again.hour("org-later") == FIVE
    assert Pins.of({}).write() == Pins(BEGINNING, {}).write()


def test_the_cursor_of_five_hundred_organizations_fits_into_an_address() -> None:
    """Each of another hour, which no tenant will have."""
    hours = {f"org-{n:064}": FIVE - n * HOUR for n in range(500)}
    pins = Pins.of(hours)
    cursors = Cursors("t" * 64, "service-accounts", 3, LONGEST_CURSOR, LONGEST_CURSOR)
    cursor = cursors.write(pins.write(), "org-" + "x" * 64, "999999999")
    assert len(cursor) <= LONGEST_CURSOR
    read = cursors.read(cursor)
    assert read is not None
    assert {org: Pins.read(read[0]).hour(org) for org in hours} == hours


@pytest.mark.parametrize("text", ["", "A", "AAA", "AAAAAA", "ä", "A?!!", "AAAAAAAA"])
def test_what_was_made_up_is_refused(text: str) -> None:
    """Cut off, or no base64."""
    with pytest.raises(BadRequest, match="start again"):
        Pins.read(text)
