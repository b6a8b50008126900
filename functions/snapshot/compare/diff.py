"""Diff (step 3 of 6): register and snapshot to the next register, and the changes between them.

Pure. A register holds one row per *episode* of an entity: who leaves and returns has two, also
where both happened between two snapshots. Only a whole list can remove; anything else carries the
register forward. Volatile fields are facts of the register, never changes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from functions.shared.limits import ROLES
from functions.shared.records.entities import (
    Entity,
    EntityState,
    Episode,
    Role,
    RoleHeld,
    RolesHeld,
    RoleState,
    User,
    UserState,
)
from functions.shared.records.events import Change, ChangeKind, EntityFields
from functions.shared.records.registers import (
    Ending,
    fields_apart,
    identity_of,
    stable_fields,
    unreadable_of,
)
from functions.snapshot.normalize.privacy import HASHED_TEXT


@dataclass(frozen=True, slots=True)
class Difference:
    """What an hour made of a section's register.

    Attributes:
        register: every episode, sorted by (id, first_seen_at).
        changes: sorted by id.
    """

    register: list[Entity]
    changes: list[Change]


def diff(
    section: str,
    register: Iterable[Entity],
    snapshot: Iterable[EntityState],
    hour: str,
    *,
    removes: Callable[[Entity], bool],
    has_returned: Callable[[Entity, EntityState], bool] = lambda stay, listed: False,
) -> Difference:
    """Return the next register and the changes of an hour.

    Args:
        section: its name.
        register: the last one's rows.
        snapshot: the rows that were read, each id once.
        hour: the hour's name.
        removes: whether the snapshot is proof that a row it does not show is gone.
        has_returned: whether it shows another stay than the one that was there.
    """
    rows, present = _split(section, register)
    changes: list[Change] = []
    for listed in snapshot:
        identity = identity_of(section, listed)
        episode = present.pop(identity, None)
        if episode is not None and has_returned(episode, listed):
            _append(ended(section, episode, hour), rows, changes)
            episode = None
        if episode is None:
            rows.append(_begun(section, listed, hour))
            after = stable_fields(section, listed)
            changes.append(_change(section, identity, hour, "added", None, after))
            continue
        state = _with_last_read(episode, listed)
        after = stable_fields(section, state)
        rows.append(_continued(section, episode, state, hour))
        before = stable_fields(section, _read_as_now(section, episode, state))
        if before != after:
            changes.append(_change(section, identity, hour, "modified", before, after))
    for episode in present.values():
        if removes(episode):
            _append(ended(section, episode, hour), rows, changes)
        else:
            rows.append(episode)
    rows.sort(key=lambda row: (identity_of(section, row), row["first_seen_at"]))
    return Difference(rows, sorted(changes, key=lambda change: change["entity_id"]))


def ended(section: str, episode: Entity, hour: str) -> tuple[Entity, Change]:
    """Return a stay that ends in an hour, and the change that is."""
    before = stable_fields(section, episode)
    change = _change(section, identity_of(section, episode), hour, "removed", before, None)
    return _ended(section, episode, hour), change


def _append(end: tuple[Entity, Change], rows: list[Entity], changes: list[Change]) -> None:
    rows.append(end[0])
    changes.append(end[1])


def _split(section: str, register: Iterable[Entity]) -> tuple[list[Entity], dict[str, Entity]]:
    """Return the episodes that have ended, and the others by id."""
    past: list[Entity] = []
    present: dict[str, Entity] = {}
    for row in register:
        if row["removed_at"] is None:
            present[identity_of(section, row)] = row
        else:
            past.append(row)
    return past, present


def _begun(section: str, state: EntityState, hour: str) -> Entity:
    episode: Episode = {"first_seen_at": hour, "removed_at": None}
    row = cast("Entity", {**state, **episode})
    if section != "users":
        return row
    role = cast("UserState", state)["role"]
    return _with_roles(row, {"roles_held": [{"role": role, "from": hour, "to": None}]})


def _continued(section: str, episode: Entity, state: EntityState, hour: str) -> Entity:
    row = cast("Entity", {**episode, **state})
    if section != "users":
        return row
    user, role = cast("User", episode), cast("UserState", state)["role"]
    if user["role"] == role:
        return row
    roles = _roles_ended(user, hour)[1 - ROLES :]
    return _with_roles(row, {"roles_held": [*roles, {"role": role, "from": hour, "to": None}]})


def _with_last_read(episode: Entity, state: EntityState) -> EntityState:
    """Return a state with what was read last in the place of what cannot be read now."""
    held: Mapping[str, object] = episode
    last_read = {name: held[name] for name in unreadable_of(state) if name in held}
    return cast("EntityState", {**state, **last_read})


def _read_as_now(section: str, episode: Entity, state: EntityState) -> Entity:
    """Return an episode as it is compared: what it never told is no change when it is told.

    Fields that are new to the seal's version are not in it, and what could never be read is null.
    Descriptions were sealed readable once; that they no longer are is no change of the role.
    """
    held: Mapping[str, object] = episode
    never_read = {name for name in unreadable_of(episode) if not held[name]}
    told = {name: held[name] for name in held if name not in never_read}
    episode = cast("Entity", {**state, **told})
    if section != "roles":
        return episode
    role, after = cast("Role", episode), cast("RoleState", state)["description"]
    before = role["description"]
    if not before or not after or before.startswith(HASHED_TEXT):
        return episode
    return role | {"description": after}


def _ended(section: str, episode: Entity, hour: str) -> Entity:
    ending: Ending = {"removed_at": hour}
    row = cast("Entity", {**episode, **ending})
    if section != "users":
        return row
    return _with_roles(row, {"roles_held": _roles_ended(cast("User", episode), hour)})


def _with_roles(row: Entity, roles: RolesHeld) -> Entity:
    return cast("Entity", {**row, **roles})


def _roles_ended(user: User, hour: str) -> list[RoleHeld]:
    """Return the roles of a stay, of which the last ends now."""
    *ended, last = user["roles_held"]
    return [*ended, last | {"to": hour}]


def _change(
    section: str,
    identity: str,
    hour: str,
    kind: ChangeKind,
    before: EntityFields | None,
    after: EntityFields | None,
) -> Change:
    names, values_before, values_after = fields_apart(before, after)
    return {
        "hour": hour,
        "section": section,
        "entity_id": identity,
        "kind": kind,
        "fields": names,
        "before": values_before,
        "after": values_after,
    }
