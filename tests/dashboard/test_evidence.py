"""Evidence beside the packs: links and their uses, statements, custody, and the bill day by day."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_views import custody
from tests.dashboard.site import Site
from tests.dashboard.world import link

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINK = "20260415T101500Z-000000000002"


def noted(site: Site) -> None:
    """Note two hours of uses of a link, a statement, and one of two findings at once."""
    used = {"number": 2, "link_id": LINK, "by": "link"}
    said = {"state": "accepted", "reason_code": "business_need", "accountable": "user-0002"}
    finding = {"org_id": "org-northwind", "finding_id": "0f" * 12, "due_date": None}
    at_once = [{"org_id": "org-northwind", "finding_id": f"{n}e" * 12} for n in (1, 2)]
    site.world.lists["/custody"] = [
        custody(4, "link.used", uses=2, last_at="2026-04-15T12:05:00Z", **used),
        custody(3, "link.used", uses=1, last_at="2026-04-15T11:41:00Z", **used),
        custody(2, "finding.stated", **finding, **said),
        custody(2, "findings.stated", findings=at_once),
        custody(1, "hashing_key.fetched", key_id="v1"),
    ]


def test_links_say_how_often_they_were_used_and_statements_what_was_said(
    page: Page, site: Site
) -> None:
    """Each part has an address; the custody log has all of it."""
    noted(site)
    sign_in(page, site, "#packs?show=links")
    expect(page.get_by_test_id("links-sentence")).to_contain_text("2 links to 1 pack, 1 of them")
    rows = page.get_by_test_id("table-links").get_by_test_id("row")
    expect(rows.nth(0)).to_contain_text("3 times")
    expect(rows.nth(0)).to_contain_text("last 2026-04-15 12:05")
    expect(rows.nth(1)).to_contain_text("not yet")
    page.get_by_test_id("evidence-statements").click()
    said = page.get_by_test_id("table-statements").get_by_test_id("row")
    expect(said).to_have_count(2)
    for text in ("accepted", "it is needed as it is", "user-0002", "0f0f", "you"):
        expect(said.nth(0)).to_contain_text(text)
    for text in ("2 findings", "2e2e", "said at once", "as each says"):
        expect(said.nth(1)).to_contain_text(text)
    page.get_by_test_id("nav-custody").click()
    entries = page.get_by_test_id("table-custody").get_by_test_id("row")
    expect(entries).to_have_count(5)
    expect(entries.nth(0)).to_contain_text("whoever held the link")
    expect(entries.nth(4)).to_contain_text("fetched the hashing key")
    page.get_by_test_id("nav-bill").click()
    expect(page.get_by_test_id("bill-amount")).to_have_text("€13.33")
    expect(page.get_by_test_id("bill-bars").locator(".gap")).to_have_count(2)
    gap = page.get_by_test_id("bill-bars").locator("[aria-label^='2026-04-11']")
    expect(gap).to_have_attribute("aria-label", re.compile("nothing counted, server error"))
    expect(page.get_by_test_id("bill-working")).to_contain_text("25 users all day")


def test_a_link_is_revoked_where_all_of_them_stand(page: Page, site: Site) -> None:
    """Only an active one, and only by an administrator."""
    noted(site)
    sign_in(page, site, "#packs?show=links")
    page.get_by_test_id("links-revoke").click()
    expect(page.get_by_test_id("links-sentence")).to_contain_text("0 of them good now")
    assert (f"DELETE /evidence-packs/2/links/{LINK}", None) in site.world.requests
    site.world.links[2] = [link(2)]
    site.world.group = "auditor"
    page.reload()
    expect(page.get_by_test_id("table-links").get_by_test_id("row")).to_have_count(1)
    expect(page.get_by_test_id("links-revoke")).to_have_count(0)


def test_a_custody_log_that_is_not_read_whole_gives_no_whole_count(page: Page, site: Site) -> None:
    """Uses are at least so many, and statements those among the newest."""
    noted(site)
    site.world.lists["/custody"] += [custody(0, "token.issued") for _ in range(2_000)]
    site.world.page_size = 100
    sign_in(page, site, "#packs?show=links")
    rows = page.get_by_test_id("table-links").get_by_test_id("row")
    expect(rows.nth(0)).to_contain_text("at least 3 times")
    expect(rows.nth(1)).to_contain_text("not lately")
    page.get_by_test_id("evidence-statements").click()
    expect(page.get_by_test_id("statements-sentence")).to_contain_text("among the newest 2,000")
    page.get_by_test_id("statements-on").click()
    expect(page.get_by_test_id("statements-sentence")).to_have_text("2 statements.")


def test_another_month_is_another_address(page: Page, site: Site) -> None:
    """The month is the address's; a month that has not begun is refused in the service's words."""
    sign_in(page, site, "#bill?month=2026-03")
    expect(page.get_by_test_id("bill-month")).to_have_value("2026-03")
    site.world.refuse["GET /billing"] = (400, {"title": "No", "detail": "It has not begun yet."})
    page.get_by_test_id("bill-month").fill("2026-07")
    expect(page.get_by_test_id("bill-problem")).to_contain_text("It has not begun yet.")
