"""Pages of sealed events: each row once, in bounded reads, whatever is sealed meanwhile or lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.api.context import Context, Segments
from functions.api.coverage.outcomes import RecentOutcomes
from functions.api.event_order import Position, Wanted
from functions.api.registers.kept import Registers
from functions.api.sealed_events import Between, Budget, EventPage, SealedEvents
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.hours import HOUR, parse_instant, rfc3339
from tests.support.builders import World
from tests.support.memory import MemoryBucket, MemoryTable

TENANT = "tenant-a"
ALL = Wanted(None, None, {})
EVER: Between = (None, None)


class CountingBucket(MemoryBucket):
    """A bucket that notes what is read of it."""

    @property
    def read(self) -> list[str]:
        """Return the keys that were read, in order."""
        read: list[str] = self.__dict__.setdefault("keys_read", [])
        return read

    def get(self, key: str) -> bytes | None:
        """Return an object."""
        self.read.append(key)
        return super().get(key)

    def need(self, key: str) -> bytes:
        """Return an object that must be there."""
        self.read.append(key)
        return super().need(key)


class Scene:
    """Sealed worlds of one tenant, and the pages of their events."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.table, self.bucket = MemoryTable(), CountingBucket()
        self.worlds: dict[str, World] = {}

    def world(self, org: str = "org-Alpha", first_hour: str = "2026-04-01T00:00:00Z") -> World:
        """Return an organization's world; a new one begins with that hour."""
        if org not in self.worlds:
            self.worlds[org] = World(
                self.bucket, table=self.table, tenant=TENANT, org=org, first_hour=first_hour
            )
        return self.worlds[org]

    def events(self, wanted: Wanted = ALL, between: Between = EVER) -> SealedEvents:
        """Open the events of all organizations, with nothing kept of earlier reads."""
        nothing: Any = None
        context = Context(
            self.table,
            self.bucket,
            nothing,
            Registers(self.bucket),
            Segments(self.bucket),
            RecentOutcomes(),
        )
        return SealedEvents(context, TENANT, dict.fromkeys(self.worlds, between), wanted)

    def pages(self, limit: int, wanted: Wanted = ALL, **budget: int) -> list[EventPage]:
        """Return every page."""
        pages, after = list[EventPage](), None
        while not pages or after:
            pages.append(self.events(wanted).page(after, limit, Budget(**budget)))
            after = pages[-1].rest
            assert len(pages) < 200
        return pages

    def opened(self, kind: str = "events") -> int:
        """Return how many objects of a kind were read since last asked."""
        n = sum(f"/{kind}/" in key for key in self.bucket.read)
        self.bucket.read[:] = [key for key in self.bucket.read if f"/{kind}/" not in key]
        return n


def ids(pages: list[EventPage]) -> list[str]:
    """Return the ids of all rows, in order."""
    return [row["event_id"] for page in pages for row in page.items]


