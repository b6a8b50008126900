"""What the tenant did with an organization, and what that makes of an hour.

Pure. Works on the lifecycle entries that no seal carries yet, oldest first, and on what the last
seal says. A seal carries a bounded number of them; the rest goes into the next ones, in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, hours_from, parse_instant, rfc3339
from functions.shared.records.seals import LifecycleEntry

# Some 50 KB at most: a seal is also a row of every pack of its hour, and stays one that is read.
MOST_IN_A_SEAL = 256

_STATE = {
    "connected": "connected",
    "reconnected": "connected",
    "resumed": "connected",
    "paused": "paused",
    "disconnected": "disconnected",
}


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What is not sealed yet of what a tenant did.

    Attributes:
        state: ``connected``, ``paused`` or ``disconnected``: as of the last sealed hour's end.
        entries: those that no seal carries, oldest first.
        first_hour: the first hour to close after the last connect.
    """

    state: str
    entries: Sequence[LifecycleEntry]
    first_hour: datetime

    @classmethod
    def after(
        cls, seal: Seal | None, entries: Sequence[LifecycleEntry], first_hour: datetime
    ) -> "Lifecycle":
        """Return what the newest seal leaves of the entries, None being before the first seal."""
        if seal is None:
            return cls("disconnected", entries, first_hour)
        content = seal.content
        paused = content["outcome"] == "paused"
        rest = [entry for entry in entries if entry["seq"] > content["lifecycle_seq"]]
        return cls(content["reason"] or "paused" if paused else "connected", rest, first_hour)

    def _until(self, hour: datetime) -> Sequence[LifecycleEntry]:
        """Return the entries made before an hour's end.

        The first hour after a connect ended before it; the connect belongs to it all the same.
        """
        end = rfc3339(hour + HOUR)
        first = hour == self.first_hour
        due = [
            place
            for place, entry in enumerate(self.entries, start=1)
            if entry["at"] < end or (first and entry["kind"] in ("connected", "reconnected"))
        ]
        return self.entries[: max(due, default=0)]

    def carried(self, hour: datetime) -> Sequence[LifecycleEntry]:
        """Return the entries that the seal of an hour carries."""
        return self._until(hour)[:MOST_IN_A_SEAL]

    def state_at_end(self, hour: datetime) -> str:
        """Return the state as of the end of an hour, whichever seal will carry what made it."""
        state = self.state
        for entry in self._until(hour):
            state = _STATE.get(entry["kind"], state)
        return state

    def ends_in(self, hour: datetime) -> bool:
        """Tell whether the tenant disconnected within an hour."""
        return any(
            entry["kind"] == "disconnected" and hour <= parse_instant(entry["at"]) < hour + HOUR
            for entry in self.entries
        )

    def is_expected(self, hour: datetime) -> bool:
        """Tell whether an hour is to be closed.

        From the first one to the one in which the tenant disconnected; that one is closed too, so
        that the chain itself says why it ends, and so are as many after it as it takes to carry all
        that was done before them.
        """
        overdue = bool(self.entries) and self.entries[0]["at"] < rfc3339(hour)
        return overdue or self.state_at_end(hour) != "disconnected" or self.ends_in(hour)

    def can_close(self, hour: datetime, now: datetime) -> bool:
        """Tell whether an hour is over, or has no more to come: it ended disconnected."""
        gone = self.ends_in(hour) and self.state_at_end(hour) == "disconnected"
        return hour + HOUR <= now or gone

    def next_hour(self, sealed: datetime | None, until: datetime) -> datetime | None:
        """Return the first expected hour behind the last sealed one, None up to ``until``."""
        start = self.first_hour if sealed is None else sealed + HOUR
        expected: Iterator[datetime] = filter(self.is_expected, hours_from(start, until + HOUR))
        return next(expected, None)
