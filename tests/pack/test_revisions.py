"""A revision: a new pack with everything its predecessor held or was to hold, and a later cut."""

from functions.shared.aws.bucket import Bucket
from tests.conftest import SettableClock
from tests.pack.conftest import PackRoom
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


def events(room: PackRoom, pack: object) -> list[tuple[str, bool]]:
    """Return the events of a pack, and whether each is late."""
    rows = room.rows(pack, "events.jsonl")  # type: ignore[arg-type]
    return [(row["event_id"], row["late"]) for row in rows]


def test_a_revision_of_a_monthly_pack_holds_its_late_events_too(
    room: PackRoom, evidence: Bucket, clock: SettableClock
) -> None:
    """What the failed one was to tell of earlier months is told; and so by a revision of that."""
    story(evidence)
    clock.set("2026-05-04T03:14:00Z")
    march = room.made(*MARCH, month="2026-03", cut_hour="2026-04-01T00:00:00Z")
    assert events(room, march) == [("march-1", False)]
    april = room.request(*APRIL, month="2026-04")
    room.doors.packs.update(april, state="failed", reason="an object was missing")
    revision = room.made(*APRIL, kind="revision", replaces=april.number)
    assert events(room, revision) == [("april-1", False), ("march-late", True)]
    again = room.made(*APRIL, kind="revision", replaces=revision.number)
    assert events(room, again) == events(room, revision)
    assert room.manifest(again)["replaces"] == str(revision.number)


def test_a_revision_of_a_pack_on_demand_holds_none(
    room: PackRoom, evidence: Bucket, clock: SettableClock
) -> None:
    """Like the pack it replaces, which stays as it was."""
    story(evidence)
    clock.set("2026-05-04T03:14:00Z")
    first = room.made(*APRIL)
    before = room.archive(first)
    revision = room.made(*APRIL, kind="revision", replaces=first.number)
    assert events(room, revision) == events(room, first) == [("april-1", False)]
    assert room.archive(first) == before
    assert room.manifest(revision)["previous_pack_id"] == str(first.number)
