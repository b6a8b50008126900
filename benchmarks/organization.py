"""The organization every puller reads: 200 users, 300 projects of 20 keys, 5,000 audit events.

``python -m benchmarks.organization --latency 0.1`` serves it on loopback and prints its addresses.
"""

import argparse
import json
import sys

from tools.openai_simulator import SettableClock, Simulator, World, serve_in_thread

NOW = "2026-04-02T00:00:30Z"
# The events lie evenly in the ten hours before the hour's end.
EVENTS_FROM, EVENTS_TO = 1775051999, 1775088000
USERS, PROJECTS, KEYS, EVENTS = 200, 300, 20, 5000
# Pages of 100: what nobody can do with fewer requests.
MINIMUM = USERS // 100 + PROJECTS // 100 + PROJECTS + EVENTS // 100


def world_of(users: int, projects: int, events: int) -> World:
    """Return an organization made without audit events but for those asked for."""
    world = World("org-bench")
    early = world.at("2026-01-01T00:00:00Z").hidden()
    for number in range(users):
        early.user_joins(f"user{number}")
    for number in range(projects):
        early.project_created(f"project{number}")
        for key in range(KEYS):
            owner = f"user{(number * KEYS + key) % users}"
            early.key_made(f"key{number}-{key}", f"project{number}", owner=owner)
    step = (EVENTS_TO - EVENTS_FROM) / events
    for number in range(events):
        at = EVENTS_FROM + 1 + number * step
        world.at(at).event("login.succeeded", {"id": "user-user1"})
    return world


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--latency", type=float, default=0.1, help="seconds per answer")
    parser.add_argument("--per-minute", type=int, default=0, help="429 above this; 0: never")
    parser.add_argument("--small", action="store_true", help="a few of each, to warm up with")
    options = parser.parse_args()
    world = world_of(2, 2, 200) if options.small else world_of(USERS, PROJECTS, EVENTS)
    simulator = Simulator(world, SettableClock(NOW, running=True))
    simulator.faults.add("latency", seconds=options.latency)
    if options.per_minute:
        simulator.faults.add("rate_limit", per_minute=options.per_minute)
    with serve_in_thread(simulator) as server:
        urls = {"base_url": server.base_url, "control_url": server.control_url}
        print(json.dumps(urls), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
