"""The fault matrix, F10 to F19: pages that are whole, and wrong, odd or late."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.shared.aws.table import from_wire
from functions.shared.canonical import canonical, sha256_hex, strict_loads
from functions.shared.errors import MalformedJson
from tests.snapshot.stories.invariants import check
from tests.snapshot.stories.trial import (
    AUDIT,
    HIT,
    KEYS,
    NEXT,
    USERS,
    Trial,
    office,
    rarely,
)
from tests.support.aws_state import all_items
from tests.support.snapshot_fixture import FixtureMaker
from tools.openai_simulator import World

TrialMaker = Callable[..., Trial]


@pytest.mark.parametrize(
    ("kind", "how", "reason"),
    [
        ("gzip_bomb", {"mib": 100}, "response_too_large"),
        ("big_page", {"count": 25_000}, "bad_response"),
    ],
)
def test_f10_too_much(trial: Trial, kind: str, how: dict[str, Any], reason: str) -> None:
    """A bomb or a page without end is left where it is; the other lists are read."""
    trial.fault(kind, path=USERS, **how)
    seal = trial.outlast()
    assert seal.content["sections"]["users"]["reason"] == reason
    trial.finish("F10", kind)


def test_f11_same_page_twice(trial: Trial) -> None:
    """Repeated records, and pages that overlap by three of four, are one record each."""
    trial.fault("repeated_ids", path=KEYS)
    trial.fault("last_id", value="first", path=USERS)
    seal = trial.hit()
    assert seal is not None
    assert seal.content["outcome"] == "complete"
    trial.finish("F11", "records repeated, pages overlapping")


@pytest.mark.parametrize("kind", ["repeated_ids", *rarely("overlap")])
def test_f11_same_id_other_content(trial: Trial, kind: str) -> None:
    """Two contents under one id: partial, and both are kept as evidence."""
    trial.fault(kind, path=KEYS, content="other")
    seal = trial.outlast()
    section = seal.content["sections"]["api_keys"]
    assert section["status"] == "partial"
    assert section["reason"] == "conflicting_duplicates"
    assert len(section["conflicts"][0]["rows"]) == 2
    trial.finish("F11", f"one id, two contents ({kind})")


CURSORS: dict[str, tuple[str, dict[str, Any]]] = {
    "the cursor stands still": ("last_id", {"value": "same"}),
    "no cursor": ("last_id", {"value": None}),
    "cursor missing": ("last_id", {"value": "missing"}),
    "always more": ("has_more", {"value": True}),
    "more, and nothing": ("empty_page", {"skip": 1}),
    "has_more null": ("has_more", {"value": None}),
}


@pytest.mark.parametrize("name", [*list(CURSORS)[:1], *rarely(*list(CURSORS)[1:])])
def test_f12_no_way_on(trial: Trial, name: str) -> None:
    """Pagination that contradicts itself ends, and the list is not whole."""
    kind, how = CURSORS[name]
    trial.fault(kind, path=USERS, **how)
    trial.forget()
    seal = trial.outlast()
    assert seal.content["sections"]["users"]["reason"] == "bad_response"
    assert trial.requests(USERS) <= 12
    trial.finish("F12", name)


def _hides(trial: Trial, identity: str) -> None:
    """Let the list of users skip one person, as a page does whose border moved."""
    timeline = trial.fixture.world.first.users
    alive = timeline.alive
    trial.fixture.world.first.users.alive = lambda now, order="oldest_first": [  # type: ignore[method-assign]
        version for version in alive(now, order) if version.id != identity
    ]


def _shows(trial: Trial) -> None:
    del trial.fixture.world.first.users.alive


def test_f13_list_mutates_while_paged(trial: Trial) -> None:
    """Who slipped through between two pages is asked for, and found: nobody was removed."""
    _hides(trial, "user-p2")
    assert trial.hit() is None
    _shows(trial)
    (seal,) = trial.fixture.tick(HIT, minutes_late=3)
    assert seal.content["outcome"] == "complete"
    assert ("users", "removed", "user-p4") in trial.fixture.changes(seal)
    trial.finish("F13", "a user skipped by one reading")


def test_f13_hidden_through_the_grace(trial: Trial) -> None:
    """A list that goes on leaving somebody out is partial, and removes nobody."""
    _hides(trial, "user-p2")
    seal = trial.outlast()
    section = seal.content["sections"]["users"]
    assert (section["status"], section["reason"]) == ("partial", "changed_while_read")
    _shows(trial)
    trial.finish("F13", "a user skipped for hours")


def test_f13_not_confirmed(trial: Trial) -> None:
    """Where nobody can be asked for by id, two whole readings must agree."""
    for path in (f"{USERS}/*", f"{KEYS}/*"):
        trial.fault("forbidden", path=path)
    seal = trial.hit()
    assert seal is not None
    assert ("users", "removed", "user-p4") in trial.fixture.changes(seal)
    trial.finish("F13", "by id forbidden: read twice")


def test_f14_unknown_fields_types_and_actors(trial: Trial) -> None:
    """What nobody documented is kept whole."""
    trial.fault("unknown_fields")
    trial.fault("unknown_types", path=AUDIT, every=1)
    seal = trial.hit()
    assert seal is not None
    types = {event["event_type"] for event in trial.fixture.events(seal)}
    assert types
    assert all(kind.startswith("galaxy.") for kind in types)
    assert "x_new_field" in trial.fixture.events(seal)[0]["details"]["extra"]
    trial.finish("F14", "unknown fields and event types")


ODD: list[Any] = [
    None,
    0,
    -1,
    "1775016000",
    1775016000.5,
    2**53 + 1,
    10**30,
    9_999_999_999_999,
    [],
    {},
]


def test_f15_odd_values(trial: Trial) -> None:
    """Null, 0, negative, text, fractions, huge and far-future values: stored, no crash."""
    for number, value in enumerate(ODD):
        fields = {"owner": value, "name": value, "last_used_at": value, "created_at": value}
        at = trial.fixture.world.at("2026-04-01T03:10:00Z")
        at.patched("api_keys", f"key_k{number % 9}", fields, project="proj_web")
        at.patched("users", f"user-p{number % 9}", {"email": value, "role": value, "x": value})
        at.event("odd.value", {"id": value, "value": value}, extra={"project": value})
    seal = trial.hit()
    assert seal is not None
    assert seal.content["outcome"] == "complete"
    assert seal.content["sections"]["users"]["unknown"] > 0
    trial.finish("F15", "odd values in keys, users, events", also="")


NAMES = {
    "64 KB": "n" * 65536,
    "64 KB of @": "a@" * 32768,
    "control": "a\n\r\t\x1b[31mred\x07",
    "bidi": "a\u202egnp.exe\u2066",
    "lone surrogate": "bad \ud800 name \udfff",
    "NUL": "a\x00b",
    "__proto__": "__proto__",
    "formula": "=HYPERLINK(1)",
    "Decimal text": "१२३",
}


def test_f16_hostile_names(trial: Trial) -> None:
    """Any text is a name: exact in the sealed objects, too large a one by digest."""
    at = trial.fixture.world.at("2026-04-01T03:10:00Z")
    for number, (what, name) in enumerate(NAMES.items()):
        key = {"id": f"key_n{number}", "name": name, "created_at": 1775012000, name: name}
        at.raw("api_keys", key, project="web")
        event = f"audit-{number}-{name[:300] if number > 1 else name[:5000]}"
        at.event("named.thing", {"id": name, "deep": {name: [name]}}, id_=event)
        assert what
    seal = trial.hit()
    assert seal is not None
    assert seal.content["outcome"] == "complete"
    shown = {row["key_id"]: row for row in trial.fixture.register(seal, "api_keys")}
    for number, (what, name) in enumerate(NAMES.items()):
        if "@" not in what:
            told = shown[f"key_n{number}"]["name"]
            large = isinstance(told, dict) and told["$large"]["sha256"] == sha256_hex(
                canonical(name)
            )
            assert large if len(name) > 4096 else told == name, what
    for item in all_items(trial.fixture.table):
        text = repr(from_wire(item))
        assert len(text) < 390_000
        text.encode("utf-8")
    trial.finish("F16", f"{len(NAMES)} hostile names")


DOCUMENTS = {
    "a key twice": '{"object":"list","data":[],"data":[],"has_more":false}',
    "NaN": '{"object":"list","data":[],"has_more":false,"took":NaN}',
    "deep": "[" * 100_000,
    "20,000 digits": '{"object":"list","data":[{"id":"u","n":'
    + "9" * 20_000
    + '}],"has_more":false}',
    "two documents": '{"object":"list","data":[],"has_more":false}{}',
    "1e999": '{"object":"list","data":[{"id":"u","n":1e999}],"has_more":false}',
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_f17_strict_parser(name: str) -> None:
    """What lenient parsers let through is refused as one error."""
    with pytest.raises(MalformedJson):
        strict_loads(DOCUMENTS[name])


def test_f17_not_strict_json(trial: Trial) -> None:
    """A page that lenient parsers would take is a bad response; nothing is removed."""
    trial.fault("duplicate_keys", path=USERS)
    trial.fault("body", body=DOCUMENTS["deep"], path=KEYS)
    seal = trial.outlast()
    assert seal.content["sections"]["users"]["reason"] == "bad_response"
    assert seal.content["sections"]["api_keys"]["status"] == "partial"
    trial.finish("F17", "a key twice; 100,000 levels")


def test_f18_late_events(make_trial: TrialMaker) -> None:
    """Events shown hours late are sealed by the hour that first sees them, under their own time."""
    world = office()
    late = world.at("2026-04-01T03:20:00Z").late(1.5 * 3600)
    late.user_role("p1", "owner")
    trial = make_trial(world)
    seal = trial.hit()
    assert seal is not None
    before = {event["event_id"] for event in trial.fixture.events(seal)}
    report = trial.finish("F18", "an event shown 90 minutes late")
    sealed = trial.fixture.events(trial.fixture.seal(NEXT))
    (found,) = [event for event in sealed if event["occurred_at"] == "2026-04-01T03:20:00Z"]
    assert found["event_id"] not in before
    assert report.events


def test_f18_late_over_the_months_end(make_fixture: FixtureMaker) -> None:
    """An event of March that shows in April stands in a segment of March."""
    world = World("org-march")
    world.at("2026-03-01T00:00:00Z").user_joins("olga", role="owner")
    world.at("2026-03-31T23:30:00Z").late(5400).user_role("olga", "reader")
    fixture = make_fixture(world)
    fixture.connect("2026-03-31T23:20:00Z")
    fixture.order("2026-03-31T22:00:00Z")
    *_, seal = fixture.ticks("2026-03-31T23:00:00Z", 3)
    assert check(fixture, "2026-04-01T01:00:00Z").outcomes == ["complete"] * 4
    (segment,) = fixture.seal("2026-04-01T00:00:00Z").content["segments"]["events"]
    assert (segment["month"], segment["rows"]) == ("2026-03", 1)
    assert seal.content["segments"]["events"] == []


def test_f19_one_second_over_a_boundary(make_trial: TrialMaker) -> None:
    """Events of one second, in pages and on the hour's edge, are each sealed once."""
    world = office()
    for second in ("2026-04-01T03:59:59Z", "2026-04-01T04:00:00Z", "2026-04-01T03:30:00Z"):
        world.at(second).events(60)
    world.at("2026-04-01T04:30:00Z").events(120)
    trial = make_trial(world)
    trial.fault("order", value="oldest_first")
    report = trial.finish("F19", "300 events in four seconds", also=" each once")
    assert report.events > 300
