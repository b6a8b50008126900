"""Every hour of every day: its word, its sentence, its seal."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import Json, organization

pytestmark = pytest.mark.browser
DAYS = "/orgs/org-northwind/days"
HOURS = "/orgs/org-northwind/hours"


def day(name: str, *words: str) -> Json:
    """Return a day that begins with some words and goes on with the last of them."""
    hours = [*words, *[words[-1]] * (24 - len(words))]
    return {"org_id": "org-northwind", "day": name, "hours": hours}


def hour(start: str, **facts: object) -> Json:
    """Return a closed hour's row."""
    return {
        "org_id": "org-northwind",
        "hour": start,
        "outcome": "partial",
        "reason": "rate_limited",
        "sha256": "5e" * 32,
        "sections": {"users": "complete", "api_keys": "failed"},
        "kpi": None,
        "events": 3,
        "oldest_event_at": "2026-04-15T02:11:00Z",
        "changes": 1,
        "open_findings": 7,
        "lag_hours": 0,
    } | facts


@pytest.fixture
def covered(page: Page, site: Site) -> Page:
    """Open the view over two days with every kind of hour in them."""
    site.world.organizations = [organization()]
    site.world.lists[DAYS] = [
        day("2026-04-15", "complete", "complete", "partial", "late", "open"),
        day("2026-04-14", "none", "complete", "failed", "missed", "paused", "complete"),
    ]
    site.world.lists[HOURS] = [hour("2026-04-15T02:00:00Z")]
    sign_in(page, site)
    page.get_by_test_id("nav-coverage").click()
    return page


def test_each_hour_has_its_word_and_all_of_them_a_sentence(covered: Page) -> None:
    """For whoever sees the signs, and for whoever hears the page."""
    expect(covered.get_by_test_id("coverage-day")).to_have_count(2)
    expect(covered.get_by_test_id("coverage-sentence")).to_have_text(
        "Of 27 hours: 22 read whole, 1 read in part, 1 late, not sealed yet, "
        "1 could not be read, 1 not pictured by anybody, 1 paused."
    )
    for label in (
        "2026-04-15 02:00–03:00 UTC: read in part",
        "2026-04-15 03:00–04:00 UTC: late, not sealed yet",
        "2026-04-15 23:00–00:00 UTC: not due yet",
        "2026-04-14 00:00–01:00 UTC: not connected",
        "2026-04-14 03:00–04:00 UTC: not pictured by anybody",
    ):
        expect(covered.get_by_label(label, exact=True)).to_have_count(1)
    # What is not closed has no seal to look at.
    expect(covered.get_by_test_id("coverage-hour")).to_have_count(3 + 23)


@pytest.mark.slow
def test_an_hour_leads_to_its_seal_and_its_sections(covered: Page) -> None:
    """By keyboard as by mouse; again closes it."""
    button = covered.locator('[data-hour="2026-04-15T02:00:00Z"]')
    button.focus()
    covered.keyboard.press("Enter")
    details = covered.get_by_test_id("hour-details")
    for text in ("rate limited", "users: complete", "API keys: failed", "3 events, 1 change", "7"):
        expect(details).to_contain_text(text)
    expect(covered.get_by_test_id("hour-digest")).to_have_text("5e" * 32)
    expect(button).to_have_attribute("aria-expanded", "true")
    covered.keyboard.press("Enter")
    expect(details).to_have_count(0)


@pytest.mark.slow
def test_earlier_days_are_loaded_behind_the_newest(page: Page, site: Site) -> None:
    """The sentence is about all that is shown."""
    site.world.organizations = [organization()]
    site.world.lists[DAYS] = [day(f"2026-04-{n:02}", "complete") for n in range(15, 0, -1)]
    site.world.page_size = 10
    sign_in(page, site, "#coverage")
    expect(page.get_by_test_id("coverage-day")).to_have_count(10)
    page.get_by_test_id("coverage-more").click()
    expect(page.get_by_test_id("coverage-day")).to_have_count(15)
    expect(page.get_by_test_id("coverage-sentence")).to_have_text("Of 360 hours: 360 read whole.")
    expect(page.get_by_test_id("coverage-more")).to_have_count(0)


@pytest.mark.slow
def test_without_an_organization_it_says_what_to_do(page: Page, site: Site) -> None:
    """No empty grid."""
    site.world.organizations = []
    sign_in(page, site, "#coverage")
    expect(page.get_by_test_id("coverage-empty")).to_contain_text("Connect one")


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
def test_the_grid_stays_within_the_page(covered: Page, width: int) -> None:
    """It scrolls in its own frame where the page is narrow."""
    covered.set_viewport_size({"width": width, "height": 800})
    overflow = covered.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
