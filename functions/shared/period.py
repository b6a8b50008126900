"""The period of a pack: whole hours, as a caller writes it and as the functions count it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.shared.errors import PeriodInvalid
from functions.shared.hours import HOUR, floor_hour, month_end, month_start, parse_instant, rfc3339

MAX_PERIOD = timedelta(days=396)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole hours, ``start <= t < end``.

    Attributes:
        start: on the hour.
        end: on the hour, after the start.
    """

    start: datetime
    end: datetime

    @classmethod
    def parse(cls, start: object, end: object) -> "Period":
        """Read a period as a caller writes it: inclusive last second, ``…T23:59:59Z``.

        Raises:
            PeriodInvalid: says which rule it breaks.
        """
        try:
            first = parse_instant(start if isinstance(start, str) else "")
            last = parse_instant(end if isinstance(end, str) else "")
        except ValueError as error:
            raise PeriodInvalid(
                "period_start and period_end must look like 2026-04-01T00:00:00Z and "
                "2026-04-30T23:59:59Z"
            ) from error
        if last < first:
            raise PeriodInvalid("the period ends before it starts")
        after = last + _SECOND
        if floor_hour(first) != first or floor_hour(after) != after:
            raise PeriodInvalid(
                "a period is whole hours: it starts on the hour (05:00:00) and ends on the last "
                "second of one (06:59:59)"
            )
        if after - first > MAX_PERIOD:
            raise PeriodInvalid("a period is at most 13 months")
        return cls(first, after)

    @classmethod
    def of_month(cls, month: str) -> "Period":
        """Return a calendar month."""
        return cls(month_start(month), month_end(month))

    @property
    def last_second(self) -> str:
        """Return the inclusive end, as packs show it."""
        return rfc3339(self.end - _SECOND)

    @property
    def last_hour(self) -> datetime:
        """Return the start of the period's last hour."""
        return self.end - HOUR
