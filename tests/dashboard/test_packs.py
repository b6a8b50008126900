"""Evidence packs: asking for one, waiting for it, downloading it, knowing how to verify it."""

import hashlib

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import PUBLIC_HEX

pytestmark = pytest.mark.browser


def _requests(site: Site) -> list[object]:
    return [body for request, body in site.world.requests if request == "POST /evidence-packs"]


def test_a_month_is_asked_for_as_far_as_it_is_closed_and_followed_until_ready(
    page: Page, site: Site
) -> None:
    """April is not over: the period ends with the last closed hour, and says so."""
    sign_in(page, site, "#packs")
    expect(page.get_by_test_id("pack-month")).to_have_value("2026-04")
    expect(page.get_by_test_id("pack-period")).to_contain_text("up to its last closed hour")
    page.get_by_test_id("pack-generate").click()
    new = page.locator("[data-testid=pack][data-number='3']")
    expect(new).to_have_attribute("data-state", "ready", timeout=15_000)
    expect(page.get_by_test_id("pack").first).to_have_attribute("data-number", "3")
    assert _requests(site) == [
        {
            "period_start": "2026-04-01T00:00:00Z",
            "period_end": "2026-04-15T09:59:59Z",
            "profile": "full",
        }
    ]


@pytest.mark.slow
def test_a_month_that_is_over_is_asked_for_whole(page: Page, site: Site) -> None:
    """February ends on its own last day."""
    sign_in(page, site, "#packs")
    page.get_by_test_id("pack-month").fill("2026-02")
    expect(page.get_by_test_id("pack-period")).to_contain_text("672 hours.")
    page.get_by_test_id("pack-month").fill("2026-06")
    expect(page.get_by_test_id("pack-period")).to_contain_text("No hour of this month is closed")
    expect(page.get_by_test_id("pack-generate")).to_be_disabled()


@pytest.mark.slow
def test_chosen_hours_include_the_last_one(page: Page, site: Site) -> None:
    """Hours are UTC whatever the reader's clock says."""
    sign_in(page, site, "#packs")
    page.get_by_test_id("pack-by").select_option("hours")
    page.get_by_test_id("pack-profile").select_option("core")
    page.get_by_test_id("pack-first").fill("2026-04-02T05:00")
    page.get_by_test_id("pack-last").fill("2026-04-02T04:00")
    expect(page.get_by_test_id("pack-generate")).to_be_disabled()
    page.get_by_test_id("pack-last").fill("2026-04-02T06:00")
    expect(page.get_by_test_id("pack-period")).to_contain_text("2 hours.")
    page.get_by_test_id("pack-generate").click()
    expect(page.get_by_test_id("pack").first).to_have_attribute("data-number", "3")
    assert _requests(site) == [
        {
            "period_start": "2026-04-02T05:00:00Z",
            "period_end": "2026-04-02T06:59:59Z",
            "profile": "core",
        }
    ]


@pytest.mark.slow
def test_a_refused_period_shows_the_service_s_words(page: Page, site: Site) -> None:
    """Nothing is added to the list."""
    detail = "The last closed hour is 09:00."
    site.world.refuse["POST /evidence-packs"] = (400, {"title": "Too late", "detail": detail})
    sign_in(page, site, "#packs")
    page.get_by_test_id("pack-generate").click()
    expect(page.get_by_test_id("pack-problem")).to_have_text(f"Too late {detail}")
    expect(page.get_by_test_id("pack")).to_have_count(2)


@pytest.mark.slow
def test_a_failed_pack_stays_visible_with_its_reason(page: Page, site: Site) -> None:
    """And offers no download."""
    sign_in(page, site, "#packs")
    failed = page.locator("[data-testid=pack][data-number='1']")
    expect(failed).to_contain_text("seal missing: 2026-04-02T03")
    expect(failed.get_by_test_id("pack-download")).to_have_count(0)


@pytest.mark.slow
def test_a_download_asks_for_a_fresh_link_and_follows_it(page: Page, site: Site) -> None:
    """The link is fetched as JSON, followed, and kept nowhere; the page stays."""
    sign_in(page, site, "#packs")
    with page.expect_download() as caught:
        page.get_by_test_id("pack-download").click()
    assert caught.value.suggested_filename == "pack.tar.gz"
    assert site.world.requests[-1][0] == "GET /evidence-packs/2/download"
    assert "/download/2" not in page.content()
    expect(page.get_by_test_id("room-packs")).to_be_visible()


@pytest.mark.slow
def test_a_link_that_is_neither_tls_nor_local_is_not_followed(page: Page, site: Site) -> None:
    """The page says so instead."""
    sign_in(page, site, "#packs")
    for url in ("javascript:alert(1)", "http://evil.example/p", "data:text/html,x", "blob:x"):
        site.world.refuse["GET /evidence-packs/2/download"] = (200, {"url": url})
        page.get_by_test_id("pack-download").click()
        expect(page.get_by_test_id("download-problem")).to_contain_text("not usable")
        site.world.refuse["GET /evidence-packs/2/download"] = (404, {"title": "Not there"})
        page.get_by_test_id("pack-download").click()
        expect(page.get_by_test_id("download-problem")).to_contain_text("Not there")


@pytest.mark.slow
def test_the_way_to_verify_names_key_fingerprint_and_hashes(page: Page, site: Site) -> None:
    """The fingerprint is the SHA-256 of the 32 key bytes, in groups of four."""
    sign_in(page, site, "#packs")
    page.get_by_test_id("pack-verify").click()
    digest = hashlib.sha256(bytes.fromhex(PUBLIC_HEX)).hexdigest()
    groups = " ".join(digest[at : at + 4] for at in range(0, 64, 4))
    expect(page.get_by_test_id("verify-fingerprint")).to_have_text(groups)
    expect(page.get_by_test_id("verify-command")).to_have_text(
        f"python3 evidence-pack-verify.py pack-2.tar.gz --expected-pubkey {PUBLIC_HEX}"
    )
    expect(page.get_by_test_id("verify")).to_contain_text("published")
    expect(page.get_by_test_id("verify")).to_contain_text("1f" * 32)


@pytest.mark.slow
def test_a_key_that_is_not_published_is_named_as_such(page: Page, site: Site) -> None:
    """The page does not vouch for a key it cannot find."""
    site.world.lists["/evidence-packs"][0]["signing_public_hex"] = "00" * 32
    sign_in(page, site, "#packs")
    page.get_by_test_id("pack-verify").click()
    expect(page.get_by_test_id("verify")).to_contain_text("not among the published keys")


@pytest.mark.slow
def test_without_packs_the_list_says_what_to_do(page: Page, site: Site) -> None:
    """An auditor is told who can."""
    site.world.group, site.world.lists["/evidence-packs"] = "auditor", []
    sign_in(page, site, "#packs")
    expect(page.get_by_test_id("packs-empty")).to_contain_text("An administrator generates one")
