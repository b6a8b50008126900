"""How the hours of the last days ended, by the hours' rows; what was read is kept.

Hours are closed in order and never again: behind the newest known one alone there is more to read.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.seals import Outcome
from functions.shared.tables.hour_rows import HourRows

_KEPT_ORGANIZATIONS: Final = 200
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class RecentOutcomes:
    """The outcomes of hours by organization, those asked for last kept."""

    # From which hour on they are known, and what they are.
    _kept: OrderedDict[tuple[str, str], tuple[str, dict[str, Outcome]]] = field(
        default_factory=OrderedDict
    )
    _lock: Lock = field(default_factory=Lock)

    def since(self, start: datetime, hours: HourRows) -> Mapping[str, Outcome]:
        """Return the outcomes of the closed hours from a first one on, oldest first."""
        whose, first = (hours.tenant, hours.org), rfc3339(start)
        with self._lock:
            kept_from, kept = self._kept.get(whose, ("", {}))
        found: dict[str, Outcome] = {}
        if kept and kept_from <= first:
            found = {hour: outcome for hour, outcome in kept.items() if hour >= first}
        after = parse_instant(max(found)) + HOUR if found else start
        for row in hours.between(after, None, at_once=_AT_ONCE):
            found[row["hour"]] = row["outcome"]
        with self._lock:
            self._kept[whose] = first, dict(found)
            self._kept.move_to_end(whose)
            while len(self._kept) > _KEPT_ORGANIZATIONS:
                self._kept.popitem(last=False)
        return found
