"""Findings (step 3 of 6), part: names in which somebody wrote a key.

Pure. Normalizing has put a keyed hash in its place (``normalize/privacy.py``); in OpenAI the name
still shows it to everybody who may list such things.
"""

import re
from collections.abc import Iterator

from functions.shared.records.findings import FindingFacts
from functions.shared.records.registers import Registers, identity_of, name_of, present, rows_of
from functions.shared.sections import REGISTERED
from functions.snapshot.findings.api_keys import finding

OF_ANY_SECTION = "secret_in_name"
_SECRET = re.compile(r"secret:[0-9a-f]{64}")


def name_findings(registers: Registers) -> Iterator[FindingFacts]:
    """Yield each present thing, of any section, whose name holds what looks like a key."""
    for section in REGISTERED:
        for row in present(rows_of(registers, section) or ()):
            name = name_of(row)
            if name is not None and _SECRET.search(name):
                identity = identity_of(section, row)
                reason = "looks_like_a_key"
                yield finding(OF_ANY_SECTION, reason, "medium", section, identity, None)
