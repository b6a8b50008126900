"""The tables: what they show page by page, and what they say when nothing can be shown."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import Json, api_key, event, organization, user

pytestmark = pytest.mark.browser
VIEWS = ("users", "projects", "keys", "events", "changes", "findings")


def _rows(page: Page, view: str) -> Locator:
    page.get_by_test_id(f"nav-{view}").click()
    return page.get_by_test_id(f"table-{view}").get_by_test_id("row")


@pytest.mark.slow
def test_users_show_prefix_role_and_added(signed_in: Page) -> None:
    """An absent fact is a dash that says so, never a guess."""
    rows = _rows(signed_in, "users")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("anna…")
    expect(rows.nth(0)).to_contain_text("owner")
    expect(rows.nth(0)).to_contain_text("2025-11-20 08:15")
    expect(rows.nth(2)).to_contain_text("not known")


@pytest.mark.slow
def test_projects_show_status_and_created(signed_in: Page) -> None:
    """Archived projects stay visible as such."""
    rows = _rows(signed_in, "projects")
    expect(rows.nth(0)).to_contain_text("active")
    expect(rows.nth(1)).to_contain_text("archived")
    expect(rows.nth(1)).to_contain_text("2025-10-02 10:00")


def test_a_stale_key_is_red_and_an_orphan_says_why(signed_in: Page) -> None:
    """Only the key that the server calls stale is marked; age counts to the pictured hour."""
    rows = _rows(signed_in, "keys")
    expect(rows.get_by_test_id("stale")).to_have_count(1)
    expect(rows.nth(1).get_by_test_id("stale")).to_contain_text("2025-12-04 06:30 132 days")
    red = rows.nth(1).get_by_test_id("stale").evaluate("(e) => getComputedStyle(e).color")
    assert red == "rgb(165, 32, 26)"
    expect(rows.nth(2)).to_contain_text("orphan: service account gone")
    expect(rows.nth(3)).to_contain_text("orphan: owner left")
    expect(rows.nth(3)).to_contain_text("never")
    expect(rows.nth(0)).to_contain_text("sk-proj-...0001")


@pytest.mark.slow
def test_events_keep_the_order_of_the_api_and_open_their_details(signed_in: Page) -> None:
    """Type, actor, target and when, to the second."""
    rows = _rows(signed_in, "events")
    expect(rows.nth(0)).to_contain_text("2026-04-15 09:41:07")
    expect(rows.nth(0)).to_contain_text("api_key.created")
    expect(rows.nth(0)).not_to_contain_text("sealed later")
    later = rows.nth(1).get_by_text("sealed later")
    expect(later).to_have_attribute("title", "sealed in the hour 2026-04-15 09:00–10:00 UTC")
    rows.nth(0).locator("summary").click()
    expect(rows.nth(0).locator("pre")).to_contain_text('"id": "key_0002"')


@pytest.mark.slow
def test_times_are_utc_and_local_on_hover(signed_in: Page) -> None:
    """The browser sits in New York."""
    instant = _rows(signed_in, "users").nth(0).locator("time").first
    expect(instant).to_have_text("2025-11-20 08:15")
    expect(instant).to_have_attribute("title", "Nov 20, 2025, 3:15:00 AM EST (your local time)")


@pytest.mark.slow
def test_more_rows_come_page_by_page_until_all_are_there(page: Page, site: Site) -> None:
    """Each row once, in the order of the pages."""
    site.world.lists["/events"] = [event(number) for number in range(7)]
    site.world.page_size = 3
    sign_in(page, site, "#events")
    rows = page.get_by_test_id("table-events").get_by_test_id("row")
    for shown in (3, 6, 7):
        expect(rows).to_have_count(shown)
        if shown < 7:
            expect(page.get_by_test_id("events-count")).to_have_text(f"{shown} rows so far")
            page.get_by_test_id("events-more").click()
    expect(page.get_by_test_id("events-count")).to_have_text("7 rows, all of them")
    expect(page.get_by_test_id("events-more")).to_have_count(0)
    assert [f"key_{n:04d}" in text for n, text in enumerate(rows.all_inner_texts())] == [True] * 7


@pytest.mark.slow
def test_a_failing_next_page_keeps_the_rows_and_can_be_tried_again(page: Page, site: Site) -> None:
    """The problem's own words stand under the rows."""
    site.world.lists["/users"] = [user(number) for number in range(4)]
    site.world.page_size = 3
    sign_in(page, site, "#users")
    rows = page.get_by_test_id("table-users").get_by_test_id("row")
    expect(rows).to_have_count(3)
    site.world.refuse["GET /users"] = (429, {"title": "Too many requests", "detail": "Wait 5 s."})
    page.get_by_test_id("users-more").click()
    expect(page.get_by_test_id("users-problem")).to_contain_text("Too many requests Wait 5 s.")
    expect(rows).to_have_count(3)
    site.world.refuse.clear()
    page.get_by_test_id("users-problem").get_by_role("button").click()
    expect(rows).to_have_count(4)
    expect(page.get_by_test_id("users-problem")).to_have_count(0)


