"""What the page can look like: each view, and each dialog and state that a reader may meet."""

import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, Route

from tests.dashboard.fake_api import API
from tests.dashboard.lead_world import lead_world
from tests.dashboard.ordinary import ordinary
from tests.dashboard.site import DASHBOARD
from tests.dashboard.world import World, organization

_VIEWS: Final = (DASHBOARD / "parts" / "views.js").read_text()
_KEY: Final = "key?id=key_0001&org_id=org-northwind&project_id=proj_0002"
_ACCESS: Final = "access?entity_id=user-0001"
# By view: further addresses that show parts of it which its own does not.
_FURTHER: Final = {
    "access": (_ACCESS, "access?level=owner"),
    "changes": ("changes?day=2026-04-13",),
    "findings": ("findings?state=all", "findings?due=late"),
    "key": (_KEY,),
    "machines": ("machines?webhook=hook-00000000000000000002",),
    "packs": ("packs?show=links", "packs?show=statements", "packs?show=exports"),
}
# Every view by its address, those that only links lead to included.
VIEWS: Final = tuple(
    address
    for view in re.findall(r"\{ id: '([a-z-]+)'", _VIEWS)
    for address in (view, *_FURTHER.get(view, ()))
)


@dataclass(frozen=True)
class State:
    """What the service answers, whatever the view.

    Attributes:
        world: makes what the API knows.
        answer: what becomes of each of the API's requests; None where the world answers.
    """

    world: Callable[[], World]
    answer: Callable[[Route], None] | None = None

    @property
    def is_answered(self) -> bool:
        """Tell whether requests come to an end."""
        return self.answer is not _never


def _late() -> World:
    world = lead_world()
    late = {"late_hours": 77, "late_since": "2026-04-15T10:00:00Z", "missed_30d": 3, "lag_hours": 2}
    world.organizations.append(organization("org-contoso", display_name="Contoso"))
    world.freshness = dict.fromkeys(("org-northwind", "org-contoso"), late)
    unread = dict.fromkeys(("users", "projects", "api_keys", "service_accounts"), "forbidden")
    world.sections["org-contoso"] = unread | {"audit_events": "unproven"}
    world.kpis |= {"late_hours": 77, "late_since": "2026-04-15T10:00:00Z"}
    return world


def _long() -> World:
    """Return the same with ids as long as OpenAI makes them."""
    world = lead_world()
    text = json.dumps(world.lists)
    for short, long in (("user-0", "user-AbCdEfGhIjKlMnOpQrSt0"), ("key_0", "key_AbCdEfGhIjKl0")):
        text = text.replace(short, long)
    world.lists = json.loads(text.replace("proj_0", "proj_AbCdEfGhIjKlMnOpQrSt0"))
    return world


def _empty() -> World:
    return World(organizations=[organization()])


def _first_hour() -> World:
    return World(organizations=[organization(last_hour=None, outcome=None)])


def _auditor() -> World:
    world = lead_world()
    world.group = "auditor"
    return world


def _never(_route: Route) -> None:
    """Leave a request without an answer."""


def _refuse(route: Route) -> None:
    route.fulfill(
        status=503,
        content_type="application/problem+json",
        body='{"title": "Busy", "detail": "Ask again in a minute."}',
    )


STATES: Final = {
    "full": State(lead_world),
    "long ids": State(_long),
    "late": State(_late),
    "empty": State(_empty),
    "nothing connected": State(World),
    "first hour to come": State(_first_hour),
    "loading": State(lead_world, _never),
    "error": State(lead_world, _refuse),
    "auditor": State(_auditor),
    "few rows": State(ordinary),
}
SCHEMES: Final = ("light", "dark")


def put_in(page: Page, state: State) -> None:
    """Let the API of a page answer as the state says, from now on."""
    if state.answer is not None:
        page.route(f"**{API}/**", state.answer)


def go(page: Page, address: str, *, is_answered: bool = True) -> None:
    """Show a view, and wait for what it has read and shows; without answers, for the view alone."""
    page.evaluate("(view) => { location.hash = view; }", address)
    view = address.partition("?")[0]
    page.locator(f"[data-testid^=room-{view}], .choices.above").first.wait_for()
    if is_answered:
        page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)


def _click(*names: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for name in names:
            page.get_by_test_id(name).first.click()

    return act


def _accept(page: Page) -> None:
    _click("finding-state")(page)
    page.get_by_test_id("finding-dialog-state").select_option("accepted")


def _refused_statement(page: Page) -> None:
    _click("finding-state")(page)
    page.route(f"**{API}/findings/**", _refuse)
    page.route(f"**{API}/orgs/**", _refuse)
    page.get_by_test_id("finding-dialog-due").fill("2026-05-01")
    page.get_by_test_id("finding-dialog-submit").click()
    page.get_by_test_id("finding-dialog-problem").wait_for()


def _new_secret(page: Page) -> None:
    page.get_by_test_id("client-label").fill("Another")
    _click("client-make")(page)
    page.get_by_test_id("secret-text").wait_for()


def _names(page: Page) -> None:
    _click("names-open")(page)
    with tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people.csv"
        people.write_text("name,email\nBen Okafor,ben@northwind.example\nNobody,none\n")
        page.get_by_test_id("names-file").set_input_files(people)
        page.get_by_test_id("names-forget").wait_for()


def _menu(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    _click("menu")(page)


def _session_ended(page: Page) -> None:
    page.route(f"**{API}/**", lambda route: route.fulfill(status=401, body="{}"))
    page.route("**/oauth2/token", lambda route: route.fulfill(status=400, body="{}"))
    _click("refresh")(page)
    page.get_by_test_id("problem").wait_for()


def _open_all(page: Page) -> None:
    page.evaluate(
        "[...document.querySelectorAll('main details')].slice(0, 9).forEach((d) => (d.open = true))"
    )
    page.wait_for_load_state("networkidle")


def _search_nothing(page: Page) -> None:
    page.get_by_test_id("keys-search").fill("no such key")
    page.get_by_test_id("keys-empty").wait_for()


# Dialogs, and what opens within a view: by name, the address and what is done there.
OPENED: Final[dict[str, tuple[str, Callable[[Page], None]]]] = {
    "state of a finding": ("findings", _click("finding-state")),
    "state accepted": ("findings", _accept),
    "state refused": ("findings", _refused_statement),
    "states at once": ("keys", _click("select-all", "bulk-state")),
    "selected rows": ("keys", _click("select-all")),
    "nothing found": ("keys", _search_nothing),
    "person of an account": ("people", _click("name-person")),
    "names": ("people", _names),
    "connect": ("organizations", _click("connect-open")),
    "rename": ("organizations", _click("rename")),
    "replace key": ("organizations", _click("replace-key")),
    "disconnect": ("organizations", _click("disconnect")),
    "pack shared": ("packs", _click("pack-share", "link-make")),
    "pack verified": ("packs", _click("pack-verify")),
    "hour": ("coverage", _click("coverage-hour")),
    "new secret": ("machines", _new_secret),
    "client gets a secret": ("machines", _click("client-rotate")),
    "client ends": ("machines", _click("client-revoke")),
    "webhook repeats": ("machines", _click("webhook-replay")),
    "webhook ends": ("machines", _click("webhook-end")),
    "menu": ("now", _menu),
    "one key, all opened": (_KEY, _open_all),
    "now, all opened": ("now", _open_all),
    "changes, all opened": ("changes", _open_all),
    "closed, all opened": ("closed", _open_all),
    "bill, all opened": ("bill", _open_all),
    "session ended": ("keys", _session_ended),
}
