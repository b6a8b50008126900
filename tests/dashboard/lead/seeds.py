"""Fifty leaks in the demo's world: each one thing, found by one kind of finding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START, World, demo_world
from tools.openai_simulator.clock import seconds
from tools.openai_simulator.story.steps import StorySteps

DAY: Final = 86_400
START: Final = seconds(DEMO_START)
OWNER: Final = "olga.brandt"
FOUNDERS: Final = (OWNER, "marek.nowak", "amara.okafor")
STAFF: Final = ("hannah.weiss", "yuki.tanaka", "sofia.rossi", "noah.becker", "ewa.kowalska")
ARCHIVED: Final = "seeded-pilot"
PROJECTS: Final = ("checkout-assistant", "support-bot", "data-platform", "internal-tools")


@dataclass(frozen=True)
class Leak:
    """One of them.

    Attributes:
        kind: of the finding that tells of it.
        entity_id: what it is about; empty for the organization as a whole.
        name: as the page shows it.
        mend: ends it, at an instant of the story; None for one that stays, and is accepted.
    """

    kind: str
    entity_id: str
    name: str
    mend: Callable[[StorySteps], object] | None = None


def leaking_world(archived_at: str, days: int = 2) -> tuple[World, list[Leak]]:
    """Return the demo's world with the leaks in it, and the leaks.

    Args:
        archived_at: when a project is archived, after the first picture: of one that was archived
            before, OpenAI shows no keys.
        days: of the demo's story.
    """
    world = demo_world(DEMO_START, days=days)
    world.org_id, world.admin_key = DEMO_ORG_ID, DEMO_ADMIN_KEY
    world.first = world.organizations[DEMO_ORG_ID]
    seeded = [leak for seeds in _SEEDS for leak in seeds(world)]
    world.at(archived_at).by(OWNER).project_archived(ARCHIVED)
    return world, seeded


def _at(world: World, days_before: float) -> StorySteps:
    return world.at(START - days_before * DAY)


def _key(world: World, kind: str, nick: str, *, stays: bool = False) -> Leak:
    mend = None if stays else lambda steps: steps.by(OWNER).key_removed(nick)
    return Leak(kind, world.key_id(nick), f"seeded {nick}", mend)


def _made(world: World, days_before: float, nick: str, n: int, **facts: str | None) -> StorySteps:
    """Make a key of somebody in some project, or of whom the facts say."""
    project = facts.get("project") or PROJECTS[n % 4]
    owner = facts["owner"] if "owner" in facts else STAFF[n % 5]
    steps = _at(world, days_before)
    return steps.key_made(nick, project, owner=owner, name=f"seeded {nick}")


def _stale(world: World) -> Iterator[Leak]:
    for n in range(10):
        nick = f"stale-{n}"
        _made(world, 104 - n % 3, nick, n, owner=FOUNDERS[n % 3])
        _at(world, 100 - n).key_used(nick)
        yield _key(world, "stale_key", nick, stays=n < 2)


def _never_used(world: World) -> Iterator[Leak]:
    for n in range(8):
        nick = f"unused-{n}"
        _made(world, 20 + n, nick, n)
        yield _key(world, "never_used_key", nick, stays=n == 0)


def _orphan(world: World) -> Iterator[Leak]:
    for n in range(4):
        nick = f"nobody-{n}"
        _made(world, 30, nick, n, owner=None)
        _at(world, 1).key_used(nick)
        yield _key(world, "orphan_key", nick)
    for n in range(4):
        nick, project = f"service-{n}", PROJECTS[n]
        account = f"seeded-account-{n}"
        _at(world, 40).service_account_created(account, project)
        _made(world, 30, nick, n, owner=account, project=project)
        _at(world, 9).key_used(nick)
        _at(world, 8).service_account_deleted(account, keys_stay=True)
        yield _key(world, "orphan_key", nick)
    for n in range(2):
        nick, person = f"left-{n}", f"seeded.leaver.{n}"
        _at(world, 60).user_joins(person)
        _made(world, 30, nick, n, owner=person)
        _at(world, 9).key_used(nick)
        _at(world, 8).user_leaves(person)
        yield _key(world, "orphan_key", nick)


def _archived(world: World) -> Iterator[Leak]:
    _at(world, 50).project_created(ARCHIVED, name="Seeded Pilot")
    for n in range(6):
        nick = f"archived-{n}"
        _made(world, 30, nick, n, project=ARCHIVED)
        _at(world, 1).key_used(nick)
        yield _key(world, "key_in_archived_project", nick)


def _admin(world: World) -> Iterator[Leak]:
    kinds = [*["admin_key_never_used"] * 3, *["admin_key_old"] * 3, *["admin_key_no_expiry"] * 2]
    for n, kind in enumerate(kinds):
        nick, secret = f"seeded admin {n}", f"sk-admin-SEEDED-not-a-real-key-{n:04d}"
        made = _at(world, 120 if kind == "admin_key_old" else 30)
        ends = None if kind == "admin_key_no_expiry" else START + (60 + n) * DAY
        made.admin_key_made(nick, secret, owner=OWNER, expires_at=ends)
        id_ = world.first.id_of("admin_key", nick)
        if kind != "admin_key_never_used":
            used = {"last_used_at": int(START - DAY)}
            _at(world, 1).patched("admin_api_keys", id_, used)
        mend = None if n == 7 else _revoke(nick, secret)
        yield Leak(kind, id_, nick, mend)


def _revoke(nick: str, secret: str) -> Callable[[StorySteps], object]:
    return lambda steps: steps.by(OWNER).admin_key_revoked(nick, secret)


def _invites(world: World) -> Iterator[Leak]:
    for n in range(5):
        nick = f"seeded{n}.invited"
        _at(world, 2).invite_sent(nick, email=f"{nick}@partner.example", role="owner")
        id_ = world.first.id_of("invite", nick)
        yield Leak("owner_invite_pending", id_, id_, _withdraw(nick))


def _withdraw(nick: str) -> Callable[[StorySteps], object]:
    return lambda steps: steps.by(OWNER).invite_deleted(nick)


def _owners(world: World) -> Iterator[Leak]:
    for n in range(2):
        _at(world, 6).by(OWNER).user_role(STAFF[n], "owner")
    yield Leak("many_owners", "", "user")
    for n in range(2):
        nick, person = f"leave-{n}", f"seeded.on.leave.{n}"
        _at(world, 60).user_joins(person)
        _made(world, 30, nick, n, owner=person)
        _at(world, 5).key_used(nick)
        _at(world, 4).user_flags(person, enabled=False)
        yield _key(world, "disabled_owner_key", nick)


_SEEDS: Final = (_stale, _never_used, _orphan, _archived, _admin, _invites, _owners)
