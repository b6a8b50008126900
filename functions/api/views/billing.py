"""The month's bill: EUR 1 per user and EUR 5 per active project, averaged over the hours.

Pure: sealed hourly facts in, integer cents and the working out. The rule, in order:

1. an hour whose section was read counts what was sealed;
2. an hour whose section was not read carries the last sealed count, for at most 24 hours;
3. any other hour counts zero: paused, not connected, nothing known for longer than 24 hours;
4. sums over all hours and organizations, divided by the hours of the month: one division, rounded
   half up to a cent, at the end.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from functions.api.records import BilledDay, BillRun
from functions.shared.hours import HOUR, hours_from, month_end, month_start, rfc3339

USER_CENTS: Final = 100
PROJECT_CENTS: Final = 500
CARRY: Final = timedelta(hours=24)

Section = Literal["users", "projects"]
Counted = Literal["read", "carried", "zero"]
SECTIONS: Final[tuple[Section, ...]] = ("users", "projects")


@dataclass(frozen=True, slots=True)
class HourFact:
    """What one closed hour says of one organization.

    Attributes:
        org_id: of the organization.
        hour: its start.
        paused: no snapshot was wanted.
        users: people, service accounts not counted; None where the section was not read.
        projects: active ones; None where the section was not read.
        reason: why a section was not read, where one was not.
    """

    org_id: str
    hour: datetime
    paused: bool
    users: int | None
    projects: int | None
    reason: str | None = None

    def count(self, section: Section) -> int | None:
        """Return the section's sealed count."""
        return self.users if section == "users" else self.projects


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive hours of one organization that count alike, for the same reason."""

    org_id: str
    section: Section
    first: datetime
    last: datetime
    counted: Counted
    reason: str | None

    def row(self) -> BillRun:
        """Return the run as the API shows it."""
        return {
            "org_id": self.org_id,
            "section": self.section,
            "from": rfc3339(self.first),
            "to": rfc3339(self.last),
            "hours": (self.last - self.first) // HOUR + 1,
            "counted": self.counted,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Day:
    """What the hours of a day add up to."""

    users: int = 0
    projects: int = 0

    @property
    def cent_hours(self) -> int:
        """Return the day's part of the sum that is divided."""
        return self.users * USER_CENTS + self.projects * PROJECT_CENTS


@dataclass(slots=True)
class Share:
    """What one organization adds."""

    org_id: str
    users: int = 0
    projects: int = 0
    runs: list[Run] = field(default_factory=list)
    days: dict[str, Day] = field(default_factory=dict)

    def add(self, section: Section, hour: datetime, count: int) -> None:
        """Count an hour of a section."""
        day = self.days.setdefault(hour.date().isoformat(), Day())
        if section == "users":
            self.users += count
            day.users += count
        else:
            self.projects += count
            day.projects += count


@dataclass(frozen=True, slots=True)
class Bill:
    """A month's bill of one tenant.

    Attributes:
        month: ``2026-04``.
        hours: of the month.
        shares: by organization id.
    """

    month: str
    hours: int
    shares: list[Share]

    @property
    def cent_hours(self) -> int:
        """Return the sum before the one division."""
        return sum(
            share.users * USER_CENTS + share.projects * PROJECT_CENTS for share in self.shares
        )

    @property
    def amount_cents(self) -> int:
        """Return the amount, half a cent rounded up."""
        return half_up(self.cent_hours, self.hours)

    def per_day(self) -> Iterator[BilledDay]:
        """Yield each day of the month with what the bill grew by on it.

        The cents are those that the bill had come to by the day's end, less those before: the days
        add up to the amount, with no rounding of their own.
        """
        before, so_far = 0, 0
        for name in sorted({name for share in self.shares for name in share.days}):
            days = [share.days[name] for share in self.shares if name in share.days]
            so_far += sum(day.cent_hours for day in days)
            cents = half_up(so_far, self.hours)
            yield {
                "day": name,
                "user_hours": sum(day.users for day in days),
                "project_hours": sum(day.projects for day in days),
                "amount_cents": cents - before,
            }
            before = cents


def half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers, rounding half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def bill(month: str, facts: Iterable[HourFact], closed_before: datetime) -> Bill:
    """Return a month's bill.

    Args:
        month: ``2026-04``.
        facts: of the month and the 24 hours before it, in any order; one hour twice counts once.
        closed_before: hours from here on may not be closed yet.
    """
    by_org: dict[str, dict[datetime, HourFact]] = {}
    for fact in facts:
        by_org.setdefault(fact.org_id, {})[fact.hour] = fact
    start, end = month_start(month), month_end(month)
    shares = [_share(org, by_org[org], start, end, closed_before) for org in sorted(by_org)]
    return Bill(month, (end - start) // HOUR, shares)


def _share(
    org: str,
    facts: Mapping[datetime, HourFact],
    start: datetime,
    end: datetime,
    closed_before: datetime,
) -> Share:
    share = Share(org)
    for section in SECTIONS:
        last: tuple[datetime, int] | None = None
        for hour in hours_from(start - CARRY, end):
            fact = facts.get(hour)
            count = fact.count(section) if fact and not fact.paused else None
            if count is not None:
                last = (hour, count)
            if hour < start:
                continue
            counted, amount, reason = _rule(hour, fact, count, last, closed_before)
            share.add(section, hour, amount)
            _note(share.runs, Run(org, section, hour, hour, counted, reason))
    return share


def _rule(
    hour: datetime,
    fact: HourFact | None,
    count: int | None,
    last: tuple[datetime, int] | None,
    closed_before: datetime,
) -> tuple[Counted, int, str | None]:
    if fact is None:
        return "zero", 0, "not_closed_yet" if hour >= closed_before else "not_connected"
    if fact.paused:
        return "zero", 0, fact.reason or "paused"
    if count is not None:
        return "read", count, None
    if last and hour - last[0] <= CARRY:
        return "carried", last[1], fact.reason
    return "zero", 0, f"{fact.reason or 'not_read'}, nothing known for 24 hours"


def _note(runs: list[Run], run: Run) -> None:
    before = runs[-1] if runs else None
    alike = before and (before.section, before.counted, before.reason) == (
        run.section,
        run.counted,
        run.reason,
    )
    if before and alike and before.last + HOUR == run.first:
        runs[-1] = Run(run.org_id, run.section, before.first, run.last, run.counted, run.reason)
    else:
        runs.append(run)
