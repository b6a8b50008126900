"""Compare (step 3 of 6): a picture with the registers it follows.

Pure. Which sections may remove, which hour is a baseline.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.shared.sections import BY_NAME
from functions.snapshot.compare.diff import diff
from functions.snapshot.hour_to_close import Closing
from functions.snapshot.records import COMPLETE, NOTHING_CHOSEN, PARTIAL, Chosen, Picture


@dataclass(frozen=True, slots=True)
class Compared:
    """What an hour makes of everything known.

    Attributes:
        registers: the next rows by section.
        changes: what differs, in section order; none for a section's baseline.
    """

    registers: dict[str, list[Json]]
    changes: list[Json]


def compare(
    closing: Closing,
    picture: Picture,
    known: Mapping[str, Sequence[Json]],
    chosen: Chosen = NOTHING_CHOSEN,
) -> Compared:
    """Return the next registers and the changes.

    Args:
        closing: the hour.
        picture: what was seen.
        known: the last rows by section; none for an optional section that was never read.
        chosen: what the tenant's own rows say.
    """
    hour = rfc3339(closing.hour)
    registers: dict[str, list[Json]] = {}
    changes: list[Json] = []
    for section, rows in known.items():
        seen = picture.sections.get(section)
        if seen is None or seen.status not in (COMPLETE, PARTIAL):
            # An optional section that was never read has no register, not an empty one.
            if BY_NAME[section].required or closing.carried(section):
                registers[section] = list(rows)
            continue
        difference = diff(section, rows, seen.rows, hour, removes=_removes(section, picture))
        registers[section] = difference.register
        # Nothing was known before the first whole picture, so nothing has changed by it.
        if closing.baseline(section) is not None:
            changes += difference.changes
    registers |= _as_chosen(registers, chosen)
    return Compared(registers, changes)


def _removes(section: str, picture: Picture) -> Callable[[Json], bool]:
    seen = picture.sections[section]
    if seen.status != COMPLETE:
        return lambda row: False
    if seen.covers is None:
        return lambda row: True
    covers = set(seen.covers)
    return lambda row: row["project_id"] in covers


def _as_chosen(registers: Mapping[str, list[Json]], chosen: Chosen) -> dict[str, list[Json]]:
    """Return the registers that hold a choice of the tenant's, with it: so it is sealed as used."""
    made = {}
    if "admin_keys" in registers:
        made["admin_keys"] = _with_own(registers["admin_keys"], chosen.own_key_last4)
    if "service_accounts" in registers:
        ids = _ids_by_hash(registers.get("users", []))
        # A hash that is nobody's stands for somebody who is not in the organization.
        persons = {account: ids.get(one, one) for account, one in chosen.persons.items()}
        made["service_accounts"] = [
            row | {"person_id": persons.get(row["service_account_id"])}
            if row["removed_at"] is None
            else row
            for row in registers["service_accounts"]
        ]
    return made


def _ids_by_hash(users: Sequence[Json]) -> dict[str, str]:
    """Return user ids by hash of the address; who is present goes before who left with the same."""
    by_presence = sorted(users, key=lambda row: row["removed_at"] is None)
    return {row["email_hash"]: row["user_id"] for row in by_presence}


def _with_own(rows: Sequence[Json], last4: str) -> list[Json]:
    alike = {
        row["key_id"]
        for row in rows
        if last4 and row["removed_at"] is None and (row["redacted_value"] or "").endswith(last4)
    }
    # Where two keys end alike, nobody can tell which is ours.
    is_own = True if len(alike) == 1 else None
    return [
        row | {"is_own": is_own if row["key_id"] in alike else False}
        if row["removed_at"] is None
        else row
        for row in rows
    ]
