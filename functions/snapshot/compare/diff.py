"""Diff (step 3 of 6): register and picture to the next register, and the changes between them.

Pure. A register holds one row per *episode* of an entity: who leaves and returns has two. Only a
whole list can remove; anything else carries the register forward. Volatile fields are facts of
the register, never changes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from functions.shared.canonical import Json
from functions.shared.sections import BY_NAME, SECTIONS

ID_FIELD = {section.name: section.id_field for section in SECTIONS}
_EPISODE = frozenset({"first_seen_at", "removed_at", "roles_held"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What an hour made of a section's register.

    Attributes:
        register: every episode, sorted by (id, first_seen_at).
        changes: ``{"hour", "section", "entity_id", "kind", "fields", "before", "after"}``, sorted.
    """

    register: list[Json]
    changes: list[Json]


def diff(
    section: str,
    register: Iterable[Json],
    picture: Iterable[Json],
    hour: str,
    *,
    removes: Callable[[Json], bool],
) -> Difference:
    """Return the next register and the changes of an hour.

    Args:
        section: its name.
        register: the last one's rows.
        picture: the rows seen, each id once.
        hour: the hour's name.
        removes: whether the picture is proof that a row it does not show is gone.
    """
    name = ID_FIELD[section]
    past, present = _split(register, name)
    rows: list[Json] = past
    changes: list[Json] = []
    for seen in picture:
        known = present.pop(seen[name], None)
        if known is None:
            rows.append(_begun(section, seen, hour))
            changes.append(_change(section, seen[name], hour, "added", {}, _stable(section, seen)))
            continue
        rows.append(_continued(section, known, seen, hour))
        before, after = _stable(section, known), _stable(section, seen)
        if before != after:
            changes.append(_change(section, seen[name], hour, "modified", before, after))
    for identity, known in present.items():
        if removes(known):
            rows.append(_ended(known, hour))
            changes.append(_change(section, identity, hour, "removed", _stable(section, known), {}))
        else:
            rows.append(known)
    rows.sort(key=lambda row: (row[name], row["first_seen_at"]))
    return Difference(rows, sorted(changes, key=lambda change: change["entity_id"]))


def _split(register: Iterable[Json], name: str) -> tuple[list[Json], dict[str, Json]]:
    past: list[Json] = []
    present: dict[str, Json] = {}
    for row in register:
        if row["removed_at"] is None:
            present[row[name]] = row
        else:
            past.append(row)
    return past, present


def _begun(section: str, seen: Json, hour: str) -> Json:
    row = seen | {"first_seen_at": hour, "removed_at": None}
    if section == "users":
        row["roles_held"] = [{"role": seen["role"], "from": hour, "to": None}]
    return row


def _continued(section: str, known: Json, seen: Json, hour: str) -> Json:
    row = known | seen
    if section == "users" and known["role"] != seen["role"]:
        *ended, last = known["roles_held"]
        row["roles_held"] = [
            *ended,
            last | {"to": hour},
            {"role": seen["role"], "from": hour, "to": None},
        ]
    return row


def _ended(known: Json, hour: str) -> Json:
    row = known | {"removed_at": hour}
    if known.get("roles_held"):
        *ended, last = known["roles_held"]
        row["roles_held"] = [*ended, last | {"to": hour}]
    return row


def _stable(section: str, row: Json) -> Json:
    passing = BY_NAME[section].volatile | _EPISODE
    return {name: value for name, value in row.items() if name not in passing}


def _change(section: str, identity: str, hour: str, kind: str, before: Json, after: Json) -> Json:
    both = before and after
    fields = sorted(n for n in before | after if not both or before.get(n) != after.get(n))
    return {
        "hour": hour,
        "section": section,
        "entity_id": identity,
        "kind": kind,
        "fields": fields,
        "before": {name: before.get(name) for name in fields} if before else None,
        "after": {name: after.get(name) for name in fields} if after else None,
    }
