"""The graph of who can do what: its published rules, unknown values, and what it may cost."""

import time
from itertools import islice
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.index import Index
from functions.shared.access_graph.rules import GIVE_EVERYTHING, SECTIONS, WAYS, Roles
from functions.shared.records.registers import Registers
from functions.shared.records.rights.grants import Grant, Way
from functions.shared.sections import REGISTERED
from tests.snapshot.rows import api_key, project, user

PAGE = Path(__file__).parents[3] / "docs" / "who-can-do-what.md"
AT = "2026-04-01T06:00:00Z"
STAY: dict[str, Any] = {
    "first_seen_at": "2026-03-31T00:00:00Z",
    "removed_at": None,
    "unreadable": [],
}


def role(role_id: str, *permissions: str, **facts: Any) -> Any:
    """Return one stay of a role of the organization."""
    usual: dict[str, Any] = {"role_id": role_id, "name": role_id, "description": None, "extra": {}}
    kind = {"resource_type": "api.organization", "predefined_role": False}
    return {**usual, **kind, "permissions": list(permissions), **STAY, **facts}


def member(group: str, identity: str) -> Any:
    """Return one stay in a group."""
    whose = {"email_hash": None, "email_prefix": None, "user_id": identity, "group_id": group}
    return {**whose, "membership_id": f"{group}/{identity}", **STAY}


def assigned(group: str, of: str, *permissions: str, **facts: Any) -> Any:
    """Return one stay of a role with a group."""
    usual = {"group_id": group, "role_id": of, "assignment_id": f"{group}/{of}", "role_name": of}
    kind = {"resource_type": "api.organization", "predefined_role": False}
    return {**usual, **kind, "permissions": list(permissions), **STAY, **facts}


def graph(**rows: Any) -> AccessGraph:
    """Return the graph of Ann, a project and a key of hers, and some more."""
    usual: Any = {"users": [user()], "projects": [project()], "api_keys": [api_key()]}
    groups = {"groups": [{"group_id": "g", **STAY}]}
    return AccessGraph(Index(cast("Registers", usual | groups | rows)), AT)


def of(rights: AccessGraph, identity: str = "user-ann") -> list[Grant]:
    """Return all that somebody can do."""
    kind = dict(rights.entities)[identity]
    return [grant for block in rights.blocks(identity, kind) for grant in block()]


def test_the_page_publishes_the_rules() -> None:
    """Each way with the rows of its path, and each word that makes an owner."""
    text = PAGE.read_text()
    for way, sections in WAYS.items():
        assert f"| `{way}` | {', '.join(f'`{name}`' for name in sections)} |" in text
    assert all(f"`{word}`" in text for word in GIVE_EVERYTHING)
    assert set(get_args(Way)) == set(WAYS)
    assert set(SECTIONS) <= set(REGISTERED)


def test_every_path_is_of_its_way() -> None:
    """A row of roles only where that list shows it."""
    rights = graph(group_members=[member("g", "user-ann")], group_roles=[assigned("g", "r")])
    for grant in of(rights):
        sections = [step["section"] for step in grant["path"]]
        assert sections == [name for name in WAYS[grant["way"]] if name in sections]


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({}, "other"),
        ({"name": "owner", "predefined_role": True}, "owner"),
        ({"name": "owner"}, "other"),
        ({"permissions": ["api.roles.write"]}, "owner"),
        ({"permissions": ["a", "b", "c"]}, "owner"),
        ({"permissions": ["a"]}, "other"),
        ({"permissions": {"$large": {}}}, None),
        ({"permissions": ["api.roles.write"], "resource_type": "api.project"}, "other"),
        ({"permissions": [], "unreadable": ["permissions"]}, None),
    ],
)
def test_which_role_makes_an_owner(facts: Any, level: str | None) -> None:
    """By what it permits, or because it is OpenAI's own; never by what somebody called it."""
    owner = role("role_o", "a", "b", name="owner", predefined_role=True)
    rows = [assigned("g", "r", **{"role_name": "r", "permissions": [], **_as_assigned(facts)})]
    rights = graph(
        roles=[owner, role("r", **facts)] if "unreadable" not in facts else [owner],
        group_members=[member("g", "user-ann")],
        group_roles=rows,
    )
    assert [each["level"] for each in of(rights) if each["way"] == "group_role"] == [level]
    assert rights.groups_of_owners == ({} if level == "other" else {"g": level})


def _as_assigned(facts: Any) -> Any:
    return {"role_name" if name == "name" else name: value for name, value in facts.items()}


def test_a_role_spelled_with_a_project_is_the_same() -> None:
    """OpenAI spells its own roles so where they are assigned."""
    roles = Roles([role("role_o")])
    found = roles.find("role_o__api-project__proj_web")
    assert found is not None
    assert found["role_id"] == "role_o"
    assert roles.find("role_x") is None


def test_what_is_gone_or_off_gives_nothing() -> None:
    """A group, a project, a key."""
    gone = graph(
        groups=[], group_members=[member("g", "user-ann")], group_roles=[assigned("g", "r")]
    )
    assert {each["way"] for each in of(gone)} == {"listed_role", "api_key"}
    archived = graph(projects=[project(status="archived")])
    assert {each["way"] for each in of(archived)} == {"listed_role"}
    ended = graph(api_keys=[api_key(expires_at=AT)])
    assert {each["way"] for each in of(ended)} == {"listed_role"}


def test_a_role_that_cannot_be_read_is_nobodys_guess() -> None:
    """Null, not none."""
    (grant, _) = of(graph(users=[user(role=None, unreadable=["role"])]))
    assert (grant["role_name"], grant["level"], grant["permissions"]) == (None, None, None)


def test_many_groups_members_and_roles_are_never_multiplied() -> None:
    """A thousand groups of a hundred members with a hundred roles: the first page costs little."""
    groups = [f"g{n}" for n in range(1000)]
    rights = graph(
        users=[user(f"user-{n}") for n in range(100)],
        groups=[{"group_id": group, **STAY} for group in groups],
        group_members=[member(group, f"user-{n}") for group in groups for n in range(100)],
        group_roles=[assigned(group, f"r{n}") for group in groups[:100] for n in range(100)],
    )
    began = time.process_time()
    blocks = (block for one, kind in rights.entities for block in rights.blocks(one, kind))
    assert len(list(islice((grant for block in blocks for grant in block()), 200))) == 200
    assert time.process_time() - began < 5
