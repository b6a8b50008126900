"""The page before the functions themselves, and how a test sees that no mouse was used."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.dashboard.lead.stage import Stage, opened_stage
from tests.dashboard.site import Site

# In the morning of the demo's first day.
CONNECTED = "2026-04-01T01:05:00Z"
COUNT_MICE = (
    "for (const kind of ['mousedown', 'mousemove', 'pointerdown', 'wheel', 'touchstart'])"
    " addEventListener(kind, () => countMouse(kind), true)"
)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Open a stage: the demo's world with fifty leaks, five hours sealed."""
    with opened_stage(CONNECTED, 5) as opened:
        yield opened


@pytest.fixture
def site(stage: Stage) -> Iterator[Site]:
    """Serve the page before it."""
    with stage.served() as served_site:
        yield served_site


@pytest.fixture
def mice(page: Page) -> list[str]:
    """Collect what a mouse or a finger did on the page."""
    used: list[str] = []
    page.context.expose_binding("countMouse", lambda _, kind: used.append(kind))
    page.context.add_init_script(COUNT_MICE)
    return used
