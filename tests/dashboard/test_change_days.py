"""Changes per day: a bar a day by verdict, gaps that stay gaps, and the list behind a day."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import Json, change

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAYS = "/orgs/org-northwind/days"


def day(name: str, *words: str) -> Json:
    """Return a day whose hours were each closed so."""
    return {"org_id": "org-northwind", "day": name, "hours": (list(words) * 24)[:24]}


def looked_at(site: Site) -> None:
    """Make a week in which nobody looked for a day, and for half of another."""
    site.world.lists[DAYS] = [
        day("2026-04-15", "complete"),
        day("2026-04-14", "complete", "missed"),
        day("2026-04-13", "missed"),
        *(day(f"2026-04-{number:02d}", "complete") for number in (12, 11, 10, 9, 8)),
    ]


def test_a_day_leads_to_its_changes_and_a_day_nobody_looked_is_a_gap(
    page: Page, site: Site
) -> None:
    """The sentence, the bars and the table say the same; a day without changes is a zero."""
    looked_at(site)
    sign_in(page, site, "#changes?days=7")
    sentence = page.get_by_test_id("changes-chart-sentence")
    expect(sentence).to_have_text(
        "In 7 days 2 changes: 1 cannot be told yet, or ever, 1 explained. "
        "Of 1 day nothing is known."
    )
    page.get_by_test_id("changes-chart-table").click()
    rows = page.get_by_test_id("changes-chart").locator("tbody tr")
    expect(rows).to_have_text(
        [
            "2026-04-15110",
            "2026-04-1400012 hours nobody looked",
            "2026-04-13not knownnot knownnot knownnobody looked",
            *(f"2026-04-{number:02d}000" for number in (12, 11, 10, 9)),
        ]
    )
    bars = page.get_by_test_id("changes-bars")
    expect(bars.locator(".gap")).to_have_count(1)
    bar = bars.locator("a[data-day='2026-04-15']")
    expect(bar).to_have_attribute("aria-label", "2026-04-15: 2 changes, 1 explained, 1 cannot tell")
    bar.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#changes\?days=7&day=2026-04-15$"))
    expect(page.get_by_test_id("changes-day")).to_contain_text("2026-04-15 only")
    expect(page.get_by_test_id("table-changes").get_by_test_id("row")).to_have_count(2)


def test_a_longer_period_another_filter_and_back_are_addresses(page: Page, site: Site) -> None:
    """Thirty days hold what a week does not; a filter counts again."""
    looked_at(site)
    sign_in(page, site, "#changes?days=7")
    sentence = page.get_by_test_id("changes-chart-sentence")
    expect(sentence).to_contain_text("In 7 days 2 changes")
    page.get_by_test_id("changes-period").get_by_role("link", name="30 days").click()
    expect(sentence).to_contain_text("In 30 days 3 changes: 1 unexplained")
    page.get_by_test_id("changes-filter-verdict").select_option("unexplained")
    expect(sentence).to_contain_text("1 change: 1 unexplained")
    expect(sentence).to_contain_text("Counted with the filters above")
    page.go_back()
    expect(sentence).to_contain_text("3 changes")
    page.reload()
    expect(sentence).to_contain_text("3 changes")


def test_days_that_were_not_read_are_gaps_until_they_are(page: Page, site: Site) -> None:
    """Of ten thousand changes the newest are counted; more on request, none of them twice."""
    looked_at(site)
    hours = [f"2026-04-{15 - n // 500:02d}T{23 - n % 24:02d}:00:00Z" for n in range(2500)]
    hours = sorted(hours, reverse=True)
    site.world.lists["/changes"] = [change(n, hour=hour) for n, hour in enumerate(hours)]
    site.world.page_size = 100
    sign_in(page, site, "#changes?days=7")
    sentence = page.get_by_test_id("changes-chart-sentence")
    expect(sentence).to_contain_text("1,500 changes: 1,500 explained. Of 4 days nothing is known.")
    page.get_by_test_id("changes-read-on").click()
    expect(sentence).to_contain_text("2,500 changes: 2,500 explained.")


def test_a_failed_read_is_no_quiet_month(page: Page, site: Site) -> None:
    """The problem stands under the chart, whose days are not known."""
    site.world.refuse["GET /changes"] = (503, {"title": "Busy", "detail": "Try again."})
    sign_in(page, site, "#changes?days=7")
    expect(page.get_by_test_id("changes-chart-problem")).to_contain_text("Busy")
    expect(page.get_by_test_id("changes-bars").locator(".gap")).to_have_count(7)
    site.world.refuse.clear()
    page.get_by_test_id("changes-chart-problem").get_by_role("button").click()
    expect(page.get_by_test_id("changes-chart-sentence")).to_contain_text("2 changes")
