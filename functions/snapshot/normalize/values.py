"""Read one value of OpenAI's: the value, none where OpenAI says that there is none, or unreadable.

Pure. Step 2 of 6, part: one reader per kind of value. What cannot be read never becomes a fact: it
is null in the row and named in the row's ``unreadable``. Null, an empty text and the time 0 are how
OpenAI says that there is none.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeVar

from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.shared.openai.epoch import epoch_second
from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.snapshot.normalize.api_fields import Fields
from functions.snapshot.normalize.payload import clean_fields
from functions.snapshot.normalize.privacy import Privacy

Row = TypeVar("Row", bound=EntityState | EventState)
Rule = Callable[[Json, Privacy], tuple[Row, bool]]
"""From a record of OpenAI's to its row, and whether something required was absent or odd."""


class Unreadable(Enum):
    """What stands for a value that is there, or must be, and cannot be read."""

    UNREADABLE = "unreadable"


UNREADABLE: Final = Unreadable.UNREADABLE
T = TypeVar("T")


def instant(value: object) -> str | Unreadable | None:
    """Return a time as RFC 3339, whole seconds; null and 0 are none."""
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    second = epoch_second(value)
    return UNREADABLE if second is None else rfc3339(datetime.fromtimestamp(second, UTC))


def id_of(value: object) -> str | Unreadable | None:
    """Return an id of OpenAI's as it is."""
    return _if_text(value)


def text_of(value: object, privacy: Privacy) -> str | Unreadable | None:
    """Return a word, a role or the name of a thing, addresses in it hashed."""
    text = _if_text(value)
    return privacy.text(text) if isinstance(text, str) else text


def prose_of(value: object, privacy: Privacy) -> str | Unreadable | None:
    """Return the keyed hash of somebody's sentences."""
    text = _if_text(value)
    return privacy.prose(text) if isinstance(text, str) else text


def flag_of(value: object) -> bool | Unreadable | None:
    """Return true or false."""
    return value if value is None or isinstance(value, bool) else UNREADABLE


def words_of(value: object, privacy: Privacy) -> list[str] | Unreadable:
    """Return a list of words, sorted, each once."""
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return UNREADABLE
    return sorted({privacy.text(word) for word in value})


def email_of(value: object, privacy: Privacy) -> tuple[str | None, str | None] | Unreadable:
    """Return the keyed hash and the first letters of a person's address; both null for none."""
    return UNREADABLE if _if_text(value) is UNREADABLE else privacy.email(value)


def always(reading: T | Unreadable | None) -> T | Unreadable:
    """Return a reading of what OpenAI always tells: none of it is unreadable."""
    return UNREADABLE if reading is None else reading


def object_of(value: Any) -> Json:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def readable(reading: T | Unreadable | None) -> T | None:
    """Return a reading where nobody need know why there is no value."""
    return None if isinstance(reading, Unreadable) else reading


class Unread:
    """The names of a row's fields that cannot be read, gathered while the row is made."""

    def __init__(self) -> None:
        """Begin with none."""
        self._names: set[str] = set()

    def keep(self, field: str, reading: T | Unreadable | None, *derived: str) -> T | None:
        """Return the value of a field, null with its name noted where it cannot be read.

        Args:
            field: its name in the row.
            reading: of it.
            derived: names of the fields of the row that are made from the same value.
        """
        if isinstance(reading, Unreadable):
            self._names.update((field, *derived))
            return None
        return reading

    def keep_email(
        self, reading: tuple[str | None, str | None] | Unreadable
    ) -> tuple[str | None, str | None]:
        """Return both fields that are made from an address."""
        return self.keep("email_hash", reading, "email_prefix") or (None, None)

    def names(self) -> list[str]:
        """Return the names, sorted."""
        return sorted(self._names)


def extra_of(item: Json, in_row: Iterable[str], documented: Fields, privacy: Privacy) -> Json:
    """Return the fields that have no place of their own in a row, cleaned."""
    kept = {name: item[name] for name in item if name not in in_row}
    return clean_fields(kept, documented, privacy)


def first_told(item: Json, names: Sequence[str]) -> object:
    """Return a value that newer and older answers call by different names; null for none."""
    return next((item[name] for name in names if item.get(name) is not None), None)


def _if_text(value: object) -> str | Unreadable | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else UNREADABLE
