"""What a query asks of a list of what exists: which of its rows, and in which order.

Pure. Looked at is the register's own row, so that the answer is the same for as long as the
register is: it is found once, and kept.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from functions.api.filters import MAX_TEXT, require_word, wanted_of
from functions.api.schemas.registers import ListedSection
from functions.shared.canonical import canonical
from functions.shared.errors import BadRequest
from functions.shared.http.query import Query
from functions.shared.records.fields import LargeValue, fields_of, searched_fields, words_of

Fields = Mapping[str, object]
SortKey = tuple[bool, bytes]
"""Whether there is no value, and the value as bytes whose order is the one asked for."""

# Each byte of UTF-8 as one that is the smaller the larger it was, with room for an end above all.
_DOWNWARD: Final = bytes(max(0, 254 - byte) for byte in range(256))
_DOWNWARD_END: Final = b"\xff"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a list.

    Attributes:
        listed: the list.
        state: in force, ended or ``all``.
        wanted: by filter, what it must hold.
        q: what is looked for, folded; None for nothing.
        sort: the field to sort by, with a minus the other way round; None for the list's own order.
    """

    listed: ListedSection
    state: str
    wanted: Mapping[str, str]
    q: str | None
    sort: str | None

    @classmethod
    def of(cls, listed: ListedSection, query: Query) -> "Asked":
        """Read a query.

        Raises:
            BadRequest: a word that is on no list, or a text that nothing can hold.
        """
        state, sort, q = (query.find(name) for name in ("state", "sort", "q"))
        if state is None:
            state = listed.states[0]
        require_word("state", state, (*listed.states, "all"))
        if sort is not None:
            require_word("sort", sort, listed.sorts)
        if q is not None and not 1 <= len(q) <= MAX_TEXT:
            raise BadRequest(f"q must have 1 to {MAX_TEXT} characters")
        wanted = wanted_of(query, listed.filters)
        return cls(listed, state, wanted, None if q is None else folded(q), sort)

    @property
    def key(self) -> str:
        """Return what tells it from what else can be asked of a register."""
        asked = [self.listed.name, self.state, self.q, self.sort, {**self.wanted}]
        return canonical(asked).decode()

    @property
    def added(self) -> Mapping[str, str]:
        """Return what must hold of that which the list adds to the register's rows."""
        own = fields_of(self.listed.episode)
        return {name: value for name, value in self.wanted.items() if name not in own}

    def taker(
        self, is_about: Callable[[Fields], bool] | None = None
    ) -> Callable[[Fields, str | None], bool]:
        """Return what tells of a row, and of when its episode ended, whether it is asked for.

        Args:
            is_about: tells of a row whether what is looked for stands in what the list adds to it.
        """
        added, q = self.added, self.q
        held = [(name, value) for name, value in self.wanted.items() if name not in added]
        names = searched_fields(self.listed.episode)
        in_force = self.state == self.listed.states[0]

        def takes(row: Fields, end: str | None) -> bool:
            if self.state != "all" and (end is None) != in_force:
                return False
            # A row that an older version sealed lacks fields that it did not know.
            if not all(name in row and row[name] == value for name, value in held):
                return False
            if q is None:
                return True
            values = (row[name] for name in names if name in row)
            return holds(values, q) or (is_about is not None and is_about(row))

        return takes

    def sort_key(self) -> Callable[[Fields], SortKey]:
        """Return what gives a row's place in the order asked for, before the list's own order."""
        if self.sort is None:
            return lambda _row: (False, b"")
        name = self.sort.removeprefix("-")
        words, is_downward = words_of(self.listed.episode, name), self.sort.startswith("-")

        def key(row: Fields) -> SortKey:
            text = _text_of(row[name]) if name in row else None
            if text is None:
                return True, b""
            rank = f"{words.index(text):02}" if words and text in words else ""
            told = (rank or folded(text)).encode("utf-8", "surrogatepass")
            return False, told.translate(_DOWNWARD) + _DOWNWARD_END if is_downward else told

        return key


def holds(values: Iterable[object], q: str) -> bool:
    """Tell whether a text, folded, stands in one of some values."""
    texts = (_text_of(value) for value in values)
    return any(q in folded(text) for text in texts if text is not None)


def folded(text: str) -> str:
    """Return a text without the difference of case, in one form of Unicode (NFC)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _text_of(value: object) -> str | None:
    """Return what is looked into, or sorted by: of a large value its first words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return cast("LargeValue", value)["$large"]["head"]
    return value if isinstance(value, str) else None
