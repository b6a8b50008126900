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
    expect(signed_in.get_by_test_id("kpi-local-hour")).to_have_text(
        re.compile(r"5:00\W+6:00\WAM EDT")
    )
    expect(signed_in.get_by_test_id("signed-in-as")).to_have_text("ada@tenant-a")


@pytest.mark.slow
def test_the_request_carries_pkce_state_and_nonce(page: Page, site: Site) -> None:
    """RFC 7636 with S256; 256 random bits each."""
    with page.expect_request("**/oauth2/authorize?**") as caught:
        sign_in(page, site)
    query = {name: values[0] for name, values in parse_qs(urlsplit(caught.value.url).query).items()}
    assert query["code_challenge_method"] == "S256"
    assert query["response_type"] == "code"
    assert all(len(query[name]) == 43 for name in ("code_challenge", "state", "nonce"))
    assert len({query["code_challenge"], query["state"], query["nonce"]}) == 3


@pytest.mark.slow
def test_no_storage_holds_the_token_and_the_address_loses_the_code(
    signed_in: Page, site: Site
) -> None:
    """Neither storage nor history keeps anything that signs someone in."""
    stored = signed_in.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert stored == '[{},{"was-signed-in":"1"}]'
    assert signed_in.url == f"{site.url}/"
    assert signed_in.context.cookies() == []


@pytest.mark.slow
def test_the_view_asked_for_survives_the_sign_in(page: Page, site: Site) -> None:
    """A link to a table still leads there afterwards."""
    sign_in(page, site, "#keys")
    expect(page.get_by_test_id("room-keys")).to_be_visible()


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_reload_goes_straight_to_the_sign_in_pages(signed_in: Page) -> None:
    """The token is gone with the page; the hosted session brings a new one."""
    signed_in.reload()
    expect(signed_in.get_by_test_id("kpi-orgs")).to_have_text("1")


@pytest.mark.slow
def test_signing_out_ends_both_sessions(signed_in: Page, site: Site) -> None:
    """Out of the hosted pages too, and a reload stays out."""
    signed_in.get_by_test_id("sign-out").click()
    expect(signed_in.get_by_test_id("sign-in")).to_be_visible()
    assert site.sign_in.logged_out == 1
    assert signed_in.evaluate("sessionStorage.length") == 0


def _half_written(page: Page) -> None:
    """Open a dialog and fill in some of it."""
    page.get_by_test_id("nav-organizations").click()
    page.get_by_test_id("connect-open").click()
    page.get_by_test_id("connect-org-id").fill("org-contoso")
    page.get_by_test_id("connect-display-name").fill("Contoso")
    page.get_by_test_id("connect-admin-key").fill("sk-admin-" + "k" * 40)


def test_an_expired_token_is_renewed_and_nothing_typed_is_lost(signed_in: Page, site: Site) -> None:
    """In the middle of a filled dialog: its request is sent once more, and done once."""
    _half_written(signed_in)
    site.world.expired.add(site.world.token)
    signed_in.get_by_test_id("connect-submit").click()
    expect(signed_in.get_by_test_id("organization")).to_have_count(2)
    assert site.sign_in.renewals == 1
    sent = [body for request, body in site.world.requests if request == "POST /orgs"]
    assert len(sent) == 2
    assert sent[0] == sent[1]


@pytest.mark.slow
def test_where_the_session_has_ended_another_tab_signs_in_for_this_one(
    signed_in: Page, site: Site
) -> None:
    """The rows are out of sight meanwhile; the form is as it was, and goes through."""
    _half_written(signed_in)
    site.world.expired.add(site.world.token)
    site.sign_in.session_ended = True
    signed_in.get_by_test_id("connect-submit").click()
    expect(signed_in.get_by_test_id("problem")).to_contain_text("Your session has ended")
    expect(signed_in.get_by_test_id("kpi-orgs")).to_be_hidden()
    with signed_in.context.expect_page():
        signed_in.get_by_test_id("sign-in").click()
    expect(signed_in.get_by_test_id("kpi-orgs")).to_be_visible()
    expect(signed_in.get_by_test_id("connect-org-id")).to_have_value("org-contoso")
    expect(signed_in.get_by_test_id("connect-display-name")).to_have_value("Contoso")
    expect(signed_in.get_by_test_id("sign-in")).to_have_count(0)
    stored = signed_in.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert stored == '[{},{"was-signed-in":"1"}]'


@pytest.mark.slow
def test_somebody_else_who_signs_in_gets_a_page_of_their_own(signed_in: Page, site: Site) -> None:
    """Nothing that another person typed is shown to them."""
    _half_written(signed_in)
    site.world.expired.add(site.world.token)
    site.sign_in.session_ended = True
    site.sign_in.override = {"claims": {"sub": "sub-of-bob", "cognito:username": "bob@tenant-a"}}
    signed_in.get_by_test_id("connect-submit").click()
    with signed_in.context.expect_page():
        signed_in.get_by_test_id("sign-in").click()
    expect(signed_in.get_by_test_id("signed-in-as")).to_have_text("bob@tenant-a")
    expect(signed_in.get_by_test_id("connect-org-id")).to_have_count(0)


@pytest.mark.slow
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
