"""Merkle trees (RFC 6962, SHA-256): the root over leaves, and by the path of one leaf."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from tools.verifier.base import Malformed

MAX_PATH = 64  # levels of a tree


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; a node's begins otherwise, so that none passes for the other."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree whose leaves come one by one; it keeps a hash for each level alone."""

    def __init__(self) -> None:
        self.n = 0
        self._roots: list[bytes] = []  # of whole subtrees, the largest first

    def add(self, leaf: bytes) -> None:
        """Put a leaf behind the others."""
        self.n += 1
        self._roots.append(leaf_hash(leaf))
        for _ in range((self.n & -self.n).bit_length() - 1):
            self._join_last_two()

    def root(self) -> str:
        """Return the root, after which nothing is added; of no leaves, SHA-256 of nothing."""
        while len(self._roots) > 1:
            self._join_last_two()
        return (self._roots[0] if self._roots else hashlib.sha256().digest()).hex()

    def _join_last_two(self) -> None:
        right = self._roots.pop()
        self._roots.append(node_hash(self._roots.pop(), right))


def tree_hash(leaves: Iterable[bytes]) -> str:
    """Return the root over leaves in their order."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


class RegisterTree:
    """The tree over a register's rows, each behind 32 bytes that follow from the salt, if any."""

    def __init__(self, salt: str | None) -> None:
        self._tree, self._salt = Tree(), bytes.fromhex(salt or "")

    def add(self, row: bytes) -> None:
        """Put a row, without its newline, behind the others."""
        place = self._tree.n.to_bytes(8, "big")
        blinding = hmac.digest(self._salt, place, "sha256") if self._salt else b""
        self._tree.add(blinding + row)

    def root(self) -> str:
        """Return the root, after which nothing is added."""
        return self._tree.root()


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
