"""What the tenant did with an organization, and what that makes of an hour.

Pure. Works on the lifecycle entries of a connection, oldest first.
"""

from collections.abc import Sequence
from datetime import datetime

from functions.shared.hours import HOUR, hours_from, parse_instant, rfc3339
from functions.shared.records.seals import LifecycleEntry

_STATE = {
    "connected": "connected",
    "reconnected": "connected",
    "resumed": "connected",
    "paused": "paused",
    "disconnected": "disconnected",
}


def entries_of(
    entries: Sequence[LifecycleEntry], hour: datetime, sealed_seq: int, first_hour: datetime
) -> list[LifecycleEntry]:
    """Return the entries that the seal of an hour carries.

    Those before the hour's end that no earlier seal carries. The first hour after a connect ended
    before it; its seal carries the connect all the same.
    """
    end = rfc3339(hour + HOUR)
    due = [
        entry["seq"]
        for entry in entries
        if entry["at"] < end
        or (hour == first_hour and entry["kind"] in ("connected", "reconnected"))
    ]
    return [entry for entry in entries if sealed_seq < entry["seq"] <= max(due, default=0)]


def state_at_end(entries: Sequence[LifecycleEntry], hour: datetime, first_hour: datetime) -> str:
    """Return ``connected``, ``paused`` or ``disconnected``, as of the end of an hour."""
    state = "disconnected"
    for entry in entries_of(entries, hour, 0, first_hour):
        state = _STATE.get(entry["kind"], state)
    return state


def open_hours(
    entries: Sequence[LifecycleEntry],
    last_sealed: datetime | None,
    first_hour: datetime,
    until: datetime,
) -> list[datetime]:
    """Return the hours up to ``until``, included, that are expected and not sealed yet.

    An hour is expected from the first one to the one in which the tenant disconnected; that one is
    closed too, so that the chain itself says why it ends.
    """
    start = first_hour if last_sealed is None else last_sealed + HOUR
    return [
        hour
        for hour in hours_from(start, until + HOUR)
        if state_at_end(entries, hour, first_hour) != "disconnected" or ends_in(entries, hour)
    ]


def ends_in(entries: Sequence[LifecycleEntry], hour: datetime) -> bool:
    """Tell whether the tenant disconnected within an hour."""
    return any(
        entry["kind"] == "disconnected" and hour <= parse_instant(entry["at"]) < hour + HOUR
        for entry in entries
    )
