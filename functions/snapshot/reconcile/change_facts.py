"""What is known of a change: its id, what an event should tell of it, by what events may name it.

Pure.
"""

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.records.entities import Entity
from functions.shared.records.events import Change, ChangeFacts, EntityFields
from functions.shared.records.fields import shown, without_nulls
from functions.snapshot.reconcile.rule_table import ADDED, ASPECTS, EXPIRING, REMOVED

_NOTHING: EntityFields = {}


def change_id(change: Change) -> str:
    """Return the id that a change, its verdicts and its finding share: 24 hex digits."""
    named = [change["hour"], change["section"], change["entity_id"], change["kind"]]
    return sha256_hex(canonical(named))[:24]


def aspects_of(change: Change) -> list[str]:
    """Return what of a change an event should tell of, nothing where none ever does."""
    aspects = ASPECTS.get(change["section"])
    if aspects is None:
        return []
    if change["kind"] in (ADDED, REMOVED):
        return [change["kind"]]
    return sorted({aspects[name] for name in change["fields"] if name in aspects})


def facts_of(change: Change, row: Entity | None) -> ChangeFacts:
    """Return by what events may name a change.

    Args:
        change: as sealed.
        row: the register's row of the entity, after the change.
    """
    before, after = change["before"] or _NOTHING, change["after"] or _NOTHING
    was: ChangeFacts = {
        "owner_was": before["owner_id"] if "owner_id" in before else None,
        "role_was": before["role"] if "role" in before else None,
    }
    return without_nulls(shown(ChangeFacts, before, row or _NOTHING, after, was))


def ended_by_itself(change: Change, until: str) -> bool:
    """Tell whether what is gone had a day to end on, and that day had come.

    Args:
        change: as sealed.
        until: instant of the snapshot that missed it.
    """
    if change["section"] not in EXPIRING:
        return False
    before, after = change["before"] or _NOTHING, change["after"] or _NOTHING
    if change["kind"] != REMOVED:
        return "status" in after and after["status"] == "expired"
    ends = before["expires_at"] if "expires_at" in before else None
    return ends is not None and ends <= until
