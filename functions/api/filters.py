"""What lists may be narrowed by, as callers send it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.http.edge import Query
from functions.shared.records.fields import FILTER, fields_of

MAX_FILTER: Final = 200


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
    def filters(self) -> tuple[str, ...]:
        """Return the fields that the query may ask to hold a value."""
        return fields_of(self.row, FILTER)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names the query may hold."""
        return ("org_id", "cursor", "limit", "from", "to", *self.filters)

    def fields(self, query: Query) -> dict[str, str]:
        """Return what a query asks fields to hold.

        Raises:
            BadRequest: something longer than any value can be.
        """
        wanted = {name: query.values[name] for name in self.filters if name in query.values}
        require_short(wanted.values())
        return wanted


def require_short(values: Iterable[str]) -> None:
    """Refuse a filter that is longer than any value can be.

    Raises:
        BadRequest: one of them is.
    """
    if any(len(value) > MAX_FILTER for value in values):
        raise BadRequest(f"a filter is at most {MAX_FILTER} characters")


def time_range(query: Query) -> tuple[str | None, str | None]:
    """Return ``from`` and ``to`` of a query, RFC 3339; None where it has not.

    Raises:
        BadRequest: one is no instant, or they are the wrong way round.
    """
    start, end = _instant(query, "from"), _instant(query, "to")
    if start and end and end < start:
        raise BadRequest("to must not be before from")
    return start, end


def _instant(query: Query, name: str) -> str | None:
    text = query.find(name)
    try:
        return None if text is None else rfc3339(parse_instant(text))
    except ValueError as error:
        raise BadRequest(f"{name} must look like 2026-04-01T05:00:00Z, in UTC") from error