def test_a_failed_read_never_looks_like_an_empty_list(page: Page, site: Site) -> None:
    """The gateway's own page has no title: the status stands for it."""
    for view in (*VIEWS, "api-keys"):
        site.world.refuse[f"GET /{view}"] = (502, {"message": "Bad gateway"})
    sign_in(page, site)
    for view in VIEWS:
        page.get_by_test_id(f"nav-{view}").click()
        expect(page.get_by_test_id(f"{view}-problem")).to_contain_text("The service answered 502")
        expect(page.get_by_test_id(f"{view}-empty")).to_have_count(0)


@pytest.mark.slow
def test_without_an_organization_each_table_says_what_to_do(page: Page, site: Site) -> None:
    """The way leads to the organizations."""
    site.world.organizations, site.world.lists, site.world.kpis = [], {}, {}
    sign_in(page, site)
    for view in VIEWS:
        page.get_by_test_id(f"nav-{view}").click()
        empty = page.get_by_test_id(f"{view}-empty")
        expect(empty).to_contain_text("No organization connected yet")
        empty.get_by_role("link").click()
        expect(page.get_by_test_id("connect-form")).to_be_visible()


@pytest.mark.slow
def test_an_empty_list_of_a_complete_section_is_called_empty(page: Page, site: Site) -> None:
    """No notice stands above it."""
    site.world.lists["/events"] = []
    sign_in(page, site, "#events")
    expect(page.get_by_test_id("events-empty")).to_contain_text("No events in the last picture")
    expect(page.get_by_test_id("section-notice-audit_events")).to_have_count(0)


UNREAD = [
    ("events", "audit_events", "unproven", "nothing yet shows that logging is on"),
    ("events", "audit_events", "unproven", "Data controls → Data retention → Audit logging"),
    ("events", "audit_events", "forbidden", "api.audit_logs.read"),
    ("keys", "api_keys", "forbidden", "api.management.read"),
    ("users", "users", "failed", "could not be read in the hour 2026-04-15 09:00–10:00"),
    ("projects", "projects", "partial", "only in part"),
    ("projects", "projects", "unavailable", "this is not an empty list"),
    ("users", "users", "a word of tomorrow", "outcome complete"),
]


@pytest.mark.slow
def test_a_section_that_was_not_read_says_so_above_its_table(page: Page, site: Site) -> None:
    """And an empty table under it is not called empty."""
    site.world.lists = {}
    sign_in(page, site)
    for view, section, status, says in UNREAD:
        site.world.sections["org-northwind"] = {section: status}
        page.get_by_test_id("refresh").click()
        page.get_by_test_id(f"nav-{view}").click()
        expect(page.get_by_test_id(f"section-notice-{section}")).to_contain_text(says)
        empty = page.get_by_test_id(f"{view}-empty")
        expect(empty).to_contain_text("does not mean there is nothing")


