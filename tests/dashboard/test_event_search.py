"""Events: one by its id, or those of a kind and a time; what is asked for is an address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_event_is_found_by_its_id_and_the_search_is_an_address(page: Page, site: Site) -> None:
    """Enter finds; Back takes the search away; an id nobody sealed is said to be none."""
    sign_in(page, site, "#events")
    rows = page.get_by_test_id("table-events").get_by_test_id("row")
    expect(rows).to_have_count(2)
    page.get_by_test_id("events-event_id").fill(" audit_log-0001 ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#events\?event_id=audit_log-0001$"))
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("project.updated")
    page.go_back()
    expect(rows).to_have_count(2)
    expect(page.get_by_test_id("events-event_id")).to_have_value("")
    page.get_by_test_id("events-event_id").fill("nowhere")
    page.get_by_test_id("events-find").click()
    expect(page.get_by_test_id("events-empty")).to_contain_text("No such event")


def test_a_span_of_days_includes_its_last(page: Page, site: Site) -> None:
    """Days are UTC; type and span hold together, and Clear takes all of it away."""
    sign_in(page, site, "#events?from_day=2026-04-12&to_day=2026-04-12")
    rows = page.get_by_test_id("table-events").get_by_test_id("row")
    expect(rows).to_have_count(1)
    expect(page.get_by_test_id("events-from_day")).to_have_value("2026-04-12")
    page.get_by_test_id("events-event_type").fill("api_key.created")
    page.get_by_test_id("events-find").click()
    expect(page.get_by_test_id("events-empty")).to_be_visible()
    page.get_by_test_id("events-clear").click()
    expect(rows).to_have_count(2)


def test_a_broken_address_asks_for_nothing_it_cannot_mean(page: Page, site: Site) -> None:
    """A day that is none is left out, rather than sent."""
    sign_in(page, site, "#events?from_day=2026-02-31&to_day=%00")
    expect(page.get_by_test_id("table-events").get_by_test_id("row")).to_have_count(2)
