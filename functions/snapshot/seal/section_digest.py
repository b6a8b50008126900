"""Seal (step 5 of 6): what a seal says of the picture that its hour took of a list.

Pure.
"""

import hashlib
from collections.abc import Mapping

from functions.shared.canonical import canonical
from functions.shared.records.entities import EntityState
from functions.shared.records.registers import HourRegisters, identity_of, present, rows_of
from functions.shared.records.seals import NotShown
from functions.snapshot.records import COMPLETE, PARTIAL, SectionRead


def picture_digest(section: SectionRead[EntityState]) -> str | None:
    """Return the digest of what was read of a list, in no order; None where that is not all of it.

    Over lines of canonical JSON: the projects whose list was read, null for all, then the rows in
    the order of their bytes. Whatever a register takes from a snapshot is in it.
    """
    if section.status != COMPLETE:
        return None
    digest = hashlib.sha256(canonical(section.covers and sorted(section.covers)) + b"\n")
    for line in sorted(canonical(row) + b"\n" for row in section.rows):
        digest.update(line)
    return digest.hexdigest()


def not_shown(
    lists: Mapping[str, SectionRead[EntityState]], registers: HourRegisters
) -> dict[str, list[NotShown]]:
    """Return by section, of those that were read, who is present and not in the picture.

    Their rows are as an earlier hour saw them: keys of archived projects, which are asked for once
    a day; whatever stood behind the place where a list broke off.
    """
    ids: dict[str, list[NotShown]] = {}
    for name, section in lists.items():
        if section.status not in (COMPLETE, PARTIAL):
            continue
        seen = {identity_of(name, row) for row in section.rows}
        there = {identity_of(name, row) for row in present(rows_of(registers, name) or ())}
        if there - seen:
            ids[name] = [{"id": identity} for identity in sorted(there - seen)]
    return ids
