"""The audit log alone: requests an hour at steady rates, and after a flood, as they are planned.

The planner of windows is the product's; no request is made and no event is held. The minimum reads
each event once, in pages of 100; the peer is four times that, as every hour is read four times:
fresh, once more as the overlap, and when it is 25 and 73 hours old. Reach: no hour is behind; at
most 4.5 requests for each page from 5,000 events an hour on, patrol and history aside; at most 14
an hour where nothing happens; a flood is read as it comes, and history in the end. Also at 60
requests a minute.
"""

import json
from pathlib import Path
from typing import Any

from tests.snapshot.fetch.audit.rates import FROM, PAGE, H, Organization, Rate, steady

N_HOURS = 35 * 24
RATES = (0, 10, 50, 500, 5000)
# Requests that an hour may make: as many as it likes, or 60 a minute.
LIMITS = {"no limit": 10**9, "60 a minute": 3600}
MOST_A_PAGE, MOST_QUIET, FROM_RATE = 4.5, 14, 5000
# 60,000 in 12 hours, on top of 120 an hour.
FLOOD_HOURS, FLOOD_FROM, FLOOD_TO, FLOODED, QUIET = 48, 12, 24, 5120, 120
_SETTLED = 75


def measure(folder: Path) -> bool:
    """Count, write ``audit_log.json``; tell whether the targets are reached."""
    results = {
        f"{rate} an hour, {limit}": _steady(rate, per_hour)
        for rate in RATES
        for limit, per_hour in LIMITS.items()
    }
    results |= {f"flood, {limit}": _flood(per_hour) for limit, per_hour in LIMITS.items()}
    (folder / "audit_log.json").write_text(json.dumps(results, indent=1) + "\n")
    for name, figures in results.items():
        said = ", ".join(f"{key} {value}" for key, value in figures.items() if key != "reached")
        print(f"audit log  {name:26} {said}  {'' if figures['reached'] else 'NOT '}reached")
    return all(figures["reached"] for figures in results.values())


def _steady(rate: int, per_hour: int) -> dict[str, Any]:
    organization, complete = steady(rate, N_HOURS, per_hour)
    settled = organization.asked[_SETTLED:]
    hourly = sorted(sum(asked.values()) for asked in settled)
    a_page = [(asked["fresh"] + asked["again"]) * PAGE / rate for asked in settled if rate]
    mean = sum(a_page) / len(a_page) if a_page else None
    within = rate < FROM_RATE or (mean is not None and mean <= MOST_A_PAGE)
    quiet = bool(rate) or hourly[-1] <= MOST_QUIET
    return {
        "most_hours_behind": max(organization.lags),
        "history_complete_in_hour": complete,
        "requests_an_hour_median": hourly[len(hourly) // 2],
        "requests_an_hour_most": hourly[-1],
        "requests_a_page": round(mean, 2) if mean else None,
        "reached": not any(organization.lags) and complete is not None and within and quiet,
    }


def _flood(per_hour: int) -> dict[str, Any]:
    floods = range(FROM + FLOOD_FROM * H, FROM + FLOOD_TO * H)
    log = Rate.of(FROM, FROM + FLOOD_HOURS * H, lambda hour: FLOODED if hour in floods else QUIET)
    organization = Organization(log, per_hour)
    for number in range(FLOOD_HOURS):
        organization.close(number)
    hourly = [sum(asked.values()) for asked in organization.asked]
    return {
        "most_hours_behind": max(organization.lags),
        "hours_not_behind": organization.lags.count(0),
        "requests_an_hour_most": max(hourly),
        "reached": not any(organization.lags),
    }
