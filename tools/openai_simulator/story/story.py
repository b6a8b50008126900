"""The demo story: an organization's past weeks, and hour by hour what happens from its start on.

Deterministic by seed and start. The scripted hours stand in `script`; between them people sign
in, keys are used, and from the third day on things happen by (seeded) chance.
"""

import random
from collections.abc import Callable
from functools import partial

from tools.openai_simulator.clock import Instant, seconds
from tools.openai_simulator.story import names
from tools.openai_simulator.story.script import SCRIPT, random_step
from tools.openai_simulator.story.story_writer import DAY, HOUR, StoryWriter
from tools.openai_simulator.story.world import World
from tools.openai_simulator.world.organization import READ_MANAGEMENT

DEMO_START = "2026-04-01T00:00:00Z"
DEMO_ORG_ID = "org-NorthwindR0b0ticsDem0X7q2"
DEMO_ADMIN_KEY = "sk-admin-DEMO-northwind-robotics-not-a-real-key-7Qx2"
DEMO_SECOND_ORG_ID = "org-TidewaterLabsDem0P4kZ9w1"
DEMO_SECOND_ADMIN_KEY = "sk-admin-DEMO-tidewater-labs-not-a-real-key-9Wz4"
DEMO_MANAGEMENT_KEY = "sk-admin-DEMO-northwind-without-audit-scope-3Mb8"
DEMO_USER_KEY = "sk-proj-DEMO-northwind-user-key-not-a-real-key-5Ua6"

Step = Callable[[float], None]
QUIET_HOURS = frozenset({1, 3, 4})  # of each day: nothing at all happens then


def demo_world(start: Instant = DEMO_START, *, seed: int = 7, days: int = 75) -> World:
    """Return the demo world: two organizations, their past, and `days` days from `start` on.

    Args:
        start: Where the written hours begin; a whole hour.
        seed: Another seed, another story.
        days: How long the story goes on after its start.
    """
    start_at = seconds(start)
    world = World(DEMO_ORG_ID, name="Northwind Robotics", admin_key=DEMO_ADMIN_KEY, opaque_ids=True)
    _write_northwind(
        StoryWriter(world, DEMO_ORG_ID, start_at, _chance(seed), "northwind.example"), days
    )
    world.credential(DEMO_ADMIN_KEY)  # works at every instant, whatever its listing says
    world.credential(DEMO_MANAGEMENT_KEY, scopes={READ_MANAGEMENT})
    world.credential(DEMO_USER_KEY, scopes=())
    world.organization(DEMO_SECOND_ORG_ID, name="Tidewater Labs", admin_key=DEMO_SECOND_ADMIN_KEY)
    _write_tidewater(
        StoryWriter(world, DEMO_SECOND_ORG_ID, start_at, _chance(seed + 1), "tidewater.example"),
        days,
    )
    return world


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  (a story must come out the same for the same seed)


def _write_northwind(writer: StoryWriter, days: int) -> None:
    _write_founding(writer)
    writer.at(writer.start_at - 3 * DAY).admin_key_made(
        "audit connector", DEMO_ADMIN_KEY, expires_at=writer.start_at + 87 * DAY
    )
    _write_past(writer)
    # On long leave; his key is still there.
    writer.at(writer.start_at - 4 * DAY).user_flags("mateo.garcia", enabled=False)
    for hour in range(days * 24):
        if hour % 24 not in QUIET_HOURS:
            _write_hour(writer, hour)


