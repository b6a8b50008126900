"""Bad packs by name, and the one assertion about all of them.

Two kinds of case. *Unsigned* changes happen behind the signer's back. *Signed* ones come from
somebody who holds the key and signs something that is not good evidence.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import packs
from tests.packs import Entry, Row
from tests.tools.verifier import verify_bytes

Make = Callable[[], bytes]


class Cases(dict[str, tuple[int, str, Make]]):
    """Names of bad packs; for each the check that refuses it, its words, and how to make it."""

    def case(self, name: str, number: int, words: str, make: Make) -> None:
        """Register a pack that check `number` must refuse with these words."""
        assert name not in self
        self[name] = (number, words, make)

    def entry(
        self, name: str, number: int, words: str, change: Callable[[list[Entry]], list[Entry]]
    ) -> None:
        """Register a change of the tar's members, unsigned."""
        self.case(name, number, words, lambda: packs.small(entries=change).build())

    def facts(self, name: str, number: int, words: str, **values: Any) -> None:
        """Register a manifest with other values, signed."""
        self.case(name, number, words, lambda: packs.small(facts=values).build())

    def rows(
        self,
        name: str,
        number: int,
        words: str,
        member: str,
        change: Callable[[list[Row]], object],
    ) -> None:
        """Register a change of the rows of one member, signed with a manifest that agrees."""
        self.case(name, number, words, lambda: with_rows(member, change))

    def refuse(self, name: str, folder: Path) -> None:
        """Assert exit 1, the check's number, its words, and never the word of acceptance."""
        number, words, make = self[name]
        verdict = verify_bytes(make(), folder)
        assert verdict.code == 1, verdict.text
        assert min(verdict.failed) == number, verdict.text
        assert words in verdict.failed[number]
        assert verdict.last_line.startswith(f"FAILED  check {number}")
        assert "VALID" not in verdict.text
        assert all(" " <= c <= "~" or c == "\n" for c in verdict.text)


def with_rows(member: str, change: Callable[[list[Row]], object]) -> bytes:
    """Return the small pack with a change in the rows of one member."""
    pack = packs.small()
    change(pack.rows[member])
    return pack.build()


def flip(data: bytes, at: int) -> bytes:
    """Return the bytes with one bit of one byte flipped."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def changed(at: int, **facts: Any) -> Callable[[list[Entry]], list[Entry]]:
    """Return a change of one member's fields."""

    def change(entries: list[Entry]) -> list[Entry]:
        for key, value in facts.items():
            setattr(entries[at], key, value)
        return entries

    return change


def with_data(member: Entry, data: bytes) -> Entry:
    """Return the member with other bytes."""
    member.data = data
    return member


def edited(member: Entry, at: int) -> Entry:
    """Return the member with one bit flipped."""
    return with_data(member, flip(member.data, at))
