"""The Merkle tree hash of RFC 6962, against the values that Certificate Transparency published."""

import hashlib

import pytest

from functions.shared.canonical import Lines
from functions.shared.evidence.merkle import path_to, rows_root, tree_hash
from tools.verifier.base import Malformed
from tools.verifier.values import trees

# The leaves and roots that the reference implementation of RFC 6962 is tested with.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("n", range(9))
def test_the_published_roots(n: int) -> None:
    """Of no leaf up to eight."""
    assert tree_hash(LEAVES[:n]) == ROOTS[n]


def recursive(leaves: list[bytes]) -> bytes:
    """Return the root as section 2.1 of the RFC defines it."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\0" + leaves[0] if leaves else b"").digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    left, right = recursive(leaves[:split]), recursive(leaves[split:])
    return hashlib.sha256(b"\1" + left + right).digest()


@pytest.mark.parametrize("n", [9, 63, 64, 65, 127, 100, 1000])
def test_larger_trees_are_as_the_rfc_defines_them(n: int) -> None:
    """Around powers of two, and between them."""
    leaves = [str(number).encode() for number in range(n)]
    assert tree_hash(iter(leaves)) == recursive(leaves).hex()


@pytest.mark.parametrize("n", range(1, 20))
def test_each_leaf_s_path_leads_to_the_root_and_from_no_other_place(n: int) -> None:
    """As the auditors' script follows it; the script's roots are ours."""
    leaves = [str(number).encode() for number in range(n)]
    root = tree_hash(leaves)
    assert trees.tree_hash(leaves) == root
    for index, leaf in enumerate(leaves):
        path = path_to(leaves, index)
        assert trees.root_by_path(leaf, index, n, path) == root
        for other in range(-1, n + 1):
            if other != index:
                assert not _leads(root, leaf, other, n, path)
        for wrong in (path[:-1], [*path, root], path[::-1], [root, *path]):
            if wrong != path:
                assert not _leads(root, leaf, index, n, wrong)


def _leads(root: str, leaf: bytes, index: int, n: int, path: list[str]) -> bool:
    try:
        return trees.root_by_path(leaf, index, n, path) == root
    except Malformed:
        return False


def test_the_published_path() -> None:
    """That of the first leaf of eight, by the roots above: siblings at each level."""
    path = path_to(LEAVES, 0)
    assert path == [tree_hash(LEAVES[1:2]), tree_hash(LEAVES[2:4]), tree_hash(LEAVES[4:])]
    assert path_to(LEAVES[:1], 0) == []


def test_the_root_of_rows_is_over_each_row_without_its_newline() -> None:
    """A newline in a value is escaped, U+2028 is not one."""
    rows = [{"a": 1}, {"name": "x\n\u2028y"}, {"b": None}]
    leaves = [b'{"a":1}', '{"name":"x\\n\u2028y"}'.encode(), b'{"b":null}']
    assert rows_root(Lines.of(rows).body) == tree_hash(leaves)
    assert rows_root(b"") == ROOTS[0]
