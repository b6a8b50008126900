"""Members that are not what the manifest promises: checks 7 and 8."""

from collections.abc import Callable

from tests.support import packs
from tests.support.packs import Entry, Row
from tests.vectors.cases import Cases, changed, edited, with_data

CASES = Cases()
entry, facts, refuse = CASES.entry, CASES.facts, CASES.refuse

# --- check 7: members --------------------------------------------------------------------------

entry(
    "member_unsigned",
    7,
    "not in the signed manifest",
    "A member is added that nobody signed.",
    lambda e: [*e, Entry("x.txt", b"x")],
)
entry(
    "member_unsigned_first",
    7,
    "not in the signed manifest",
    "A member that nobody signed stands first.",
    lambda e: [Entry("x.txt", b"x"), *e],
)
entry(
    "member_missing",
    7,
    "users.jsonl is in the signed",
    "users.jsonl is taken out.",
    lambda e: [*e[:2], *e[3:]],
)
entry(
    "member_missing_last",
    7,
    "README.txt is in the signed",
    "README.txt is taken out.",
    lambda e: [one for one in e if one.name != "README.txt"],
)
entry(
    "members_swapped",
    7,
    "order",
    "Two members change places.",
    lambda e: [*e[:2], e[3], e[2], *e[4:]],
)
entry(
    "signature_first",
    7,
    "order",
    "manifest.sig stands before manifest.json.",
    lambda e: [e[1], e[0], *e[2:]],
)
entry(
    "member_renamed",
    7,
    "not in the signed",
    "users.jsonl is called Users.jsonl, the same file on some machines.",
    changed(2, name="Users.jsonl"),
)


def files(
    name: str, number: int, words: str, told: str, change: Callable[[list[Row]], list[Row]]
) -> None:
    """Register a manifest with another list of files, signed."""
    make = lambda: packs.small(manifest=lambda m: m | {"files": change(m["files"])}).build()  # noqa: E731
    refuse(f"files_{name}", number, words, f"The signed list of files {told}.", make)


def at(place: str, **values: object) -> Callable[[list[Row]], list[Row]]:
    """Return a change of what the list says of one file."""
    return lambda listed: [one | values if one["name"] == place else one for one in listed]


def without(place: str) -> Callable[[list[Row]], list[Row]]:
    """Return the list without one file."""
    return lambda listed: [one for one in listed if one["name"] != place]


files("lacks_coverage", 7, "lacks coverage", "lacks coverage.jsonl", without("coverage.jsonl"))
files("lacks_events", 7, "lacks events", "lacks events.jsonl", without("events.jsonl"))
files("twice", 7, "twice", "names a file twice", lambda f: [*f, f[0]])
files("path", 7, "not a name", "names ../x.jsonl", lambda f: [*f, f[0] | {"name": "../x.jsonl"}])
files(
    "manifest", 7, "twice", "names manifest.json", lambda f: [*f, f[0] | {"name": "manifest.json"}]
)
files("no_rows", 7, "row count", "gives no row count", at("users.jsonl", rows=None))
files("bytes_text", 7, "bytes", "gives a size as text", at("users.jsonl", bytes="9"))
files("of_numbers", 7, "not an object", "holds a number", lambda f: [*f, 1])  # type: ignore[list-item]
files(
    "contradicts_digest",
    8,
    "do not say the same",
    "contradicts users_sha256",
    at("users.jsonl", sha256="ab" * 32),
)
files(
    "contradicts_count",
    8,
    "do not say the same",
    "contradicts user_count",
    at("users.jsonl", rows=4),
)
files(
    "one_row_less", 8, "47", "counts one row of coverage.jsonl less", at("coverage.jsonl", rows=47)
)
files(
    "one_row_more", 8, "49", "counts one row of coverage.jsonl more", at("coverage.jsonl", rows=49)
)
files("one_byte_more", 8, "bytes", "counts one byte of README.txt more", at("README.txt", bytes=10))
refuse(
    "core_with_more",
    7,
    "profile core",
    "A signed pack of profile core holds a README.txt.",
    lambda: packs.small(profile="core", members=lambda m: m | {"README.txt": b"x\n"}).build(),
)

# --- check 8: digests and counts, behind the signer's back -------------------------------------


def place(entries: list[Entry], name: str) -> int:
    """Return where a member stands."""
    return next(at for at, one in enumerate(entries) if one.name == name)


def empty(name: str) -> Callable[[list[Entry]], list[Entry]]:
    """Return the emptying of one member."""
    return lambda e: [with_data(one, b"") if one.name == name else one for one in e]


def readme_edited(entries: list[Entry]) -> list[Entry]:
    """Flip one bit of README.txt."""
    edited(entries[place(entries, "README.txt")], 2)
    return entries


entry(
    "row_edited",
    8,
    "SHA-256",
    "One bit of users.jsonl is flipped.",
    lambda e: [*e[:2], edited(e[2], 40), *e[3:]],
)
entry("readme_edited", 8, "SHA-256", "One bit of README.txt is flipped.", readme_edited)
entry("rows_dropped", 8, "bytes", "All rows of events.jsonl are taken out.", empty("events.jsonl"))
entry(
    "row_added",
    8,
    "bytes",
    "A row is added to users.jsonl.",
    lambda e: [*e[:2], with_data(e[2], e[2].data + b"{}\n"), *e[3:]],
)
entry(
    "rows_of_equal_length",
    8,
    "SHA-256",
    "users.jsonl is replaced by as many other bytes.",
    lambda e: [*e[:2], with_data(e[2], b"x" * (len(e[2].data) - 1) + b"\n"), *e[3:]],
)
entry(
    "members_exchanged",
    8,
    "bytes",
    "users.jsonl holds the rows of projects.jsonl.",
    lambda e: [*e[:2], with_data(e[2], e[3].data), *e[3:]],
)
facts(
    "count_wrong", 8, "do not say the same", "The signed user_count is one too many.", user_count=4
)
