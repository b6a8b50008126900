"""Late events: from which hour on seals may bring a monthly pack events of earlier months.

Part of step 1 of 6 (collect).
"""

from datetime import datetime

from functions.shared.hours import parse_instant
from functions.shared.tables.packs import Pack, Packs


def late_after(pack: Pack, packs: Packs) -> dict[str, datetime | None]:
    """Return, by organization, the hour behind which seals may hold events of earlier months.

    That is the cut of the last monthly pack before this one that held the organization; what was
    sealed up to it is in that pack or in an earlier one. Where there is none, everything sealed
    may. Only a monthly pack takes such events, and a revision that takes its place: for any other
    the answer is empty.

    Permissions:
        dynamodb:GetItem and Query.
    """
    month = _month(pack, packs)
    if month is None:
        return {}
    waiting = set(pack.org_ids)
    cuts: dict[str, datetime | None] = dict.fromkeys(waiting)
    for earlier in packs.monthly_before(pack.tenant_id, month):
        for org in waiting & set(earlier.org_ids):
            cuts[org] = parse_instant(earlier.cut_hour)
        waiting -= set(earlier.org_ids)
        if not waiting:
            break
    return cuts


def _month(pack: Pack, packs: Packs) -> str | None:
    """Return the month whose monthly pack this is, or replaces, itself or through revisions."""
    while pack.replaces is not None:
        pack = packs.need(pack.tenant_id, pack.replaces)
    return pack.month
