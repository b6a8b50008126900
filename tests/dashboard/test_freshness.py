"""A collection that stopped is told above every view, however good its last hour was."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import organization

pytestmark = pytest.mark.browser
VIEWS = ("organizations", "users", "projects", "keys", "events", "changes", "findings", "packs")


@pytest.mark.slow
def test_every_view_says_since_when_nobody_has_looked(page: Page, site: Site) -> None:
    """78 hours later: how many hours are late, and no badge that is green."""
    site.world.organizations = [organization()]
    site.world.freshness["org-northwind"] = {
        "late_hours": 77,
        "late_since": "2026-04-15T10:00:00Z",
        "missed_30d": 3,
    }
    sign_in(page, site)
    for view in VIEWS:
        page.get_by_test_id(f"nav-{view}").click()
        notice = page.get_by_test_id("freshness-notice")
        expect(notice).to_have_count(1)
        expect(notice).to_contain_text("nobody has looked since 2026-04-15 10:00 UTC")
        expect(notice).to_contain_text("77 hours are late")
        expect(notice).to_have_class(re.compile("bad"))
    page.get_by_test_id("nav-organizations").click()
    card = page.get_by_test_id("organization")
    expect(card).to_contain_text("77 hours late")
    expect(card).to_contain_text("3 hours missed")
    expect(card.locator(".badges .good")).to_have_count(0)


def test_a_log_that_is_read_late_is_told_and_nothing_else_is(page: Page, site: Site) -> None:
    """One notice for each organization that is behind, by its name."""
    site.world.organizations = [organization(), organization("org-contoso", display_name="Contoso")]
    site.world.freshness["org-contoso"] = {"lag_hours": 1}
    sign_in(page, site)
    notice = page.get_by_test_id("freshness-notice")
    expect(notice).to_have_count(1)
    expect(notice).to_contain_text("Contoso: the audit log is read 1 hour behind.")


@pytest.mark.slow
def test_where_every_hour_is_there_nothing_is_said(page: Page, site: Site) -> None:
    """No bar that people learn to overlook."""
    site.world.organizations = [organization()]
    sign_in(page, site, "#organizations")
    expect(page.get_by_test_id("organization")).to_contain_text("users: complete")
    expect(page.get_by_test_id("freshness-notice")).to_have_count(0)


@pytest.mark.slow
def test_a_page_left_open_tells_that_nobody_looks_any_more(page: Page, site: Site) -> None:
    """By itself, above whatever is being typed; the tables are of the hour that they were of."""
    page.clock.install()
    sign_in(page, site, "#organizations")
    page.get_by_test_id("connect-open").click()
    page.get_by_test_id("connect-org-id").fill("org-half-typed")
    page.clock.fast_forward("09:00")
    expect(page.get_by_test_id("freshness-notice")).to_have_count(0)
    site.world.freshness["org-northwind"] = {
        "late_hours": 2,
        "late_since": "2026-04-15T10:00:00Z",
    }
    page.clock.fast_forward("02:00")
    expect(page.get_by_test_id("freshness-notice")).to_contain_text("2 hours are late")
    expect(page.get_by_test_id("organization")).to_contain_text("2 hours late")
    expect(page.get_by_test_id("newer-hour")).to_be_empty()
    expect(page.get_by_test_id("connect-org-id")).to_have_value("org-half-typed")


@pytest.mark.slow
def test_a_page_left_open_tells_of_a_newer_hour_and_of_what_it_cannot_read(
    page: Page, site: Site
) -> None:
    """The tables stay until somebody asks; a service that does not answer is no good news."""
    page.clock.install()
    sign_in(page, site, "#users")
    site.world.organizations = [organization(last_hour="2026-04-15T11:00:00Z")]
    page.clock.fast_forward("11:00")
    expect(page.get_by_test_id("newer-hour")).to_have_text("A newer hour is closed.")
    expect(page.get_by_test_id("kpi-last-closed-hour")).to_have_text("2026-04-15 09:00–10:00")
    site.world.refuse["GET /summary"] = (503, {"title": "Busy"})
    page.clock.fast_forward("11:00")
    expect(page.get_by_test_id("watch-problem")).to_contain_text("Busy.")
    expect(page.get_by_test_id("newer-hour")).to_have_text("A newer hour is closed.")
    site.world.refuse.clear()
    page.get_by_test_id("refresh").click()
    expect(page.get_by_test_id("kpi-last-closed-hour")).to_have_text("2026-04-15 11:00–12:00")
    expect(page.get_by_test_id("newer-hour")).to_be_empty()
    expect(page.get_by_test_id("watch-problem")).to_have_count(0)
