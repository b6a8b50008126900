"""Rows that are numbered one by one, 1, 2, 3 …: what is sealed of them is counted by number.

A number is given in the transaction that writes its row, so no number is there before the ones in
front of it. Whoever loses the race begins again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypedDict, TypeVar

from functions.shared.aws.table import Change

# As many may get a number at the same moment before somebody has to ask again.
TRIES: Final = 12


class Numbered(TypedDict):
    """A row that has a number."""

    n: int


Row = TypeVar("Row", bound=Numbered)


def numbered(pk: str, sk: str, sets: Mapping[str, object], n: int, before: int | None) -> Change:
    """Return what sets fields and the number of a row that still has the number of before."""
    number_field: Numbered = {"n": n}
    fields = {**sets, **number_field}
    names = {f"#{place}": name for place, name in enumerate(fields)}
    values = {f":{place}": value for place, value in enumerate(fields.values())}
    number = f"#{len(fields) - 1}"
    return Change(
        pk=pk,
        sk=sk,
        expression="SET " + ", ".join(f"#{place} = :{place}" for place in range(len(fields))),
        values=values if before is None else {**values, ":before": before},
        # A row that an older version wrote has no number.
        condition=f"attribute_not_exists({number})" if before is None else f"{number} = :before",
        names=names,
    )


def raised(pk: str, sk: str, sets: Mapping[str, object], n: int) -> Change:
    """Return what sets fields and the number of a row that has no later number."""
    change = numbered(pk, sk, sets, n, None)
    number = f"#{len(change.names) - 1}"
    return replace(change, condition=f"{change.condition} OR {number} < :{number[1:]}")


def without_gap(n: int, rows: Iterable[Row]) -> Iterable[Row]:
    """Yield what follows a number one by one.

    A query is no snapshot: it may show a row whose forerunner was written while it ran.
    """
    for expected, row in enumerate(rows, start=n + 1):
        if row["n"] != expected:
            return
        yield row
