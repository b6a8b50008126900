"""The demo world behind a client in process, for tests of what the simulator answers."""

from functools import cache
from pathlib import Path
from typing import Any

import httpx

from tools.openai_simulator import (
    ADMIN_KEY,
    SettableClock,
    Simulator,
    Transport,
    World,
    demo_world,
)

NOW = "2026-04-03T12:00:00Z"
OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "openai"


@cache
def demo() -> World:
    """Return the demo world, told once."""
    return demo_world(days=4)


def client_of(world: World, key: str = ADMIN_KEY, now: str = NOW, **headers: str) -> httpx.Client:
    """Return a client in process, signed with a key, at an instant."""
    simulator = Simulator(world, SettableClock(now))
    return httpx.Client(
        transport=Transport(simulator),
        base_url="https://api.openai.com/v1",
        headers={"authorization": f"Bearer {key}", **headers},
    )


def get(client: httpx.Client, path: str, **params: str | int) -> Any:
    """Return the body of an answer that must be 200."""
    answer = client.get(f"/organization/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()
