"""Of each thing of a register, whether its newest stay is one that is looked for. Pure.

Nothing else is kept of a stay: a register may be as large as whoever is watched can make it.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from functions.shared.records.entities import Entity

Stay = TypeVar("Stay", bound=Entity)


def last_stays(
    stays: Iterable[Stay], id_of: Callable[[Stay], str], is_wanted: Callable[[Stay], bool]
) -> dict[str, bool]:
    """Return by id whether the newest stay is wanted: whoever came back is what they are now.

    Args:
        stays: of a register, in any order.
        id_of: gives the id of what a stay is of.
        is_wanted: tells of a stay.
    """
    last: dict[str, tuple[str, bool]] = {}
    for stay in stays:
        identity, since = id_of(stay), stay["first_seen_at"]
        if identity not in last or last[identity][0] <= since:
            last[identity] = since, is_wanted(stay)
    return {identity: wanted for identity, (_, wanted) in last.items()}
