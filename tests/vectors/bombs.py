"""Small files that grow: each must end at what is declared, in little memory and time."""

import zlib
from collections.abc import Callable

from tests.support import packs
from tests.vectors.cases import Case, Cases, Expected, changed, with_rows

CASES = Cases()


def bomb(
    name: str,
    number: int,
    words: str,
    told: str,
    make: Callable[[], bytes],
    stored: bool = True,
) -> None:
    """Register a pack that grows."""
    CASES.add(f"bomb_{name}", Case(told, Expected(1, number, words), make, stored=stored))


def zeros(n_mib: int) -> bytes:
    """Return gzip data of that many MiB of zero bytes; its trailer does not matter."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * n_mib + squeeze.flush() + bytes(8)


def manifest(text: bytes) -> Callable[[], bytes]:
    """Return a pack whose signed manifest holds one key more."""
    return packs.small(manifest_bytes=lambda m: m[:-1] + b',"x":' + text + b"}").build


def users(rows: bytes) -> Callable[[], bytes]:
    """Return a pack with another users.jsonl, signed."""
    return packs.small(members=lambda members: members | {"users.jsonl": rows}).build


def nested(levels: int) -> bytes:
    """Return lists inside lists."""
    return b"[" * levels + b"]" * levels


bomb(
    "1_gib_of_zeros",
    2,
    "",
    "1 GiB of zeros in 1 MiB of gzip data.",
    lambda: zeros(1024),
    stored=False,
)
bomb(
    "behind_the_tar",
    2,
    "padding behind the end",
    "8 MiB of zeros stand behind the end of the tar.",
    packs.small(tar=lambda tar: tar + bytes(8 << 20)).build,
)
bomb(
    "in_a_member",
    8,
    "bytes",
    "users.jsonl is replaced by 32 MiB of zeros.",
    packs.small(entries=changed(2, data=bytes(32 << 20))).build,
    stored=False,
)
bomb(
    "in_a_foreign_member",
    8,
    "bytes",
    "In a pack without profile, users.jsonl is replaced by 8 Mi empty rows.",
    packs.small(profile=None, entries=changed(2, data=b"\n" * (8 << 20))).build,
)
bomb(
    "in_the_manifest",
    2,
    "larger",
    "manifest.json is replaced by 5 MiB of braces.",
    packs.small(entries=changed(0, data=b"{" * (5 << 20))).build,
)
bomb(
    "of_values",
    5,
    "values",
    "The signed manifest holds 300,000 numbers.",
    manifest(b"[" + b"0," * 300_000 + b"0]"),
)
bomb(
    "of_objects",
    5,
    "values",
    "The signed manifest holds 1,000,000 empty objects.",
    manifest(b"[" + b"{}," * 1_000_000 + b"{}]"),
)
bomb(
    "of_levels",
    5,
    "deeper",
    "The signed manifest is nested 100,000 levels deep.",
    manifest(nested(100_000)),
)
bomb(
    "of_digits",
    5,
    "beyond",
    "The signed manifest holds an integer of 1,000,000 digits.",
    manifest(b"9" * 1_000_000),
)
bomb(
    "of_values_in_rows",
    9,
    "values",
    "Three signed rows of users.jsonl hold 340,000 empty objects each.",
    users((b'{"x":[' + b"{}," * 340_000 + b"{}]}\n") * 3),
)
bomb(
    "of_wide_text_in_rows",
    9,
    "lacks",
    "Three signed rows of users.jsonl are 1 MiB of text each, 4 MiB in memory.",
    users(('{"x":"' + "\U0001f600" + "x" * ((1 << 20) - 20) + '"}\n').encode() * 3),
)
bomb(
    "of_one_row",
    9,
    "longer",
    "A signed users.jsonl is 40 MiB without a newline.",
    users(b"x" * (40 << 20)),
    stored=False,
)
bomb(
    "of_levels_in_a_row",
    9,
    "deeper",
    "A signed row of users.jsonl is nested 100,000 levels deep.",
    users(b'{"x":' + nested(100_000) + b"}\n" + b"{}\n" * 2),
)
bomb(
    "of_a_name",
    9,
    "longer",
    "A signed project has a name of 8 MiB.",
    lambda: with_rows("projects.jsonl", lambda rows: rows[0].update(name="x" * (8 << 20))),
)
