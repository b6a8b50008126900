"""What an hour's seal says, the newest or another: the source of every list of what exists."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from functions.api.context import Context
from functions.api.records import SectionStatus
from functions.api.registers.kept import name_of
from functions.api.registers.sealed_rows import Places, SealedRows
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import HOUR
from functions.shared.http.query import Query
from functions.shared.records.entities import Episode, Placement
from functions.shared.records.registers import state_hour
from functions.shared.records.tables import HourRow
from functions.shared.tables.connections import Connection

Row = TypeVar("Row")


def chosen(context: Context, tenant: str, query: Query) -> list[Connection]:
    """Return the connections a list is about, by org id.

    One, where ``org_id`` names it, disconnected or not; otherwise all but the disconnected ones.

    Raises:
        NotFound: this tenant has no such organization.
    """
    org = query.find("org_id")
    if org is not None:
        return [context.connections.need(tenant, org)]
    every = context.connections.of(tenant)
    return [connection for connection in every if connection.status != "disconnected"]


@dataclass(frozen=True, slots=True)
class Newest:
    """A closed hour of one organization, the newest but where another one is asked for.

    Attributes:
        org_id: the organization.
        seal: None before the first hour was closed, or where the hour asked for was not.
        unsealed: in a word, why there is no seal.
    """

    org_id: str
    seal: Seal | None
    unsealed: str = "no_hour_closed_yet"

    def section(self, name: str) -> SectionStatus:
        """Return how a section was read: a failed read must not look like an empty list."""
        if self.seal is None:
            return section_status(self.org_id, None, None, self.unsealed)
        hour = self.seal.content["hour"]
        section = self.seal.content["sections"].get(name)
        if section is None:
            return section_status(self.org_id, hour, None, None)
        return section_status(self.org_id, hour, section["status"], section["reason"])

    def named(self, section: str) -> str:
        """Return what a section's register is kept under, empty where no seal names one yet."""
        entry = self.seal.register(section) if self.seal else None
        return name_of(entry) if entry else ""

    def register(self, context: Context, section: str) -> SealedRows | None:
        """Return a section's register, None where no seal names one yet."""
        entry = self.seal.register(section) if self.seal else None
        return context.registers.sealed(entry) if entry else None

    def rows(self, context: Context, section: str, record: type[Row]) -> Iterator[Row]:
        """Yield the rows of a section's register one by one, none where no seal names one yet."""
        register = self.register(context, section)
        return register.each(record) if register else iter(())

    def about(
        self,
        context: Context,
        section: str,
        record: type[Row],
        id_of: Callable[[Row], str],
        ids: Iterable[str],
    ) -> Iterator[Row]:
        """Yield the rows about some ids: where they lie is found once for each register, and kept.

        Args:
            context: the function's.
            section: whose register.
            record: of its rows.
            id_of: gives the id that a row is about, the same one for each section.
            ids: those that are wanted.
        """
        register = self.register(context, section)
        if register is None:
            return
        make = lambda: Places.of(register, record, id_of)  # noqa: E731
        places = context.registers.made(f"{self.named(section)} by id", make)
        for identity in ids:
            rows = (register.row(place, record) for place in places.maybe(identity))
            yield from (row for row in rows if id_of(row) == identity)

    def placed(self, section: str, row: Episode | None = None) -> Placement:
        """Return what a list adds to a row of this hour's registers: whose it is, of which hour.

        Args:
            section: whose register.
            row: the stay, None for what is derived.
        """
        facts = self.seal.content["sections"].get(section) if self.seal else None
        hour = self.seal.content["hour"] if self.seal else None
        # Version 2 did not say of every hour which one a section's rows are of.
        listed_at = (facts["state_at"] if facts else None) or hour
        return {
            "org_id": self.org_id,
            "state_at": listed_at if row is None else state_hour(row, listed_at),
        }


def section_status(
    org: str, hour: str | None, status: str | None, reason: str | None
) -> SectionStatus:
    """Return one entry of a list's ``sections``."""
    return {"org_id": org, "status": status, "reason": reason, "hour": hour}


def newest_hour(context: Context, tenant: str, org: str) -> Newest:
    """Return the newest closed hour, its seal read and checked.

    Raises:
        EvidenceMissing: the table names a seal that is not there.
        EvidenceInvalid: the seal is not the one that the table names.
    """
    row = context.hours(tenant, org).newest()
    return Newest(org, seal_of(context, tenant, org, row) if row else None)


def hour_at(context: Context, tenant: str, org: str, hour: datetime | None) -> Newest:
    """Return an hour of an organization, its seal read and checked; without one where none is.

    Raises:
        EvidenceMissing: the table names a seal that is not there.
        EvidenceInvalid: the seal is not the one that the table names.
    """
    of_hour = context.hours(tenant, org).between(hour, hour + HOUR, at_once=2) if hour else iter(())
    row = next(of_hour, None)
    return Newest(org, seal_of(context, tenant, org, row) if row else None, "hour_not_sealed")


def seal_of(context: Context, tenant: str, org: str, row: HourRow) -> Seal:
    """Return the seal of a closed hour, read and checked.

    Raises:
        EvidenceMissing: the table names a seal that is not there.
        EvidenceInvalid: the seal is not the one that the table names.
    """
    return Chain(context.evidence, tenant, org).named(row["hour"], row["sha256"])


def newest_status(context: Context, tenant: str, org: str, section: str | None) -> SectionStatus:
    """Return how the newest closed hour read a section, or all of them, by the hour's row."""
    row = context.hours(tenant, org).newest()
    if row is None:
        return section_status(org, None, None, "no_hour_closed_yet")
    status = row["sections"].get(section) if section else row["outcome"]
    whole = status == "complete"
    return section_status(org, row["hour"], status, None if whole else row["reason"])
