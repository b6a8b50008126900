"""What findings come to: how many are open, late and accepted, and how that went. Pure.

A finding is open until an hour resolves it. One that the tenant accepts is not, until the day on
which it is to be looked at again, or behind a day that it said it is due on. Late is what is due on
a day that is over: so the figures are those of the lists.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from functions.shared.records.findings import (
    SEVERITIES,
    AccountableCount,
    Finding,
    FindingFigures,
    FindingStatement,
    TrendDay,
)

TREND_DAYS: Final = 90


def is_late(statement: FindingStatement, today: str) -> bool:
    """Tell whether a finding that is not resolved was due on a day that is over."""
    due = statement["due_by"]
    return due is not None and due < today


def is_accepted(statement: FindingStatement, today: str) -> bool:
    """Tell whether a finding that is not resolved stands as its tenant accepts it."""
    said = statement["stated"]
    review = said["review_date"]
    is_back = review is not None and review <= today
    return said["state"] == "accepted" and not is_back and not is_late(statement, today)


@dataclass(slots=True)
class Figures:
    """Counts findings.

    Attributes:
        day: the present one, in UTC.
        since: the first day that somebody looked at; of those before nothing is known.
    """

    day: date
    since: str = ""
    _of_state: Counter[str] = field(default_factory=Counter)
    _open: Counter[tuple[str, str]] = field(default_factory=Counter)
    _late: Counter[tuple[str, str]] = field(default_factory=Counter)
    _people: dict[str, AccountableCount] = field(default_factory=dict)
    _opened: Counter[str] = field(default_factory=Counter)
    _resolved: Counter[str] = field(default_factory=Counter)

    def add(self, finding: Finding, statement: FindingStatement) -> None:
        """Count a finding."""
        resolved = finding["resolved_hour"]
        self._opened[finding["first_seen_hour"][:10]] += 1
        if resolved is None:
            self._add_open(finding, statement)
            return
        day = resolved[:10]
        self._resolved[day] += 1
        due, person = statement["due_by"], statement["stated"]["accountable"]
        if person is not None and due is not None and day >= self._first_day:
            counts = self._person(person)
            if day <= due:
                counts["closed_in_time"] += 1
            else:
                counts["closed_late"] += 1

    def _add_open(self, finding: Finding, statement: FindingStatement) -> None:
        today = self.day.isoformat()
        if is_accepted(statement, today):
            self._of_state["accepted"] += 1
            return
        kind, person = (finding["severity"], finding["kind"]), statement["stated"]["accountable"]
        counts = self._person(person) if person is not None else None
        self._open[kind] += 1
        if counts:
            counts["open"] += 1
        else:
            self._of_state["unassigned"] += 1
        if is_late(statement, today):
            self._late[kind] += 1
            if counts:
                counts["late"] += 1

    def _person(self, person: str) -> AccountableCount:
        none: AccountableCount = {
            "accountable": person,
            "open": 0,
            "late": 0,
            "closed_in_time": 0,
            "closed_late": 0,
        }
        return self._people.setdefault(person, none)

    @property
    def _first_day(self) -> str:
        return (self.day - timedelta(days=TREND_DAYS - 1)).isoformat()

    def figures(self) -> FindingFigures:
        """Return what was counted."""
        of_severity = Counter[str]()
        for (severity, _), n in self._open.items():
            of_severity[severity] += n
        by_rank = sorted(self._open, key=lambda each: (SEVERITIES.index(each[0]), each[1]))
        return {
            "open": self._open.total(),
            "late": self._late.total(),
            "unassigned": self._of_state["unassigned"],
            "accepted": self._of_state["accepted"],
            "by_severity": {
                "high": of_severity["high"],
                "medium": of_severity["medium"],
                "low": of_severity["low"],
            },
            "by_kind": [
                {
                    "kind": kind,
                    "severity": severity,
                    "open": self._open[severity, kind],
                    "late": self._late[severity, kind],
                }
                for severity, kind in by_rank
            ],
            "by_accountable": [self._people[person] for person in sorted(self._people)],
            "trend": self._trend(),
        }

    def _trend(self) -> list[TrendDay]:
        before = self._first_day
        n_open = _until(self._opened, before) - _until(self._resolved, before)
        trend: list[TrendDay] = []
        for back in range(TREND_DAYS - 1, -1, -1):
            day = (self.day - timedelta(days=back)).isoformat()
            opened, resolved = self._opened[day], self._resolved[day]
            n_open += opened - resolved
            if day < self.since:
                trend.append({"day": day, "opened": None, "resolved": None, "open": None})
            else:
                trend.append({"day": day, "opened": opened, "resolved": resolved, "open": n_open})
        return trend


def _until(of_day: Counter[str], day: str) -> int:
    return sum(n for each, n in of_day.items() if each < day)


def figures_of(
    findings: Iterable[tuple[Finding, FindingStatement]], today: date, since: str = ""
) -> FindingFigures:
    """Return what findings come to, each with what is said of it; ``since`` as in ``Figures``."""
    counted = Figures(today, since)
    for finding, statement in findings:
        counted.add(finding, statement)
    return counted.figures()
