"""Access for machines: clients are made, get new secrets and end; a secret is shown this once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_views import SECRET, client, delivery, webhook
from tests.dashboard.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_client_is_made_and_its_secret_shown_once(page: Page, site: Site) -> None:
    """Then it gets a new secret, and is ended; no secret outlives its panel."""
    sign_in(page, site, "#machines")
    page.get_by_test_id("client-label").fill("SIEM")
    page.get_by_test_id("client-scope-packs").check()
    page.get_by_test_id("client-make").click()
    expect(page.get_by_test_id("secret-text")).to_have_text(SECRET)
    body = {"scopes": ["read", "packs"], "days": 90, "label": "SIEM"}
    assert ("POST /clients", body) in site.world.requests
    page.get_by_test_id("secret-close").click()
    assert SECRET not in page.content()
    row = page.get_by_test_id("table-clients").get_by_test_id("row")
    expect(row).to_contain_text("packs")
    row.get_by_test_id("client-rotate").click()
    page.get_by_test_id("confirm-field").fill("2")
    page.get_by_test_id("confirm-submit").click()
    expect(page.get_by_test_id("secret-text")).to_have_text(SECRET + "-2")
    path = f"/clients/{client(1)['client_id']}"
    assert (f"POST {path}/secret", {"old_secret_hours": 2}) in site.world.requests
    row.get_by_test_id("client-revoke").click()
    page.get_by_test_id("confirm-submit").click()
    expect(row).to_contain_text("revoked 2026-04-15 11:00")
    expect(row.get_by_test_id("client-rotate")).to_have_count(0)


def test_a_client_without_a_scope_is_not_asked_for(page: Page, site: Site) -> None:
    """The button waits for one; a refusal keeps what was typed."""
    sign_in(page, site, "#machines")
    page.get_by_test_id("client-label").fill("Nobody")
    page.get_by_test_id("client-scope-read").uncheck()
    expect(page.get_by_test_id("client-make")).to_be_disabled()
    page.get_by_test_id("client-scope-write").check()
    site.world.refuse["POST /clients"] = (409, {"title": "Enough", "detail": "100 at most."})
    page.get_by_test_id("client-make").click()
    expect(page.get_by_test_id("client-problem")).to_contain_text("100 at most.")
    expect(page.get_by_test_id("client-label")).to_have_value("Nobody")


def test_a_webhook_is_added_tried_repeated_and_ended(page: Page, site: Site) -> None:
    """What it was sent stands under it, at an address; an unknown kind of alert as its code."""
    late = {"delivered_at": None, "attempts": 3, "status": 503, "failure": "refused"}
    site.world.lists["/deliveries"] = [delivery(42, "later.kind", **late), delivery(41)]
    sign_in(page, site, "#machines")
    expect(page.get_by_test_id("webhooks-empty")).to_be_visible()
    page.get_by_test_id("webhook-url").fill("https://siem.example/in")
    page.get_by_test_id("webhook-make").click()
    expect(page.get_by_test_id("secret-text")).to_have_text(SECRET)
    page.get_by_test_id("secret-close").click()
    row = page.get_by_test_id("table-webhooks").get_by_test_id("row")
    expect(row).to_contain_text("41 of 41")
    page.get_by_test_id("webhook-test").click()
    expect(page.get_by_test_id("webhooks-told")).to_contain_text("as number 42")
    page.get_by_test_id("webhook-replay").click()
    page.get_by_test_id("confirm-field").fill("7")
    page.get_by_test_id("confirm-submit").click()
    expect(row).to_contain_text("6 of 42")
    path = f"/webhooks/{webhook(1)['webhook_id']}"
    assert (f"POST {path}/replay", {"from_number": 7}) in site.world.requests
    page.get_by_test_id("webhook-deliveries").click()
    expect(page).to_have_url(re.compile(r"#machines\?webhook=hook-0+1$"))
    sent = page.get_by_test_id("table-deliveries").get_by_test_id("row")
    for text in ("later: kind", "not yet", "3 times", "503", "the receiver refused it"):
        expect(sent.nth(0)).to_contain_text(text)
    page.get_by_test_id("webhook-end").click()
    page.get_by_test_id("confirm-submit").click()
    expect(page.get_by_test_id("webhooks-empty")).to_be_visible()


def test_an_auditor_lets_no_machine_in(page: Page, site: Site) -> None:
    """And is not answered with a refusal: nothing is asked."""
    site.world.group = "auditor"
    sign_in(page, site, "#machines")
    expect(page.get_by_test_id("machines-admins")).to_be_visible()
    assert "GET /clients" not in [request for request, _ in site.world.requests]
