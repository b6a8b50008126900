"""What a case is: a folder with a pack, and the words that say what must come of it."""

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import packs
from tests.support.packs import Entry, Row
from tests.tools.verifier import script

FOLDER = Path(__file__).parent / "packs"
PACK = "pack.tar.gz"

Make = Callable[[], bytes]
EXITS = {0: "accepted", 1: "refused", 2: "left without a verdict"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out.

    Attributes:
        code: exit code.
        check: number of the first check that fails; None where none does.
        words: that its reason holds.
    """

    code: int
    check: int | None = None
    words: str = ""

    def text(self) -> str:
        """Say it in words that `read` understands."""
        text = f"Must be {EXITS[self.code]}: exit code {self.code}"
        if self.check:
            text += f", by check {self.check} ({script.CHECKS[self.check]})"
        return text + (f', saying "{self.words}".' if self.words else ".")

    @classmethod
    def read(cls, readme: str) -> "Expected":
        """Return what a README says."""
        match = re.search(
            r'exit code ([012])(?:, by check ([0-9]+) \([^)]*\))?(?:, saying "(.*)")?\.$',
            " ".join(readme.split()),
        )
        assert match, readme
        return cls(int(match[1]), int(match[2]) if match[2] else None, match[3] or "")


@dataclass(frozen=True, slots=True)
class Case:
    """One folder.

    Attributes:
        told: what is done, in plain words.
        expected: what must come out.
        make: returns the pack.
        arguments: for the verifier, beside the pack; the test's key is pinned where none is given.
        files: that the arguments name.
        stored: whether the pack lies in the repository.
    """

    told: str
    expected: Expected
    make: Make
    arguments: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    stored: bool = True

    def contents(self) -> dict[str, bytes]:
        """Return the folder's files."""
        told = self.told
        if not self.stored:
            told += " The pack is made when the tests run."
        readme = textwrap.fill(
            f"{told} {self.expected.text()}",
            width=100,
            break_long_words=False,
            break_on_hyphens=False,
        )
        found = {"README": readme.encode() + b"\n", **self.files}
        if self.arguments:
            found["arguments"] = "".join(f"{one}\n" for one in self.arguments).encode()
        return found | ({PACK: self.make()} if self.stored else {})


class Cases(dict[str, Case]):
    """Cases by the name of their folder."""

    def add(self, name: str, case: Case) -> None:
        """Register a case; the folder's name says whether it must be accepted."""
        name += "_fail" if case.expected.code else ""
        assert name not in self, name
        assert re.fullmatch("[a-z0-9_]+", name), name
        self[name] = case

    def refuse(self, name: str, number: int, words: str, told: str, make: Make) -> None:
        """Register a pack that check `number` must refuse with these words."""
        self.add(name, Case(told, Expected(1, number, words), make))

    def entry(
        self,
        name: str,
        number: int,
        words: str,
        told: str,
        change: Callable[[list[Entry]], list[Entry]],
    ) -> None:
        """Register a change of the tar's members, unsigned."""
        self.refuse(name, number, words, told, lambda: packs.small(entries=change).build())

    def facts(self, name: str, number: int, words: str, told: str, **values: Any) -> None:
        """Register a manifest with other values, signed."""
        self.refuse(name, number, words, told, lambda: packs.small(facts=values).build())

    def rows(
        self,
        name: str,
        number: int,
        words: str,
        told: str,
        member: str,
        change: Callable[[list[Row]], object],
    ) -> None:
        """Register a change of the rows of one member, signed with a manifest that agrees."""
        self.refuse(name, number, words, told, lambda: with_rows(member, change))


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
