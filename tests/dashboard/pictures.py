"""The pictures of the guide, one of each view: ``python -m tests.dashboard.pictures`` takes them.

They are taken of the world of ``lead_world``, through the fake API, so that they are the same world
in every run; a test takes them again.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.dashboard.conftest import ARGUMENTS, chromium_path, sign_in
from tests.dashboard.lead_world import PEOPLE_OF_LIST, lead_world
from tests.dashboard.site import Site, serve

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
SIZE: Final = {"width": 1120, "height": 760}
# By file: the view's address, and how far down it is looked at.
PICTURES: Final = {
    "now": ("now", 0),
    "findings": ("findings?due=late", 0),
    "keys": ("keys?finding=orphan_key", 0),
    "key": ("key?id=key_0001&org_id=org-northwind&project_id=proj_0002", 0),
    "people": ("people", 0),
    "access": ("access?level=owner", 0),
    "changes": ("changes?day=2026-04-13", 0),
    "closed": ("closed", 0),
    "events": ("events?event_type=api_key.created", 0),
    "coverage": ("coverage", 0),
    "packs": ("packs", 0),
    "links": ("packs?show=links", 0),
    "statements": ("packs?show=statements", 0),
    "exports": ("packs?show=exports", 0),
    "custody": ("custody", 0),
    "bill": ("bill", 0),
    "machines": ("machines?webhook=hook-00000000000000000002", 330),
}


def opened(browser: Browser, site: Site, **context: str) -> Page:
    """Open the page as an administrator who has chosen their list of names."""
    place = browser.new_context(
        timezone_id="Europe/Berlin",
        locale="en-GB",
        viewport=SIZE,  # type: ignore[arg-type]
        reduced_motion="reduce",
        **context,  # type: ignore[arg-type]
    )
    page = place.new_page()
    sign_in(page, site, "#people")
    page.get_by_test_id("names-open").click()
    with tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people.csv"
        lines = ["name,email", *(f"{name},{address}" for name, address in PEOPLE_OF_LIST)]
        people.write_text("\n".join(lines), encoding="utf-8")
        page.get_by_test_id("names-file").set_input_files(people)
        page.get_by_test_id("names-forget").wait_for()
    page.keyboard.press("Escape")
    return page


def show(page: Page, address: str, down: int = 0) -> None:
    """Show a view, and wait until it has read what it shows."""
    page.evaluate("(view) => { location.hash = view; }", address)
    view = address.partition("?")[0]
    page.locator(f"[data-testid^=room-{view}], .choices.above").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(150)
    page.evaluate("(y) => { scrollTo(0, y); document.activeElement?.blur(); }", down)


def take(page: Page, folder: Path) -> None:
    """Take every picture into a folder."""
    for name, (address, down) in PICTURES.items():
        show(page, address, down)
        page.screenshot(path=folder / f"{name}.png", animations="disabled")


def main() -> int:
    """Write the pictures where the guide has them."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, serve(lead_world()) as site:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        take(opened(browser, site), FOLDER)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
