"""A browser, and a page that fails its test on a dialog, policy violation or foreign request."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.dashboard.ordinary import ordinary
from tests.dashboard.site import Site, serve
from tests.dashboard.world import World

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]
REPORT_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', "
    "(e) => reportViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`))"
)


def chromium_path() -> str:
    """Return where Chromium is; without one skip the test, or fail it where CI forbids that."""
    path = next((executable for name in NAMES if (executable := shutil.which(name))), None)
    if path is not None:
        return path
    message = "no Chromium here; `apt-get install chromium` gets one"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine, once for the folder.

    Not once for the session: a running Playwright holds an event loop that other tests' own
    `asyncio.run` would trip over.
    """
    path = chromium_path()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def world() -> World:
    """Return the tenant's world; a test bends it before or after the page is open."""
    return ordinary()


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    """Serve the page."""
    with serve(world) as served_site:
        yield served_site


@pytest.fixture
def violations() -> list[str]:
    """Collect what must never happen while a page is open."""
    return []


@pytest.fixture
def page(browser: Browser, site: Site, violations: list[str]) -> Iterator[Page]:
    """Open an empty page that watches what must never happen."""
    context = browser.new_context(timezone_id="America/New_York", locale="en-US")
    context.set_default_timeout(10_000)
    new_page = context.new_page()
    own = (site.url, site.config["sign_in_url"], "blob:" + site.url)

    def note_foreign(request: Any) -> None:
        if not request.url.startswith(own):
            violations.append(f"request to {request.url}")

    def note_dialog(dialog: Any) -> None:
        violations.append(f"dialog {dialog.message}")
        dialog.dismiss()

    context.expose_binding("reportViolation", lambda _, what: violations.append(f"policy: {what}"))
    context.add_init_script(REPORT_VIOLATIONS)
    new_page.on("request", note_foreign)
    new_page.on("dialog", note_dialog)
    new_page.on("pageerror", lambda error: violations.append(f"error {error}"))
    yield new_page
    context.close()
    assert violations == []


@pytest.fixture
def signed_in(page: Page, site: Site) -> Page:
    """Sign in and wait for the figures."""
    sign_in(page, site)
    return page


def sign_in(page: Page, site: Site, view: str = "") -> None:
    """Open the page at a view and sign in."""
    page.goto(f"{site.url}/{view}")
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("kpi-orgs").wait_for()
