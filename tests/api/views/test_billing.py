"""The bill's arithmetic: whole numbers, one rounding, every hour accounted for."""

from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.api.views.billing import CARRY, HourFact, Section, bill, half_up
from functions.shared.hours import HOUR, hours_from, month_end, month_start

MONTH = "2026-04"
START, END = month_start(MONTH), month_end(MONTH)
OVER = END + timedelta(days=1)
ORG = "org-first"


def steady(
    users: int | None, projects: int | None, org: str = ORG, start: datetime = START
) -> list[HourFact]:
    """Return a month in which every hour says the same."""
    hours = hours_from(start, END)
    return [HourFact(org, hour, False, users, projects, None) for hour in hours]


def test_25_users_and_3_active_projects_all_month_are_40_euros() -> None:
    """The published example."""
    made = bill(MONTH, steady(25, 3), OVER)
    assert made.amount_cents == 4000
    assert (made.shares[0].users, made.shares[0].projects) == (25 * 720, 3 * 720)


def test_the_days_of_a_month_add_up_to_its_bill() -> None:
    """An hour in each day; a third of a cent is no day's rounding, and no day is left out."""
    facts = [HourFact(ORG, hour, hour.hour != 0, 8, 0) for hour in hours_from(START, END)]
    made = bill(MONTH, facts, OVER)
    days = list(made.per_day())
    assert [day["day"] for day in days] == [f"2026-04-{number:02d}" for number in range(1, 31)]
    assert {day["user_hours"] for day in days} == {8}
    assert {day["amount_cents"] for day in days} == {1, 2}
    assert sum(day["amount_cents"] for day in days) == made.amount_cents == 33


def test_no_organization_costs_nothing() -> None:
    """No facts, no cents."""
    assert bill(MONTH, [], OVER).amount_cents == 0


@pytest.mark.parametrize(
    ("month", "hours"), [("2026-02", 672), ("2028-02", 696), ("2026-03", 744), ("2026-10", 744)]
)
def test_a_months_hours_are_utc_hours(month: str, hours: int) -> None:
    """Leap years count, summer time does not."""
    assert bill(month, [], OVER).hours == hours


def test_a_service_that_starts_in_the_middle_is_averaged_over_the_whole_month() -> None:
    """15 of 30 days: half."""
    assert bill(MONTH, steady(10, 2, start=START + timedelta(days=15)), OVER).amount_cents == 1000


def test_a_paused_hour_and_an_unconnected_hour_count_zero() -> None:
    """Neither is carried over, however recent the last count."""
    facts = steady(25, 3)
    paused = [HourFact(ORG, f.hour, True, None, None, "paused") for f in facts[:360]]
    assert bill(MONTH, paused + facts[360:], OVER).amount_cents == 2000
    assert bill(MONTH, facts[360:], OVER).amount_cents == 2000


