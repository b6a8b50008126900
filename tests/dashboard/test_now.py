"""The view that opens first: what is wrong, whose it is, and whether anybody was looking."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.busy import busy
from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def world() -> World:
    """Return a Monday's work."""
    return busy()


def test_one_sentence_and_what_to_do_first_lead_to_the_work(page: Page, site: Site) -> None:
    """Each figure is a way into the list that it counts; the picture has a sentence and a table."""
    sign_in(page, site)
    expect(page.get_by_test_id("now-sentence")).to_have_text(
        "47 findings are open, 10 of high severity; nobody answers for 31, 5 are late; "
        "every hour is sealed up to 2026-04-15 10:00 UTC."
    )
    expect(page.get_by_test_id("kpi-users")).to_have_text("24")
    expect(page.get_by_test_id("kpi-users-beside")).to_have_text("+ 3 service accounts")
    first = page.get_by_test_id("work-item").first
    for text in ("sk-proj-...0000", "Checkout", "owner ben…", "orphan", "stale", "was due"):
        expect(first).to_contain_text(text)
    expect(page.get_by_test_id("trend-sentence")).to_contain_text("3 days are not known")
    expect(page.locator(".chart-open path.line")).to_have_count(2)  # a gap between two runs
    page.get_by_test_id("trend-table").locator("summary").click()
    expect(page.get_by_test_id("trend-table").locator("tbody tr")).to_have_count(90)
    for tile, count in (("late", 5), ("high", 10), ("mine", 5), ("unassigned", 31)):
        page.get_by_test_id(f"tile-{tile}").click()
        findings = page.get_by_test_id("finding")
        page.set_viewport_size({"width": 1280, "height": 4000})
        expect(findings).to_have_count(count)
        page.go_back()
    first.get_by_role("link").press("Enter")
    expect(page.locator("#content")).to_be_focused()  # the link is gone with its view
    expect(page.get_by_test_id("room-key")).to_contain_text("checkout backend 1")


@pytest.mark.slow
def test_the_sentence_says_when_nobody_looked_and_what_could_not_be_read(
    page: Page, site: Site
) -> None:
    """Late, lagging, missed, nothing open, nothing readable, nothing connected."""
    fresh = site.world.freshness
    sign_in(page, site)
    sentence = page.get_by_test_id("now-sentence")
    fresh["org-northwind"] = {"late_hours": 77, "late_since": "2026-04-15T10:00:00Z"}
    page.get_by_test_id("refresh").click()
    expect(sentence).to_contain_text("nobody has looked since 2026-04-15 10:00 UTC (77 hours late)")
    expect(sentence).to_have_class(re.compile("bad"))
    fresh["org-northwind"] = {"missed_30d": 3, "lag_hours": 2}
    page.get_by_test_id("refresh").click()
    expect(sentence).to_contain_text("3 hours of the last 30 days nobody looked")
    expect(sentence).to_contain_text("the audit log is read 2 hours behind")
    fresh.clear()
    site.world.lists["/findings"] = []
    page.get_by_test_id("refresh").click()
    expect(sentence).to_contain_text("Nothing that was found is open; every hour is sealed")
    expect(sentence).to_have_class(re.compile("good"))
    expect(page.get_by_test_id("work-empty")).to_be_visible()
    site.world.refuse["GET /findings/summary"] = (503, {"title": "Busy", "detail": "Try again."})
    page.reload()
    expect(sentence).to_contain_text("How many findings are open could not be read")
    expect(page.get_by_test_id("now-problem")).to_contain_text("Busy")
    expect(page.get_by_test_id("tile-high")).to_contain_text("—")
    site.world.organizations = []
    page.get_by_test_id("refresh").click()
    expect(sentence).to_contain_text("no organization is connected")
