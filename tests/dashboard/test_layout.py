"""Nothing is wider than the page it is on, and a table's head stays in sight."""

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboard.conftest import sign_in
from tests.dashboard.scenes import OPENED, STATES, VIEWS, go, put_in
from tests.dashboard.site import Site, serve

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280, 2560)
# How far the page, and each table within its frame, goes beyond its width.
BEYOND = """() => [document.documentElement, ...document.querySelectorAll('.table-frame')]
  .map((part) => Math.max(0, part.scrollWidth - part.clientWidth - 1))"""


def too_wide(page: Page, name: str) -> list[str]:
    """Return at which widths something is wider than it may be."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(60)
        if any(page.evaluate(BEYOND)):
            page.wait_for_timeout(500)  # rows are still coming into sight
        if any(beyond := page.evaluate(BEYOND)):
            found.append(f"{name} at {width} px: {beyond}")
    return found


@pytest.mark.parametrize(
    ("state", "views"),
    [
        pytest.param("long ids", ("keys", "access"), id="two views"),
        *(pytest.param(name, VIEWS, id=name, marks=pytest.mark.slow) for name in STATES),
    ],
)
def test_no_view_scrolls_sideways(browser: Browser, state: str, views: tuple[str, ...]) -> None:
    """At no width, with ids as long as OpenAI makes them; nor does a table in its frame."""
    page = browser.new_page(timezone_id="Asia/Kathmandu")
    put_in(page, STATES[state])
    found = []
    with serve(STATES[state].world()) as site:
        sign_in(page, site)
        for view in views:
            go(page, view, is_answered=STATES[state].is_answered)
            found += too_wide(page, view)
    page.close()
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("name", OPENED)
def test_nothing_that_opens_is_too_wide(browser: Browser, name: str) -> None:
    """Dialogs, panels under rows, the menu."""
    address, act = OPENED[name]
    page = browser.new_page()
    with serve(STATES["full"].world()) as site:
        sign_in(page, site, f"#{address}")
        go(page, address)
        act(page)
        found = too_wide(page, name)
    page.close()
    assert found == []


@pytest.mark.slow
def test_the_head_of_a_table_stays_in_sight(page: Page, site: Site) -> None:
    """However far down its rows are looked at; where it is too wide, its frame scrolls."""
    site.world.__dict__.update(STATES["full"].world().__dict__)
    page.set_viewport_size({"width": 1280, "height": 600})
    sign_in(page, site)
    tops = "[...document.querySelectorAll('thead th')].map((th) => th.getBoundingClientRect().top)"
    for view in ("keys", "access", "events", "custody", "coverage"):
        go(page, view)
        page.evaluate("scrollTo(0, 0)")
        assert min(page.evaluate(tops)) > 100
        page.evaluate("scrollTo(0, document.body.scrollHeight - 900)")
        page.wait_for_timeout(100)
        assert set(page.evaluate(tops)) == {0}, view
    page.set_viewport_size({"width": 720, "height": 600})
    go(page, "keys")
    assert page.locator(".table-frame").evaluate("(frame) => frame.tabIndex") == 0
