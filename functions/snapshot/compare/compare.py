"""Compare (step 3 of 6): a snapshot with the registers it follows.

Pure, but for what the log reads back. Which sections may remove, which hour is a baseline.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from functions.shared.records.entities import AdminKey, Entity, EntityState, ServiceAccount, User
from functions.shared.records.events import Change
from functions.shared.records.registers import (
    Registers,
    identity_of,
    parent_of,
    present,
    project_of,
    rows_of,
)
from functions.shared.sections import BY_NAME, REGISTERED
from functions.snapshot.compare.diff import diff, ended
from functions.snapshot.compare.log_of_stays import LogOfStays, ReadBack
from functions.snapshot.compare.stays import (
    OF_PROJECTS,
    Gone,
    Stays,
    gone_from_unreadable_lists,
)
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.records import (
    COMPLETE,
    NO_CHOICES,
    PARTIAL,
    SectionRead,
    Snapshot,
    TenantChoices,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an hour makes of everything known.

    Attributes:
        registers: the next rows by section.
        changes: what differs, in section order; none for a section's baseline.
        last_shown: by section and id, the last hour that showed what has changed, where the newest
            picture before did not show it.
    """

    registers: Registers
    changes: list[Change]
    last_shown: Mapping[tuple[str, str], str] = field(default_factory=dict)


def compare(
    hour: HourToClose,
    snapshot: Snapshot,
    before: Registers,
    choices: TenantChoices = NO_CHOICES,
    log: LogOfStays | None = None,
) -> Comparison:
    """Return the next registers and the changes.

    Args:
        hour: the hour.
        snapshot: what was read of it.
        before: the last rows by section.
        choices: what the tenant's own rows say.
        log: what the audit log tells; by default what the snapshot shows of it.
    """
    registers: dict[str, Sequence[Entity]] = {}
    changes: dict[str, list[Change]] = {}
    log = log or LogOfStays(snapshot.audit_events.rows, hour.start, lambda since: ReadBack())
    for name in REGISTERED:
        rows = rows_of(before, name) or []
        section = snapshot.lists.get(name)
        if section is None or section.status not in (COMPLETE, PARTIAL):
            # An optional section that was never read has no register, not an empty one.
            if BY_NAME[name].required or hour.carried(name):
                registers[name] = rows
            continue
        stays = Stays(name, hour, snapshot.pictured_to, log)
        difference = diff(
            name,
            rows,
            section.rows,
            hour.name,
            removes=_removes(name, section, registers),
            has_returned=stays.has_returned,
        )
        shown = {identity_of(name, row) for row in section.rows}
        registers[name] = stays.bounded(difference.register, shown)
        changes[name] = difference.changes
    after = cast("Registers", registers)
    of_projects = changes["projects"] if "projects" in changes else []
    unlisted = {change["entity_id"] for change in of_projects}
    for name in OF_PROJECTS:
        gone = list(gone_from_unreadable_lists(name, after, unlisted, hour, log))
        if gone:
            stays = Stays(name, hour, snapshot.pictured_to, log)
            registers[name], removed = _without(registers[name], gone, stays)
            changes[name] = sorted(
                [*changes.get(name, ()), *removed], key=lambda change: change["entity_id"]
            )
    # Nothing was known before the first whole snapshot, so nothing has changed by it.
    known = [name for name in REGISTERED if hour.baseline(name) is not None]
    told = [change for name in known for change in changes.get(name, ())]
    return Comparison(_with_choices(after, choices), told, _last_shown(before, told))


def _last_shown(before: Registers, changes: Sequence[Change]) -> dict[tuple[str, str], str]:
    changed = {(change["section"], change["entity_id"]) for change in changes}
    return {
        (name, identity): row["shown_until"]
        for name in {section for section, _ in changed}
        for row in rows_of(before, name) or []
        if row["removed_at"] is None and "shown_until" in row
        for identity in [identity_of(name, row)]
        if (name, identity) in changed
    }


def _without(
    rows: Sequence[Entity], gone: Sequence[Gone], stays: Stays
) -> tuple[list[Entity], list[Change]]:
    """Return a register in which the log has ended some stays, and the changes that makes."""
    at = {identity_of(stays.section, one.row): one.at for one in gone}
    kept: list[Entity] = []
    changes: list[Change] = []
    for row in rows:
        instant = at.get(identity_of(stays.section, row)) if row["removed_at"] is None else None
        if instant is None:
            kept.append(row)
        else:
            past, change = ended(stays.section, row, stays.hour.name)
            kept.append(stays.ended_by_log(past, instant))
            changes.append(change)
    return kept, changes


def _removes(
    name: str, section: SectionRead[EntityState], registers: Mapping[str, Sequence[Entity]]
) -> Callable[[Entity], bool]:
    """Return whether a section is proof that a row it does not show is gone.

    Args:
        name: the section's.
        section: what was read of it.
        registers: the next rows of the sections before it.
    """
    parents = BY_NAME[name].parent
    if parents is None or section.covers is None:
        return lambda row: section.status == COMPLETE
    covers = set(section.covers)
    if parents == "projects":
        # What is in an archived project is there still, though its lists are not read.
        return lambda row: section.status == COMPLETE and project_of(row) in covers
    there = {identity_of(parents, row) for row in present(registers.get(parents, ()))}
    return lambda row: (parent := parent_of(parents, row)) in covers or parent not in there


def _with_choices(registers: Registers, choices: TenantChoices) -> Registers:
    """Return the registers with what the tenant chose in them: so it is sealed as it was used."""
    if "admin_keys" in registers:
        keys = _with_own(registers["admin_keys"], choices.own_key_last4)
        registers = {**registers, "admin_keys": keys}
    if "service_accounts" in registers:
        ids = _ids_by_hash(registers["users"])
        # A hash that is nobody's stands for somebody who is not in the organization.
        owners = {
            account: ids.get(person, person) for account, person in choices.account_owners.items()
        }
        accounts = [_with_owner(account, owners) for account in registers["service_accounts"]]
        registers = {**registers, "service_accounts": accounts}
    return registers


def _ids_by_hash(users: Sequence[User]) -> dict[str | None, str]:
    """Return user ids by hash of the address; who is present goes before who left with the same."""
    by_presence = sorted(users, key=lambda user: user["removed_at"] is None)
    return {user["email_hash"]: user["user_id"] for user in by_presence}


def _with_owner(account: ServiceAccount, owners: dict[str, str]) -> ServiceAccount:
    if account["removed_at"] is not None:
        return account
    return account | {"person_id": owners.get(account["service_account_id"])}


def _with_own(keys: Sequence[AdminKey], last4: str) -> list[AdminKey]:
    alike = {
        key["key_id"]
        for key in present(keys)
        if last4 and (key["redacted_value"] or "").endswith(last4)
    }
    # Where two keys end alike, nobody can tell which is ours.
    is_own = True if len(alike) == 1 else None
    return [
        _of_ours(key, is_own if key["key_id"] in alike else False)
        if key["removed_at"] is None
        else key
        for key in keys
    ]


def _of_ours(key: AdminKey, is_own: bool | None) -> AdminKey:
    """Return a key that is ours, is not or may be; ours is used, whatever OpenAI says yet."""
    unused = key["ever_used"] is False and is_own is not False
    return key | {"is_own": is_own, "ever_used": is_own if unused else key["ever_used"]}