def _write_founding(writer: StoryWriter) -> None:
    """People, projects, service accounts and keys, over the 160 days before the start."""
    founded = writer.start_at - 160 * DAY
    for number, name in enumerate(names.FOUNDERS):
        writer.person_joins(founded + number * HOUR, name, role="owner", invited=False)
    steps: list[tuple[float, Step]] = []
    for number, (nick, title) in enumerate(names.PROJECTS.items()):
        at = founded + (2 + number * 3) * DAY
        steps.append((at, partial(writer.create_project, nick=nick, title=title)))
    for number, (nick, project) in enumerate(names.SERVICE_ACCOUNTS.items()):
        at = founded + (25 + number * 4) * DAY
        steps.append((at, partial(writer.create_service_account, nick=nick, project=project)))
    for number, name in enumerate(names.STAFF):
        at = founded + (22 + number * 4.5) * DAY + writer.chance.randrange(9 * HOUR)
        steps.append((at, partial(writer.person_joins, name=name)))
    for number in range(66):
        at = founded + (23 + number * 2) * DAY + writer.chance.randrange(20 * HOUR)
        steps.append((at, writer.make_key))
    for at, step in sorted(steps, key=lambda step: step[0]):
        step(at)


def _write_past(writer: StoryWriter) -> None:
    """What the last six weeks left behind: use, sign-ins, leavers, keys nobody answers for."""
    start_at, chance = writer.start_at, writer.chance
    for key in [k for k, made_at in writer.made_at.items() if made_at < start_at - 106 * DAY][:9]:
        writer.use_key_last(writer.made_at[key] + chance.randrange(DAY, 12 * DAY), key)
    steps: list[tuple[float, Step]] = [
        (start_at - 30 * DAY, partial(writer.make_key, owner="viktor.horvath")),
        (start_at - 29 * DAY, partial(writer.make_key, owner="claire.moreau")),
        (start_at - 20 * DAY, partial(writer.person_leaves, nick="viktor.horvath")),
        (start_at - 12 * DAY, partial(writer.person_leaves, nick="claire.moreau")),
        (
            start_at - 9 * DAY,
            partial(writer.delete_service_account, nick="nightly-eval", keys_stay=True),
        ),
        (start_at - 2 * DAY, partial(writer.invite, name="Paula Engel")),
    ]
    for hours_before in range(6 * 7 * 24, 0, -3):
        at = start_at - hours_before * HOUR
        steps.append((at + chance.randrange(3000), writer.sign_in))
        steps.extend((at + chance.randrange(3000, 3500), writer.use_random_key) for _ in range(2))
        if hours_before % 144 == 0:
            steps.append((at + 3550, writer.add_tenant_event))
    for at, step in sorted(steps, key=lambda step: step[0]):
        step(at)


def _write_hour(writer: StoryWriter, hour: int) -> None:
    at = writer.start_at + hour * HOUR
    working = 7 <= hour % 24 <= 19
    for _ in range(writer.chance.randrange(1, 4) if working else 1):
        writer.sign_in(at + writer.chance.randrange(60, 900))
    for _ in range(writer.chance.randrange(2, 6) if working else 2):
        writer.use_random_key(at + writer.chance.randrange(900, 1500))
    scripted_step = SCRIPT.get(hour)
    if scripted_step is not None:
        scripted_step(writer, at + 1500 + writer.chance.randrange(1200))
    elif hour >= 48 and working and writer.chance.random() < 0.45:
        random_step(writer, at + 1500 + writer.chance.randrange(1200))


def _write_tidewater(writer: StoryWriter, days: int) -> None:
    """A small second organization, with a few things happening each day."""
    founded = writer.start_at - 120 * DAY
    writer.person_joins(founded, "Ulla Friis", role="owner", invited=False)
    for number, name in enumerate(("Per Holm", "Sanne Mulder", "Grace Achieng", "Tim Rowe")):
        writer.person_joins(founded + (number + 1) * DAY, name)
    writer.create_project(founded + 6 * DAY, "tide-forecast", "Tide Forecast")
    writer.create_project(founded + 7 * DAY, "harbour-chat", "Harbour Chat")
    for number in range(7):
        writer.make_key(founded + (8 + number * 9) * DAY)
    for day in range(-14, days):
        at = writer.start_at + day * DAY + 9 * HOUR
        writer.sign_in(at + writer.chance.randrange(1800))
        writer.use_random_key(at + 1800 + writer.chance.randrange(1200))
        if day >= 0 and day % 9 == 8:
            random_step(writer, at + 3200)
