"""WCAG 2.2 A and AA, by axe: every view, dialog and state, in both schemes, wide and narrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboard.conftest import sign_in
from tests.dashboard.scenes import OPENED, STATES, VIEWS, State, go, put_in
from tests.dashboard.site import Site, serve

pytestmark = pytest.mark.browser
AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN: Final = (
    "(tags) => axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })"
)
# Wide and narrow, with the scheme that the page is seen in.
LOOKS: Final = ((1280, "light"), (360, "dark"))
ALL_LOOKS: Final = (*LOOKS, (1280, "dark"), (360, "light"))


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it is, one line for each rule and place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN, TAGS)
    return [
        f"{rule['id']} ({rule['impact']}) at {' '.join(map(str, node['target']))}: "
        f"{' '.join(str(node['failureSummary']).split())} in {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def looked_at(page: Page, name: str, looks: tuple[tuple[int, str], ...] = LOOKS) -> list[str]:
    """Return the violations of what is shown, in each look, under its name."""
    found = []
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.wait_for_timeout(150)  # colours fade
        found += [f"{name}, {width} px, {scheme}: {line}" for line in violations(page)]
    return found


@contextmanager
def opened(browser: Browser, state: State) -> Iterator[tuple[Page, Site]]:
    """Open a page whose policy lets axe in: nobody but this test's page has such a policy."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    try:
        with serve(state.world()) as site:
            page = context.new_page()
            put_in(page, state)
            yield page, site
    finally:
        context.close()


@pytest.mark.parametrize(
    ("state", "views"),
    [
        pytest.param("few rows", ("now", "keys", "packs"), id="three views"),
        *(pytest.param(name, VIEWS, id=name, marks=pytest.mark.slow) for name in STATES),
    ],
)
def test_no_view_has_a_barrier(browser: Browser, state: str, views: tuple[str, ...]) -> None:
    """In no state: whole, late, empty, under way or failed."""
    found = []
    looks = {"full": ALL_LOOKS, "few rows": LOOKS[:1]}.get(state, LOOKS)
    with opened(browser, STATES[state]) as (page, site):
        sign_in(page, site)
        for view in views:
            go(page, view, is_answered=STATES[state].is_answered)
            found += looked_at(page, view, looks)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", OPENED)
def test_nothing_that_opens_has_a_barrier(browser: Browser, name: str) -> None:
    """Dialogs, panels under rows, the menu, a session that has ended."""
    address, act = OPENED[name]
    with opened(browser, STATES["full"]) as (page, site):
        sign_in(page, site, f"#{address}")
        go(page, address)
        act(page)
        found = looked_at(page, name)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["signed out", "refused", "misconfigured"])
def test_the_page_before_the_sign_in_has_no_barrier(browser: Browser, how: str) -> None:
    """Nor has what is said where it did not work."""
    with opened(browser, STATES["full"]) as (page, site):
        if how == "refused":
            site.sign_in.override = {"answer": {"error": "access_denied"}}
        if how == "misconfigured":
            site.config["client_id"] = ""
        page.goto(site.url)
        if how == "refused":
            page.get_by_test_id("sign-in").click()
        page.get_by_test_id("sign-in" if how == "signed out" else "problem").wait_for()
        found = looked_at(page, how)
    assert not found, "\n".join(found)


def test_axe_sees_what_is_wrong(browser: Browser) -> None:
    """A picture without words, too little contrast, and a target that is too small."""
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>x</title><img src=x><p style='color:#999'>pale</p>"
        "<button style='width:9px;height:9px;padding:0'>a</button><button style='width:9px;"
        "height:9px;padding:0'>b</button>"
    )
    rules = {line.partition(" ")[0] for line in violations(page)}
    page.close()
    assert {"image-alt", "color-contrast", "target-size"} <= rules
