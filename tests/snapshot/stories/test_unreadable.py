"""Whatever stands in a documented field: no fact comes of it that its absence would not allow."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.hours import parse_instant
from functions.shared.records.fields import fields_of
from functions.shared.records.registers import EPISODES
from functions.snapshot.compare.diff import diff
from functions.snapshot.findings.register import current_findings
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.normalize.api_fields import RECORDS, Fields, Kind
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import BY_PARENT, OF_ORGANIZATION
from functions.snapshot.records import SectionRead
from functions.snapshot.seal.content import kpi

HOUR = HourToClose("t", "org-A", parse_instant("2026-04-01T05:00:00Z"), "none", [], None)
BEFORE = "2026-04-01T04:00:00Z"
PRIVACY = Privacy(b"k" * 32)
OLD, NEW = 1735700000, 1775001600
OWNER: Final = {"object": "user", "id": "user-ann", "role": "owner", "created_at": OLD}
ITEMS: Final[dict[str, dict[str, Any]]] = {
    "users": {
        "id": "user-ann",
        "email": "ann@x.example",
        "role": "owner",
        "added_at": OLD,
        "is_service_account": False,
        "is_scim_managed": False,
        "api_key_last_used_at": NEW,
        "user": {"id": "user-ann", "enabled": True, "banned": False},
    },
    "projects": {"id": "proj_web", "name": "web", "status": "active", "created_at": OLD},
    "api_keys": {
        "id": "key_1",
        "name": "web key",
        "created_at": OLD,
        "last_used_at": NEW,
        "owner_project_access": "active",
        "owner": {"type": "user", "user": OWNER},
    },
    "admin_keys": {
        "id": "key_adm",
        "name": "audit",
        "created_at": NEW,
        "last_used_at": NEW,
        "expires_at": NEW + 10**7,
        "owner": {**OWNER, "type": "user"},
    },
    "invites": {
        "id": "invite-1",
        "email": "carl@x.example",
        "role": "reader",
        "status": "pending",
        "created_at": NEW,
        "expires_at": NEW + 10**6,
    },
    "groups": {"id": "g", "name": "all", "created_at": OLD, "is_scim_managed": False},
    "roles": {"id": "r", "name": "auditor", "permissions": ["a"], "predefined_role": False},
    "service_accounts": {"id": "svc", "name": "bot", "role": "member", "created_at": OLD},
    "project_users": {"id": "user-ann", "role": "member", "added_at": OLD, "email": "a@x.example"},
}
# What a kind of field cannot hold. A text in a text's place is what somebody chose: readable.
ODD: Final[Mapping[Kind, tuple[object, ...]]] = {
    "instant": (-1, 2**53 + 1, 10**11, "soon", "", True, [], {}, 0.25),
    "flag": (0, 1, "true", "", [], {}),
    "id": (7, True, [], {}, 1.5),
    "word": (7, True, {}, 1.5),
    "name": (7, True, [], {}, 1.5),
    "address": (7, True, [], {}, 1.5),
}
WHOLE: Final = SimpleNamespace(lists=dict.fromkeys(ITEMS, SectionRead("complete")))
ABSENT: Final = object()
Path = tuple[str, ...]


def documented(fields: Fields, path: Path = ()) -> Iterator[tuple[Path, Kind]]:
    """Yield the path of each documented field, and of what kind it is."""
    for name, inner in fields.items():
        if isinstance(inner, str):
            yield (*path, name), inner
        else:
            yield from documented(inner, (*path, name))


CASES = [
    (section, path, kind)
    for section in ITEMS
    for path, kind in documented(RECORDS[section])
    if kind in ODD and path not in (("id",), ("object",))
]


def with_value(item: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return a record with another value in a field, or without it."""
    changed = place = deepcopy(item)
    for name in path[:-1]:
        if not isinstance(place.get(name), dict):
            place[name] = {}
        place = place[name]
    place[path[-1]] = value
    if value is ABSENT:
        del place[path[-1]]
    return changed


def facts_of(section: str, item: dict[str, Any]) -> tuple[set[Any], set[Any], dict[str, Any]]:
    """Return findings and figures, changes, and the row of a record that was well an hour ago."""
    registers: Any = {}
    changes: set[Any] = set()
    for name, known in ITEMS.items():
        rule = BY_PARENT[name]("proj_web") if name in BY_PARENT else OF_ORGANIZATION[name]
        states = [rule(each, PRIVACY)[0] for each in (known, item if name == section else known)]
        stays = diff(name, [], states[:1], BEFORE, removes=lambda _: True).register
        found = diff(name, stays, states[1:], HOUR.name, removes=lambda _: True)
        # What has no field of its own is kept as it was told.
        fields = [[each for each in one["fields"] if each != "extra"] for one in found.changes]
        changes |= {(name, *each) for each in fields if each}
        registers[name] = [{"is_own": None, "person_id": None, **row} for row in found.register]
    statuses = dict.fromkeys([*ITEMS, "audit_events"], "complete")
    read_at: dict[str, str | None] = dict.fromkeys(ITEMS, HOUR.name)
    findings = current_findings(registers, statuses, read_at, HOUR)
    told: set[Any] = {(one["kind"], one["reason"], one["severity"]) for one in findings}
    told |= set(kpi(registers, cast("Any", WHOLE), HOUR.end).items())
    return told, changes, registers[section][0]


@pytest.mark.parametrize(("section", "path", "kind"), CASES)
def test_no_fact_comes_of_what_cannot_be_read(
    section: str, path: tuple[str, ...], kind: Kind
) -> None:
    """No finding, change or figure but those of the hour before, or of the field's absence."""
    known, _, _ = facts_of(section, ITEMS[section])
    absent, absent_changes, _ = facts_of(section, with_value(ITEMS[section], path, ABSENT))
    for odd in ODD[kind]:
        told, changes, row = facts_of(section, with_value(ITEMS[section], path, odd))
        assert told <= known | absent, odd
        assert changes <= absent_changes, odd
        assert set(row["unreadable"]) <= set(fields_of(EPISODES[section]))


@given(st.data())
def test_any_json_anywhere_makes_a_row(data: st.DataObject) -> None:
    """Objects in place of texts, lists of lists: named where unreadable, and never a failure."""
    section, path, _ = data.draw(st.sampled_from(CASES))
    value = data.draw(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        )
    )
    place = path[: data.draw(st.integers(1, len(path)))]
    _, _, row = facts_of(section, with_value(ITEMS[section], place, value))
    assert set(row["unreadable"]) <= set(fields_of(EPISODES[section]))
