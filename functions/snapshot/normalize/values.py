"""Read one value of OpenAI's: the value, or None for what is absent or cannot be read.

Pure. Step 2 of 6, part: one reader per kind of value. What cannot be read never becomes a fact.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.snapshot.normalize.api_fields import Fields
from functions.snapshot.normalize.payload import clean_fields
from functions.snapshot.normalize.privacy import Privacy

Row = TypeVar("Row", bound=EntityState | EventState)
Rule = Callable[[Json, Privacy], tuple[Row, bool]]
"""From a record of OpenAI's to its row, and whether something required was absent or odd."""


def instant(value: Any) -> str | None:
    """Return epoch seconds as RFC 3339; None for null, 0, and what is no moment we can name."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**33:
        return None
    return rfc3339(datetime.fromtimestamp(value, UTC))


def object_of(value: Any) -> Json:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def id_of(value: Any) -> str | None:
    """Return an id of OpenAI's as it is; None for anything else."""
    return value if isinstance(value, str) and value else None


def text_of(value: Any, privacy: Privacy) -> str | None:
    """Return a word or the name of a thing, addresses in it hashed; None for anything else."""
    return privacy.text(value) if isinstance(value, str) and value else None


def flag_of(value: Any) -> bool | None:
    """Return true or false, None for anything else."""
    return value if isinstance(value, bool) else None


def extra_of(item: Json, in_row: Iterable[str], documented: Fields, privacy: Privacy) -> Json:
    """Return the fields that have no place of their own in a row, cleaned."""
    kept = {name: item[name] for name in item if name not in in_row}
    return clean_fields(kept, documented, privacy)
