"""What lists may be narrowed by, as callers send it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.http.query import Query
from functions.shared.records.fields import filters_of

MAX_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class TimedList:
    """A list of what happened.

    Attributes:
        name: of the list.
        row: the record of the list's rows; its filters are the query's.
    """

    name: str
    row: type[Mapping[str, object]]

    @property
    def filters(self) -> Mapping[str, tuple[str, ...] | None]:
        """Return the fields that the query may ask to hold a value, each with its words."""
        return filters_of(self.row)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names the query may hold."""
        return ("org_id", "cursor", "limit", "from", "to", *self.filters)

    def fields(self, query: Query) -> dict[str, str]:
        """Return what a query asks fields to hold.

        Raises:
            BadRequest: something that no field can hold.
        """
        return wanted_of(query, self.filters)


def wanted_of(query: Query, filters: Mapping[str, tuple[str, ...] | None]) -> dict[str, str]:
    """Return the filters that a query has, by name.

    Args:
        query: of the request.
        filters: the words that each may be; None for any text.

    Raises:
        BadRequest: one is none of its words, or longer than any value can be.
    """
    wanted = {name: query.values[name] for name in filters if name in query.values}
    for name, value in wanted.items():
        words = filters[name]
        if words is not None:
            require_word(name, value, words)
        elif len(value) > MAX_TEXT:
            raise BadRequest(f"{name} is at most {MAX_TEXT} characters")
    return wanted


def require_word(name: str, value: str, words: tuple[str, ...]) -> None:
    """Refuse a word that is not on a closed list, and name those that are.

    Raises:
        BadRequest: it is not.
    """
    if value not in words:
        raise BadRequest(f"{name} must be one of {', '.join(words)}")


def time_range(
    query: Query, first: str = "from", last: str = "to"
) -> tuple[str | None, str | None]:
    """Return ``from`` and ``to`` of a query, RFC 3339; None where it has not.

    Args:
        query: of the request.
        first: name of the parameter that is ``from``.
        last: name of the one that is ``to``.

    Raises:
        BadRequest: one is no instant, or they are the wrong way round.
    """
    start, end = instant_of(query, first), instant_of(query, last)
    if start and end and end < start:
        raise BadRequest(f"{last} must not be before {first}")
    return start, end


def instant_of(query: Query, name: str) -> str | None:
    """Return an instant of a query, RFC 3339; None where it has not.

    Raises:
        BadRequest: it is none.
    """
    text = query.find(name)
    try:
        return None if text is None else rfc3339(parse_instant(text))
    except ValueError as error:
        raise BadRequest(f"{name} must look like 2026-04-01T05:00:00Z, in UTC") from error
