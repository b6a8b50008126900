"""Exports: asked for, followed until they are made, downloaded; each list by its words."""

import re

import pytest
from playwright.sync_api import Page, expect

from functions.api.handler import EXPORTED
from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_views import export
from tests.dashboard.site import DASHBOARD, Site
from tests.dashboard.world import organization

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


def test_every_list_that_can_be_had_has_words() -> None:
    """And nothing else is offered."""
    source = (DASHBOARD / "app" / "export-lists.js").read_text()
    assert sorted(re.findall(r"\['([a-z-]+)', '[A-Z]", source)) == sorted(EXPORTED)
    told = {
        name: set(re.findall("'([a-z-]+)'", names))
        for name, names in re.findall(r"const (OF_[A-Z_]+) = \[(.+)\];", source)
    }
    lists = EXPORTED.values()
    assert told == {
        "OF_ONE_ORGANIZATION": {each.name for each in lists if each.is_of_organization},
        "OF_THE_TENANT": {each.name for each in lists if "org_id" not in each.filters},
    }


@pytest.mark.slow
def test_everything_is_asked_for_and_followed_until_it_is_there(page: Page, site: Site) -> None:
    """Then its link is opened, and not kept."""
    sign_in(page, site, "#packs")
    page.get_by_test_id("evidence-exports").click()
    expect(page.get_by_test_id("exports-empty")).to_contain_text("No export yet")
    page.get_by_test_id("export-make").click()
    row = page.get_by_test_id("table-exports").get_by_test_id("row")
    expect(row).to_contain_text("queued")
    expect(row).to_contain_text("ready", timeout=15_000)
    for text in ("export-1", "Everything", "48,211", "2.8 MiB", "2026-04-22 10:14"):
        expect(row).to_contain_text(text)
    row.locator("summary").click()
    expect(page.get_by_test_id("export-digest")).to_have_text("7d" * 32)
    with page.expect_request("**/download/1"):
        page.get_by_test_id("export-download").click()
    assert ("POST /exports", {"everything": True}) in site.world.requests


@pytest.mark.slow
def test_a_list_is_asked_for_in_a_format_of_an_organization(page: Page, site: Site) -> None:
    """A list of one organization each is never asked for without it; a refusal is in its words."""
    site.world.organizations.append(organization("org-contoso", display_name="Contoso"))
    sign_in(page, site, "#packs?show=exports")
    page.get_by_test_id("export-what").select_option("api-keys")
    page.get_by_test_id("export-format").select_option("ndjson")
    page.get_by_test_id("export-make").click()
    page.get_by_test_id("export-what").select_option("hours")
    expect(page.get_by_test_id("export-org")).to_have_value("org-northwind")
    page.get_by_test_id("export-org").select_option("org-contoso")
    page.get_by_test_id("export-make").click()
    rows = page.get_by_test_id("table-exports").get_by_test_id("row")
    expect(rows.first).to_contain_text("Hours, org_id org-contoso")
    assert [body for request, body in site.world.requests if request == "POST /exports"] == [
        {"list": "api-keys", "format": "ndjson"},
        {"list": "hours", "format": "ndjson", "org_id": "org-contoso"},
    ]
    site.world.refuse["POST /exports"] = (409, {"title": "Conflict", "detail": "3 are under way"})
    page.get_by_test_id("export-make").click()
    expect(page.get_by_test_id("export-problem")).to_contain_text("3 are under way")
    expect(rows).to_have_count(2)


@pytest.mark.slow
def test_an_auditor_downloads_and_asks_for_nothing(page: Page, site: Site) -> None:
    """What failed says why, what is not whole says so, and hostile filters stay text."""
    site.world.group = "auditor"
    site.world.lists["/exports"] = [
        export(3, "failed", list="events", reason="it broke off"),
        export(2, list="users", is_whole=False),
        export(1, list="users", filters={"q": HOSTILE}),
    ]
    gone = {"title": "Conflict", "detail": "export 2 is gone since yesterday; ask for another"}
    site.world.refuse["GET /exports/2/download"] = (409, gone)
    sign_in(page, site, "#packs?show=exports")
    rows = page.get_by_test_id("table-exports").get_by_test_id("row")
    expect(rows).to_have_count(3)
    expect(page.get_by_test_id("export-form")).to_have_count(0)
    expect(rows.nth(0)).to_contain_text("it broke off")
    expect(rows.nth(1)).to_contain_text("not whole")
    expect(rows.nth(2)).to_contain_text("Users, q <img src=x onerror=alert(1)>")
    expect(page.get_by_test_id("export-download")).to_have_count(2)
    page.get_by_test_id("export-download").first.click()
    expect(page.get_by_test_id("exports-download-problem")).to_contain_text("gone since yesterday")


@pytest.mark.slow
def test_every_export_that_was_loaded_is_shown(page: Page, site: Site) -> None:
    """However many a tenant has had made."""
    site.world.lists["/exports"] = [export(n, list="users") for n in range(70, 0, -1)]
    sign_in(page, site, "#packs?show=exports")
    expect(page.get_by_test_id("table-exports").get_by_test_id("row")).to_have_count(70)
