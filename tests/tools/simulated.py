"""The simulator in process, for tests of what it answers: one small world, one client."""

from collections.abc import Iterator

import httpx
import pytest

from tools.openai_simulator import ADMIN_KEY, SettableClock, Simulator, Transport, World

NOW = "2026-04-02T00:00:00Z"
USERS = "/organization/users"
EVENTS = "/organization/audit_logs"
KEYS = "/organization/projects/proj_web/api_keys"


@pytest.fixture
def simulator() -> Simulator:
    """Three people, two projects, two keys, and the events of their making."""
    world = World()
    steps = world.at("2026-04-01T00:00:00Z").user_joins("olga", role="owner")
    steps.user_joins("ann").user_joins("bob").project_created("web").project_created("lab")
    world.at("2026-04-01T01:00:00Z").key_made("a", "web", owner="ann")
    world.at("2026-04-01T02:00:00Z").key_made("b", "web", owner="bob")
    world.at("2026-04-01T03:00:00Z").user_leaves("bob")
    return Simulator(world, SettableClock(NOW))


@pytest.fixture
def client(simulator: Simulator) -> Iterator[httpx.Client]:
    """A client in process."""
    with httpx.Client(
        transport=Transport(simulator),
        base_url="https://api.openai.com/v1",
        headers={"authorization": f"Bearer {ADMIN_KEY}", "OpenAI-Organization": "org-first"},
        timeout=0.2,
    ) as client:
        yield client


def ids(answer: httpx.Response) -> list[str]:
    """Return the ids of a page that must be 200."""
    assert answer.status_code == 200, answer.text
    return [entry["id"] for entry in answer.json()["data"]]
