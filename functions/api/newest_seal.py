"""What an organization's newest seal says: the source of every list of what exists."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.api.context import Doors
from functions.shared.canonical import Json
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import parse_instant
from functions.shared.tables.connections import Connection


def chosen(doors: Doors, tenant: str, query: Mapping[str, str]) -> list[Connection]:
    """Return the connections a list is about, by org id.

    One, where ``org_id`` names it, disconnected or not; otherwise all but the disconnected ones.

    Raises:
        NotFound: this tenant has no such organization.
    """
    if "org_id" in query:
        return [doors.connections.need(tenant, query["org_id"])]
    return [one for one in doors.connections.of(tenant) if one.status != "disconnected"]


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest closed hour of one organization; ``seal`` is None before the first one."""

    org_id: str
    seal: Seal | None

    def section(self, name: str) -> Json:
        """Return how a section was read: a failed read must not look like an empty list."""
        if self.seal is None:
            return section_row(self.org_id, None, None, "no_hour_closed_yet")
        found = self.seal.content["sections"].get(name, {})
        hour = self.seal.content["hour"]
        return section_row(self.org_id, hour, found.get("status"), found.get("reason"))

    def rows(self, doors: Doors, name: str) -> list[Json]:
        """Return the rows of a section's register, none where no seal names one yet."""
        entry = self.seal.register(name) if self.seal else None
        return doors.registers.rows(entry) if entry else []


def section_row(org: str, hour: str | None, status: str | None, reason: str | None) -> Json:
    """Return one entry of a list's ``sections``."""
    return {"org_id": org, "status": status, "reason": reason, "hour": hour}


def newest(doors: Doors, tenant: str, org: str) -> Newest:
    """Return the newest closed hour, its seal read and checked.

    Raises:
        EvidenceMissing: the table names a seal that is not there.
        EvidenceInvalid: the seal is not the one that the table names.
    """
    row = doors.hours(tenant, org).newest()
    if row is None:
        return Newest(org, None)
    seal = Chain(doors.evidence, tenant, org).seal(parse_instant(row["hour"]))
    if seal is None:
        raise EvidenceMissing(f"the seal of {row['hour']} is missing")
    if seal.sha256 != row["sha256"]:
        raise EvidenceInvalid(f"the seal of {row['hour']} is not the one the table names")
    return Newest(org, seal)
