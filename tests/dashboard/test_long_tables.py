"""However long a table is, the document stays small, and reading on costs no more than before."""

import time
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.ordinary import ordinary
from tests.dashboard.site import Site
from tests.dashboard.world import World, api_key, event, user

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MOST_ELEMENTS: Final = 3_000
# The view, its list, how long that is, and what its last row holds.
TABLES: Final = (
    ("users", "/users", 1_000, "user-1000"),
    ("keys", "/api-keys", 10_000, "production 9999"),
    ("events", "/events", 100_000, "key_99999"),
)


@pytest.fixture
def world() -> World:
    """Return an organization of a thousand people: ten keys and a hundred events of each."""
    world = ordinary()
    world.lists["/users"] = [user(n) for n in range(1, 1_001)]
    world.lists["/api-keys"] = [api_key(n) for n in range(10_000)]
    world.lists["/events"] = [event(n) for n in range(100_000)]
    world.page_size = 100
    return world


@pytest.mark.parametrize(("view", "path", "n_rows", "last"), TABLES)
def test_a_long_table_is_few_elements(
    page: Page, site: Site, view: str, path: str, n_rows: int, last: str
) -> None:
    """At any place of it, read whole, a hundred rows at a time; what has the focus stays."""
    sign_in(page, site, f"#{view}")
    rows = page.get_by_test_id(f"table-{view}").get_by_test_id("row")
    expect(rows.first).to_be_visible()
    started = time.monotonic()
    # By keyboard: rows that come into sight move the button, on a busy machine from under a press.
    page.get_by_test_id(f"{view}-all").press("Enter")
    count = page.get_by_test_id(f"{view}-count")
    expect(count).to_have_text(f"{n_rows:,} rows, all of them", timeout=500_000)
    took_s = time.monotonic() - started
    n_pages = sum(request == f"GET {path}" for request, _ in site.world.requests)
    print(f"\n{view}: {n_rows:,} rows in {n_pages} pages, {1000 * took_s / n_pages:.0f} ms a page")
    assert n_pages == n_rows // 100
    focused = page.locator("tbody :is(a, button, summary)").first
    focused.focus()
    for share in (0, 0.33, 1):
        page.evaluate("(share) => scrollTo(0, document.body.scrollHeight * share)", share)
        page.wait_for_timeout(300)
        n_elements = page.evaluate("document.querySelectorAll('*').length")
        print(f"{n_elements:,} elements at {share:.0%} of them")
        assert n_elements <= MOST_ELEMENTS
    expect(rows.last).to_contain_text(last)
    expect(focused).to_be_focused()
