"""Large values: rows that name them, and members that hold them, or do not."""

from collections.abc import Callable
from typing import Any

from tests.support import packs
from tests.support.packs import Entry, Pack, Row
from tests.vectors.cases import Case, Cases, Expected, edited, with_data

CASES = Cases()
NAME, LIST, EVENT = (packs.canonical(whole) for whole in ("a name " * 1000, [1] * 300, "t" * 5000))
GIANT = b'"' + b"g" * (1 << 20) + b'"'
NOT_THERE = "large values that rows name are not there"


def place(whole: bytes, head: str | None = None, **facts: Any) -> Row:
    """Return what stands in a row in the place of a large value."""
    of_whole = {"bytes": len(whole), "head": head, "sha256": packs.sha256(whole)}
    return {"$large": of_whole | facts}


def pack(name: Any = None, wholes: tuple[bytes, ...] = (NAME, LIST, EVENT), **changes: Any) -> Pack:
    """Return the small pack with a name, a conflict and an event that name large values."""
    small = packs.small()
    small.rows["projects.jsonl"][0]["name"] = name or place(NAME, 'a "name" \\ \u00e9' + "a" * 115)
    small.rows["projects.jsonl"][1]["name"] = place(GIANT, "")
    details = {"origin_digest": "1:ab", "payload": {"text": place(EVENT, "")}}
    small.rows["events.jsonl"][1]["details"] = details
    odd: Row = {"sections": {"users": {"odd": [place(LIST)], "root": None, "picture_sha256": None}}}
    hours: list[str | Row] = [odd, *["complete"] * 47]
    events = small.rows["events.jsonl"]
    small.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T00", events, previous="ab" * 32)
    return small.but(large=list(wholes), **changes)


def refuse(name: str, number: int, words: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be refused."""
    CASES.refuse(f"large_{name}", number, words, told, lambda: make().build())


def last(change: Callable[[Entry], Entry]) -> Callable[[list[Entry]], list[Entry]]:
    """Return a change of the last large value, unsigned."""
    return lambda entries: [*entries[:-1], change(entries[-1])]


def of_version_2() -> Pack:
    """Return a pack that version 2 sealed, where somebody called a field like ours."""
    small = packs.small()
    small.rows["events.jsonl"][1]["details"] = {"payload": place(NAME), "long": "t" * 100_000}
    small.rows["users.jsonl"][0]["role"] = "r" * 100_000
    hours: list[str | Row] = [{"v": 2}] * 48
    events = small.rows["events.jsonl"]
    small.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T00", events, previous="ab" * 32)
    return small


def with_long(member: str, **facts: Any) -> Pack:
    """Return the small pack, all of version 3, with a row of over 64 KiB."""
    small = packs.small()
    small.rows[member][0].update(facts)
    events = small.rows["events.jsonl"]
    coverage = packs.seals(["complete"] * 48, "2026-04-01T00", events, previous="ab" * 32)
    small.rows["coverage.jsonl"] = coverage
    return small


CASES.add(
    "large_values",
    Case("A name, an event and a seal hold large values.", Expected(0), lambda: pack().build()),
)
CASES.add(
    "large_in_version_2",
    Case(
        "Version 2 sealed rows of 100 KB, and a field that is called as a large value's place is.",
        Expected(0),
        lambda: of_version_2().build(),
    ),
)
refuse(
    "missing",
    9,
    NOT_THERE,
    "A row names a large value that is neither there nor counted.",
    lambda: pack(wholes=(NAME, LIST)),
)
refuse(
    "unnamed",
    9,
    "named by no row",
    "A large value is there and counted, and no row names it.",
    lambda: pack(wholes=(NAME, LIST, EVENT, b'"more"')),
)
refuse(
    "other_size",
    9,
    NOT_THERE,
    "A row says of a large value that it has another size.",
    lambda: pack(name=place(NAME, "", bytes=7001)),
)
refuse(
    "other_form",
    9,
    "another form",
    "A row tells of a large value without its head.",
    lambda: pack(name={"$large": {"bytes": len(NAME), "sha256": packs.sha256(NAME)}}),
)
refuse(
    "head_long",
    9,
    "the head of a large value is longer than 128 characters",
    "The head of a large value has 129 characters.",
    lambda: pack(name=place(NAME, "\u00e9" * 129)),
)
refuse(
    "altered",
    8,
    "its SHA-256 is",
    "One bit of a large value is flipped; the manifest does not list it.",
    lambda: pack(entries=last(lambda entry: edited(entry, 9))),
)
refuse(
    "longer",
    7,
    "bytes are there, the manifest says",
    "A large value is another than its name says, and longer.",
    lambda: pack(entries=last(lambda entry: with_data(entry, b'"other"' * 9))),
)
refuse(
    "taken_out",
    7,
    "large: 2 members are there, the manifest says 3",
    "A large value is taken out of the archive.",
    lambda: pack(entries=lambda entries: entries[:-1]),
)
refuse(
    "twice",
    7,
    "does not stand in order",
    "A large value stands there twice.",
    lambda: pack(entries=lambda entries: [*entries, entries[-1]]),
)
refuse(
    "unsigned",
    7,
    "not in the signed manifest",
    "A large value is put into a pack that has none.",
    lambda: packs.small(
        entries=lambda entries: [*entries, Entry(f"large/{packs.sha256(NAME)}.json", NAME)]
    ),
)
refuse(
    "before_the_files",
    7,
    "sealed/org-Alpha/api_keys.jsonl is in the signed manifest",
    "A large value stands before the last file.",
    lambda: pack(entries=lambda entries: [*entries[:-4], *entries[-3:], entries[-4]]),
)
refuse(
    "other_names",
    7,
    "other values are there",
    "The manifest's digest of the names is another.",
    lambda: pack(
        facts={"large": {"members": 3, "bytes": len(NAME + LIST + EVENT), "names_sha256": "0" * 64}}
    ),
)
refuse(
    "row_of_an_event",
    9,
    "longer than 65536 bytes",
    "Version 3 sealed an event of 100 KB.",
    lambda: with_long("events.jsonl", details={"origin_digest": "1:ab", "payload": "p" * 100_000}),
)
refuse(
    "row_of_a_user",
    9,
    "rows are longer than 65536 bytes",
    "Every seal is of version 3, and a row of a register has 100 KB.",
    lambda: with_long("users.jsonl", role="r" * 100_000),
)
