"""People: who answers for what, what is late, and the service accounts nobody answers for."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_views import service_account
from tests.dashboard.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATH = "/orgs/org-northwind/service-accounts/svc_0001/person"


def test_whose_findings_they_are_and_which_accounts_are_nobodys(page: Page, site: Site) -> None:
    """A person leads to their findings; naming somebody for an account says so."""
    accounts = [service_account(1), service_account(2, person_id="user-0003")]
    site.world.lists["/service-accounts"] = accounts
    sign_in(page, site, "#people")
    expect(page.get_by_test_id("people-sentence")).to_have_text(
        "5 findings are open. 2 people and teams answer for 2, 3 are nobody’s; 1 late."
    )
    rows = page.get_by_test_id("table-people").get_by_test_id("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("you")
    expect(rows.nth(1)).to_contain_text("user-0002")
    rows.nth(1).get_by_test_id("people-open").click()
    expect(page).to_have_url(re.compile(r"#findings\?accountable=user-0002$"))
    expect(page.get_by_test_id("table-findings").get_by_test_id("row")).to_have_count(1)
    page.go_back()
    expect(page.get_by_test_id("unanswered-sentence")).to_contain_text(
        "1 of 2 service accounts has nobody"
    )
    unanswered = page.get_by_test_id("table-unanswered").get_by_test_id("row")
    expect(unanswered).to_have_count(1)
    unanswered.get_by_test_id("name-person").click()
    page.get_by_test_id("person-dialog-person").fill("user-0001")
    page.get_by_test_id("person-dialog-submit").click()
    expect(unanswered.get_by_test_id("named-person")).to_contain_text("user-0001")
    assert (f"PUT {PATH}", {"person": "user-0001"}) in site.world.requests


def test_an_unread_list_of_accounts_is_no_empty_one(page: Page, site: Site) -> None:
    """What the last hour could not read is said; a refusal can be tried again."""
    unread = {"org_id": "org-northwind", "status": "forbidden"}
    page_of = {"items": [], "next_cursor": None, "sections": [unread]}
    site.world.refuse["GET /service-accounts"] = (200, page_of)
    sign_in(page, site, "#people")
    expect(page.get_by_test_id("unanswered-notice")).to_contain_text("org-northwind")
    site.world.refuse["GET /service-accounts"] = (503, {"title": "Busy"})
    page.get_by_test_id("refresh").click()
    expect(page.get_by_test_id("unanswered-problem")).to_contain_text("Busy")


def test_an_auditor_sees_whose_they_are_and_names_nobody(page: Page, site: Site) -> None:
    """Reading is theirs; naming is not."""
    site.world.group = "auditor"
    site.world.lists["/service-accounts"] = [service_account(1)]
    sign_in(page, site, "#people")
    expect(page.get_by_test_id("table-unanswered").get_by_test_id("row")).to_have_count(1)
    expect(page.get_by_test_id("name-person")).to_have_count(0)
    expect(page.get_by_test_id("names-open")).to_have_count(0)
