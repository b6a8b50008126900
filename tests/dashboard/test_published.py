"""The page as it is published: few requests, and nothing of it is lost in one script."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.busy import busy
from tests.dashboard.conftest import sign_in
from tests.dashboard.site import DASHBOARD, Site, serve
from tests.dashboard.world import World
from tools.dashboard.bundle import bundle
from tools.publish_dashboard import files


@pytest.fixture
def world() -> World:
    """Return a Monday's work."""
    return busy()


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    """Serve what is published."""
    with serve(world, {key: body for key, body, _, _ in files()}) as served_site:
        yield served_site


@pytest.mark.slow
@pytest.mark.browser
def test_the_first_figures_take_few_requests_and_bytes(page: Page, site: Site) -> None:
    """From the address to the sentence, the sign-in included; then a view of each group."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    sign_in(page, site)
    expect(page.get_by_test_id("now-sentence")).to_contain_text("47 findings are open")
    size = sum(len(gzip.compress(body)) for _, body, _, _ in files())
    print(f"{len(requests)} requests, {size:,} bytes compressed")
    assert len(requests) <= 25
    assert size <= 200_000
    for view in ("findings", "keys", "events", "packs", "organizations"):
        page.get_by_test_id(f"nav-{view}").click()
        expect(page.get_by_test_id(f"room-{view}")).to_be_visible()


def test_another_content_has_another_name_and_the_same_the_same() -> None:
    """So that a browser may keep it for ever."""
    assert bundle(DASHBOARD) == bundle(DASHBOARD)


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("export * from './b.js';\n", "this export is not understood"),
        ("import './b.js';\n", "this import is not understood"),
        ("import { a } from './main.js';\nexport const b = a;\n", "imports itself"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, module: str, says: str) -> None:
    """A page that lacks something is never published."""
    (tmp_path / "index.html").write_text('<script type="module" src="/main.js"></script>')
    (tmp_path / "main.js").write_text("import { b } from './b.js';\nexport const a = b;\n")
    (tmp_path / "b.js").write_text(module)
    with pytest.raises(ValueError, match=says):
        bundle(tmp_path)
