"""The hour to close: whose it is, and what the seal before it says.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal
from functions.shared.hours import rfc3339


@dataclass(frozen=True, slots=True)
class Closing:
    """The hour to close and what came before it.

    Attributes:
        tenant: tenant id.
        org: organization id.
        hour: its start.
        org_proof: ``proven`` or ``none``.
        lifecycle: entries this seal carries.
        previous: the seal before, None for the first.
    """

    tenant: str
    org: str
    hour: datetime
    org_proof: str
    lifecycle: Sequence[Json]
    previous: Seal | None

    def carried(self, section: str) -> Json | None:
        """Return the register entry the last seal names for a section."""
        return self.previous.register(section) if self.previous else None

    def baseline(self, section: str) -> str | None:
        """Return the hour of a section's first complete picture, None while there is none."""
        if self.previous is None:
            return None
        hour: str | None = self.previous.content["sections"].get(section, {}).get("baseline")
        return hour

    def last_shown(self, section: str) -> str:
        """Return the instant of a section's newest whole picture before this hour's."""
        before = self.previous.content if self.previous else {}
        instant = before.get("sections", {}).get(section, {}).get("complete_at")
        return str(instant or before.get("pictured_from") or rfc3339(self.hour))

    @property
    def frontiers(self) -> Json:
        """Return what the last seal says the audit walk has reached."""
        return self.previous.content["frontiers"] if self.previous else {}
