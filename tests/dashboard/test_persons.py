"""Naming who answers for a service account: beside its keys, and beside a finding about it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import api_key, finding, user

pytestmark = pytest.mark.browser
ACCOUNT = "svc_0007"
PATH = f"/orgs/org-northwind/service-accounts/{ACCOUNT}/person"


def _open(page: Page, site: Site, view: str = "#keys") -> Locator:
    """Open the dialog at the one place of the view that offers it."""
    sign_in(page, site, view)
    page.get_by_test_id("name-person").click()
    dialog = page.get_by_test_id("person-dialog")
    expect(dialog).to_contain_text(ACCOUNT)
    return dialog


def _save(page: Page, person: str) -> None:
    page.get_by_test_id("person-dialog-person").fill(person)
    page.get_by_test_id("person-dialog-submit").click()


def test_an_admin_names_a_person_beside_the_key_of_a_service_account(
    page: Page, site: Site
) -> None:
    """One of the four keys has one; people are offered, and other service accounts are not."""
    site.world.lists["/users"].append(user(4, is_service_account=True, email_prefix="bot"))
    dialog = _open(page, site)
    expect(dialog.locator("datalist option")).to_have_text(["anna…, owner", "ben…, reader", ""])
    expect(page.get_by_test_id("person-dialog-hint")).to_contain_text("The 3 people of the last")
    _save(page, " user-0002 ")
    expect(dialog).to_have_count(0)
    row = page.get_by_test_id("table-keys").get_by_test_id("row").nth(2)
    expect(row.get_by_test_id("named-person")).to_have_text("from the next hour on: user-0002")
    assert (f"PUT {PATH}", {"person": "user-0002"}) in site.world.requests


@pytest.mark.slow
def test_a_finding_about_a_service_account_is_answered_in_its_row(page: Page, site: Site) -> None:
    """Only that one, and only while it is open."""
    facts = {"section": "service_accounts", "reason": "person_not_in_organization"}
    kind = "service_account_person_left"
    site.world.lists["/findings"] += [
        finding(8, kind, entity_id=ACCOUNT, **facts),
        finding(9, kind, entity_id="svc_9", resolved_hour="2026-04-12T03:00:00Z", **facts),
    ]
    dialog = _open(page, site, "#findings")
    _save(page, "user-0001")
    expect(dialog).to_have_count(0)
    assert (f"PUT {PATH}", {"person": "user-0001"}) in site.world.requests
    page.get_by_test_id("findings-filter-state").select_option("all")
    expect(page.get_by_test_id("name-person")).to_have_count(1)


@pytest.mark.slow
def test_an_address_is_sent_once_and_not_shown_again(page: Page, site: Site) -> None:
    """It is kept nowhere: not here either."""
    _open(page, site)
    _save(page, "olga@northwind.example")
    confirmation = page.get_by_test_id("named-person")
    expect(confirmation).to_have_text("from the next hour on: whoever has that address")
    assert (f"PUT {PATH}", {"person": "olga@northwind.example"}) in site.world.requests
    assert "olga@" not in page.content()


@pytest.mark.slow
def test_nobody_is_named_by_a_button_and_never_by_an_empty_field(page: Page, site: Site) -> None:
    """Who just presses Enter takes nothing back."""
    dialog = _open(page, site)
    _save(page, "")
    expect(dialog).to_be_visible()
    assert f"PUT {PATH}" not in [request for request, _ in site.world.requests]
    page.get_by_test_id("person-dialog-nobody").click()
    expect(page.get_by_test_id("named-person")).to_have_text("from the next hour on: nobody")
    assert (f"PUT {PATH}", {"person": None}) in site.world.requests


@pytest.mark.slow
def test_a_refusal_stays_in_the_dialog_with_what_was_typed(page: Page, site: Site) -> None:
    """In the service's own words; Escape closes, and nothing is said to be named."""
    detail = "Person must be the user id of who answers for it."
    refusal = {"title": "The request cannot be used", "detail": detail}
    site.world.refuse[f"PUT {PATH}"] = (400, refusal)
    dialog = _open(page, site)
    _save(page, "two words")
    expect(page.get_by_test_id("person-dialog-problem")).to_contain_text(detail)
    expect(page.get_by_test_id("person-dialog-person")).to_have_value("two words")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id("named-person")).to_have_count(0)


@pytest.mark.slow
def test_where_not_everybody_is_offered_it_says_so_and_a_name_can_be_typed(
    page: Page, site: Site
) -> None:
    """No person in the picture, users that cannot be read, more than one page of them."""
    hint = page.get_by_test_id("person-dialog-hint")
    site.world.lists["/users"] = [user(4, is_service_account=True)]
    _open(page, site)
    expect(hint).to_contain_text("The last picture shows no person here")
    page.keyboard.press("Escape")
    site.world.lists["/users"], site.world.page_size = [user(n) for n in range(3)], 2
    page.get_by_test_id("name-person").click()
    expect(hint).to_contain_text("The first 2 people of the last picture are offered")
    page.keyboard.press("Escape")
    site.world.refuse["GET /users"] = (503, {"title": "Try again in a moment"})
    page.get_by_test_id("name-person").click()
    expect(hint).to_contain_text("The users could not be read, so none is offered")
    _save(page, "user-0001")
    expect(page.get_by_test_id("named-person")).to_contain_text("user-0001")


@pytest.mark.slow
def test_an_auditor_names_nobody(page: Page, site: Site) -> None:
    """No button at all, as for every change."""
    site.world.group = "auditor"
    sign_in(page, site, "#keys")
    expect(page.get_by_test_id("table-keys").get_by_test_id("row")).to_have_count(4)
    expect(page.get_by_test_id("name-person")).to_have_count(0)


@pytest.mark.slow
def test_an_account_id_that_others_chose_stays_text_and_one_part_of_the_path(
    page: Page, site: Site
) -> None:
    """A slash in it does not lead to another route."""
    hostile = "svc/../person<b>"
    site.world.lists["/api-keys"] = [api_key(1, owner_type="service_account", owner_id=hostile)]
    sign_in(page, site, "#keys")
    page.get_by_test_id("name-person").click()
    expect(page.get_by_test_id("person-dialog")).to_contain_text(hostile)
    _save(page, "user-0001")
    expect(page.get_by_test_id("named-person")).to_be_visible()
    path = "/orgs/org-northwind/service-accounts/svc%2F..%2Fperson%3Cb%3E/person"
    assert (f"PUT {path}", {"person": "user-0001"}) in site.world.requests
