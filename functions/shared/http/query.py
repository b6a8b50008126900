"""The query of a request, checked: names that are known, limits that lists have.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from functions.shared import errors

MAX_LIMIT: Final = 100
DEFAULT_LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class Query:
    """The query of a request: names and values, each name known and there once.

    Attributes:
        values: by name.
        most: items that a list may show at once.
    """

    values: Mapping[str, str]
    most: int = MAX_LIMIT

    def find(self, name: str) -> str | None:
        """Return a parameter, None where it was not given."""
        return self.values.get(name)

    @property
    def limit(self) -> int:
        """Return how many items a list may show at once.

        Raises:
            BadRequest: not a whole number from 1 to ``most``, which is 100 for callers.
        """
        return limit_of(self.find("limit"), self.most)


def limit_of(text: str | None, most: int) -> int:
    """Return how many items a list may show at once, as the query says.

    Raises:
        BadRequest: not a whole number from 1 to ``most``.
    """
    if text is None:
        return DEFAULT_LIMIT
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not (digits and 1 <= int(text) <= most):
        raise errors.BadRequest(f"limit must be a whole number from 1 to {most}")
    return int(text)
