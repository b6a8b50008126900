"""An organization with findings of many kinds, some of them resolved, one of them by an event."""

import pytest

from tests.api.conftest import OURS, Api, MakeLab, SealedOnce
from tools.openai_simulator import World


def many_findings(org: str = OURS, project: str = "The web") -> World:
    """Return an organization of keys that nobody uses, some removed, and an owner's invite."""
    world = World(org, admin_key=f"sk-admin-of-the-organization-{org}")
    start = world.at("2025-11-02T00:00:00Z").user_joins("olga", role="owner")
    start.user_joins("ann", role="reader").project_created("web", name=project)
    start.key_made("ci", "web", owner="olga").key_made("old", "web", owner="ann")
    start.key_made("tmp", "web", owner="olga")
    start.service_account_created("bot", "web")
    start.admin_key_made("root", "sk-admin-root-00000000000000000000", owner="olga")
    world.at("2026-03-31T12:00:00Z").invite_sent("eve", role="owner")
    world.at("2026-04-01T01:10:00Z").user_leaves("ann")
    world.at("2026-04-01T02:10:00Z").by("olga").key_removed("ci")
    world.at("2026-04-01T03:10:00Z").hidden().key_removed("old")
    world.at("2026-04-01T03:20:00Z").by("olga").key_removed("tmp")
    return world


@pytest.fixture(scope="session")
def told_once() -> SealedOnce:
    """Seal the hours once; every other test starts from a copy."""
    return SealedOnce()


@pytest.fixture
def told(api: Api, lab_of: MakeLab, told_once: SealedOnce) -> Api:
    """Give four sealed hours of it; it is 04:01 then."""
    table, evidence = api.context.table, api.context.evidence
    if told_once.items:
        told_once.repeat(table, evidence)
    else:
        fixture = lab_of(many_findings(), "tenant-a")
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.ticks("2026-04-01T00:00:00Z", 4)
        told_once.learn(table, evidence)
    api.clock.set("2026-04-01T04:01:00Z")
    return api
