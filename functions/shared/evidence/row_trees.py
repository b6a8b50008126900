"""What lets one row of a seal be shown alone: trees over salted rows, sections and seals.

Pure. A row's leaf begins with 32 bytes that only the row's own proof tells: whoever is shown a
neighbour's hash cannot try rows until one fits, however little there is to guess in it. They follow
from the register's salt, which is sealed in the content; a proof shows the header alone.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import TypedDict

from functions.shared.canonical import canonical
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.merkle import tree_hash
from functions.shared.records.fields import Count, Digest, MaybeInstant, Text
from functions.shared.records.seals import SectionSeal


class ProvenSection(TypedDict):
    """What the proof of a row shows of its section: a leaf under the header's ``sections_root``.

    ``index`` is its place among the leaves, ``of`` how many there are, ``rows`` the register's.
    """

    complete_at: MaybeInstant
    index: Count
    of: Count
    root: Digest
    rows: Count
    section: Text
    state_at: MaybeInstant
    status: Text


def blinding(salt: str, index: int) -> bytes:
    """Return the 32 bytes before a row in its leaf.

    Args:
        salt: of the register, 64 hex digits.
        index: the row's place in it, from 0.
    """
    return hmac.digest(bytes.fromhex(salt), index.to_bytes(8, "big"), hashlib.sha256)


def salted_leaves(salt: str, body: bytes) -> list[bytes]:
    """Return the leaves of a register's rows, in their order."""
    rows = body.split(b"\n")[:-1]
    return [blinding(salt, index) + row for index, row in enumerate(rows)]


def salted_root(salt: str, body: bytes) -> str:
    """Return the root over a register's rows, 64 hex digits."""
    return tree_hash(salted_leaves(salt, body))


def proven_sections(sections: Mapping[str, SectionSeal]) -> list[ProvenSection]:
    """Return, by name, what proofs show of the sections of which a row can be shown alone."""
    names = sorted(name for name, facts in sections.items() if facts["salt"] is not None)
    return [_proven(name, sections[name], index, len(names)) for index, name in enumerate(names)]


def _proven(name: str, facts: SectionSeal, index: int, of: int) -> ProvenSection:
    register, root = facts["register"], facts["root"]
    if register is None or root is None:
        raise EvidenceInvalid(f"{name} has a salt, and no register or no root")
    return {
        "complete_at": facts["complete_at"],
        "index": index,
        "of": of,
        "root": root,
        "rows": register["rows"],
        "section": name,
        "state_at": facts["state_at"],
        "status": facts["status"],
    }


def section_leaves(sections: Mapping[str, SectionSeal]) -> list[bytes]:
    """Return the leaves of the tree over a seal's sections, by name.

    Raises:
        EvidenceInvalid: a section has a salt and nothing to blind by it.
    """
    return [canonical(facts) for facts in proven_sections(sections)]


def sections_root(sections: Mapping[str, SectionSeal]) -> str:
    """Return the root over what a seal says of its sections, 64 hex digits."""
    return tree_hash(section_leaves(sections))


def seal_leaves(digests: Iterable[str]) -> list[bytes]:
    """Return the leaves of the seals of a pack's period, oldest first: their digests' bytes."""
    return [bytes.fromhex(sha256) for sha256 in digests]


def seals_root(digests: Iterable[str]) -> str:
    """Return the root over the digests of seals, 64 hex digits."""
    return tree_hash(seal_leaves(digests))
