"""A sample of the lead's job and of the lead's questions, of the page alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.busy import busy
from tests.dashboard.conftest import sign_in
from tests.dashboard.lead.keyboard import Keyboard
from tests.dashboard.lead.story import Lead
from tests.dashboard.site import Site, serve
from tests.dashboard.world import Json

pytestmark = pytest.mark.browser


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve the page before a fake API."""
    with serve(busy()) as served_site:
        yield served_site


@pytest.mark.slow
def test_keys_are_handed_out_by_keyboard_alone(page: Page, site: Site, mice: list[str]) -> None:
    """Each step in sight, uncovered and framed; the focus goes on from the place of the buttons."""
    hand = Keyboard(page)
    lead = Lead(hand, site)
    lead.sign_in()
    lead.hand_out_keys("API key of a disabled user", "team:platform", "2026-04-30")
    (sent,) = (body for request, body in site.world.requests if request.startswith("PUT") and body)
    keys = [key for key in site.world.lists["/api-keys"] if is_of_disabled_user(key)]
    assert len(sent["states"]) == sum(len(key["findings"]) for key in keys) > 5
    said = {(each["state"], each["accountable"], each["due_date"]) for each in sent["states"]}
    assert said == {("acknowledged", "team:platform", "2026-04-30")}
    assert page.evaluate("document.activeElement.className") == "bulk"
    assert (hand.unseen, mice) == ([], [])


def test_what_is_late_is_listed_at_the_turn_of_the_day_too(page: Page, site: Site) -> None:
    """The figure and its list count by the same day: that of the newest picture."""
    site.world.kpis["expected_hour"] = "2026-04-14T23:00:00Z"
    sign_in(page, site, "#now")
    late = [row for row in site.world.lists["/findings"] if (row["due_by"] or "9") < "2026-04-15"]
    assert "2026-04-14" in {row["due_by"] for row in late}
    expect(page.get_by_test_id("tile-late").locator("strong")).to_have_text(str(len(late)))
    page.get_by_test_id("tile-late").click()
    expect(page.get_by_test_id("finding")).to_have_count(len(late))


def is_of_disabled_user(key: Json) -> bool:
    """Tell whether this was found of a key."""
    return any(finding["kind"] == "disabled_owner_key" for finding in key["findings"])
