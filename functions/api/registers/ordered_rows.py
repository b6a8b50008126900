"""A walk over the registers of some organizations, from a place in one of them.

A register is read once, and once for each question it is found out which of its rows are asked for,
and in which order: then a page costs what it shows, however long the register is.
"""

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple

from functions.api.context import Context
from functions.api.cursor import UNUSABLE
from functions.api.newest_seal import Newest
from functions.api.registers.asked import Asked
from functions.api.registers.kept import name_of
from functions.api.registers.sealed_rows import SealedRows, n_bytes_of
from functions.shared.errors import BadRequest
from functions.shared.records.seals import ObjectEntry

# Registers of that many bytes are opened for one request: those of one organization at least, and
# all of them where they are sorted together.
MOST_OPENED: Final = 192 << 20
_MOST_DIGITS: Final = 9

Key = tuple[Any, ...]


class Place(NamedTuple):
    """A row's place.

    Attributes:
        org_id: the organization.
        row: which of its register's, -1 for before the first.
    """

    org_id: str
    row: int

    @classmethod
    def of(cls, org_id: str, row: str) -> "Place":
        """Read what ``parts`` wrote, or somebody made up.

        Raises:
            BadRequest: it is no place.
        """
        if not (row == "" or (row.isascii() and row.isdigit() and len(row) <= _MOST_DIGITS)):
            raise BadRequest(UNUSABLE)
        return cls(org_id, int(row) if row else -1)

    @property
    def parts(self) -> tuple[str, str]:
        """Return what a cursor holds of it."""
        return self.org_id, "" if self.row < 0 else str(self.row)


class Found(NamedTuple):
    """A row that is asked for; without a row, where a request has opened as much as it may."""

    place: Place
    hour: Newest
    row: Mapping[str, object] | None
    n_bytes: int


class Also(NamedTuple):
    """A filter by what another sealed register of the hour says.

    Attributes:
        section: whose register.
        holds: by an hour and what is wanted: what must hold of an episode.
    """

    section: str
    holds: Callable[[Newest, Context, str], Callable[[Any], bool]]


class Searched(NamedTuple):
    """What a search looks into beside a row of the register.

    Attributes:
        sections: whose registers it is read from.
        is_about: by an hour and the folded text: what tells of a row whether that is found so.
    """

    sections: Sequence[str]
    is_about: Callable[[Newest, Context, str], Callable[[Any], bool]]


@dataclass(frozen=True, slots=True)
class Order:
    """Rows of one register that are asked for, by their places, in the order asked for."""

    places: "array[int]"

    @property
    def n_bytes(self) -> int:
        """Return how much memory they take."""
        return n_bytes_of(self.places)


@dataclass(frozen=True, slots=True)
class Ordered:
    """One organization's register, in order.

    Attributes:
        hour: whose register.
        rows: of the register.
        order: of those asked for.
        key: gives a row's place in the order.
    """

    hour: Newest
    rows: SealedRows
    order: Order
    key: Callable[[Mapping[str, object]], Key]

    def key_at(self, row: int) -> Key:
        """Return the key of a row of the register."""
        return self.key(self.rows.row(row, dict))

    def behind(self, after: Key | None) -> Iterator[tuple[Key, Found]]:
        """Yield the rows asked for whose keys are behind one."""
        places = self.order.places
        first = 0 if after is None else bisect_right(places, after, key=self.key_at)
        for n in range(first, len(places)):
            row = self.rows.row(places[n], dict)
            place = Place(self.hour.org_id, places[n])
            yield self.key(row), Found(place, self.hour, row, self.rows.size(places[n]))


@dataclass(frozen=True, slots=True)
class AskedRows:
    """The rows that are asked for, of the registers of some hours.

    Attributes:
        context: the function's.
        asked: what is asked.
        order: of an organization's rows, where nothing else is asked for: id, since.
        end: when a row's episode ended, None while it is in force.
        also: by what else, and what is wanted of it.
        searched: what a search looks into beside the rows; None for nothing.
    """

    context: Context
    asked: Asked
    order: Callable[[Any], tuple[str, str]]
    end: Callable[[Any], str | None]
    also: Sequence[tuple[Also, str]]
    searched: Searched | None = None

    def behind(
        self, hours: Sequence[Newest], after: Place | None, at: Newest | None
    ) -> Iterator[Found]:
        """Yield rows, organization by organization, or of all together where they are sorted.

        Args:
            hours: of the organizations, by their ids.
            after: behind which place.
            at: the hour of that place's organization.

        Raises:
            BadRequest: there is no such place, or more than can be sorted together.
            EvidenceMissing: a sealed register is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        key = self._key_at(after, at) if after and at and after.row >= 0 else None
        if self.asked.sort is None:
            return self._each(hours, after, key)
        entries = (self._entry(hour) for hour in hours)
        if len(hours) > 1 and sum(entry["bytes"] for entry in entries if entry) > MOST_OPENED:
            raise BadRequest("this is too much to be sorted together: name one with org_id")
        opened = [ordered for hour in hours if (ordered := self._open(hour))]
        found = heapq.merge(*(each.behind(key) for each in opened), key=itemgetter(0))
        return (each for _, each in found)

    def _each(
        self, hours: Sequence[Newest], after: Place | None, key: Key | None
    ) -> Iterator[Found]:
        n_bytes = 0
        for hour in hours:
            if after and hour.org_id < after.org_id:
                continue
            if n_bytes > MOST_OPENED:
                yield Found(Place(hour.org_id, -1), hour, None, 0)
                return
            entry, ordered = self._entry(hour), self._open(hour)
            n_bytes += entry["bytes"] if entry else 0
            if ordered:
                is_first = after is not None and hour.org_id == after.org_id
                yield from (found for _, found in ordered.behind(key if is_first else None))

    def _key_at(self, place: Place, hour: Newest) -> Key:
        entry = self._entry(hour)
        rows = self.context.registers.sealed(entry) if entry else None
        if rows is None or place.row >= len(rows):
            raise BadRequest(UNUSABLE)
        return self._key_of(hour)(rows.row(place.row, dict))

    def _key_of(self, hour: Newest) -> Callable[[Mapping[str, object]], Key]:
        org, order, sort_key = hour.org_id, self.order, self.asked.sort_key()
        return lambda row: (*sort_key(row), org, *order(row))

    def _entry(self, hour: Newest) -> ObjectEntry | None:
        return hour.seal.register(self.asked.listed.section) if hour.seal else None

    def _open(self, hour: Newest) -> Ordered | None:
        """Return an hour's rows that are asked for, in order; None where there are none."""
        entry, registers = self._entry(hour), self.context.registers
        if entry is None:
            return None
        key_of, end = self._key_of(hour), self.end
        q, searched = self.asked.q, self.searched if self.asked.q is not None else None

        def order() -> Order:
            is_about = searched.is_about(hour, self.context, q) if searched and q else None
            takes = self.asked.taker(is_about)
            holds = [also.holds(hour, self.context, wanted) for also, wanted in self.also]
            rows = enumerate(registers.sealed(entry).each(dict))
            keys = [
                (key_of(row), place)
                for place, row in rows
                if takes(row, end(row)) and all(hold(row) for hold in holds)
            ]
            keys.sort()
            return Order(array("I", [place for _, place in keys]))

        sections = [also.section for also, _ in self.also]
        sections += searched.sections if searched else ()
        names = [name_of(entry), *map(hour.named, sections)]
        made = registers.made(f"{' '.join(names)} {self.asked.key}", order)
        return Ordered(hour, registers.sealed(entry), made, key_of) if made.places else None
