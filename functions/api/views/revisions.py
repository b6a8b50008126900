"""Revisions: a new pack in place of one that is signed or has failed.

A signed pack is never altered. A revision has a number, a cut and a signature of its own, names the
pack it replaces, and is about the same period and organizations; the list shows both.
"""

from typing import Final

from functions.api.context import Context
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.period import Period
from functions.shared.tables.packs import ENDED, Pack

_NUMBERS_END: Final = 10**8


def replaced(context: Context, tenant: str, number: object) -> Pack | None:
    """Return the pack that a revision replaces, None where a new one is asked for.

    Raises:
        BadRequest: the number is none.
        NotFound: this tenant has no pack of this number.
        Conflict: the pack is still being made, and may yet become right.
    """
    if number is None:
        return None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BadRequest("replaces must be the number of a pack")
    if number >= _NUMBERS_END:
        raise NotFound("no such pack")
    pack = context.packs.need(tenant, number)
    if pack.state not in ENDED:
        raise Conflict(
            f"pack {number} is {pack.state}; only one that is ready or failed can be replaced"
        )
    return pack


def require_alike(pack: Pack, period: Period, asked: object) -> list[str]:
    """Return the organizations of a revision: those of the pack it replaces, asked for or not.

    Raises:
        BadRequest: it is about another period, or other organizations.
    """
    if period != pack.period:
        raise BadRequest(
            f"a revision has the period of the pack it replaces; of pack {pack.number} that is "
            f"{pack.period_start} to {pack.period_end}"
        )
    orgs = sorted(pack.org_ids)
    if asked is not None and not _same(asked, orgs):
        raise BadRequest(
            f"a revision is about the organizations of the pack it replaces; of pack "
            f"{pack.number} those are {', '.join(orgs)}"
        )
    return orgs


def _same(asked: object, orgs: list[str]) -> bool:
    usable = isinstance(asked, list) and all(isinstance(org, str) for org in asked)
    return usable and isinstance(asked, list) and sorted(asked) == orgs
