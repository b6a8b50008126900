"""A revision: a new pack with everything its predecessor held or was to hold, and a later cut."""

from functions.shared.aws.bucket import Bucket
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.builders import World

MARCH = ("2026-03-01T00:00:00Z", "2026-03-31T23:59:59Z")
APRIL = ("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z")


def story(evidence: Bucket) -> World:
    """Some hours about the turn of the month: an event sealed in time, and two sealed late."""
    world = World(evidence, first_hour="2026-03-31T22:00:00Z").has_user("user-1")
    world.event("march-1").chain(["complete", "complete"])
    world.event("april-1").chain(["complete"])
    world.event("march-late", "2026-03-31T23:30:00Z").chain(["complete", "disconnect"])
    return world


def events(function: PackFunction, pack: object) -> list[tuple[str, bool]]:
    """Return the events of a pack, and whether each is late."""
    rows = function.rows(pack, "events.jsonl")  # type: ignore[arg-type]
    return [(row["event_id"], row["late"]) for row in rows]


def test_a_revision_of_a_monthly_pack_holds_its_late_events_too(
    function: PackFunction, evidence: Bucket, clock: SettableClock
) -> None:
    """What the failed one was to tell of earlier months is told; and so by a revision of that."""
    story(evidence)
    clock.set("2026-05-04T03:14:00Z")
    march = function.make(*MARCH, month="2026-03", cut_hour="2026-04-01T00:00:00Z")
    assert events(function, march) == [("march-1", False)]
    april = function.request(*APRIL, month="2026-04")
    function.context.packs.update(april, state="failed", reason="an object was missing")
    revision = function.make(*APRIL, kind="revision", replaces=april.number)
    assert events(function, revision) == [("april-1", False), ("march-late", True)]
    again = function.make(*APRIL, kind="revision", replaces=revision.number)
    assert events(function, again) == events(function, revision)
    assert function.manifest(again)["replaces"] == str(revision.number)


def test_a_revision_of_a_pack_on_demand_holds_none(
    function: PackFunction, evidence: Bucket, clock: SettableClock
) -> None:
    """Like the pack it replaces, which stays as it was."""
    story(evidence)
    clock.set("2026-05-04T03:14:00Z")
    first = function.make(*APRIL)
    before = function.archive(first)
    revision = function.make(*APRIL, kind="revision", replaces=first.number)
    assert events(function, revision) == events(function, first) == [("april-1", False)]
    assert function.archive(first) == before
    assert function.manifest(revision)["previous_pack_id"] == str(first.number)
