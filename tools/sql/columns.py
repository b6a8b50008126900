"""Columns: what the fields of a record are in SQL, so that nothing there is guessed from the data.

Whoever names a key chooses its text; a reader that looks at texts to find out what they are would
be led by them. Each field is therefore taken out of its line by name, and cast to what the record
declares: what does not fit is an error and never a null.
"""

from collections.abc import Collection, Mapping
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from functions.shared.records.entities import (
    AdminKeyRow,
    ApiKeyRow,
    InviteRow,
    ProjectRow,
    ProjectUserRow,
    ServiceAccountRow,
    UserRow,
)
from functions.shared.records.fields import LargeValue, shown_fields

Kind = Literal["text", "flag", "count", "name", "json"]
ENTITIES: Final[Mapping[str, type]] = {
    "users": UserRow,
    "projects": ProjectRow,
    "api_keys": ApiKeyRow,
    "admin_keys": AdminKeyRow,
    "service_accounts": ServiceAccountRow,
    "invites": InviteRow,
    "project_users": ProjectUserRow,
}
# Said by a view of its own: the findings of a key.
OF_A_VIEW: Final = "findings"


def kind_of(record: type, field: str) -> Kind:
    """Return what a field of a record is; ``name`` is a text, or a large value in its place."""
    hint = get_type_hints(record)[field]
    kinds = {kind for kind in _kinds(hint) if kind is not type(None)}
    if kinds == {str}:
        return "text"
    if kinds == {bool}:
        return "flag"
    if kinds == {int}:
        return "count"
    return "name" if kinds == {str, LargeValue} else "json"


def columns(
    record: type, *, without: Collection[str] = (), of: Collection[str] | None = None
) -> dict[str, Kind]:
    """Return the columns of a record's rows: whose row it is first, then the record's order.

    Args:
        record: as the pack shows it.
        without: fields that stand elsewhere.
        of: the fields; those that packs show where none are given.
    """
    names = sorted(of or shown_fields(record), key=lambda name: name != "org_id")
    return {name: kind_of(record, name) for name in names if name not in without}


def duckdb_select(fields: Mapping[str, Kind], indent: int = 2) -> str:
    """Return what DuckDB selects of ``line``, a column a field, two for a name."""
    parts = [part for name, kind in fields.items() for part in _duckdb(name, kind)]
    return (",\n" + " " * indent).join(parts)


def _duckdb(name: str, kind: Kind) -> list[str]:
    text = f"line ->> '$.{name}'"
    if kind == "name":
        return [
            f"""CASE json_type(line, '$.{name}') WHEN 'VARCHAR' THEN {text} END AS "{name}\"""",
            f"""line ->> '$.{name}."$large".sha256' AS "{name}_large_sha256\"""",
        ]
    return {
        "text": [f'{text} AS "{name}"'],
        "flag": [f'({text})::BOOLEAN AS "{name}"'],
        "count": [f'({text})::BIGINT AS "{name}"'],
        "json": [f"""nullif(line -> '$.{name}', 'null') AS "{name}\""""],
    }[kind]


def _kinds(hint: Any) -> list[Any]:
    if get_origin(hint) is Literal:
        return [type(argument) for argument in get_args(hint)]
    if get_origin(hint) in (Union, UnionType):
        return [kind for argument in get_args(hint) for kind in _kinds(argument)]
    return [hint]
