"""Broken gzip, and a tar whose bytes are broken, behind the signer's back: check 2."""

from collections.abc import Callable

from tests.support import packs
from tests.support.tars import gzipped
from tests.vectors.cases import Cases, flip

CASES = Cases()

# --- gzip --------------------------------------------------------------------------------------


def gz(name: str, words: str, told: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the compressed bytes."""
    CASES.refuse(f"gzip_{name}", 2, words, told, lambda: packs.small(gzip=change).build())


def flags(value: bytes, extra: bytes = b"") -> Callable[[bytes], bytes]:
    """Return a change of the flags in the gzip header, with what these announce."""
    return lambda data: data[:3] + value + data[4:10] + extra + data[10:]


gz("empty", "not a gzip file", "The file holds no byte at all.", lambda d: b"")
gz(
    "not",
    "not a gzip file",
    "Two bytes of a zip archive stand before the gzip data.",
    lambda d: b"PK" + d,
)
gz("cut_trailer", "trailer is cut", "The file's last three bytes are missing.", lambda d: d[:-3])
gz("cut_half", "", "The second half of the file is missing.", lambda d: d[: len(d) // 2])
gz(
    "wrong_crc",
    "CRC-32",
    "One bit of the CRC-32 in the gzip trailer is flipped.",
    lambda d: flip(d, -8),
)
gz(
    "wrong_length",
    "length",
    "One bit of the length in the gzip trailer is flipped.",
    lambda d: flip(d, -1),
)
gz(
    "trailing_byte",
    "behind the gzip member",
    "One zero byte stands behind the gzip member.",
    lambda d: d + b"\0",
)
gz(
    "second_member",
    "behind the gzip member",
    "A second gzip member follows, which gunzip would append to the first.",
    lambda d: d + gzipped(b"more"),
)
gz(
    "empty_second_member",
    "behind the gzip member",
    "A second gzip member follows that holds nothing.",
    lambda d: d + gzipped(b""),
)
gz("comment", "flags", "The gzip header holds a comment.", flags(b"\x10", b"comment\0"))
gz("extra_field", "flags", "The gzip header holds an extra field.", flags(b"\x04", b"\2\0ab"))
gz("reserved_flag", "flags", "The gzip header has a flag that no standard knows.", flags(b"\x80"))
gz(
    "endless_name",
    "file name",
    "The file name in the gzip header has no end.",
    flags(b"\x08", b"n" * 300),
)
gz(
    "other_method",
    "not a gzip file",
    "The gzip header names another method than deflate.",
    lambda d: d[:2] + b"\x07" + d[3:],
)
gz(
    "broken_data",
    "",
    "One bit in the middle of the compressed data is flipped.",
    lambda d: flip(d, len(d) // 2),
)

# --- the tar's bytes ---------------------------------------------------------------------------


def tar(name: str, words: str, told: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the tar's bytes."""
    CASES.refuse(f"tar_{name}", 2, words, told, lambda: packs.small(tar=change).build())


tar(
    "no_end",
    "the tar ends in the middle",
    "Both zero blocks at the end of the tar are missing.",
    lambda d: d[:-1024],
)
tar(
    "one_zero_block",
    "the tar ends in the middle",
    "One of the two zero blocks at the end of the tar is missing.",
    lambda d: d[:-512],
)
tar(
    "data_in_end",
    "two zero blocks",
    "The last byte of the second zero block is an x.",
    lambda d: d[:-1] + b"x",
)
tar(
    "data_behind_end",
    "behind the end",
    "A block of text stands behind the end of the tar.",
    lambda d: d + b"x" * 512,
)
tar(
    "second_archive_behind_end",
    "behind the end",
    "The same tar follows once more; tar -i would read it.",
    lambda d: d + d,
)
tar("cut_in_member", "", "The last 2,000 bytes of the tar are missing.", lambda d: d[:-2000])
