"""Registers in which ids meet as somebody might choose them: nothing found of them is an error."""

import types
from random import Random
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.index import Index
from functions.shared.hours import parse_instant
from functions.shared.records.fields import LargeValue
from functions.shared.records.registers import EPISODES
from functions.shared.sections import REGISTERED
from functions.snapshot.findings.register import current_findings, undecided_kinds
from functions.snapshot.findings.rights import rights_findings
from functions.snapshot.hour_to_close import HourToClose

HOUR = HourToClose("tenant-a", "org-A", parse_instant("2026-04-01T05:00:00Z"), "none", [], None)
N_WORLDS = 300
IDS = ("a", "b")
INSTANTS = ("2026-03-31T00:00:00Z", "2026-04-01T05:30:00Z", "2025-01-01T00:00:00Z")
LARGE = {"$large": {"bytes": 70_000, "sha256": "0" * 64}}
STATUSES = ("complete", "error", "forbidden", "unproven")
# What a text may say, so that rules apply to it; "x" is what none knows.
WORDS = {
    "role": ("owner", "reader", "x"),
    "owner_role": ("owner", "reader", "x"),
    "status": ("active", "archived", "pending", "x"),
    "owner_type": ("user", "service_account", "x"),
    "owner_project_access": ("active", "inactive", "x"),
    "resource_type": ("api.organization", "api.project", "x"),
    "permissions": ("api.roles.write", "x"),
    "permission_type": ("restricted", "x"),
    "name": ("owner", "x", "sk-proj-abcdefghijklmnop1234567890"),
    "role_name": ("owner", "x"),
    "attribute": ("iss", "sub"),
    "value": ("*", "", "x"),
}


def value_of(random: Random, name: str, hint: Any) -> Any:
    """Return any value that a field may have by its type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return value_of(random, name, random.choice(arguments))
    if origin is Literal:
        return random.choice(arguments)
    if origin is list:
        return [value_of(random, name, arguments[0]) for _ in range(random.randrange(3))]
    if hint is LargeValue:
        return LARGE
    if is_typeddict(hint):
        return row_of(random, hint)
    if hint is str:
        return random.choice(_texts(name))
    if hint is bool:
        return random.random() < 0.5
    return random.randrange(5) if hint is int else None if hint is types.NoneType else {}


def _texts(name: str) -> tuple[str, ...]:
    if name.endswith("_id"):
        return IDS
    return INSTANTS if name.endswith("_at") else WORDS.get(name, ("x", ""))


def row_of(random: Random, record: Any) -> Any:
    """Return any row of a record; most are still there, and some of what is null is unreadable."""
    row = {name: value_of(random, name, hint) for name, hint in get_type_hints(record).items()}
    if "removed_at" in row and random.random() < 0.9:
        row["removed_at"] = None
    if "unreadable" in row:
        nulls = [name for name in row if row[name] is None and name != "removed_at"]
        row["unreadable"] = [name for name in nulls if random.random() < 0.3]
    return row


def registers_of(random: Random) -> Any:
    """Return registers of every section that must be there, and of most others."""
    return {
        name: [row_of(random, record) for _ in range(random.randrange(7))]
        for name, record in EPISODES.items()
        if name in ("users", "projects", "api_keys") or random.random() < 0.9
    }


@pytest.mark.parametrize("first", range(0, N_WORLDS, 100))
def test_whatever_ids_meet_findings_and_rights_are_told(first: int) -> None:
    """A service account may be in a group, a key may be a project's that is not there."""
    found = set[str]()
    for seed in range(first, first + 100):
        random = Random(seed)  # noqa: S311
        registers = registers_of(random)
        statuses = {name: random.choice(STATUSES) for name in (*REGISTERED, "audit_events")}
        read_at = {name: random.choice((None, *INSTANTS)) for name in EPISODES}
        graph = AccessGraph(Index(registers), "2026-04-01T06:00:00Z")
        rights = rights_findings(graph, read_at)
        for identity, kind in graph.entities:
            for block in graph.blocks(identity, kind):
                list(block())
        undecided_kinds(registers, frozenset(), rights)
        rows = current_findings(registers, statuses, read_at, HOUR, frozenset(), rights)
        found |= {row["kind"] for row in rows}
    # So there was something to find in them.
    assert len(found) >= 15, sorted(found)
