"""What is read again is held against what is sealed: changed, gone, or not to be compared."""

import asyncio
from typing import Any, cast

from functions.shared.openai.client import OpenAI
from functions.snapshot.fetch.audit.audit_log import StreamReader
from functions.snapshot.fetch.audit.log_watch import MOST_OF_HISTORY, Capacity, LogWatch
from functions.snapshot.fetch.audit.windows import Window
from functions.snapshot.records import AuditLogRead, KnownEvent
from tests.snapshot.fetch.audit.shown_log import ShownLog, event

H = 3600


def digest(item: dict[str, Any]) -> str:
    """Return a digest of schema 2."""
    return f"2:{item['type']}"


def watch(**known: Any) -> LogWatch:
    """Return a watch over what is sealed: by id, second and digest."""
    sealed = {
        name.replace("_", "-"): KnownEvent(second, told, stream, "login.failed")
        for name, (second, told, stream) in known.items()
    }
    return LogWatch(sealed, digest)


def test_what_is_sealed_is_compared_and_not_kept() -> None:
    """By the same schema only; what has no digest was sealed before there was one."""
    watching = watch(
        audit_0=(10, "2:login.failed", "organization"),
        audit_1=(10, "2:login.succeeded", "organization"),
        audit_2=(10, "1:anything", "organization"),
        audit_3=(10, None, "organization"),
        audit_4=(10, "2:other", "tenant"),
    )
    items = [event(number, 10) for number in range(6)]
    odd = {"id": ["x"]}
    assert watching.keep("organization", [*items, odd]) == [items[5], odd]
    assert watching.altered == {
        "changed": ["audit-1"],
        "gone": [],
        "gone_from": {"organization": [], "tenant": []},
    }
    watching.keep("tenant", items)
    assert watching.altered["changed"] == ["audit-1", "audit-4"]


def test_what_is_known_of_a_stream_sizes_its_windows_alone() -> None:
    """The tenant's stream is not cut to the density of the organization's."""
    watching = watch(
        audit_0=(10, None, "organization"),
        audit_1=(20, None, "tenant"),
        audit_2=(30, None, "organization"),
    )
    assert watching.seconds("organization", Window(0, 30)) == [10]
    assert watching.seconds("tenant", Window(0, 30)) == [20]


def gone(times: list[int], first: AuditLogRead, sealed: list[int], stream: str = "tenant") -> Any:
    """Return what is gone of a log of which so much is sealed, after a first reading."""
    log = ShownLog(times)
    watching = watch(
        **{f"audit_{n}": (at, "2:login.failed", stream) for n, at in enumerate(sealed)}
    )
    reader = StreamReader(cast("OpenAI", log), [], list)
    asyncio.run(watching.look_for_gone("tenant", reader, Window(5, H), first, 1))
    return watching.altered["gone"], log


WHOLE = AuditLogRead([], H)


def hidden(of_stream: list[int], of_other: list[int]) -> Any:
    """Return what is told of entries 0, 1, 2, which the tenant's stream showed first."""
    log = ShownLog([1, *(10 * (n + 1) for n in of_stream)])
    watching = watch(**{f"audit_{n}": (10 * (n + 1), "2:login.failed", "tenant") for n in range(3)})
    watching.keep("tenant", [event(n, 10 * (n + 1)) for n in of_stream])
    watching.keep("organization", [event(n, 10 * (n + 1)) for n in of_other])
    reader = StreamReader(cast("OpenAI", log), [], list)
    asyncio.run(watching.look_for_gone("tenant", reader, Window(5, H), WHOLE, 1))
    return watching.altered["gone"], watching.altered["gone_from"]["tenant"]


def test_what_only_the_other_stream_shows_is_gone_from_its_own() -> None:
    """Where that shows others of its type; one that moved as a whole was not removed."""
    assert hidden([0, 2], [0, 1, 2]) == ([], ["audit-1"])
    assert hidden([0], [1]) == (["audit-2"], ["audit-1"])
    assert hidden([], [0, 1, 2]) == ([], [])
    assert hidden([0, 1, 2], []) == ([], [])


def test_what_two_whole_readings_lack_is_gone() -> None:
    """What the second one shows is not: the first came at a bad moment."""
    sealed = [1, 10, 20, 30]
    assert gone([1, 10, 20], WHOLE, sealed)[0] == ["audit-3"]
    assert gone([1, 10, 20, 30], WHOLE, sealed)[0] == []
    assert gone([1, 10], AuditLogRead([], 25, whole=False), sealed)[0] == ["audit-2"]


def test_of_what_was_not_read_nothing_is_said() -> None:
    """Nor of another stream, nor of a second that could not be read; nobody asks in vain."""
    for first, stream in (
        (AuditLogRead([], 10, whole=False), "tenant"),
        (AuditLogRead([], H, overflow=(10, 20)), "tenant"),
        (WHOLE, "organization"),
    ):
        found, log = gone([1], first, [1, 10, 20], stream)
        assert (found, log.requests) == ([], 0)
    # One such second hides no other.
    assert gone([1], AuditLogRead([], H, overflow=(10,)), [1, 10, 20])[0] == ["audit-2"]


def test_the_end_of_a_log_that_openai_no_longer_keeps_is_not_gone() -> None:
    """There is nothing older either; what is younger than something that is shown is gone."""
    assert gone([], WHOLE, [1, 10, 20])[0] == []
    assert gone([20], WHOLE, [20, 10, 30])[0] == ["audit-2"]


def test_what_others_came_between_hides_nothing() -> None:
    """A second reading may ask as often as the first; of the rest nothing is said."""
    log = ShownLog([1, *range(10, 3000)])
    known = {name: (at, "2:x", "tenant") for name, at in (("audit_x", 5), ("audit_y", 3200))}
    for requests, found in ((1, ["audit-x"]), (100, ["audit-x", "audit-y"])):
        watching = watch(**known)
        reader = StreamReader(cast("OpenAI", log), [], list)
        look = watching.look_for_gone("tenant", reader, Window(0, H), WHOLE, requests)
        asyncio.run(look)
        assert watching.altered["gone"] == found


def test_a_crowd_hides_nothing_that_was_removed_around_it() -> None:
    """To cut a day down to it takes more requests than its first, lucky, reading took."""
    log = [1, *(at for at in range(500, 530) for _ in range(90)), *[530] * 400, 3000]
    removed = [499, 531]
    watching = watch(
        **{f"audit_{n}": (at, "2:login.failed", "tenant") for n, at in enumerate([*log, *removed])}
    )
    watching.keep("tenant", [event(n, at) for n, at in enumerate(log)])
    reader = StreamReader(cast("OpenAI", ShownLog(log)), [], list)
    asyncio.run(watching.look_for_gone("tenant", reader, Window(0, H), WHOLE, 5))
    assert watching.altered["gone"] == [f"audit-{len(log)}", f"audit-{len(log) + 1}"]


def test_an_hour_takes_so_many_new_events_and_no_more() -> None:
    """History leaves the others their part."""
    capacity = Capacity(events=MOST_OF_HISTORY + 2)
    capacity.take([event(0, 1)] * (MOST_OF_HISTORY - 1))
    assert capacity.is_left_for_history
    capacity.take([event(0, 1)])
    assert (capacity.is_left, capacity.is_left_for_history) == (True, False)
    capacity.take([event(0, 1)] * 2)
    assert not capacity.is_left
    small = Capacity(n_bytes=100)
    small.take([event(0, 1)] * 3)
    assert not small.is_left
