"""Registers that were read last, kept by a warm function, and what was made of them.

What is sealed never changes, so that its digest is a perfect key.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Generic, Protocol, TypeVar, cast

from functions.api.registers.sealed_rows import SealedRows
from functions.shared.aws.bucket import Bucket
from functions.shared.evidence.seals import read_body
from functions.shared.records.seals import ObjectEntry

# Of the function's 1,024 MB. One that is larger than this is kept alone.
_REGISTER_BYTES: Final = 256 << 20
_MADE_BYTES: Final = 32 << 20
_SEGMENT_BYTES: Final = 16 << 20


class Sized(Protocol):
    """What knows how much memory it takes."""

    @property
    def n_bytes(self) -> int:
        """Return how much memory it takes."""


Value = TypeVar("Value", bound=Sized)
Made = TypeVar("Made", bound=Sized)


@dataclass(slots=True)
class Kept(Generic[Value]):
    """What was read last of sealed objects, or made of them, kept for the next request.

    What is kept is immutable and kept under its whole key, tenant and digest included: a request
    finds here only what it would have read from the bucket under the same key.

    Attributes:
        most_bytes: what may be kept together; the last one however large it is.
    """

    most_bytes: int
    _kept: OrderedDict[str, Value] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: str, read: Callable[[], Value]) -> Value:
        """Return what is kept under a key, or read it; several threads may ask at once."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = read()
        with self._lock:
            self._kept[key] = value
            n_bytes = sum(each.n_bytes for each in self._kept.values())
            while n_bytes > self.most_bytes and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                n_bytes -= oldest.n_bytes
        return value


def name_of(entry: ObjectEntry) -> str:
    """Return what a sealed object is kept under."""
    return f"{entry['key']}#{entry['sha256']}"


@dataclass(frozen=True, slots=True)
class Registers:
    """Sealed registers, the last ones read kept, and what was made of them."""

    bucket: Bucket
    _kept: Kept[SealedRows] = field(default_factory=lambda: Kept(_REGISTER_BYTES))
    _made: Kept[Sized] = field(default_factory=lambda: Kept(_MADE_BYTES))

    def sealed(self, entry: ObjectEntry) -> SealedRows:
        """Return the rows of a register that a seal names, each to be decoded when it is wanted.

        Raises:
            EvidenceMissing: there is no such object.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        read = lambda: SealedRows.of(entry["key"], read_body(self.bucket, entry))  # noqa: E731
        return self._kept.get(name_of(entry), read)

    def made(self, key: str, make: Callable[[], Made]) -> Made:
        """Return what is made of registers, and follows from them and the words of its key alone.

        Args:
            key: the registers' names, and what is made of them.
            make: makes it, where it is not kept.
        """
        return cast("Made", self._made.get(key, make))
