"""Signing in and out: PKCE, state and nonce, and a token that lives in memory only."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site

pytestmark = pytest.mark.browser


def test_signing_in_shows_the_figures(signed_in: Page) -> None:
    """The whole sign-in: hosted page, code, token from another origin, summary."""
    for name, value in {
        "kpi-orgs": "1",
        "kpi-users": "3",
        "kpi-active-projects": "2",
        "kpi-api-keys": "4",
        "kpi-stale-keys": "1",
        "kpi-open-findings": "5",
        "kpi-last-closed-hour": "2026-04-15 09:00–10:00",
    }.items():
        expect(signed_in.get_by_test_id(name)).to_have_text(value)
    expect(signed_in.get_by_test_id("signed-in-as")).to_have_text("ada@tenant-a")


def test_the_request_carries_pkce_state_and_nonce(page: Page, site: Site) -> None:
    """RFC 7636 with S256; 256 random bits each."""
    with page.expect_request("**/oauth2/authorize?**") as caught:
        sign_in(page, site)
    query = {name: values[0] for name, values in parse_qs(urlsplit(caught.value.url).query).items()}
    assert query["code_challenge_method"] == "S256"
    assert query["response_type"] == "code"
    assert all(len(query[name]) == 43 for name in ("code_challenge", "state", "nonce"))
    assert len({query["code_challenge"], query["state"], query["nonce"]}) == 3


def test_no_storage_holds_the_token_and_the_address_loses_the_code(
    signed_in: Page, site: Site
) -> None:
    """Neither storage nor history keeps anything that signs someone in."""
    stored = signed_in.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert stored == '[{},{"was-signed-in":"1"}]'
    assert signed_in.url == f"{site.url}/"
    assert signed_in.context.cookies() == []


def test_the_view_asked_for_survives_the_sign_in(page: Page, site: Site) -> None:
    """A link to a table still leads there afterwards."""
    sign_in(page, site, "#api-keys")
    expect(page.get_by_test_id("room-api-keys")).to_be_visible()


@pytest.mark.parametrize(
    "override",
    [
        {"answer": {"state": "someone-else's"}},
        {"claims": {"nonce": "an older one"}},
        {"claims": {"aud": "another client"}},
        {"claims": {"token_use": "access"}},
        {"answer": {"code": "never given"}},
        {"answer": {"error": "access_denied"}},
    ],
    ids=["state", "nonce", "audience", "access token", "code", "error"],
)
def test_a_wrong_answer_signs_nobody_in(
    page: Page, site: Site, override: dict[str, object]
) -> None:
    """Each is refused with a reason, nothing was asked of the API, and one may start again."""
    site.sign_in.override = override
    page.goto(site.url)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("problem")).to_contain_text(
        re.compile("sign-in (was refused|failed)")
    )
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    assert site.world.requests == []


def test_a_reload_goes_straight_to_the_sign_in_pages(signed_in: Page) -> None:
    """The token is gone with the page; the hosted session brings a new one."""
    signed_in.reload()
    expect(signed_in.get_by_test_id("kpi-orgs")).to_have_text("1")


def test_signing_out_ends_both_sessions(signed_in: Page, site: Site) -> None:
    """Out of the hosted pages too, and a reload stays out."""
    signed_in.get_by_test_id("sign-out").click()
    expect(signed_in.get_by_test_id("sign-in")).to_be_visible()
    assert site.sign_in.logged_out == 1
    assert signed_in.evaluate("sessionStorage.length") == 0


def test_a_token_the_api_no_longer_takes_leads_back_to_the_sign_in(
    signed_in: Page, site: Site
) -> None:
    """The page says so and forgets the rows."""
    site.world.refuse["GET /summary"] = (401, {"message": "Unauthorized"})
    signed_in.get_by_test_id("refresh").click()
    expect(signed_in.get_by_test_id("problem")).to_contain_text("Your session has ended")
    expect(signed_in.get_by_test_id("kpi-orgs")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", ""),
        ("sign_in_url", "http://sign-in.example"),
        ("api_base", "https://elsewhere.example/api"),
    ],
)
def test_a_configuration_that_leads_elsewhere_is_refused(
    page: Page, site: Site, name: str, value: str
) -> None:
    """The page says what is wrong with it and offers no sign-in."""
    site.config[name] = value
    page.goto(site.url)
    expect(page.get_by_test_id("problem")).to_contain_text(name)
    expect(page.get_by_test_id("sign-in")).to_have_count(0)
