"""The hour to close: whose it is, and what the seal before it says.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.aws.keys import month_in
from functions.shared.evidence.seal_versions import OLDEST
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, rfc3339
from functions.shared.records.seals import (
    CustodyHead,
    LifecycleEntry,
    ObjectEntry,
    RegisterRoot,
    SectionSeal,
    Watermarks,
)
from functions.shared.records.statements import SealedStatement


@dataclass(frozen=True, slots=True)
class HourToClose:
    """The hour to close and what came before it.

    Attributes:
        tenant: tenant id.
        org: organization id.
        start: first instant of the hour.
        org_proof: ``proven`` or ``none``.
        lifecycle: entries this seal carries.
        previous: the seal before, None for the first.
        statements: what the tenant said, as this seal carries it.
        custody: the last entry of the tenant's custody log that is sealed with it or before it.
    """

    tenant: str
    org: str
    start: datetime
    org_proof: str
    lifecycle: Sequence[LifecycleEntry]
    previous: Seal | None
    statements: Sequence[SealedStatement] = ()
    custody: CustodyHead | None = None

    @property
    def name(self) -> str:
        """Return the hour's name: its start, RFC 3339."""
        return rfc3339(self.start)

    @property
    def end(self) -> datetime:
        """Return the first instant after the hour."""
        return self.start + HOUR

    @property
    def lifecycle_seq(self) -> int:
        """Return the number of the last lifecycle entry that the chain holds with this hour."""
        if self.lifecycle:
            return self.lifecycle[-1]["seq"]
        return self.previous.content["lifecycle_seq"] if self.previous else 0

    @property
    def statements_n(self) -> int:
        """Return the number of the last statement that the chain holds with this hour."""
        if self.statements:
            return self.statements[-1]["n"]
        return self.previous.content["statements_n"] if self.previous else 0

    def _section(self, section: str) -> SectionSeal | None:
        return self.previous.content["sections"].get(section) if self.previous else None

    def carried(self, section: str) -> ObjectEntry | None:
        """Return the register entry the last seal names for a section."""
        return self.previous.register(section) if self.previous else None

    def carried_root(self, section: str) -> RegisterRoot | None:
        """Return the root over that register's salted rows, None where the last seal has none."""
        facts = self._section(section)
        if facts is None or facts["root"] is None or facts["salt"] is None:
            return None
        return {"root": facts["root"], "salt": facts["salt"]}

    @property
    def written_without_limits(self) -> list[str]:
        """Return the registers that version 2 wrote, and that may hold rows of any size."""
        sections = self.previous.content["sections"] if self.previous else {}
        return [
            name
            for name, facts in sections.items()
            if facts["register"] is not None and facts["root"] is None
        ]

    @property
    def months_of_registers(self) -> set[str]:
        """Return the months under which the registers lie that the last seal names."""
        sections = self.previous.content["sections"] if self.previous else {}
        registers = (facts["register"] for facts in sections.values())
        return {month_in(register["key"]) for register in registers if register}

    def not_shown(self, section: str) -> ObjectEntry | None:
        """Return the entry of the ids that the last seal's picture of a section did not show."""
        facts = self._section(section)
        return facts["not_shown"] if facts else None

    @property
    def tells_not_shown(self) -> bool:
        """Tell whether the seal before says whom its pictures did not show."""
        return self.previous is not None and self.previous.content["v"] > OLDEST

    def baseline(self, section: str) -> str | None:
        """Return the hour of a section's first complete snapshot, None while there is none."""
        facts = self._section(section)
        return facts["baseline"] if facts else None

    def state_at(self, section: str) -> str | None:
        """Return the last hour before this one whose picture shows a section."""
        facts = self._section(section)
        return facts["state_at"] if facts else None

    def last_complete_at(self, section: str) -> str:
        """Return the instant of a section's newest complete snapshot before this hour's."""
        facts = self._section(section)
        instant = facts["complete_at"] if facts else None
        last_snapshot = self.previous.content["pictured_from"] if self.previous else None
        return instant or last_snapshot or self.name

    @property
    def watermarks(self) -> Watermarks | None:
        """Return how far the last seal says everything was read, None where nothing ever was."""
        marks = self.previous.content["watermarks"] if self.previous else None
        return marks if marks and marks["streams"] else None
