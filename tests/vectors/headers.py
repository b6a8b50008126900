"""Tar headers that a lenient reader would take, behind the signer's back: check 2."""

from collections.abc import Callable

from tests.support.packs import Entry
from tests.vectors.cases import Cases, changed

CASES = Cases()
entry = CASES.entry


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
    "block_device": b"4",
    "folder": b"5",
    "pipe": b"6",
    "contiguous": b"7",
    "gnu_sparse": b"S",
    "gnu_long_name": b"L",
    "gnu_long_link": b"K",
    "pax_global": b"g",
    "nul": b"\0",
    "unknown": b"Z",
}.items():
    entry(
        f"tar_type_{kind}",
        2,
        "not a regular file",
        f"The type of users.jsonl in the tar is {kind.replace('_', ' ')}.",
        header(2, typeflag=flag),
    )
entry(
    "tar_link_name",
    2,
    "link target",
    "The header of users.jsonl, a regular file, names the link target /etc/passwd.",
    header(2, linkname=b"/etc/passwd"),
)
entry(
    "tar_prefix",
    2,
    "prefix",
    "The header of users.jsonl has a prefix: it would land in a folder.",
    header(2, prefix=b"folder"),
)
entry(
    "tar_name_after_nul",
    2,
    "holds NUL",
    "Behind the name users.jsonl and a NUL, the name goes on.",
    header(2, name=b"users.jsonl\0x"),
)
entry(
    "tar_absolute_path",
    2,
    "path",
    "A member is called /users.jsonl.",
    changed(2, name="/users.jsonl"),
)
entry(
    "tar_dot_path", 2, "path", "A member is called ./users.jsonl.", changed(2, name="./users.jsonl")
)
entry(
    "tar_parent_path",
    2,
    "path",
    "A member is called ../users.jsonl.",
    changed(2, name="../users.jsonl"),
)
entry(
    "tar_backslash_path",
    2,
    "path",
    "A member is called ..\\users.jsonl, which Windows takes for a path.",
    changed(2, name="..\\users.jsonl"),
)
entry("tar_empty_name", 2, "empty", "A member has no name.", changed(2, name=""))
entry(
    "tar_name_with_escape",
    2,
    "unusual",
    "A member's name holds a terminal escape.",
    changed(2, name="users\x1b[2J.jsonl"),
)
entry(
    "tar_name_not_ascii",
    2,
    "unusual",
    "A member is called users.jsonl with a Cyrillic e.",
    changed(2, name="us\u0435rs.jsonl"),
)
entry(
    "tar_no_magic",
    2,
    "neither ustar nor GNU",
    "The header of users.jsonl is that of a tar of 1979, without magic.",
    header(2, magic=b""),
)
entry(
    "tar_size_base_256",
    2,
    "octal",
    "The size of users.jsonl is written in base 256, as GNU tar can.",
    header(2, size=b"\x80" + bytes(10) + b"\1"),
)
entry(
    "tar_size_negative",
    2,
    "octal",
    "The size of users.jsonl is minus one.",
    header(2, size=b"-0000000001\0"),
)
entry(
    "tar_size_decimal",
    2,
    "octal",
    "The size of users.jsonl holds the digits 8 and 9.",
    header(2, size=b"00000000899\0"),
)
entry(
    "tar_size_too_small",
    8,
    "1 bytes",
    "The header of users.jsonl says one byte, so that its rows would be taken for the next header.",
    header(2, size=b"00000000001\0"),
)
entry(
    "tar_wrong_checksum",
    2,
    "checksum",
    "The checksum of the header of users.jsonl is wrong.",
    changed(2, raw_header=lambda h: h[:100] + b"1" + h[101:]),
)
entry(
    "tar_padding_not_zero",
    2,
    "padding",
    "Text stands in the padding behind users.jsonl.",
    lambda e: [*e[:2], _stuffed(e[2]), *e[3:]],
)
entry(
    "tar_member_twice",
    2,
    "twice",
    "users.jsonl stands in the tar twice; which one a reader takes is its own affair.",
    lambda e: [*e[:3], e[2], *e[3:]],
)
entry(
    "tar_manifest_twice", 2, "twice", "manifest.json stands in the tar twice.", lambda e: [*e, e[0]]
)
entry(
    "tar_pax_path",
    2,
    "pax",
    "A pax header gives users.jsonl another name.",
    pax(record(b"path", b"other.jsonl")),
)
entry(
    "tar_pax_linkpath",
    2,
    "pax",
    "A pax header gives users.jsonl a link target.",
    pax(record(b"linkpath", b"/etc/passwd")),
)
entry(
    "tar_pax_small_size",
    2,
    "pax",
    "A pax header gives users.jsonl a size that the tar header could hold.",
    pax(record(b"size", b"10")),
)
entry(
    "tar_pax_sparse",
    2,
    "pax",
    "A pax header declares users.jsonl sparse.",
    pax(record(b"GNU.sparse.size", b"10")),
)
entry(
    "tar_pax_wrong_length",
    2,
    "pax",
    "A record of a pax header is shorter than it says.",
    pax(b"99 mtime=1.5\n"),
)
entry("tar_pax_too_long", 2, "pax", "A pax header is 5,000 bytes long.", pax(b"0" * 5000))
entry(
    "tar_pax_twice",
    2,
    "regular",
    "Two pax headers stand before one member.",
    lambda e: pax(record(b"mtime", b"1"))(pax(b"")(e)),
)
entry(
    "tar_pax_at_the_end",
    2,
    "",
    "A pax header stands before the end of the tar, with no member behind it.",
    pax(record(b"mtime", b"1"), 99),
)
entry("tar_without_manifest", 2, "manifest", "There is no manifest.json.", lambda e: e[1:])
entry("tar_without_signature", 2, "manifest", "There is no manifest.sig.", lambda e: [e[0], *e[2:]])
entry("tar_without_members", 2, "manifest", "The tar is empty.", lambda e: [])


def _stuffed(member: Entry) -> Entry:
    member.padding = b"x" * (-len(member.data) % 512)
    return member


entry(
    "size_over_8_gib_cut",
    8,
    str(9 << 30),
    "A pax header, which is the place for it, gives users.jsonl a size of 9 GiB.",
    pax(record(b"size", b"%d" % (9 << 30))),
)
