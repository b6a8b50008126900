"""Statements that an hour seals: those made before its end that no seal carries yet.

Part of step 5 of 6 (seal). A note is the tenant's own prose, and what is sealed stays for years: so
a keyed hash stands for it. Whoever has the note and the tenant's hashing key can show that it is
this one.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, TypedDict

from functions.shared.errors import KeyUnusable, KmsUnavailable
from functions.shared.hashing import text_hash
from functions.shared.hours import rfc3339
from functions.shared.records.fields import part_of
from functions.shared.records.statements import KeptStatement, SealedStatement, Statement

# Some 3 MB in the table and in the segment; what is more goes into the next hours, in order.
MOST_IN_AN_HOUR: Final = 5000


class _NoteHash(TypedDict):
    note_hash: str | None


def statements_to_seal(
    statements: Iterable[KeptStatement], end: datetime, find_key: Callable[[], bytes | None]
) -> list[SealedStatement]:
    """Return statements as an hour seals them, by number.

    They end before the first that was made after the hour's end, and before the first whose note
    cannot be hashed now: numbers are sealed without a gap, so the rest waits for a later hour.

    Args:
        statements: those that are not sealed, by number.
        end: of the hour.
        find_key: gives the tenant's hashing key, asked for the first note alone; None where there
            is none.
    """
    key: bytes | None = None
    sealed: list[SealedStatement] = []
    for statement in statements:
        if statement["at"] >= rfc3339(end):
            break
        note, hashed = statement["note"], None
        if note is not None:
            key = key or _key(find_key)
            if key is None:
                break
            hashed = text_hash(key, note)
        facts: _NoteHash = {"note_hash": hashed}
        sealed.append({**part_of(Statement, statement), **facts})
    return sealed


def _key(find_key: Callable[[], bytes | None]) -> bytes | None:
    try:
        return find_key()
    except (KeyUnusable, KmsUnavailable):
        # The hour itself needs the same key to read anything, and says in its seal that it has not.
        return None
