"""The rows of a sealed register: bytes, and where each row begins; a row is decoded when wanted.

Pure. A register may be some hundred thousand rows. As Python's values they are eight times as many
bytes as they are sealed in; a page shows a hundred of them.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

from functions.shared.canonical import strict_loads
from functions.shared.errors import EvidenceInvalid, MalformedJson

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class SealedRows:
    """The rows of a register.

    Attributes:
        key: of the object, for what is said of it.
        body: its lines.
        starts: where each begins, and where the last one ends.
    """

    key: str
    body: bytes
    starts: "array[int]"

    @classmethod
    def of(cls, key: str, body: bytes) -> "SealedRows":
        """Find the rows in the bytes of a register."""
        starts, at = array("I", [0]), 0
        while at := body.find(b"\n", at) + 1:
            starts.append(at)
        return cls(key, body, starts)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.starts) - 1

    @property
    def n_bytes(self) -> int:
        """Return how much memory they take."""
        return len(self.body) + n_bytes_of(self.starts)

    def size(self, place: int) -> int:
        """Return how many bytes a row is."""
        return self.starts[place + 1] - self.starts[place]

    def row(self, place: int, record: type[Row]) -> Row:
        """Return a row by its place, the first is 0.

        Raises:
            EvidenceInvalid: it is not JSON.
        """
        try:
            line = self.body[self.starts[place] : self.starts[place + 1]]
            return cast("Row", strict_loads(line))
        except MalformedJson as error:
            raise EvidenceInvalid(f"{self.key} holds a line that is not JSON") from error

    def each(self, record: type[Row]) -> Iterator[Row]:
        """Yield every row, one by one."""
        for place in range(len(self)):
            yield self.row(place, record)


@dataclass(frozen=True, slots=True)
class Places:
    """Some rows of a register, found by a text: that which names what a row is about.

    Attributes:
        hashes: of the texts, in order.
        places: of the rows, in the same order.
    """

    hashes: "array[int]"
    places: "array[int]"

    @classmethod
    def of(
        cls, rows: SealedRows, record: type[Row], text_of: Callable[[Row], str | None]
    ) -> "Places":
        """Take those rows of which a function tells the text."""
        texts = ((text_of(row), place) for place, row in enumerate(rows.each(record)))
        # Python's own hash of a text: nobody outside knows its key, so nobody makes two collide.
        found = sorted((hash(text), place) for text, place in texts if text is not None)
        return cls(array("q", [h for h, _ in found]), array("I", [place for _, place in found]))

    @property
    def n_bytes(self) -> int:
        """Return how much memory they take."""
        return n_bytes_of(self.hashes) + n_bytes_of(self.places)

    def maybe(self, text: str) -> Iterator[int]:
        """Yield the places of the rows about a text, and by chance those of another one."""
        wanted = hash(text)
        at = bisect_left(self.hashes, wanted)
        while at < len(self.hashes) and self.hashes[at] == wanted:
            yield self.places[at]
            at += 1


def n_bytes_of(numbers: "array[int]") -> int:
    """Return how much memory numbers take."""
    return numbers.itemsize * len(numbers)
