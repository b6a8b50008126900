"""How many requests an hour of the audit log takes, at every rate, with a rate limit or none."""

from itertools import count

import pytest

from tests.snapshot.fetch.audit.rates import FROM, PAGE, H, Organization, Rate, steady

# What 60 requests a minute allow within the hour.
SIXTY_A_MINUTE = 3600
# Requests where one page would do. At 14 events a second no window of whole seconds fills a page:
# where they fall at random it holds 93 of what is known, 83 of what is not, and one in 29 of those
# is asked for in parts.
MOST_A_PAGE = {5000: 4.5, 50_000: 4.5}
MOST_AT_RANDOM = MOST_A_PAGE | {50_000: 4.55}


def _a_page(organization: Organization, rate: int) -> list[float]:
    """Return what each hour asked where one page would do, patrol and history aside."""
    return [(asked["fresh"] + asked["again"]) * PAGE / rate for asked in organization.asked[75:]]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("per_hour", [10**9, SIXTY_A_MINUTE])
@pytest.mark.parametrize(
    ("rate", "evenly"),
    [
        *((rate, False) for rate in (0, 10, 50, 500, 5000, 50_000)),
        *((rate, True) for rate in MOST_A_PAGE),
    ],
)
def test_no_hour_of_35_days_is_behind(rate: int, evenly: bool, per_hour: int) -> None:
    """The log is steady, and 30 days old when the organization connects."""
    organization, complete = steady(rate, 35 * 24, per_hour, evenly=evenly)
    hourly = sorted(sum(asked.values()) for asked in organization.asked[75:])
    a_page = _a_page(organization, rate) if rate else [0.0]
    mean = sum(a_page) / len(a_page)
    spread = "evenly" if evenly else "at random"
    print(
        f"\n{rate} an hour, {spread}, at most {per_hour} requests: lag {max(organization.lags)}, "
        f"history complete in hour {complete}, {hourly[len(hourly) // 2]} requests an hour and "
        f"at most {hourly[-1]}, {mean:.2f} (at most {max(a_page):.2f}) for a page that must be read"
    )
    assert organization.lags == [0] * 35 * 24
    assert complete is not None
    assert mean <= (MOST_A_PAGE if evenly else MOST_AT_RANDOM).get(rate, mean)
    if not rate:
        assert hourly[-1] <= 14


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_rate_that_sixty_requests_a_minute_permit_is_named() -> None:
    """Up to it no hour of four days is behind."""
    reached = 0
    for rate in count(50_000, 25_000):
        organization, _ = steady(rate, 96, SIXTY_A_MINUTE)
        if any(organization.lags):
            break
        reached = rate
    print(f"\nat 60 requests a minute {reached} events an hour are read as they come")
    assert reached >= 75_000


@pytest.mark.parametrize("per_hour", [10**9, SIXTY_A_MINUTE])
def test_a_flood_is_gone_within_six_hours(per_hour: int) -> None:
    """Of 60,000 in 12 hours on top of 120 an hour: no hour is behind, and none asks for long."""
    floods = range(FROM + 24 * H, FROM + 36 * H)
    log = Rate.of(FROM - 24 * H, FROM + 140 * H, lambda hour: 5120 if hour in floods else 120)
    organization = Organization(log, per_hour)
    for number in range(140):
        organization.close(number)
    assert organization.lags == [0] * 140
    stream = organization.marks["streams"]["organization"]
    end = FROM + 140 * H
    assert (stream["reread_25"], stream["reread_73"]) == (end - 25 * H, end - 73 * H)
    quiet = max(sum(asked.values()) for asked in organization.asked[42:48])
    assert quiet <= 30
