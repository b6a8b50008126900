"""Share links and anchors: made, copied once, revoked; a tenant's own copy of the anchors."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_api import API, TOKEN
from tests.dashboard.site import Site
from tests.dashboard.world import link

pytestmark = pytest.mark.browser


def _open(page: Page, site: Site) -> None:
    sign_in(page, site, "#packs")
    page.get_by_test_id("pack-share").click()


def test_a_link_is_shown_once_whole_and_then_nowhere(page: Page, site: Site) -> None:
    """With this origin before it; neither the list nor a second look has the token."""
    _open(page, site)
    expect(page.get_by_test_id("link")).to_have_count(2)
    page.get_by_test_id("link-label").fill(" The bank ")
    page.get_by_test_id("link-days").fill("30")
    page.get_by_test_id("link-make").click()
    expect(page.get_by_test_id("link-url")).to_have_text(f"{site.url}{API}/shared/{TOKEN}")
    expect(page.get_by_test_id("link-made")).to_contain_text("shown this once")
    expect(page.get_by_test_id("link").first).to_contain_text("The bank")
    assert (
        "POST /evidence-packs/2/links",
        {"days": 30, "label": "The bank"},
    ) in site.world.requests
    assert page.content().count(TOKEN) == 1
    page.get_by_test_id("pack-share").click()
    expect(page.get_by_test_id("links")).to_have_count(0)
    page.get_by_test_id("pack-share").click()
    expect(page.get_by_test_id("link")).to_have_count(3)
    assert TOKEN not in page.content()


@pytest.mark.slow
def test_the_link_is_copied_by_its_button(page: Page, site: Site) -> None:
    """All of it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _open(page, site)
    page.get_by_test_id("link-make").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copy the link")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{site.url}{API}/shared/{TOKEN}"
    assert site.world.requests[-1] == ("POST /evidence-packs/2/links", {"days": 14})


@pytest.mark.slow
@pytest.mark.parametrize("days", ["0", "91", "1.5", ""])
def test_days_out_of_range_are_not_sent(page: Page, site: Site, days: str) -> None:
    """The field says so itself."""
    _open(page, site)
    page.get_by_test_id("link-days").fill(days)
    page.get_by_test_id("link-make").click()
    assert page.evaluate("document.querySelector('[name=days]').matches(':invalid')")
    assert "POST /evidence-packs/2/links" not in [request for request, _ in site.world.requests]


@pytest.mark.slow
def test_a_link_is_revoked_and_stays_in_the_list(page: Page, site: Site) -> None:
    """What has ended has no button."""
    _open(page, site)
    expect(page.get_by_test_id("link-revoke")).to_have_count(1)
    page.get_by_test_id("link-revoke").click()
    expect(page.get_by_test_id("link").first).to_have_attribute("data-state", "revoked")
    expect(page.get_by_test_id("link").first).to_contain_text("revoked 2026-04-15 11:00")
    expect(page.get_by_test_id("link-revoke")).to_have_count(0)
    request = site.world.requests[-1][0]
    assert request == f"DELETE /evidence-packs/2/links/{link(2)['link_id']}"


@pytest.mark.slow
def test_what_the_service_refuses_is_said_where_it_was_asked(page: Page, site: Site) -> None:
    """Making, revoking, listing."""
    _open(page, site)
    busy = {"title": "Busy", "detail": "Try again."}
    path = "/evidence-packs/2/links"
    site.world.refuse[f"POST {path}"] = (409, busy)
    site.world.refuse[f"DELETE {path}/{link(2)['link_id']}"] = (503, busy)
    page.get_by_test_id("link-make").click()
    expect(page.get_by_test_id("link-problem")).to_contain_text("Busy Try again.")
    page.get_by_test_id("link-revoke").click()
    expect(page.get_by_test_id("revoke-problem")).to_contain_text("Busy Try again.")
    expect(page.get_by_test_id("link").first).to_have_attribute("data-state", "active")
    site.world.refuse[f"GET {path}"] = (503, busy)
    for _ in range(2):
        page.get_by_test_id("pack-share").click()
    expect(page.get_by_test_id("links-problem")).to_contain_text("Busy Try again.")
    site.world.refuse.clear()
    page.get_by_test_id("links").get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("link")).to_have_count(2)


@pytest.mark.slow
def test_an_auditor_sees_the_links_and_makes_none(page: Page, site: Site) -> None:
    """Nor revokes any."""
    site.world.group = "auditor"
    _open(page, site)
    expect(page.get_by_test_id("link")).to_have_count(2)
    for testid in ("link-make", "link-revoke"):
        expect(page.get_by_test_id(testid)).to_have_count(0)


@pytest.mark.slow
def test_many_links_come_page_by_page_and_none_is_said(page: Page, site: Site) -> None:
    """An expired one says when it ended."""
    site.world.links = {2: []}
    _open(page, site)
    expect(page.get_by_test_id("links-empty")).to_have_text("No link to this pack yet.")
    site.world.links = {2: [link(n, state="expired") for n in range(3)]}
    site.world.page_size = 2
    for _ in range(2):
        page.get_by_test_id("pack-share").click()
    expect(page.get_by_test_id("link")).to_have_count(2)
    page.get_by_test_id("links").get_by_role("button", name="Load more").click()
    expect(page.get_by_test_id("link")).to_have_count(3)
    expect(page.get_by_test_id("link").first).to_contain_text("ended 2026-04-29 10:15")


@pytest.mark.slow
def test_the_anchors_are_saved_as_the_verifier_reads_them(
    page: Page, site: Site, tmp_path: Path
) -> None:
    """Every page of the list, in one reply, named by the newest day."""
    site.world.page_size = 1
    sign_in(page, site, "#packs")
    with page.expect_download() as caught:
        page.get_by_test_id("anchors-save").click()
    assert caught.value.suggested_filename == "openai-audit-anchors-2026-04-15.json"
    caught.value.save_as(tmp_path / "anchors.json")
    saved = json.loads((tmp_path / "anchors.json").read_text())
    assert saved == {"items": site.world.lists["/anchors"], "next_cursor": None}
    expect(page.get_by_test_id("anchors-found")).to_have_text("2 days, the newest 2026-04-15.")


@pytest.mark.slow
def test_without_an_anchor_no_file_is_saved(page: Page, site: Site) -> None:
    """It says when the first one comes; a refusal is said too."""
    site.world.lists["/anchors"] = []
    sign_in(page, site, "#packs")
    page.get_by_test_id("anchors-save").click()
    expect(page.get_by_test_id("anchors-found")).to_contain_text("There is no anchor yet")
    site.world.refuse["GET /anchors"] = (500, {"title": "Sealed evidence does not match"})
    page.get_by_test_id("anchors-save").click()
    expect(page.get_by_test_id("anchors-problem")).to_contain_text("does not match")
