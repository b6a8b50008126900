"""Scope: which organizations, which hours and which seals a pack is made of.

Part of step 1 of 6 (collect); pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.hours import HOUR, parse_instant
from functions.shared.period import Period


@dataclass(frozen=True, slots=True)
class Scope:
    """What a pack is made of, as its row froze it.

    Attributes:
        tenant_id: whose evidence it is.
        org_ids: the organizations, sorted.
        period: the hours it tells of.
        cut_hour: name of the last hour whose seal it may use.
        sealed_through: by organization, name of the last hour that was sealed when the build began;
            None where none was.
        late_after: by organization that brings events of earlier months, the hour behind whose
            seal they may be; None for all of them.
    """

    tenant_id: str
    org_ids: Sequence[str]
    period: Period
    cut_hour: str
    sealed_through: Mapping[str, str | None]
    late_after: Mapping[str, datetime | None]

    @property
    def cut(self) -> datetime:
        """Return the end of the last hour whose seal the pack may use."""
        return parse_instant(self.cut_hour) + HOUR

    def through(self, org: str) -> datetime | None:
        """Return the last hour of an organization to read, None where nothing is sealed."""
        hour = self.sealed_through.get(org)
        return parse_instant(hour) if hour else None