def test_an_unread_hour_carries_the_last_count_for_24_hours_and_then_counts_zero() -> None:
    """30 unread hours: 24 carried, 6 zero, each with its reason."""
    facts = steady(30, None)
    unread = [HourFact(ORG, f.hour, False, None, None, "server_error") for f in facts[100:130]]
    made = bill(MONTH, facts[:100] + unread + facts[130:], OVER)
    assert made.shares[0].users == 30 * (720 - 6)
    runs = [run for run in made.shares[0].runs if run.section == "users"]
    assert [(run.counted, (run.last - run.first) // HOUR + 1, run.reason) for run in runs] == [
        ("read", 100, None),
        ("carried", 24, "server_error"),
        ("zero", 6, "server_error, nothing known for 24 hours"),
        ("read", 590, None),
    ]


def test_the_carry_reaches_over_the_months_border() -> None:
    """The last count of the month before stands for its 24 hours too."""
    before = HourFact(ORG, START - HOUR, False, 7, 1, None)
    unread = [HourFact(ORG, f.hour, False, None, None, "timeout") for f in steady(0, 0)]
    share = bill(MONTH, [before, *unread], OVER).shares[0]
    # START - 1 h was read; the 24 hours after it end at START + 23 h.
    assert (share.users, share.projects) == (7 * 24, 24)


def test_one_section_unread_does_not_touch_the_other() -> None:
    """Users are carried, projects counted."""
    facts = steady(10, 2)
    facts[5] = HourFact(ORG, facts[5].hour, False, None, 9, "forbidden")
    share = bill(MONTH, facts, OVER).shares[0]
    assert (share.users, share.projects) == (7200, 1440 + 7)


def test_hours_to_come_count_zero_and_say_so() -> None:
    """A month under way."""
    now = START + 10 * HOUR
    made = bill(MONTH, steady(720, 0)[:10], now)
    assert made.amount_cents == 10 * 100
    assert made.shares[0].runs[1].reason == "not_closed_yet"


@pytest.mark.parametrize(
    ("numerator", "denominator", "cents"), [(1, 2, 1), (1, 3, 0), (2, 3, 1), (5, 2, 3), (0, 7, 0)]
)
def test_half_a_cent_is_rounded_up(numerator: int, denominator: int, cents: int) -> None:
    """Once, at the end."""
    assert half_up(numerator, denominator) == cents


counts = st.one_of(st.none(), st.integers(0, 2000))
fact_rows = st.lists(st.tuples(st.integers(-24, 719), st.booleans(), counts, counts), max_size=60)


def facts_of(rows: list[tuple[int, bool, int | None, int | None]], org: str) -> list[HourFact]:
    """Return facts, each hour once."""
    by_hour = {row[0]: row for row in rows}
    return [
        HourFact(org, START + n * HOUR, paused, users, projects, "why")
        for n, paused, users, projects in by_hour.values()
    ]


def by_the_book(facts: list[HourFact]) -> Fraction:
    """Work the bill out again, as the rule reads, hour by hour and without shortcuts."""
    total = Fraction(0)
    prices: tuple[tuple[Section, int], ...] = (("users", 100), ("projects", 500))
    for section, cents in prices:
        for hour in hours_from(START, END):
            own = [fact for fact in facts if fact.hour == hour]
            if not own or own[0].paused:
                continue
            counted = [
                fact
                for fact in facts
                if not fact.paused
                and fact.count(section) is not None
                and hour - CARRY <= fact.hour <= hour
            ]
            if counted:
                latest = max(counted, key=lambda fact: fact.hour)
                total += cents * (latest.count(section) or 0)
    return total / 720


@settings(max_examples=40, deadline=None)
@given(rows=fact_rows, seed=st.randoms(use_true_random=False))
def test_the_bill_is_the_rules_whatever_the_order_or_repetition(
    rows: list[tuple[int, bool, int | None, int | None]], seed: Random
) -> None:
    """Deliveries doubled and shuffled give identical cents (T20)."""
    facts = facts_of(rows, ORG)
    doubled = facts + facts
    seed.shuffle(doubled)
    made = bill(MONTH, doubled, OVER)
    assert made == bill(MONTH, facts, OVER)
    exact = by_the_book(facts)
    assert made.amount_cents == half_up(exact.numerator, exact.denominator)


@settings(max_examples=40, deadline=None)
@given(first_rows=fact_rows, second_rows=fact_rows)
def test_organizations_add_up_before_the_one_rounding(
    first_rows: list[tuple[int, bool, int | None, int | None]],
    second_rows: list[tuple[int, bool, int | None, int | None]],
) -> None:
    """Together they cost what they cost apart, to within the single half cent each."""
    first, second = facts_of(first_rows, "org-aaa"), facts_of(second_rows, "org-bbb")
    both = bill(MONTH, first + second, OVER)
    apart = [bill(MONTH, facts, OVER) for facts in (first, second)]
    assert both.cent_hours == sum(made.cent_hours for made in apart)
    days = list(both.per_day())
    assert sum(day["amount_cents"] for day in days) == both.amount_cents
    assert sum(day["user_hours"] for day in days) == sum(share.users for share in both.shares)
    assert abs(both.amount_cents - sum(made.amount_cents for made in apart)) <= 1


@settings(max_examples=40, deadline=None)
@given(rows=fact_rows)
def test_every_hour_of_the_month_is_accounted_for_once(
    rows: list[tuple[int, bool, int | None, int | None]],
) -> None:
    """The runs of each section join without a gap from the first hour to the last."""
    for share in bill(MONTH, facts_of(rows, ORG), OVER).shares:
        for section in ("users", "projects"):
            runs = [run for run in share.runs if run.section == section]
            hours = [hour for run in runs for hour in hours_from(run.first, run.last + HOUR)]
            assert hours == list(hours_from(START, END))
