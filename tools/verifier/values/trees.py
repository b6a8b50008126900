"""Merkle trees (RFC 6962, SHA-256): the root over leaves, and by the path of one leaf."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from tools.verifier.base import Malformed

MAX_PATH = 64  # levels of a tree


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; a node's begins otherwise, so that none passes for the other."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves: Iterable[bytes]) -> str:
    """Return the root over leaves in their order; of none, SHA-256 of nothing."""
    roots: list[bytes] = []  # of whole subtrees, the largest first
    for n, leaf in enumerate(leaves, 1):
        roots.append(leaf_hash(leaf))
        for _ in range((n & -n).bit_length() - 1):
            right = roots.pop()
            roots.append(node_hash(roots.pop(), right))
    while len(roots) > 1:
        right = roots.pop()
        roots.append(node_hash(roots.pop(), right))
    return (roots[0] if roots else hashlib.sha256().digest()).hex()


def root_by_path(leaf: bytes, index: int, size: int, path: list[str]) -> str:
    """Return the root of a tree of this size in which a leaf stands at this place, from 0.

    Source: RFC 9162, section 2.1.3.2.

    Raises:
        Malformed: the path is not as long as that place's is.
    """
    if not 0 <= index < size or len(path) > MAX_PATH:
        raise Malformed("there is no such place in the tree")
    node, place, last = leaf_hash(leaf), index, size - 1
    for other in map(bytes.fromhex, path):
        if not last:
            raise Malformed("the path is too long")
        if place % 2 or place == last:
            node = node_hash(other, node)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            node = node_hash(node, other)
        place, last = place // 2, last // 2
    if last:
        raise Malformed("the path is too short")
    return node.hex()
