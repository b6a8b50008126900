"""A sample of the lead's job, of the page alone: keys of one kind handed out by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.dashboard.busy import busy
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


def is_of_disabled_user(key: Json) -> bool:
    """Tell whether this was found of a key."""
    return any(finding["kind"] == "disabled_owner_key" for finding in key["findings"])
