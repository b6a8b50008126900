"""Which event is taken for which change."""

from functions.snapshot.reconcile.event_pool import EventPool
from functions.snapshot.reconcile.match import match
from tests.snapshot.rows import event, open_change


def test_event_that_names_nobody_is_a_hint_only() -> None:
    """Payloads may be absent: such an event neither explains nor lets anything convict."""
    nameless = event("api_key.created", None, project_id="p")
    change = open_change("api_keys", "added", "key-1", project_id="p")
    (found,) = match([change], EventPool.of([nameless]), EventPool())
    assert (found["aspects"], found["event_id"]) == (["added"], nameless["event_id"])


def test_two_renamings_need_two_events() -> None:
    """An event near the border of two snapshots explains one change, whichever it fits better."""
    told = event("api_key.updated", "key-1", "05:58:00")
    changes = [open_change("api_keys", "settings", "key-1", hour) for hour in ("06", "05")]
    first, second = match(changes, EventPool.of([told]), EventPool())
    assert (first["open_id"][-2:], first["explained_by"]) == ("05", told["event_id"])
    assert second["aspects"] == ["settings"]


def test_event_used_an_hour_ago_is_not_used_again() -> None:
    """What a sealed verdict took an event for is remembered."""
    told = event("api_key.updated", "key-1", "05:58:00")
    used = [("api_keys", "key-1", "modified", told["event_id"])]
    (later,) = match(
        [open_change("api_keys", "settings", "key-1", "06")],
        EventPool.of([told], used),
        EventPool(),
    )
    assert later["aspects"] == ["settings"]


def test_clocks_may_differ_by_minutes() -> None:
    """An event a little outside the snapshots explains, an hour outside does not."""
    for at, left in (("04:57:00", []), ("06:05:00", []), ("04:50:00", ["removed"])):
        told = event("user.deleted", "user-a", at)
        (found,) = match(
            [open_change("users", "removed", "user-a")], EventPool.of([told]), EventPool()
        )
        assert found["aspects"] == left, at


def test_event_without_trace_explains_however_late_the_list_follows() -> None:
    """A list that lags hours behind the log makes no finding."""
    told = event("user.deleted", "user-a", "01:00:00")
    (found,) = match([open_change("users", "removed", "user-a")], EventPool(), EventPool.of([told]))
    assert found["explained_by"] == told["event_id"]


def test_each_part_of_a_change_needs_its_event() -> None:
    """A renamed key whose owner went from the project is explained by two events or not at all."""
    both = open_change(
        "api_keys", "settings", "key-1", owner_id="user-a", owner_project_access="inactive"
    )
    both["aspects"] = ["access", "settings"]
    renamed, left = event("api_key.updated", "key-1"), event("user.deleted", "user-a")
    (found,) = match([both], EventPool.of([renamed]), EventPool())
    assert found["aspects"] == ["access"]
    (found,) = match([both], EventPool.of([renamed, left]), EventPool())
    assert found["aspects"] == []


def test_the_earlier_change_gets_the_event() -> None:
    """Of two of a kind; the order they are given in does not matter."""
    told = event("api_key.updated", "key-1", "06:01:00")
    rows = [open_change("api_keys", "settings", "key-1", hour) for hour in ("06", "05")]
    first, second = match(rows, EventPool.of([told]), EventPool())
    assert (first["hour"], first["aspects"], second["aspects"]) == (
        *("2026-04-01T05:00:00Z", [], ["settings"]),
    )
    assert [row["aspects"] for row in rows] == [["settings"], ["settings"]]


def test_one_event_may_explain_two_parts_of_a_change() -> None:
    """And as many entities as it likes; the first event that explained is named."""
    archived = event("project.archived", "p", project_id="p")
    keys = [open_change("api_keys", "removed", name, project_id="p") for name in ("a", "b")]
    for row in match(keys, EventPool.of([archived]), EventPool()):
        assert (row["aspects"], row["explained_by"]) == ([], archived["event_id"])
    both = open_change("api_keys", "settings", "k", owner_id="user-a")
    both["aspects"] = ["owner", "settings"]
    updated = event("api_key.updated", "k")
    (row,) = match([both], EventPool.of([updated]), EventPool())
    assert (row["aspects"], row["explained_by"]) == ([], updated["event_id"])


