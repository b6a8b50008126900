"""The view of changes: what differs between two pictures, and whether the audit log admits it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import change

pytestmark = pytest.mark.browser


def _rows(page: Page) -> Locator:
    return page.get_by_test_id("table-changes").get_by_test_id("row")


def test_a_change_says_what_of_what_and_what_explains_it(page: Page, site: Site) -> None:
    """Before and after stand side by side; a verdict is a word, a colour and its reason."""
    sign_in(page, site, "#changes")
    rows = _rows(page)
    expect(rows).to_have_count(3)
    for number, texts in enumerate(
        [
            ("2026-04-15 09:00–10:00", "user changed", "reader → owner", "audit_log-0002"),
            ("API key added", "key_0009", "cannot tell", "one may still come in, for 72 hours"),
            (
                "user removed",
                "user-0007",
                "unexplained",
                "73 hours later, when the log was read again",
            ),
        ]
    ):
        for text in texts:
            expect(rows.nth(number)).to_contain_text(text)
    colours = [
        row.locator("td[data-label=Verdict] .badge").evaluate("(e) => getComputedStyle(e).color")
        for row in rows.all()
    ]
    assert len(set(colours)) == 3


@pytest.mark.slow
def test_what_came_or_went_opens_with_its_fields(page: Page, site: Site) -> None:
    """Also by keyboard; an absent fact is called nothing."""
    sign_in(page, site, "#changes")
    came, went = _rows(page).nth(1), _rows(page).nth(2)
    expect(came.locator("dl")).to_be_hidden()
    came.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(came.locator("dl")).to_contain_text("night job")
    expect(came.locator("dl")).to_contain_text("nothing")
    went.locator("summary").click()
    expect(went.locator("dl")).to_contain_text("dora")


@pytest.mark.slow
def test_a_field_of_any_shape_is_shown(page: Page, site: Site) -> None:
    """Lists and objects as JSON, numbers and truths as they are, null as nothing."""
    before = {"permissions": ["a.read"], "n": 1, "on": True, "gone": "x", "same": None}
    after = {"permissions": ["a.read", "b"], "n": 0, "on": False, "gone": None, "same": {"k": 1}}
    site.world.lists["/changes"] = [change(1, before=before, after=after)]
    sign_in(page, site, "#changes")
    for text in ('["a.read"] → ["a.read","b"]', "1 → 0", "true → false", 'nothing → {"k":1}'):
        expect(_rows(page)).to_contain_text(text)


@pytest.mark.slow
def test_changes_are_filtered_by_verdict_and_by_what_they_are_about(page: Page, site: Site) -> None:
    """The service filters; an empty answer says that a filter is in the way."""
    sign_in(page, site, "#changes")
    page.get_by_test_id("changes-filter-verdict").select_option("unexplained")
    expect(_rows(page)).to_have_count(1)
    page.get_by_test_id("changes-filter-section").select_option("api_keys")
    expect(page.get_by_test_id("changes-empty")).to_contain_text("No such change")
    page.get_by_test_id("changes-filter-verdict").select_option("")
    expect(_rows(page)).to_contain_text("key_0009")


@pytest.mark.slow
def test_a_page_without_a_row_that_is_not_the_last_says_to_look_further(
    page: Page, site: Site
) -> None:
    """A filter looks at a bounded number of rows at a time."""
    site.world.refuse["GET /changes"] = (200, {"items": [], "next_cursor": "0"})
    sign_in(page, site, "#changes")
    expect(page.get_by_test_id("changes-empty")).to_contain_text("None among the newest rows")
    site.world.refuse.clear()
    page.get_by_test_id("changes-more").click()
    expect(_rows(page)).to_have_count(3)


@pytest.mark.slow
def test_before_any_change_the_view_says_what_will_stand_there(page: Page, site: Site) -> None:
    """The first picture is the baseline."""
    site.world.lists["/changes"] = []
    sign_in(page, site, "#changes")
    expect(page.get_by_test_id("changes-empty")).to_contain_text("is its baseline")
