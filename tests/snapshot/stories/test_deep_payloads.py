"""A payload nested as deep as an answer may be stops no hour, and no reader of it."""

from typing import Any

from functions.shared.canonical import MAX_DEPTH
from tests.snapshot.stories.trial import CANARY, FIRST, HIT, NEXT
from tests.support.snapshot_fixture import FixtureMaker
from tools.openai_simulator import World

# Of an answer, its list, the event; the rest is the payload's.
DEEPEST = MAX_DEPTH - 3


def nested(levels: int) -> Any:
    """Return objects in arrays in objects, with a name in the midst."""
    value: Any = {"who": "Ann Other"}
    for level in range(levels - 1):
        value = {"a": value} if level % 2 else [value]
    return value


def test_a_deep_payload_stops_no_hour(make_fixture: FixtureMaker) -> None:
    """It passed, and then neither checkpoint nor seal could be read: no hour was closed again."""
    world = World("org-deep", admin_key=CANARY)
    world.at("2026-03-31T10:00:00Z").user_joins("olga", role="owner").project_created("web")
    early = world.at("2026-04-01T02:30:00Z")
    early.event("thing.done", {"a": nested(DEEPEST - 1)}, extra={"x": nested(DEEPEST)})
    for field in ("a", "b"):
        early.event("thing.told", {field: nested(DEEPEST - 1)}, id_="audit_log-twice")
    early.raw("projects", {"id": "proj_deep", "created_at": 1775000000, "x": nested(DEEPEST)})
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T03:20:00Z")
    # The hour is left open once: what was read of it is written down and read again.
    fixture.simulator.faults.add("status", status=500, path="/organization/users")
    assert fixture.order(FIRST) == []
    fixture.simulator.faults.clear()
    (seal,) = fixture.order(FIRST)
    section = seal.content["sections"]["audit_events"]
    assert section["reason"] == "conflicting_duplicates"
    assert len(section["conflicts"]) == 1
    events = {row["event_type"]: row for row in fixture.events(seal)}
    assert {"thing.done", "thing.told"} <= set(events)
    assert "text:" in str(events["thing.done"]["details"]["payload"])
    assert "text:" in str(events["thing.done"]["details"]["extra"])
    assert "Ann Other" not in str(events)
    # Further hours read that seal.
    for hour in (HIT, NEXT):
        (seal,) = fixture.tick(hour)
        assert seal.content["outcome"] == "complete"