def test_events_are_taken_oldest_first() -> None:
    """Whatever the order they were read in."""
    events = [event("api_key.updated", "k", at) for at in ("05:40:00", "05:20:00")]
    (row,) = match([open_change("api_keys", "settings", "k")], EventPool.of(events), EventPool())
    assert row["explained_by"] == events[1]["event_id"]


def test_what_fits_exactly_goes_before_what_fits_with_the_slack() -> None:
    """Both changes are explained, each by its own."""
    events = [event("api_key.updated", "k", at) for at in ("05:59:00", "06:03:00")]
    rows = [open_change("api_keys", "settings", "k", hour) for hour in ("05", "06")]
    first, second = match(rows, EventPool.of(events), EventPool())
    assert first["explained_by"] == events[0]["event_id"]
    assert second["explained_by"] == events[1]["event_id"]


def test_an_event_from_after_the_snapshot_is_too_late_however_long_it_waits() -> None:
    """Without a slack only its age is forgiven."""
    told = event("user.deleted", "user-a", "06:10:00")
    (row,) = match([open_change("users", "removed", "user-a")], EventPool(), EventPool.of([told]))
    assert row["aspects"] == ["removed"]


def test_an_explained_change_has_no_hint() -> None:
    """Nor has one whose hint was found before another."""
    nameless, named = event("api_key.created", None, "05:10:00"), event("api_key.created", "k")
    change = open_change("api_keys", "added", "k")
    (row,) = match([change], EventPool.of([nameless, named]), EventPool())
    assert (row["explained_by"], row["event_id"]) == (named["event_id"], None)
    (row,) = match([change | {"event_id": "before"}], EventPool.of([nameless]), EventPool())
    assert row["event_id"] == "before"
    early = event("api_key.created", None, "04:00:00")
    (row,) = match([change], EventPool.of([early]), EventPool())
    assert row["event_id"] is None


def test_a_direct_explanation_goes_before_a_cascade() -> None:
    """However old each is; of two alike the older one is named."""
    left = event("user.deleted", "user-a", "05:20:00")
    removed = event("api_key.deleted", "k", "05:40:00")
    later = event("api_key.deleted", "k", "05:50:00")
    row = open_change("api_keys", "removed", "k", owner_id="user-a")
    for events, named in (([left, later, removed], removed), ([left], left)):
        (found,) = match([row], EventPool.of(events), EventPool())
        assert found["explained_by"] == named["event_id"]


def test_an_event_explains_the_part_that_it_agrees_with() -> None:
    """Who came back as a reader is explained; that they are an owner now is not."""
    told = event("user.added", "user-a", payload={"id": "user-a", "data": {"role": "member"}})
    row = open_change("users", "role", "user-a", role="owner")
    row["aspects"] = ["added", "role"]
    (found,) = match([row], EventPool.of([told]), EventPool())
    assert (found["aspects"], found["explained_by"]) == (["role"], told["event_id"])


def test_an_event_without_a_time_neither_explains_nor_lets_anything_convict() -> None:
    """It fits but for the time, which nobody knows; one about somebody else does not."""
    told = event("user.deleted", "user-a", occurred_at=None)
    (found,) = match([open_change("users", "removed", "user-a")], EventPool.of([told]), EventPool())
    assert (found["aspects"], found["event_id"]) == (["removed"], told["event_id"])
    assert found["event_reason"] == "event_without_time"
    (found,) = match([open_change("users", "removed", "user-b")], EventPool.of([told]), EventPool())
    assert found["event_id"] is None
    both = EventPool.of([told, event("user.deleted", "user-a")])
    (found,) = match([open_change("users", "removed", "user-a")], both, EventPool())
    assert found["aspects"] == []
