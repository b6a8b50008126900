"""Packs that must be refused: each by the check with the right number, and saying why.

Two kinds of case. *Unsigned* changes happen behind the signer's back. *Signed* ones come from
somebody who holds the key and signs something that is not good evidence.
"""

import base64
import gzip
import io
import json
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import packs
from tests.packs import Entry, Pack, Row
from tests.tools.verifier import verify_bytes

Make = Callable[[], bytes]
CASES: dict[str, tuple[int, str, Make]] = {}


def case(name: str, number: int, words: str, make: Make) -> None:
    """Register a pack that check `number` must refuse with these words."""
    assert name not in CASES
    CASES[name] = (number, words, make)


# --- check 2: the archive ----------------------------------------------------------------------


def gz(name: str, words: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the compressed bytes."""
    case(name, 2, words, lambda: packs.small(gzip=change).build())


def flip(data: bytes, at: int) -> bytes:
    """Return the bytes with one bit of one byte flipped."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


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


def entry(name: str, number: int, words: str, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Register a change of the tar's members."""
    case(name, number, words, lambda: packs.small(entries=change).build())


def changed(at: int, **facts: Any) -> Callable[[list[Entry]], list[Entry]]:
    """Return a change of one member's fields."""

    def change(entries: list[Entry]) -> list[Entry]:
        for key, value in facts.items():
            setattr(entries[at], key, value)
        return entries

    return change


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
entry("manifest_flipped", 4, "does not hold", lambda e: [_edit(e[0], 30), *e[1:]])
entry("manifest_newline_added", 4, "", lambda e: [_data(e[0], e[0].data + b"\n"), *e[1:]])
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


def _data(member: Entry, data: bytes) -> Entry:
    member.data = data
    return member


def _edit(member: Entry, at: int) -> Entry:
    return _data(member, flip(member.data, at))


def _other_manifest() -> Entry:
    return Entry("manifest.json", packs.small(number=4).signed()[0])


# --- check 5: strict JSON, signed --------------------------------------------------------------


def raw_manifest(name: str, words: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the manifest's bytes before it is signed."""
    case(name, 5, words, lambda: packs.small(manifest_bytes=change).build())


def facts(name: str, number: int, words: str, **values: Any) -> None:
    """Register a manifest with other values, signed."""
    case(name, number, words, lambda: packs.small(facts=values).build())


raw_manifest("json_bom", "byte order mark", lambda m: b"\xef\xbb\xbf" + m)
raw_manifest("json_utf16", "not UTF-8", lambda m: m.decode().encode("utf-16"))
raw_manifest("json_latin1", "not UTF-8", lambda m: m.replace(b"tenant-a", b"tenant-\xe9"))
raw_manifest("json_raw_surrogate", "not UTF-8", lambda m: m.replace(b"t-a", b"\xed\xa0\x80"))
raw_manifest("json_duplicate_key", "same key twice", lambda m: m[:-1] + b',"pack_id":"4"}')
raw_manifest("json_duplicate_nested", "twice", lambda m: m[:-1] + b',"x":{"a":1,"a":1}}')
raw_manifest("json_nan", "NaN", lambda m: m[:-1] + b',"x":NaN}')
raw_manifest("json_infinity", "Infinity", lambda m: m[:-1] + b',"x":-Infinity}')
raw_manifest("json_two_documents", "not JSON", lambda m: m + m)
raw_manifest("json_cut", "not JSON", lambda m: m[:-1])
raw_manifest("json_comment", "not JSON", lambda m: m + b"// fine")
raw_manifest("json_empty", "not JSON", lambda m: b"")
raw_manifest("json_list", "not a JSON object", lambda m: b"[" + m + b"]")
raw_manifest("json_deep", "deeper", lambda m: m[:-1] + b',"x":' + b"[" * 99 + b"]" * 99 + b"}")
raw_manifest("json_very_deep", "deeper", lambda m: b"[" * 100_000)
raw_manifest("json_big_integer", "beyond 2^53", lambda m: m[:-1] + b',"x":9007199254740993}')
raw_manifest("json_20000_digits", "beyond", lambda m: m[:-1] + b',"x":' + b"9" * 20_000 + b"}")
raw_manifest("json_many_values", "values", lambda m: m[:-1] + b',"x":[' + b"0," * 300_000 + b"0]}")
raw_manifest("json_control_character", "not JSON", lambda m: m.replace(b"tenant-a", b"te\x01nt"))
facts("type_version_true", 5, "schema_version", schema_version=True)
facts("type_version_text", 5, "schema_version", schema_version="2")
facts("type_version_float", 5, "schema_version", schema_version=2.0)
facts("type_count_true", 5, "user_count", user_count=True)
facts("type_count_text", 5, "user_count", user_count="3")
facts("type_count_negative", 5, "user_count", user_count=-1)
facts("type_pack_id_number", 5, "pack_id", pack_id=3)
facts("type_pack_id_word", 6, "pack_id", pack_id="three")
facts("type_tenant_null", 5, "tenant_id", tenant_id=None)
facts("type_org_ids_text", 5, "org_ids", org_ids="org-Alpha")
facts("type_org_ids_twice", 5, "org_ids", org_ids=["org-Alpha", "org-Alpha"])
facts("type_sha256_upper", 5, "users_sha256", users_sha256="AB" * 32)
facts("type_period_local", 5, "period_start", period_start="2026-04-01T00:00:00+02:00")
facts("type_period_no_day", 5, "period_end", period_end="2026-02-30T23:59:59Z")
facts("type_profile_null", 5, "profile", profile=None)

# --- check 6: known, complete, our key ---------------------------------------------------------

facts("version_unknown", 6, "unknown schema_version 3", schema_version=3)
facts("module_unknown", 6, "unknown schema_version 2", module="other\x1b[2J")
facts("key_inside_is_another", 6, "pinned key", signing_public_hex="ab" * 32)
facts("key_inside_upper", 6, "pinned key", signing_public_hex=packs.public_hex().upper())
facts("period_backwards", 6, "ends before", period_start="2026-05-01T00:00:00Z")
facts("period_half_hour", 6, "whole hours", period_start="2026-04-01T00:30:00Z")
facts("profile_unknown", 6, "unknown profile", profile="half")
facts("kind_unknown", 6, "unknown kind", kind="weekly")
facts("revision_of_nothing", 6, "replaces", kind="revision")
facts("coverage_lacks", 6, "coverage lacks", coverage={"expected_hours": 48})
facts("chain_of_other_org", 6, "chain", chain=[])
for key in ("tenant_id", "user_count", "events_sha256", "signing_public_hex", "chain", "files"):
    case(
        f"manifest_lacks_{key}",
        6,
        f"lacks {key}",
        lambda key=key: packs.small(  # type: ignore[misc]
            manifest=lambda m: {k: v for k, v in m.items() if k != key}
        ).build(),
    )

# --- check 7: members --------------------------------------------------------------------------

entry("member_unsigned", 7, "not in the signed manifest", lambda e: [*e, Entry("x.txt", b"x")])
entry("member_missing", 7, "users.jsonl is in the signed", lambda e: [*e[:2], *e[3:]])
entry("member_missing_last", 7, "README.txt is in the signed", lambda e: e[:-1])
entry("members_swapped", 7, "order", lambda e: [*e[:2], e[3], e[2], *e[4:]])
entry("signature_first", 7, "order", lambda e: [e[1], e[0], *e[2:]])
entry("member_renamed", 7, "not in the signed", changed(2, name="Users.jsonl"))


def files(name: str, number: int, words: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """Register a manifest with another list of files, signed."""
    make = lambda: packs.small(manifest=lambda m: m | {"files": change(m["files"])}).build()  # noqa: E731
    case(name, number, words, make)


files("files_lacks_coverage", 7, "lacks coverage", lambda f: [*f[:4], *f[5:]])
files("files_twice", 7, "twice", lambda f: [*f, f[0]])
files("files_path", 7, "not a name", lambda f: [*f, f[0] | {"name": "../x.jsonl"}])
files("files_no_rows", 7, "row count", lambda f: [f[0] | {"rows": None}, *f[1:]])
files("files_bytes_text", 7, "bytes", lambda f: [f[0] | {"bytes": "9"}, *f[1:]])
files("files_contradicts_digest", 8, "do not say the same", lambda f: _sha(f, "ab" * 32))


def _core_with_readme() -> bytes:
    return packs.small(profile="core", members=lambda m: m | {"README.txt": b"x\n"}).build()


case("core_with_more", 7, "profile core", _core_with_readme)


def _sha(entries: list[Row], digest: str) -> list[Row]:
    return [entries[0] | {"sha256": digest}, *entries[1:]]


# --- check 8: digests and counts ---------------------------------------------------------------

entry("row_edited", 8, "SHA-256", lambda e: [*e[:2], _edit(e[2], 40), *e[3:]])
entry("readme_edited", 8, "SHA-256", lambda e: [*e[:-1], _edit(e[-1], 2)])
entry("row_dropped", 8, "bytes", lambda e: [*e[:5], _data(e[5], b""), *e[6:]])
entry("row_added", 8, "bytes", lambda e: [*e[:2], _data(e[2], e[2].data + b"{}\n"), *e[3:]])
entry("bomb_in_member", 8, "bytes", changed(2, data=bytes(8 << 20)))
entry("members_exchanged", 8, "bytes", lambda e: [*e[:2], _data(e[2], e[3].data), *e[3:]])
facts("count_wrong", 8, "do not say the same", user_count=4)
files("rows_wrong", 8, "do not say the same", lambda f: [f[0] | {"rows": 4}, *f[1:]])
files("rows_wrong_coverage", 8, "47", lambda f: [*f[:4], f[4] | {"rows": 47}, *f[5:]])
files("rows_too_many", 8, "49", lambda f: [*f[:4], f[4] | {"rows": 49}, *f[5:]])


def foreign(name: str, number: int, words: str, **changes: Any) -> None:
    """Register a pack without profile."""
    case(name, number, words, lambda: packs.small(profile=None, **changes).build())


foreign("foreign_count_wrong", 8, "more rows than the 2", facts={"user_count": 2})
foreign("foreign_count_high", 8, "3 rows", facts={"user_count": 4})
foreign("foreign_unsigned_member", 7, "x.txt", entries=lambda e: [*e, Entry("x.txt", b"")])
foreign("foreign_bomb", 8, "bytes", entries=changed(2, data=b"\n" * (8 << 20)))
foreign(
    "foreign_long_row", 9, "longer", facts={"user_count": 99}, entries=changed(2, data=b"x" * 2**21)
)
foreign(
    "foreign_spaces", 9, "white space", members=lambda m: m | {"users.jsonl": b'{"a": 1}\n' * 3}
)
foreign(
    "foreign_unsorted", 9, "sorted", members=lambda m: m | {"users.jsonl": b'{"b":1,"a":1}\n' * 3}
)

# --- check 9: rows, signed ---------------------------------------------------------------------


def users(name: str, words: str, *lines: bytes) -> None:
    """Register a users.jsonl of these lines, signed."""

    def make() -> bytes:
        pack = packs.small(members=lambda m: m | {"users.jsonl": b"\n".join([*lines, b""])})
        pack.rows["users.jsonl"] = [{}] * len(lines)
        return pack.build()

    case(name, 9, words, make)


USER = packs.canonical(packs.user("user-1"))
users("row_with_space", "not canonical", USER.replace(b'":', b'": ', 1))
users("row_unsorted", "not canonical", b'{"z":1,' + USER[1:])
users("row_duplicate_key", "not canonical", USER[:-1] + b',"user_id":"user-1"}')
users("row_escaped", "not canonical", USER.replace(b"reader", b"\\u0072eader"))
users("row_nan", "NaN", USER[:-1] + b',"z":NaN}')
users("row_huge_float", "number", USER[:-1] + b',"z":1e999}')
users("row_minus_zero", "not canonical", USER[:-1] + b',"z":-0}')
users("row_big_integer", "2^53", USER[:-1] + b',"z":9007199254740993}')
users("row_not_utf8", "not UTF-8", USER.replace(b"anna", b"ann\xff"))
users("row_list", "not a JSON object", b"[]")
users("row_empty", "not JSON", b"")
users("row_crlf", "not canonical", USER + b"\r")
users("row_deep", "deeper", USER[:-1] + b',"z":' + b"[" * 5000 + b"]" * 5000 + b"}")
users("row_lacks_field", "lacks role", USER.replace(b'"role":"reader",', b""))
case(
    "row_without_newline",
    9,
    "newline",
    lambda: _trailing(packs.small(), "api_keys.jsonl"),
)
case("row_too_long", 9, "longer", lambda: _rows("projects.jsonl", _long_name))
case("json_member_broken", 9, "collection.json", lambda: _collection(b'{"a":NaN}'))


def _trailing(pack: Pack, name: str) -> bytes:
    return pack.but(
        members=lambda m: m | {name: m[name] + b"{}"},
    ).build()


def _collection(data: bytes) -> bytes:
    return packs.small(texts={"collection.json": data, "README.txt": b"x\n"}).build()


def _rows(name: str, change: Callable[[list[Row]], object]) -> bytes:
    pack = packs.small()
    change(pack.rows[name])
    return pack.build()


def _long_name(rows: list[Row]) -> None:
    rows[0]["name"] = "x" * (2 << 20)


def rows(
    name: str, words: str, member: str, change: Callable[[list[Row]], object], number: int = 9
) -> None:
    """Register a change of the rows of one member, signed."""
    case(name, number, words, lambda: _rows(member, change))


rows("users_swapped", "not sorted", "users.jsonl", list.reverse)
rows("users_twice", "twice", "users.jsonl", lambda r: r.insert(0, r[0]))
rows("users_other_org", "org_ids", "users.jsonl", lambda r: r[0].update(org_id="org-Other"))
rows("users_org_list", "org_ids", "users.jsonl", lambda r: r[0].update(org_id=["org-Alpha"]))
rows("users_id_number", "no text", "users.jsonl", lambda r: r[0].update(user_id=1))
rows("users_no_first_seen", "no hour", "users.jsonl", lambda r: r[0].update(first_seen_at=None))
rows("users_removed_oddly", "not an hour", "users.jsonl", lambda r: r[0].update(removed_at="x"))
rows("keys_twice", "twice", "api_keys.jsonl", lambda r: r.append(r[-1]))
rows("events_swapped", "not sorted", "events.jsonl", list.reverse)
rows("event_outside", "outside the period", "events.jsonl", lambda r: r[0].update(late=False))
rows("event_late_text", "late", "events.jsonl", lambda r: r[0].update(late="yes"))
rows("event_no_time", "not an instant", "events.jsonl", lambda r: r[1].update(occurred_at=None))
rows(
    "event_no_day",
    "instant",
    "events.jsonl",
    lambda r: r[0].update(occurred_at="2026-02-30T00:00:00Z"),
)
rows(
    "event_odd_hour",
    "not an hour",
    "events.jsonl",
    lambda r: r[3].update(sealed_hour="2026-04-03T00:01:00Z"),
)
rows(
    "event_after_cut",
    "after the cut",
    "events.jsonl",
    lambda r: r[3].update(sealed_hour="2026-05-04T03:00:00Z"),
)
rows(
    "event_twice",
    "audit_log-2 stands there twice",
    "events.jsonl",
    lambda r: r[3].update(event_id="audit_log-2"),
)

# --- check 10: coverage and chain, signed ------------------------------------------------------


def cover(name: str, words: str, change: Callable[[list[Row]], object]) -> None:
    """Register a change of coverage.jsonl, signed with a manifest that agrees with it."""
    case(name, 10, words, lambda: _rows("coverage.jsonl", change))


def reseal(name: str, words: str, *outcomes: str | Row, start: str = "2026-04-01T00") -> None:
    """Register another chain: hours 0 to 47, signed with a manifest that agrees with it."""

    def make() -> bytes:
        pack = packs.small()
        pack.rows["events.jsonl"] = []
        pack.rows["coverage.jsonl"] = packs.seals(list(outcomes), start, previous="ab" * 32)
        return pack.build()

    case(name, 10, words, make)


C = "complete"
cover("hour_removed", "2026-04-01T20:00:00Z: the hour is missing", lambda r: r.pop(20))
cover(
    "hours_removed", "2026-04-01T20:00:00Z: the hour is missing, and 3", lambda r: _cut(r, 20, 24)
)
cover("newest_hour_removed", "2026-04-02T23:00:00Z: missing", lambda r: r.pop())
cover("newest_hours_removed", "2026-04-02T18:00:00Z: missing", lambda r: _cut(r, 42, 48))
cover("oldest_hour_removed", "2026-04-01T00:00:00Z: missing", lambda r: r.pop(0))
cover("all_hours_removed", "event", lambda r: r.clear())
cover("seal_edited", "T07:00:00Z: the seal's content", lambda r: r[7]["seal"].update(reason="x"))
cover("seal_removed", "T07:00:00Z: the seal is missing", lambda r: r[7].update(seal=None))
cover(
    "seal_digest_edited", "T07:00:00Z: the seal's content", lambda r: r[7].update(sha256="ab" * 32)
)
cover("seal_resealed_alone", "T08:00:00Z: the seal does not follow", lambda r: _resealed(r, 7))
cover("seals_exchanged", "T07:00:00Z: the seal's hour", lambda r: _exchange(r, 7, 8))
cover("outcome_edited", "T07:00:00Z: the seal's outcome", lambda r: r[7].update(outcome="paused"))
cover("gap_with_digest", "a gap has a digest", lambda r: r[7].update(seal=None, outcome="gap"))
cover("gap_over_a_seal", "T08:00:00Z: the seal does not follow", lambda r: _gap(r, 7))
reseal("outcome_unknown", "unknown outcome", *[C] * 47, {"outcome": "splendid"})
reseal("tenant_of_another", "another tenant", *[C] * 47, {"tenant_id": "tenant-b"})
reseal("hour_outside", "outside the period", *[C] * 49)
reseal(
    "forked_chain",
    "T10:00:00Z: the seal does not follow",
    *[C] * 10,
    {"previous_sha256": "cd" * 32},
    *[C] * 37,
)
reseal("chain_begins_anew", "does not follow", *[C] * 10, {"previous_sha256": None}, *[C] * 37)
reseal("pause_without_seals", "T05:00:00Z: the hour is missing", *[C] * 5, {"skip": 3}, *[C] * 40)
reseal(
    "disconnect_without_reconnect",
    "T06:00:00Z: the hour is missing",
    *[C] * 5,
    packs.lifecycle("disconnected"),
    {"skip": 3},
    *[C] * 39,
)
reseal(
    "reconnect_without_disconnect",
    "T05:00:00Z: the hour is missing",
    *[C] * 5,
    {"skip": 3},
    packs.lifecycle("reconnected"),
    *[C] * 39,
)
reseal("segments_malformed", "malformed", *[C] * 47, {"segments": {"events": [{"month": "x"}]}})
rows(
    "event_invented",
    "T06:00:00Z: 1 events of 2026-04 are here, the seal has 0",
    "events.jsonl",
    lambda r: r.insert(3, packs.event("e", "2026-04-01T06:01:00Z", "2026-04-01T06:00:00Z")),
    10,
)


def _april(change: Callable[[Pack], object]) -> bytes:
    pack = packs.april()
    change(pack)
    return pack.build()


case(
    "event_removed_from_a_whole_month",
    10,
    "2026-04-10T05:00:00Z: 1 events of 2026-04 are here, the seal has 2",
    lambda: _april(lambda p: p.rows["events.jsonl"].pop(1)),
)
case(
    "disconnected_hour_restored_to_silence",
    10,
    "the hour is missing, and 19 more",
    lambda: _april(lambda p: p.rows["coverage.jsonl"].pop(401)),
)


def coverage_fact(name: str, words: str, **values: int) -> None:
    """Register a manifest that counts the hours otherwise, signed."""
    change = lambda m: m | {"coverage": m["coverage"] | values}  # noqa: E731
    case(name, 10, words, lambda: packs.april(manifest=change).build())


def chain_fact(name: str, words: str, **values: Any) -> None:
    """Register a manifest that describes the chain otherwise, signed."""
    change = lambda m: m | {"chain": [m["chain"][0] | values]}  # noqa: E731
    case(name, 10, words, lambda: packs.small(manifest=change).build())


coverage_fact("expected_hours_wrong", "expected_hours: 701 found, 702", expected_hours=702)
coverage_fact("failed_hours_hidden", "failed: 5 found, 0", failed=0, complete=690)
coverage_fact("longest_gap_hidden", "longest_gap_hours: 5 found, 4", longest_gap_hours=4)
chain_fact("chain_first_wrong", "2026-04-01T00:00:00Z", first_previous_sha256="cd" * 32)
chain_fact("chain_last_wrong", "last_seal_sha256", last_seal_sha256="cd" * 32)
chain_fact("chain_seals_wrong", "48 seals, the chain says 47", seals=47)


def _cut(coverage: list[Row], first: int, after: int) -> None:
    del coverage[first:after]


def _resealed(coverage: list[Row], at: int) -> None:
    coverage[at]["seal"]["reason"] = "forged"
    coverage[at]["sha256"] = packs.sha256(packs.canonical(coverage[at]["seal"]))


def _exchange(coverage: list[Row], one: int, other: int) -> None:
    for key in ("seal", "sha256"):
        coverage[one][key], coverage[other][key] = coverage[other][key], coverage[one][key]


def _gap(coverage: list[Row], at: int) -> None:
    coverage[at] |= {"outcome": "gap", "seal": None, "sha256": None, "run": None}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_pack_is_refused_by_the_right_check(name: str, tmp_path: Path) -> None:
    """Exit 1, the check's number, its words, and never the word of acceptance."""
    number, words, make = CASES[name]
    verdict = verify_bytes(make(), tmp_path)
    assert verdict.code == 1, verdict.text
    assert min(verdict.failed) == number, verdict.text
    assert words in verdict.failed[number]
    assert verdict.last_line.startswith(f"FAILED  check {number}")
    assert "VALID" not in verdict.text
    assert all(" " <= c <= "~" or c == "\n" for c in verdict.text)


def test_faults_in_rows_of_an_unsigned_file_are_not_shown(tmp_path: Path) -> None:
    """What stands in a file whose digest is wrong is nobody's word."""
    pack = packs.small(entries=changed(2, data=b""))
    size = len(packs.jsonl(pack.rows["users.jsonl"]))
    pack.entries = changed(2, data=b"x" * (size - 1) + b"\n")
    verdict = verify_bytes(pack.build(), tmp_path)
    assert list(verdict.failed) == [8]
    assert " 9  rows                not checked: check 8 failed" in verdict.text


def test_a_pack_from_gnu_tar_or_python_is_read(tmp_path: Path) -> None:
    """A foreign pack may have a file name in gzip, times in pax headers, another member order."""
    manifest, signature_file, members = packs.small(profile=None).signed()
    everything = {**members, "manifest.sig": signature_file, "manifest.json": manifest}
    for format_ in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=format_) as archive:
            for name, data in everything.items():
                info = tarfile.TarInfo(name)
                info.size, info.mtime = len(data), 1_775_000_000.25
                archive.addfile(info, io.BytesIO(data))
        packed = io.BytesIO()
        with gzip.GzipFile("pack-3.tar", "wb", fileobj=packed) as file:
            file.write(raw.getvalue())
        verdict = verify_bytes(packed.getvalue(), tmp_path)
        assert verdict.code == 0, verdict.text


def foreign_pack(values: Row, members: dict[str, bytes]) -> bytes:
    """Sign any manifest over any members."""
    pack = packs.small(
        profile=None,
        members=lambda _: members,
        manifest_bytes=lambda _: json.dumps(values).encode(),
    )
    pack.member_bytes = lambda: {**members}  # type: ignore[method-assign]
    pack.manifest_values = lambda data: values  # type: ignore[method-assign]
    return pack.build()


def observability(blob: bytes, index: Callable[[str], Any]) -> bytes:
    """Return an AI-observability pack, schema 1."""
    members = {
        "traces.jsonl": b'{"start_ns":1775000000000000000,"trace_id":"t"}\n',
        "spans.jsonl": b"",
        f"blobs/{packs.sha256(b'blob')}.txt": blob,
    }
    values = {
        "schema_version": 1,
        "pack_id": "7",
        "tenant_id": "tenant-a",
        "app_id": "app-1",
        "period_start": "2026-04-01T00:00:00Z",
        "period_end": "2026-04-30T23:59:59Z",
        "trace_count": 1,
        "span_count": 0,
        "blob_count": 1,
        "traces_sha256": packs.sha256(members["traces.jsonl"]),
        "spans_sha256": packs.sha256(b""),
        "blob_index": [index(packs.sha256(b"blob"))],
        "signing_public_hex": packs.public_hex(),
    }
    return foreign_pack(values, members)


@pytest.mark.parametrize(
    "index",
    [
        lambda h: h,
        lambda h: f"blobs/{h}.txt",
        lambda h: {"hash": h, "size": 4},
        lambda h: {"path": f"blobs/{h}.txt", "sha256": h},
    ],
)
def test_an_observability_pack_is_checked(tmp_path: Path, index: Callable[[str], Any]) -> None:
    """Schema 1: the shape of blob_index is not public, the blob's name is its hash."""
    assert verify_bytes(observability(b"blob", index), tmp_path).code == 0
    assert verify_bytes(observability(b"glob", index), tmp_path).failed.keys() == {8}
    assert verify_bytes(observability(b"blob", lambda h: {"n": 1}), tmp_path).failed.keys() == {7}


def test_a_copilot_pack_is_checked(tmp_path: Path) -> None:
    """Schema 2, module copilot."""
    members = {"seats.jsonl": b'{"login":"a\\u003cb"}\n', "events.jsonl": b""}
    values = {
        "schema_version": 2,
        "module": "copilot",
        "pack_id": "8",
        "tenant_id": "tenant-a",
        "period_start": "2026-04-01T00:00:00Z",
        "period_end": "2026-04-30T23:59:59Z",
        "org_logins": ["acme"],
        "seat_count": 1,
        "event_count": 0,
        "seats_sha256": packs.sha256(members["seats.jsonl"]),
        "events_sha256": packs.sha256(b""),
        "signing_public_hex": packs.public_hex(),
        "created_at": "2026-05-04T03:14:00Z",
    }
    assert verify_bytes(foreign_pack(values, members), tmp_path).code == 0
    bad = foreign_pack(values | {"module": "copilots"}, members)
    assert verify_bytes(bad, tmp_path).failed.keys() == {6}


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