@pytest.mark.slow
def test_unknown_figures_are_a_dash_and_no_stale_key_is_not_red(page: Page, site: Site) -> None:
    """Null is not zero."""
    site.world.kpis = {"users": None, "stale_keys": 0}
    sign_in(page, site)
    expect(page.get_by_test_id("kpi-users")).to_have_text("—")
    expect(page.get_by_test_id("kpi-stale-keys")).to_have_text("0")
    expect(page.locator(".kpi.alarming")).to_have_count(0)


@pytest.mark.slow
def test_several_organizations_are_named_and_can_be_filtered(page: Page, site: Site) -> None:
    """The filter asks the API; the rows of others are gone at once."""
    site.world.organizations.append(organization("org-contoso", display_name="Contoso"))
    site.world.lists["/api-keys"].append(api_key(9, org_id="org-contoso"))
    sign_in(page, site, "#keys")
    rows = page.get_by_test_id("table-keys").get_by_test_id("row")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("organization Northwind")
    page.get_by_test_id("org-filter").select_option("org-contoso")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Contoso")


@pytest.mark.slow
def test_the_page_is_worked_by_keyboard_alone(signed_in: Page) -> None:
    """Skip link first; a view opens with Enter."""
    signed_in.evaluate("document.activeElement.blur()")
    signed_in.keyboard.press("Tab")
    expect(signed_in.locator(".skip")).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("#content")).to_be_focused()
    signed_in.get_by_test_id("nav-events").focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_test_id("nav-events")).to_have_attribute("aria-current", "page")


ACCESS_ROWS: dict[str, tuple[Json, tuple[str, ...]]] = {
    "admin-keys": (
        {"key_id": "key_a", "name": "terraform", "redacted_value": "sk-admin-...9f2c"}
        | {"is_own": True, "has_expiry": False, "owner_id": "user-0001", "owner_role": "owner"},
        ("terraform", "sk-admin-...9f2c", "reads these pictures", "anna…", "never"),
    ),
    "service-accounts": (
        {"service_account_id": "svc_1", "name": "deployer", "project_id": "proj_0001"},
        ("deployer", "Support assistant 1", "nobody named", "Name a person"),
    ),
    "invites": (
        {"invite_id": "inv_1", "email_prefix": "gina", "role": "owner", "status": "pending"},
        ("gina…", "pending", "not taken up"),
    ),
    "project-users": (
        {"membership_id": "proj_0001/user-0002", "project_id": "proj_0001", "role": "member"},
        ("Support assistant 1", "member"),
    ),
    "groups": ({"group_id": "group_1", "name": "platform", "is_scim_managed": True}, ("platform",)),
    "roles": (
        {"role_id": "role_1", "name": "Keys", "predefined_role": False, "permissions": ["a"] * 4},
        ("Keys", "made here", "4 permissions"),
    ),
}


@pytest.mark.slow
def test_who_may_do_what_has_a_table_of_each_kind(page: Page, site: Site) -> None:
    """Projects and owners by name; what is not read says so."""
    for view, (row, _) in ACCESS_ROWS.items():
        stay = {"org_id": "org-northwind", "first_seen_at": "2026-04-01T00:00:00Z"}
        site.world.lists[f"/{view}"] = [stay | row]
        site.world.sections["org-northwind"] = {
            name.replace("-", "_"): "complete" for name in ACCESS_ROWS
        } | {"groups": "forbidden"}
    sign_in(page, site)
    for view, (_, texts) in ACCESS_ROWS.items():
        rows = _rows(page, view)
        for text in texts:
            expect(rows).to_contain_text(text)
    page.get_by_test_id("nav-groups").click()
    expect(page.get_by_test_id("section-notice-groups")).to_contain_text("may not read the groups")
