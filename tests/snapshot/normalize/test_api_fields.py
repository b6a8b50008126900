"""The table of OpenAI's fields is what its document says, where that is at hand."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from functions.shared.records.registers import EPISODES
from functions.snapshot.normalize.api_fields import (
    EVENT_TYPES,
    PAYLOADS,
    RECORDS,
    VOCABULARY,
    Fields,
    Kind,
)
from functions.snapshot.normalize.payload import is_never_kept

OFFICIAL = Path(__file__).parents[4] / "shared" / "openai"
here = pytest.mark.skipif(not OFFICIAL.exists(), reason="OpenAI's document is not here")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
# What a kind's values are in the document.
TYPES: dict[Kind, set[str]] = {
    **{kind: {"string"} for kind in get_args(Kind)},
    "number": {"integer"},
    "flag": {"boolean"},
    "instant": {"integer"},
    "open": {"object"},
}
SCHEMAS = {
    "admin_keys": ("AdminApiKey",),
    "api_keys": ("ProjectApiKey",),
    "group_members": ("GroupUser", "GroupMemberUser"),
    "group_roles": ("AssignedRoleDetails",),
    "groups": ("Group", "GroupResponse"),
    "invites": ("Invite",),
    "project_groups": ("ProjectGroup",),
    "project_users": ("ProjectUser",),
    "projects": ("Project",),
    "roles": ("Role",),
    "service_accounts": ("ProjectServiceAccount",),
    "user_roles": ("AssignedRoleDetails",),
    "users": ("User",),
}
# Not in the document: only the official SDK knows these lists.
OF_THE_SDK = {"workload_identity_providers", "workload_identity_rules"}


def official(name: str) -> Any:
    """Return one of OpenAI's documents."""
    return json.loads((OFFICIAL / name).read_text())


def leaves_of(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield the path and the types of every field without fields of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = official("admin-openapi.json")["components"]["schemas"][name]
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from leaves_of(part, path)
    if "items" in schema:
        yield from leaves_of(schema["items"], path)
    for name, inner in schema.get("properties", {}).items():
        yield from leaves_of(inner, f"{path}.{name}" if path else name)
    said = schema.get("type", [])
    types = set(said if isinstance(said, list) else [said]) - {"null", "array"}
    if path and types and not schema.get("properties"):
        yield path, types


def flat(fields: Fields, path: str = "") -> Iterator[tuple[str, Kind]]:
    """Yield every field of the table and its kind, by path."""
    for name, part in fields.items():
        if isinstance(part, str):
            yield f"{path}{name}", part
        else:
            yield from flat(part, f"{path}{name}.")


def agrees(fields: Fields, *schemas: Mapping[str, Any]) -> None:
    """Fail where a field is documented and not in the table, or otherwise, or of another type."""
    documented = dict(leaf for schema in schemas for leaf in leaves_of(schema))
    table = dict(flat(fields))
    assert set(table) == set(documented)
    assert {path: documented[path] <= TYPES[kind] for path, kind in table.items()} == dict.fromkeys(
        table, True
    )


@here
def test_every_event_type_and_each_of_its_fields() -> None:
    """149 types; a payload's fields are those of the document, each of a fitting kind."""
    known = {one["type"] for one in official("audit-event-types.json")["events"]}
    assert known == EVENT_TYPES
    assert len(known) == 149
    log = official("admin-openapi.json")["components"]["schemas"]["AuditLog"]["properties"]
    for event_type in EVENT_TYPES:
        agrees(PAYLOADS.get(event_type, {}), log.get(event_type, {}))


@here
@pytest.mark.parametrize("section", SCHEMAS)
def test_every_field_of_a_record(section: str) -> None:
    """The older and the newer form of a group are both documented."""
    schemas = official("admin-openapi.json")["components"]["schemas"]
    agrees(RECORDS[section], *(schemas[name] for name in SCHEMAS[section]))


@here
def test_every_field_around_a_payload() -> None:
    """Who acted, from where, in which project."""
    log = official("admin-openapi.json")["components"]["schemas"]["AuditLog"]
    properties = {name: log["properties"][name] for name in RECORDS["audit_events"]}
    agrees(RECORDS["audit_events"], {"properties": properties})
    assert set(log["properties"]) == set(properties) | {*PAYLOADS, "login.succeeded"} | {
        "logout.succeeded"
    }


def words_in(value: Any, inside: str = "") -> Iterator[str]:
    """Yield enums, words between backquotes, and what examples hold as permissions."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from words_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from words_in(inner, inside)
    elif isinstance(value, str) and inside in ("enum", "permissions", "scopes"):
        yield value
    elif isinstance(value, str) and inside == "description":
        for quoted in re.findall(r"`([^`]+)`", value):
            yield from re.findall(r'^\["(.*)"\]$', quoted) or [quoted]


@here
def test_the_words_are_those_of_the_document() -> None:
    """Nobody in an organization chose one of them."""
    said = {
        *words_in(official("admin-openapi.json")),
        *words_in(official("official-examples.json")),
    }
    assert {word for word in said if WORD.fullmatch(word)} | EVENT_TYPES == VOCABULARY


def test_every_section_has_its_record() -> None:
    """And the audit log has one."""
    assert set(RECORDS) == {*SCHEMAS, *OF_THE_SDK, "audit_events"}
    assert set(SCHEMAS) <= set(EPISODES)


def test_what_is_kept_nowhere_is_no_documented_field() -> None:
    """What is left out by its name at any depth takes nothing that the document names."""
    for fields in (*RECORDS.values(), *PAYLOADS.values()):
        assert [path for path, _ in flat(fields) if is_never_kept(path.rpartition(".")[2])] == []
