"""Connecting organizations and changing how they stand."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import organization

pytestmark = pytest.mark.browser
SECRET = "sk-admin-" + "k" * 40


@pytest.fixture
def signed_in(page: Page, site: Site) -> Page:
    """Sign in where the organizations are."""
    sign_in(page, site, "#organizations")
    return page


def _fill(page: Page, org_id: str) -> None:
    page.get_by_test_id("connect-org-id").fill(org_id)
    page.get_by_test_id("connect-display-name").fill("Contoso")
    page.get_by_test_id("connect-admin-key").fill(SECRET)
    page.get_by_test_id("connect-submit").click()


@pytest.mark.slow
def test_a_card_tells_how_the_organization_stands(page: Page, site: Site) -> None:
    """Outcome of the last hour, sections, key, proof, hints."""
    site.world.organizations = [
        organization(outcome="partial", org_proof="none", hints=["Switch audit logging on."])
    ]
    site.world.sections["org-northwind"] = {"audit_events": "unproven"}
    sign_in(page, site, "#organizations")
    card = page.get_by_test_id("organization")
    for text in (
        "Northwind",
        "org-northwind",
        "2026-04-15 09:00–10:00",
        "partial",
        "audit log: unproven",
        "users: complete",
        "…9f2c",
        "not proven",
        "Switch audit logging on.",
    ):
        expect(card).to_contain_text(text)


def test_connecting_sends_the_key_once_and_wipes_it(page: Page, site: Site) -> None:
    """The field is a password field that no store fills, and nothing keeps the key."""
    site.world.organizations = []
    sign_in(page, site, "#organizations")
    field = page.get_by_test_id("connect-admin-key")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "off")
    _fill(page, "org-contoso")
    expect(page.get_by_test_id("organization")).to_contain_text("org-contoso")
    sent = [body for request, body in site.world.requests if request == "POST /orgs"]
    assert sent == [{"org_id": "org-contoso", "display_name": "Contoso", "admin_key": SECRET}]
    expect(page.get_by_test_id("connect-form")).to_have_count(0)
    assert SECRET not in page.content()


@pytest.mark.slow
def test_a_refused_key_shows_the_service_s_words_and_is_wiped_too(page: Page, site: Site) -> None:
    """What else was typed stays."""
    detail = "Use an Organization Admin Key: Settings → Organization → Admin Keys."
    site.world.refuse["POST /orgs"] = (422, {"title": "This is a project key", "detail": detail})
    sign_in(page, site, "#organizations")
    page.get_by_test_id("connect-open").click()
    _fill(page, "org-contoso")
    expect(page.get_by_test_id("connect-problem")).to_have_text(f"This is a project key {detail}")
    expect(page.get_by_test_id("connect-admin-key")).to_have_value("")
    expect(page.get_by_test_id("connect-org-id")).to_have_value("org-contoso")


@pytest.mark.slow
def test_pause_and_resume_follow_the_service(signed_in: Page, site: Site) -> None:
    """The card shows what the service says afterwards."""
    signed_in.get_by_test_id("pause").click()
    expect(signed_in.get_by_test_id("resume")).to_be_visible()
    expect(signed_in.get_by_test_id("organization")).to_contain_text("paused")
    signed_in.get_by_test_id("resume").click()
    expect(signed_in.get_by_test_id("pause")).to_be_visible()
    assert [request for request, _ in site.world.requests if request.startswith("POST")] == [
        "POST /orgs/org-northwind/pause",
        "POST /orgs/org-northwind/resume",
    ]


@pytest.mark.slow
def test_a_rename_starts_from_the_name_there_is(signed_in: Page, site: Site) -> None:
    """The card shows the new one."""
    signed_in.get_by_test_id("rename").click()
    expect(signed_in.get_by_test_id("dialog-field")).to_have_value("Northwind")
    signed_in.get_by_test_id("dialog-field").fill("Northwind Traders")
    signed_in.get_by_test_id("dialog-submit").click()
    expect(signed_in.get_by_test_id("organization")).to_contain_text("Northwind Traders")


@pytest.mark.slow
def test_disconnecting_asks_first(signed_in: Page, site: Site) -> None:
    """Escape and cancel change nothing; afterwards no action is left."""
    signed_in.get_by_test_id("disconnect").click()
    expect(signed_in.get_by_test_id("dialog-disconnect")).to_be_visible()
    signed_in.keyboard.press("Escape")
    expect(signed_in.get_by_test_id("dialog-disconnect")).to_have_count(0)
    assert site.world.organizations[0]["status"] == "connected"
    signed_in.get_by_test_id("disconnect").click()
    signed_in.get_by_test_id("dialog-submit").click()
    expect(signed_in.get_by_test_id("organization")).to_contain_text("disconnected")
    expect(signed_in.get_by_test_id("pause")).to_have_count(0)


@pytest.mark.slow
def test_a_replacement_key_is_wiped_when_refused(signed_in: Page, site: Site) -> None:
    """The dialog stays open with the reason."""
    path = "PUT /orgs/org-northwind/admin-key"
    site.world.refuse[path] = (409, {"title": "Another organization's key", "detail": "Not used."})
    signed_in.get_by_test_id("replace-key").click()
    signed_in.get_by_test_id("dialog-field").fill(SECRET)
    signed_in.get_by_test_id("dialog-submit").click()
    expect(signed_in.get_by_test_id("dialog-problem")).to_contain_text("Another organization's key")
    expect(signed_in.get_by_test_id("dialog-field")).to_have_value("")
    assert (path, {"admin_key": SECRET}) in site.world.requests


@pytest.mark.slow
def test_an_auditor_sees_no_way_to_change_anything(page: Page, site: Site) -> None:
    """Neither connect nor generate nor the card's actions; download stays."""
    site.world.group = "auditor"
    sign_in(page, site, "#organizations")
    expect(page.get_by_test_id("organization")).to_be_visible()
    for testid in ("connect-open", "connect-form", "pause", "disconnect", "replace-key", "rename"):
        expect(page.get_by_test_id(testid)).to_have_count(0)
    page.get_by_test_id("nav-packs").click()
    expect(page.get_by_test_id("pack-download")).to_be_visible()
    expect(page.get_by_test_id("pack-form")).to_have_count(0)


@pytest.mark.slow
def test_the_first_picture_appears_by_itself(page: Page, site: Site) -> None:
    """Right after connecting no hour is closed; the page looks again."""
    site.world.organizations = [organization(last_hour=None, outcome=None)]
    sign_in(page, site, "#users")
    expect(page.get_by_test_id("section-notice-users")).to_contain_text("no hour is closed yet")
    site.world.organizations = [organization()]
    expect(page.get_by_test_id("section-notice-users")).to_have_count(0, timeout=9_000)
