"""Instants, hours and months as numbers that can be counted."""

from __future__ import annotations

import datetime
import re

INSTANT_PATTERN = (
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
)
INSTANT = re.compile(INSTANT_PATTERN + r"(?:\.[0-9]{1,9})?Z")
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def seconds(text: object) -> int | None:
    """Return seconds since 0001-01-01 of an RFC 3339 instant in UTC, or None if it is none."""
    match = INSTANT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        days = datetime.date(year, month, day).toordinal()
    except ValueError:
        return None
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def hour_number(text: object) -> int | None:
    """Return the number of the hour that an instant begins, or None if it begins none."""
    at = seconds(text)
    return None if at is None or at % 3600 or len(str(text)) != 20 else at // 3600


def hour_name(number: int) -> str:
    """Return the hour's name, as in `2026-04-01T05:00:00Z`."""
    return f"{datetime.date.fromordinal(number // 24).isoformat()}T{number % 24:02d}:00:00Z"


def instant_name(second: int) -> str:
    """Return the instant's name, as in `2026-04-01T05:00:07Z`."""
    return f"{hour_name(second // 3600)[:14]}{second // 60 % 60:02d}:{second % 60:02d}Z"


def month_number(month: str) -> int:
    """Return the number of a month such as `2026-04`: the next month has the next number."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_name(number: int) -> str:
    """Return the month of a number, as in `2026-04`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def hours_of_month(month: str) -> tuple[int, int] | None:
    """Return the numbers of a month's first and last hour; None where the calendar ends."""
    first = hour_number(f"{month}-01T00:00:00Z")
    after = hour_number(f"{month_name(month_number(month) + 1)}-01T00:00:00Z")
    return None if first is None or after is None else (first, after - 1)


def ends_of_period(text: str) -> tuple[str, str] | None:
    """Return first and last second of `2026-04` or of `START..END`; None for any other text."""
    hours = hours_of_month(text) if MONTH.fullmatch(text) else None
    if hours is not None:
        return hour_name(hours[0]), hour_name(hours[1])[:14] + "59:59Z"
    start, dots, end = text.partition("..")
    return (start, end) if dots and None not in (seconds(start), seconds(end)) else None
