"""The address holds all of a view's state: Back, reload and a copied address show the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import api_key, organization, user

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_back_reload_and_a_copied_address_show_the_same(page: Page, site: Site) -> None:
    """A filter, then the organization, then another view; each step back is one of these."""
    site.world.organizations.append(organization("org-contoso", display_name="Contoso"))
    site.world.lists["/api-keys"].append(api_key(9, org_id="org-contoso"))
    sign_in(page, site, "#findings")
    rows = page.get_by_test_id("table-findings").get_by_test_id("row")
    page.get_by_test_id("findings-filter-severity").select_option("high")
    expect(rows).to_have_count(2)
    page.get_by_test_id("org-filter").select_option("org-northwind")
    expect(page).to_have_url(re.compile(r"#findings\?severity=high&org_id=org-northwind$"))
    page.get_by_test_id("nav-keys").click()
    keys = page.get_by_test_id("table-keys").get_by_test_id("row")
    expect(keys).to_have_count(4)
    expect(page).to_have_title("Keys · OpenAI Audit")
    page.go_back()
    page.reload()
    expect(page.get_by_test_id("findings-filter-severity")).to_have_value("high")
    expect(page.get_by_test_id("org-filter")).to_have_value("org-northwind")
    expect(rows).to_have_count(2)
    page.go_back()
    expect(page.get_by_test_id("org-filter")).to_have_value("")
    page.go_back()
    expect(page.get_by_test_id("findings-filter-severity")).to_have_value("")
    expect(rows).to_have_count(5)


@pytest.mark.slow
def test_an_address_that_names_no_view_opens_the_first(page: Page, site: Site) -> None:
    """One of an earlier page leads to what it was; a broken one says nothing it cannot mean."""
    sign_in(page, site, "#constructor?%=%zz&q=%00&__proto__=x")
    expect(page.locator(".menu a[aria-current]")).to_have_count(1)
    page.evaluate("location.hash = '#api-keys'")
    expect(page.get_by_test_id("room-keys")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
def test_another_view_begins_at_its_top_and_back_leads_to_where_one_was(
    page: Page, site: Site, width: int
) -> None:
    """Also where the rows are read again first; a filter leaves the reader where they are."""
    site.world.lists["/api-keys"] = [api_key(n) for n in range(60)]
    site.world.lists["/users"] = [user(n) for n in range(60)]
    page.set_viewport_size({"width": width, "height": 700})
    sign_in(page, site, "#keys")
    rows = page.get_by_test_id("table-keys").get_by_test_id("row")
    expect(rows.first).to_be_visible()
    page.mouse.wheel(0, 1500)
    page.wait_for_timeout(300)
    was = page.evaluate("scrollY")
    assert was > 1000
    page.evaluate("location.hash = '#users'")
    expect(page.get_by_test_id("table-users").get_by_test_id("row").first).to_be_visible()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(rows.first).to_be_visible()
    page.wait_for_function("(was) => Math.abs(scrollY - was) < 2", arg=was)
    page.go_forward()
    page.wait_for_function("() => scrollY === 0")
    page.go_back()
    page.wait_for_function("(was) => Math.abs(scrollY - was) < 2", arg=was)
    page.get_by_test_id("sort-name").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sort=name$"))
    assert page.evaluate("scrollY") > 0
