"""A tour of the views beside the work itself: each says in a sentence what its rows add up to."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.lead_world import lead_world
from tests.dashboard.site import Site

pytestmark = pytest.mark.browser
# By address: what holds the sentence, some words of it, and a part that must be there.
STOPS = {
    "people": ("people-sentence", "3 people and teams answer for 16", "table-unanswered"),
    "changes": ("changes-chart-sentence", "In 30 days", "table-changes"),
    "closed": ("closed-chart-sentence", "2 hidden", "table-closed"),
    "events?event_type=user.updated": ("events-count", "8 rows, all of them", "events-search"),
    "packs?show=links": ("links-sentence", "3 links to 2 packs", "table-links"),
    "packs?show=statements": ("statements-sentence", "16 statements.", "table-statements"),
    "custody": ("custody-title", "Custody", "table-custody"),
    "bill": ("bill-chart-sentence", "so far", "bill-bars"),
    "machines?webhook=hook-00000000000000000002": (
        "webhooks-title",
        "Webhooks",
        "table-deliveries",
    ),
}


@pytest.mark.slow
def test_each_view_has_its_sentence_and_its_table(page: Page, site: Site) -> None:
    """All of them, in the page of one sign-in; an address leads to each."""
    site.world.__dict__.update(lead_world().__dict__)
    sign_in(page, site, "#people")
    for address, (sentence, words, part) in STOPS.items():
        page.evaluate("(view) => { location.hash = view; }", address)
        told = page.locator(f"[data-testid={sentence}], #{sentence}")
        expect(told).to_contain_text(words)
        expect(page.get_by_test_id(part)).to_be_visible()
