"""Broken gzip, broken tar, broken signatures: checks 2, 3 and 4."""

import base64
import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import packs
from tests.packs import Entry
from tests.tools.hostile import Cases, changed, edited, flip, with_data
from tests.tools.verifier import verify_bytes

CASES = Cases()
case, entry, facts = CASES.case, CASES.entry, CASES.facts

# --- check 2: the archive ----------------------------------------------------------------------


def gz(name: str, words: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the compressed bytes."""
    case(name, 2, words, lambda: packs.small(gzip=change).build())


gz("gzip_empty", "not a gzip file", lambda d: b"")
gz("gzip_not", "not a gzip file", lambda d: b"PK" + d)
gz("gzip_cut_trailer", "trailer is cut", lambda d: d[:-3])
gz("gzip_cut_half", "", lambda d: d[: len(d) // 2])
gz("gzip_wrong_crc", "CRC-32", lambda d: flip(d, -8))
gz("gzip_wrong_length", "length", lambda d: flip(d, -1))
gz("gzip_trailing_byte", "behind the gzip member", lambda d: d + b"\0")
gz("gzip_second_member", "behind the gzip member", lambda d: d + gzip.compress(b"more"))
gz("gzip_empty_second_member", "behind the gzip member", lambda d: d + gzip.compress(b""))
gz("gzip_comment", "flags", lambda d: d[:3] + b"\x10" + d[4:10] + b"comment\0" + d[10:])
gz("gzip_extra_field", "flags", lambda d: d[:3] + b"\x04" + d[4:10] + b"\2\0ab" + d[10:])
gz("gzip_reserved_flag", "flags", lambda d: d[:3] + b"\x80" + d[4:])
gz("gzip_endless_name", "file name", lambda d: d[:3] + b"\x08" + d[4:10] + b"n" * 300 + d[10:])
gz("gzip_other_method", "not a gzip file", lambda d: d[:2] + b"\x07" + d[3:])


def tar(name: str, words: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the tar's bytes."""
    case(name, 2, words, lambda: packs.small(tar=change).build())


tar("tar_no_end", "the tar ends in the middle", lambda d: d[:-1024])
tar("tar_one_zero_block", "the tar ends in the middle", lambda d: d[:-512])
tar("tar_data_in_end", "two zero blocks", lambda d: d[:-1] + b"x")
tar("tar_data_behind_end", "behind the end", lambda d: d + b"x" * 512)
tar("tar_second_archive_behind_end", "behind the end", lambda d: d + d)
tar("tar_bomb_behind_end", "padding behind the end", lambda d: d + bytes(8 << 20))
tar("tar_cut_in_member", "", lambda d: d[:-2000])


def header(at: int, **fields: bytes) -> Callable[[list[Entry]], list[Entry]]:
    """Return a change of one member's header fields."""
    return changed(at, header=fields)


def pax(records: bytes, at: int = 2) -> Callable[[list[Entry]], list[Entry]]:
    """Return the insertion of a pax header before one member."""
    extra = Entry("PaxHeaders/x", records, {"typeflag": b"x"})
    return lambda entries: [*entries[:at], extra, *entries[at:]]


def record(key: bytes, value: bytes) -> bytes:
    """Return one pax record."""
    length = len(key) + len(value) + 3
    total = length + len(str(length + len(str(length))))
    return b"%d %s=%s\n" % (total, key, value)


for kind, flag in {
    "hard_link": b"1",
    "symbolic_link": b"2",
    "character_device": b"3",
    "folder": b"5",
    "pipe": b"6",
    "contiguous": b"7",
    "gnu_sparse": b"S",
    "gnu_long_name": b"L",
    "pax_global": b"g",
    "nul": b"\0",
    "unknown": b"Z",
}.items():
    entry(f"tar_type_{kind}", 2, "not a regular file", header(2, typeflag=flag))
entry("tar_link_name", 2, "link target", header(2, linkname=b"/etc/passwd"))
entry("tar_prefix", 2, "prefix", header(2, prefix=b"folder"))
entry("tar_name_after_nul", 2, "holds NUL", header(2, name=b"users.jsonl\0x"))
entry("tar_absolute_path", 2, "path", changed(2, name="/users.jsonl"))
entry("tar_dot_path", 2, "path", changed(2, name="./users.jsonl"))
entry("tar_parent_path", 2, "path", changed(2, name="../users.jsonl"))
entry("tar_empty_name", 2, "empty", changed(2, name=""))
entry("tar_name_with_escape", 2, "unusual", changed(2, name="users\x1b[2J.jsonl"))
entry("tar_no_magic", 2, "neither ustar nor GNU", header(2, magic=b""))
entry("tar_size_base_256", 2, "octal", header(2, size=b"\x80" + bytes(10) + b"\1"))
entry("tar_size_negative", 2, "octal", header(2, size=b"-0000000001\0"))
entry("tar_size_decimal", 2, "octal", header(2, size=b"00000000899\0"))
entry(
    "tar_wrong_checksum", 2, "checksum", changed(2, raw_header=lambda h: h[:100] + b"1" + h[101:])
)
entry("tar_padding_not_zero", 2, "padding", lambda e: [*e[:2], _stuffed(e[2]), *e[3:]])
entry("tar_member_twice", 2, "twice", lambda e: [*e[:3], e[2], *e[3:]])
entry("tar_manifest_twice", 2, "twice", lambda e: [*e, e[0]])
entry("tar_pax_path", 2, "pax", pax(record(b"path", b"other.jsonl")))
entry("tar_pax_small_size", 2, "pax", pax(record(b"size", b"10")))
entry("tar_pax_sparse", 2, "pax", pax(record(b"GNU.sparse.size", b"10")))
entry("tar_pax_wrong_length", 2, "pax", pax(b"99 mtime=1.5\n"))
entry("tar_pax_bomb", 2, "pax", pax(b"0" * 5000))
entry("tar_pax_twice", 2, "regular", lambda e: pax(record(b"mtime", b"1"))(pax(b"")(e)))
entry("tar_without_manifest", 2, "manifest", lambda e: e[1:])
entry("tar_without_signature", 2, "manifest", lambda e: [e[0], *e[2:]])
entry("tar_huge_manifest", 2, "larger", changed(0, data=b"{" * (5 << 20)))


def _stuffed(member: Entry) -> Entry:
    member.padding = b"x" * (-len(member.data) % 512)
    return member


# --- checks 3 and 4: the signature -------------------------------------------------------------


def signature(name: str, number: int, words: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of manifest.sig."""
    case(name, number, words, lambda: packs.small(signature=change).build())


signature("sig_empty", 3, "base64", lambda s: b"")
signature("sig_raw", 3, "base64", base64.b64decode)
signature("sig_hex", 3, "base64", lambda s: base64.b64decode(s).hex().encode())
signature("sig_two_newlines", 3, "base64", lambda s: s + b"\n")
signature("sig_crlf", 3, "base64", lambda s: s.strip() + b"\r\n")
signature("sig_leading_space", 3, "base64", lambda s: b" " + s)
signature("sig_no_padding", 3, "base64", lambda s: s.replace(b"=", b""))
signature("sig_url_alphabet", 3, "base64", lambda s: b"-_" + s[2:])
signature("sig_loose_last_digit", 3, "base64", lambda s: s[:85] + _next_digit(s[85:86]) + s[86:])
signature("sig_63_bytes", 3, "base64", lambda s: base64.b64encode(base64.b64decode(s)[:63]))
signature("sig_huge", 3, "larger", lambda s: s * 100)
signature("sig_flipped", 4, "does not hold", lambda s: base64.b64encode(flip(_raw(s), 5)))
signature("sig_zero", 4, "does not hold", lambda s: base64.b64encode(bytes(64)))
signature("sig_s_plus_l", 4, "does not hold", lambda s: base64.b64encode(_malleable(_raw(s))))
entry("manifest_flipped", 4, "does not hold", lambda e: [edited(e[0], 30), *e[1:]])
entry("manifest_newline_added", 4, "", lambda e: [with_data(e[0], e[0].data + b"\n"), *e[1:]])
entry("manifest_of_another_pack", 4, "", lambda e: [_other_manifest(), *e[1:]])
case("signed_by_another_key", 4, "", lambda: packs.small(seed=b"\7" * 32).build())


def _raw(text: bytes) -> bytes:
    return base64.b64decode(text)


def _next_digit(digit: bytes) -> bytes:
    """Return the next base64 digit: the same 64 bytes, other unused bits."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(digit) + 1 :][:1]


def _malleable(raw: bytes) -> bytes:
    order = 2**252 + 27742317777372353535851937790883648493
    return raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")


def _other_manifest() -> Entry:
    return Entry("manifest.json", packs.small(number=4).signed()[0])


@pytest.mark.parametrize("name", CASES)
def test_a_broken_archive_is_refused_by_the_right_check(name: str, tmp_path: Path) -> None:
    """No archive that a lenient reader would take gets past the strict one."""
    CASES.refuse(name, tmp_path)


def test_a_size_over_8_gib_may_stand_in_a_pax_header(tmp_path: Path) -> None:
    """Such a size has no place in octal; here the member is cut, so the walk ends there."""
    size = b"%d" % (9 << 30)

    def change(entries: list[Entry]) -> list[Entry]:
        return pax(record(b"size", size), 2)(entries)

    verdict = verify_bytes(packs.small(entries=change).build(), tmp_path)
    assert verdict.failed.keys() == {8}
    assert str(9 << 30) in verdict.failed[8]


def test_the_trailer_is_that_of_rfc_1952(tmp_path: Path) -> None:
    """Guards the tests' own idea of where CRC-32 and length stand."""
    data = packs.small().build()
    assert struct.unpack("<I", data[-4:])[0] == len(gzip.decompress(data))
