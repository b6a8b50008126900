"""Within limits (before step 3 of 6): rows as they may be compared and sealed.

Pure. What was read, cleaned, is cut to the size contract once, before anything is made of it; so is
a register that version 2 wrote, which knew no limits. Both sides of a comparison are alike, and
that a value became large is no change of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar, cast

from functions.shared.canonical import canonical
from functions.shared.limits import (
    EVENT,
    ODD,
    ROLES,
    STATE,
    Wholes,
    fit_together,
    limited,
    named_in,
    word,
)
from functions.shared.records.entities import Entity, EntityState, RoleHeld, User
from functions.shared.records.events import EventState, OpenChange
from functions.shared.records.registers import (
    EPISODES,
    MADE_OF_TWO,
    HourRegisters,
    id_field,
    rows_of,
)
from functions.shared.records.seals import Conflict
from functions.snapshot.records import SectionRead, Snapshot

Row = TypeVar("Row", bound=EntityState | EventState)
_MADE_OF_TWO: Final = {
    EPISODES[name]: (id_field(name), *parts) for name, parts in MADE_OF_TWO.items()
}


def within_limits(snapshot: Snapshot, wholes: Wholes) -> Snapshot:
    """Return a snapshot whose rows can be sealed; ``wholes`` takes what is too large for them."""
    return replace(
        snapshot,
        lists={
            name: _section(EPISODES[name], section, STATE, wholes)
            for name, section in snapshot.lists.items()
        },
        audit_events=_section(EventState, snapshot.audit_events, EVENT, wholes),
    )


def registers_within_limits(
    registers: HourRegisters, unlimited: Sequence[str], wholes: Wholes
) -> HourRegisters:
    """Return registers, those named in ``unlimited`` as this version would have written them."""
    fitted: dict[str, object] = {
        name: [_stay(name, row, wholes) for row in rows_of(registers, name) or ()]
        for name in unlimited
        if name in EPISODES
    }
    if "open_changes" in unlimited:
        rows = registers["open_changes"]
        fitted["open_changes"] = [limited(OpenChange, row, wholes, EVENT) for row in rows]
    return cast("HourRegisters", {**registers, **fitted})


def _stay(section: str, row: Entity, wholes: Wholes) -> Entity:
    fitted = _row(EPISODES[section], row, STATE, wholes)
    if section != "users":
        return fitted
    user = cast("User", fitted)
    roles = user["roles_held"][-ROLES:]
    held: list[RoleHeld] = [{**part, "role": part["role"] and word(part["role"])} for part in roles]
    fewer: User = {**user, "roles_held": held}
    return fewer


def _section(
    record: type, section: SectionRead[Row], most: int, wholes: Wholes
) -> SectionRead[Row]:
    rows = [_row(record, row, most, wholes) for row in section.rows]
    covers = section.covers and [word(project) for project in section.covers]
    odd, conflicts = _odd(record, section, most, wholes)
    return replace(section, rows=rows, covers=covers, odd=odd, conflicts=conflicts)


def _odd(
    record: type, section: SectionRead[Row], most: int, wholes: Wholes
) -> tuple[list[Row], list[Conflict]]:
    """Return what did not fit into a list, cut so that a seal can hold it."""
    pairs = [cast("Row", row) for conflict in section.conflicts for row in conflict["rows"]]
    originals = [*section.odd, *pairs]
    rows = [_row(record, row, most, wholes) for row in originals]
    fitted = iter(cast("list[Row]", fit_together(rows, originals, wholes, ODD)))
    odd = [next(fitted) for _ in section.odd]
    conflicts: list[Conflict] = [
        {
            "id": word(conflict["id"]),
            "sha256": conflict["sha256"],
            "rows": [next(fitted) for _ in conflict["rows"]],
        }
        for conflict in section.conflicts
    ]
    wholes.named.update(named_in(canonical([odd, conflicts])))
    return odd, conflicts


def _row(record: type, row: Row, most: int, wholes: Wholes) -> Row:
    fitted = limited(record, row, wholes, most)
    if record in _MADE_OF_TWO:
        # Its id is made of two: so it stays, of whatever these became.
        identity, first, second = _MADE_OF_TWO[record]
        fields = cast("dict[str, object]", fitted)
        if fields[identity] is not None:
            fields[identity] = f"{fields[first]}/{fields[second]}"
    return fitted
