"""Findings (step 3 of 6), part: names in which somebody wrote a key.

Pure. Normalizing has put a keyed hash in its place (``normalize/privacy.py``); in OpenAI the name
still shows it to everybody who may list such things.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from functions.shared.limits import word
from functions.shared.records.findings import FindingFacts
from functions.shared.records.registers import Registers, identity_of, name_of, present, rows_of
from functions.shared.sections import REGISTERED
from functions.snapshot.findings.api_keys import finding
from functions.snapshot.records import Snapshot

OF_ANY_SECTION = "secret_in_name"
Named = AbstractSet[tuple[str, str]]
"""Sections, and ids as they stand in rows."""

_SECRET = re.compile(r"secret:[0-9a-f]{64}")


def named_with_keys(snapshot: Snapshot) -> Named:
    """Return what was read, whole, whose name holds what looks like a key."""
    return {
        (section, word(identity_of(section, row)))
        for section, read in snapshot.lists.items()
        for row in read.rows
        if isinstance(name := name_of(row), str) and _SECRET.search(name)
    }


def large_names_unread(registers: Registers, snapshot: Snapshot) -> Named:
    """Return present things whose name is too large for their row, and which no list showed.

    The whole of such a name is looked at in the hours that read it, and in no other.
    """
    large = {
        (section, identity_of(section, row))
        for section in REGISTERED
        for row in present(rows_of(registers, section) or ())
        if not isinstance(name_of(row), str | None)
    }
    sections = {section for section, _ in large}.intersection(snapshot.lists)
    return large - {
        (section, word(identity_of(section, row)))
        for section in sections
        for row in snapshot.lists[section].rows
    }


def name_findings(registers: Registers, named: Named = frozenset()) -> Iterator[FindingFacts]:
    """Yield each present thing, of any section, whose name holds what looks like a key.

    Args:
        registers: as they are sealed.
        named: of a name that is too large to be sealed in its row, what was found in the whole.
    """
    for section in REGISTERED:
        for row in present(rows_of(registers, section) or ()):
            name, identity = name_of(row), identity_of(section, row)
            if _SECRET.search(name) if isinstance(name, str) else (section, identity) in named:
                reason = "looks_like_a_key"
                yield finding(OF_ANY_SECTION, reason, "medium", section, identity, None)
