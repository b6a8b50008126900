"""The Merkle tree hash of RFC 6962: one digest for many rows, of which each can be shown alone.

Pure. A leaf is hashed with 0x00 before it, two hashes with 0x01 before them, so that no leaf can
pass for a node. Whoever has a row and one hash a level can tell that the row is under the root.
"""

import hashlib
from collections.abc import Iterable, Sequence


def tree_hash(leaves: Iterable[bytes]) -> str:
    """Return the root over leaves in their order, 64 hex digits; of none, SHA-256 of nothing."""
    # Roots of whole subtrees, the largest first: their sizes are the bits of the number of leaves.
    roots: list[bytes] = []
    for n, leaf in enumerate(leaves, 1):
        roots.append(hashlib.sha256(b"\0" + leaf).digest())
        for _ in range((n & -n).bit_length() - 1):
            _join_last_two(roots)
    while len(roots) > 1:
        _join_last_two(roots)
    return (roots[0] if roots else hashlib.sha256().digest()).hex()


def rows_root(body: bytes) -> str:
    """Return the root over rows that stand each on a line; a leaf is a row without its newline."""
    return tree_hash(body.split(b"\n")[:-1])


def path_to(leaves: Sequence[bytes], index: int) -> list[str]:
    """Return the audit path of a leaf: the other half's root at each level, from the leaf up.

    Source: RFC 6962, section 2.1.1.
    """
    path: list[str] = []
    part = leaves
    while len(part) > 1:
        split = 1 << ((len(part) - 1).bit_length() - 1)
        is_left = index < split
        other, part = (part[split:], part[:split]) if is_left else (part[:split], part[split:])
        index -= 0 if is_left else split
        path.append(tree_hash(other))
    return path[::-1]


def _join_last_two(roots: list[bytes]) -> None:
    right, left = roots.pop(), roots.pop()
    roots.append(hashlib.sha256(b"\x01" + left + right).digest())