def busy(scene: Scene, org: str, hours: int, each: int) -> None:
    """Seal some hours with so many events each."""
    world = scene.world(org)
    for _ in range(hours):
        for n in range(each):
            at = rfc3339(world.hour + timedelta(seconds=n // 2))
            kind = "rare" if n == 7 and world.hour.hour == 3 else "usual"
            world.event(f"{org} {world.hour:%d %H} {n:05}", at, event_type=kind)
        world.chain(["complete"])


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_join_to_every_row_once_in_one_order(limit: int) -> None:
    """Newest hour first, then by organization, then newest first."""
    scene = Scene()
    for org in ("org-Alpha", "org-Beta"):
        busy(scene, org, 4, 11)
        scene.world(org).chain(["missed", "complete"])
        busy(scene, org, 1, 3)
    found = ids(scene.pages(limit))
    names = [name for world in scene.worlds.values() for name in sealed_ids(world)]
    assert found == sorted(names, key=lambda name: (name[-11:-6], name), reverse=True)
    assert [len(page.items) for page in scene.pages(limit)][:-1] == [limit] * ((94 - 1) // limit)


def sealed_ids(world: World) -> list[str]:
    """Return the ids that a world of ``busy`` hours sealed."""
    counts = {"00": 11, "01": 11, "02": 11, "03": 11, "06": 3}
    return [f"{world.org} 01 {hour} {n:05}" for hour, each in counts.items() for n in range(each)]


@pytest.mark.parametrize(("hours", "each"), [(100, 1), (10, 10), (10, 1000), (2, 5000)])
def test_a_page_reads_the_hours_that_it_shows(hours: int, each: int) -> None:
    """A hundred rows of a hundred or ten thousand: a seal and a segment an hour."""
    scene = Scene()
    busy(scene, "org-Alpha", hours, each)
    page = scene.events().page(None, 100, Budget())
    assert len(page.items) == 100
    needed = -(-100 // each)
    assert (scene.opened("seals"), scene.opened()) == (needed, needed)
    if page.rest:
        scene.events().page(page.rest, 100, Budget())
        assert scene.opened() <= needed + 1


def test_a_warm_function_reads_a_segment_once() -> None:
    """However many pages it has."""
    scene = Scene()
    busy(scene, "org-Alpha", 1, 1000)
    events, after = scene.events(), None
    for _ in range(10):
        after = events.page(after, 100, Budget()).rest
    assert after is None
    assert scene.opened() == 1


def test_a_rare_event_is_found_by_pages_that_each_read_little() -> None:
    """Short pages with a cursor, until it is certain that there is no other."""
    scene = Scene()
    busy(scene, "org-Alpha", 60, 20)
    wanted = Wanted(None, None, {"event_type": "rare"})
    pages = scene.pages(100, wanted, hours=10)
    assert ids(pages) == [f"org-Alpha 0{day} 03 00007" for day in (3, 2, 1)]
    assert [len(page.items) for page in pages] == [1, 0, 0, 1, 0, 1]
    scene.opened()
    scene.events(wanted).page(None, 100, Budget(hours=10))
    assert scene.opened() == 10
    # By bytes: the hour that was begun is read to its end.
    scene.events(wanted).page(None, 100, Budget(n_bytes=1))
    assert scene.opened() <= 1 + 8
    assert ids(scene.pages(100, wanted, n_bytes=1)) == ids(pages)


def test_quiet_hours_cost_no_object_and_end_a_page_after_so_many() -> None:
    """An empty page with a cursor says that there is more to look at."""
    scene = Scene()
    scene.world().event("first").chain(["complete", *["complete"] * 50])
    scene.bucket.read.clear()
    page = scene.events().page(None, 10, Budget(rows=20))
    assert (page.items, page.rest) == ([], Position("2026-04-02T07:00:00Z", "org-Alpha", 0))
    assert scene.bucket.read == []
    assert ids(scene.pages(10, rows=20)) == ["first"]
    assert [len(page.items) for page in scene.pages(10, rows=20)] == [0, 0, 1]
    assert scene.pages(10)[0].rest is None


def test_late_events_stand_in_the_hour_that_sealed_them() -> None:
    """Newest month first within it; asked for by time, they are found with those of their time."""
    scene = Scene()
    world = scene.world(first_hour="2026-04-30T22:00:00Z")
    world.event("22").chain(["complete"])
    world.event("23").event("late", "2026-04-30T22:10:00Z").chain(["complete"])
    world.event("00").event("history", "2026-03-02T00:00:00Z").chain(["complete"])
    world.event("01").chain(["complete"])
    world.event("02").event("very late", "2026-04-30T22:30:00Z").chain(["complete"])
    order = ["02", "very late", "01", "00", "history", "23", "late", "22"]
    assert ids(scene.pages(100)) == ids(scene.pages(1)) == order
    early = Wanted("2026-04-30T22:00:00Z", "2026-04-30T23:00:00Z", {})
    scene.opened("seals")
    scene.opened()
    assert ids(scene.pages(100, early)) == ["very late", "late", "22"]
    # Not the hour of 01, which has nothing so old; and no segment of another month.
    assert (scene.opened("seals"), scene.opened()) == (4, 3)
    march = Wanted("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", {})
    assert ids(scene.pages(100, march)) == ids(scene.pages(1, march)) == ["history"]


def test_hours_of_an_older_version_are_opened_to_see_how_old_their_events_are() -> None:
    """Their rows do not say it, and their seals are of version 2."""
    scene = Scene()
    world = scene.world()
    world.version = 2
    world.event("early").chain(["complete"]).event("late", "2026-04-01T00:30:00Z")
    world.chain(["complete"])
    for row in scene.table.held.values():
        row.pop("oldest_event_at", None)
    wanted = Wanted(None, "2026-04-01T01:00:00Z", {})
    assert ids(scene.pages(100, wanted)) == ["late", "early"]


def test_what_is_sealed_between_two_pages_moves_no_row() -> None:
    """A new hour stands before the first page; late events in it do not come into the second."""
    scene = Scene()
    busy(scene, "org-Alpha", 3, 4)
    busy(scene, "org-Beta", 3, 4)
    whole = ids(scene.pages(100))
    pages, after = list[EventPage](), None
    while not pages or after:
        pages.append(scene.events().page(after, 5, Budget()))
        after = pages[-1].rest
        world = scene.world("org-Alpha")
        world.event(f"new {len(pages)}", "2026-04-01T00:10:00Z").chain(["complete"])
    assert ids(pages) == whole
    assert ids(scene.pages(100))[-len(whole) :] == whole


def test_a_lost_or_altered_object_is_said_to_be_so() -> None:
    """Never an empty list; pages that do not need it are answered."""
    scene = Scene()
    busy(scene, "org-Alpha", 3, 2)
    (key,) = [key for key in scene.bucket.held if "/events/" in key and "T01:00:00Z-" in key]
    body = scene.bucket.held.pop(key)
    with pytest.raises(EvidenceMissing):
        scene.events().page(None, 100, Budget())
    assert len(scene.events().page(None, 2, Budget()).items) == 2
    scene.bucket.held[key] = body[:-9]
    with pytest.raises(EvidenceInvalid):
        scene.events().page(None, 100, Budget())
    scene.bucket.held[key] = body
    seal = scene.world().key_of("2026-04-01T01:00:00Z")
    kept = scene.bucket.held.pop(seal)
    with pytest.raises(EvidenceMissing):
        scene.events().page(None, 100, Budget())
    scene.bucket.held[seal] = kept
    other = Scene()
    busy(other, "org-Alpha", 1, 2)
    busy(other, "org-Alpha", 2, 1)
    scene.bucket.held[seal] = other.bucket.held[seal]
    with pytest.raises(EvidenceInvalid):
        scene.events().page(None, 100, Budget())


def test_an_event_sealed_before_there_was_a_limit_shows_that_it_was_shortened() -> None:
    """And a page ends before it is more than a reply may be."""
    scene = Scene()
    world = scene.world()
    for n in range(20):
        world.event(f"wide {n:02}", details={"payload": "x" * 250_000})
    world.event("huge", details={"payload": "x" * 300_000}).chain(["complete"])
    pages = scene.pages(100)
    assert ids(pages) == [*(f"wide {n:02}" for n in range(19, -1, -1)), "huge"]
    assert [len(page.items) for page in pages] == [7, 7, 7]
    assert pages[-1].items[-1]["details"] == {"extra": {"shortened": True}}


def test_an_hour_between_which_nothing_is_asked_for_is_not_looked_at() -> None:
    """The sealing hours that are given, and the position, bound what is read."""
    scene = Scene()
    busy(scene, "org-Alpha", 5, 1)
    start = parse_instant("2026-04-01T01:00:00Z")
    events = scene.events(between=(start, start + 2 * HOUR))
    page = events.page(None, 100, Budget())
    assert ids([page]) == ["org-Alpha 01 02 00000", "org-Alpha 01 01 00000"]
    assert scene.opened("seals") == 2
    behind = Position("2026-04-01T01:00:00Z", "org-Alpha", 0)
    assert events.page(behind, 100, Budget()) == EventPage([], None)
    assert replace(events, between={}).page(None, 100, Budget()) == EventPage([], None)
