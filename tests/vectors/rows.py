"""Rows that are signed and wrong all the same: check 9."""

from collections.abc import Callable

from tests.support import packs
from tests.support.packs import Row
from tests.vectors.cases import Cases, with_rows

CASES = Cases()

# --- the form of a row -------------------------------------------------------------------------


def users(name: str, words: str, told: str, *lines: bytes) -> None:
    """Register a users.jsonl of these lines, signed."""

    def make() -> bytes:
        pack = packs.small(members=lambda m: m | {"users.jsonl": b"\n".join([*lines, b""])})
        pack.rows["users.jsonl"] = [{}] * len(lines)
        return pack.build()

    CASES.refuse(f"row_{name}", 9, words, f"A signed row of users.jsonl {told}.", make)


def member(name: str, data: bytes) -> Callable[[], bytes]:
    """Return a pack in which one more text or JSON member holds this, signed."""
    return packs.small(texts={name: data, "README.txt": b"x\n"}).build


def unfinished() -> bytes:
    """Return a pack whose last row of api_keys.jsonl has no newline, signed."""
    name = "api_keys.jsonl"
    return packs.small(members=lambda m: m | {name: m[name] + b"{}"}).build()


USER = packs.canonical(packs.user("user-1"))
users("with_space", "not canonical", "has a space behind a colon", USER.replace(b'":', b'": ', 1))
users("unsorted", "not canonical", "has its last key first", b'{"z":1,' + USER[1:])
users(
    "duplicate_key",
    "not canonical",
    "names user_id twice",
    USER[:-1] + b',"user_id":"user-1"}',
)
users("escaped", "not canonical", "escapes a letter", USER.replace(b"reader", b"\\u0072eader"))
users("escaped_slash", "not canonical", "escapes a slash", USER.replace(b"reader", b"re\\/er"))
users("nan", "NaN", "holds NaN", USER[:-1] + b',"z":NaN}')
users("huge_float", "number", "holds 1e999", USER[:-1] + b',"z":1e999}')
users("float_of_an_integer", "not canonical", "writes 1 as 1.00", USER[:-1] + b',"z":1.00}')
users("minus_zero", "not canonical", "holds -0", USER[:-1] + b',"z":-0}')
users("big_integer", "2^53", "holds 2^53 + 1", USER[:-1] + b',"z":9007199254740993}')
users("not_utf8", "not UTF-8", "holds a byte that is not UTF-8", USER.replace(b"anna", b"ann\xff"))
users("control", "not JSON", "holds a raw tab in a name", USER.replace(b"anna", b"an\ta"))
users("list", "not a JSON object", "is a list", b"[]")
users("text", "not a JSON object", "is a text", b'"x"')
users("empty", "not JSON", "is empty", b"")
users("two_documents", "not JSON", "is two objects", USER + USER)
users("crlf", "not canonical", "ends with a carriage return", USER + b"\r")
users(
    "deep",
    "deeper",
    "is nested 5,000 levels deep",
    USER[:-1] + b',"z":' + b"[" * 5000 + b"]" * 5000 + b"}",
)
users("lacks_field", "lacks role", "lacks role", USER.replace(b'"role":"reader",', b""))
CASES.refuse(
    "row_without_newline",
    9,
    "newline",
    "Behind the last row of a signed api_keys.jsonl stands the beginning of another one.",
    unfinished,
)
CASES.refuse(
    "row_too_long",
    9,
    "longer",
    "A project in a signed projects.jsonl has a name of 2 MiB.",
    lambda: with_rows("projects.jsonl", lambda rows: rows[0].update(name="x" * (2 << 20))),
)
CASES.refuse(
    "json_member_broken",
    9,
    "collection.json",
    "A signed collection.json holds NaN.",
    member("collection.json", b'{"a":NaN}'),
)
CASES.refuse(
    "json_member_ambiguous",
    9,
    "collection.json",
    "A signed collection.json names a key twice.",
    member("collection.json", b'{"a":1,"a":2}'),
)

# --- what the rows say -------------------------------------------------------------------------


def rows(
    name: str, words: str, told: str, member_name: str, change: Callable[[list[Row]], object]
) -> None:
    """Register a change of the rows of one member, signed."""
    CASES.rows(name, 9, words, f"In a signed {member_name}, {told}.", member_name, change)


def in_users(name: str, words: str, told: str, **values: object) -> None:
    """Register another first row of users.jsonl."""
    rows(f"users_{name}", words, told, "users.jsonl", lambda r: r[0].update(values))


def in_events(name: str, words: str, told: str, at: int, **values: object) -> None:
    """Register another row of events.jsonl."""
    rows(f"event_{name}", words, told, "events.jsonl", lambda r: r[at].update(values))


rows("users_swapped", "not sorted", "the rows are in reverse", "users.jsonl", list.reverse)
rows("users_twice", "twice", "a row is there twice", "users.jsonl", lambda r: r.insert(0, r[0]))
in_users("other_org", "org_ids", "a row is of another organization", org_id="org-Other")
in_users("org_list", "org_ids", "an org_id is a list", org_id=["org-Alpha"])
in_users("id_number", "no text", "a user_id is a number", user_id=1)
in_users("no_first_seen", "no hour", "a first_seen_at is null", first_seen_at=None)
in_users("removed_oddly", "not an hour", "a removed_at is no hour", removed_at="x")
in_users(
    "state_between_hours", "not an hour", "a state_at is half past", state_at="2026-04-01T00:30:00Z"
)
rows("keys_twice", "twice", "a row is there twice", "api_keys.jsonl", lambda r: r.append(r[-1]))
rows("events_swapped", "not sorted", "the rows are in reverse", "events.jsonl", list.reverse)
in_events("outside", "outside the period", "an event of March is not marked late", 0, late=False)
in_events("late_text", "late", 'late is "yes"', 0, late="yes")
in_events("late_one", "late", "late is 1", 0, late=1)
in_events("zero_time", "not an instant", "an event's time is 0", 1, occurred_at=0)
in_events(
    "late_without_time", "late", "an event of no time is late", 1, occurred_at=None, late=True
)
in_events("no_day", "instant", "an event is of 30 February", 0, occurred_at="2026-02-30T00:00:00Z")
in_events("no_id", "no text", "an event has no id", 1, event_id=None)
in_events(
    "odd_hour",
    "not an hour",
    "a sealed_hour is a minute past",
    3,
    sealed_hour="2026-04-03T00:01:00Z",
)
in_events(
    "after_cut",
    "after the cut",
    "an event was sealed after cut_hour",
    3,
    sealed_hour="2026-05-04T03:00:00Z",
)
in_events(
    "twice",
    "audit_log-2 stands there twice",
    "one event id stands in two hours",
    3,
    event_id="audit_log-2",
)
in_events("of_another_org", "org_ids", "an event is of another organization", 0, org_id="org-A")
CASES.rows(
    "event_edited",
    10,
    "T05:00:00Z: the events of 2026-04 are others than those that were sealed",
    "A signed events.jsonl holds another actor than the hour sealed.",
    "events.jsonl",
    lambda r: r[1].update(actor_id="user-2"),
)
