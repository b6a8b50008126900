"""Rows that must be refused although they are signed: check 9."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import packs
from tests.packs import Pack, Row
from tests.tools.hostile import Cases, with_rows

CASES = Cases()
case, entry, facts = CASES.case, CASES.entry, CASES.facts

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
case("row_too_long", 9, "longer", lambda: with_rows("projects.jsonl", _long_name))
case("json_member_broken", 9, "collection.json", lambda: _collection(b'{"a":NaN}'))


def _trailing(pack: Pack, name: str) -> bytes:
    return pack.but(
        members=lambda m: m | {name: m[name] + b"{}"},
    ).build()


def _collection(data: bytes) -> bytes:
    return packs.small(texts={"collection.json": data, "README.txt": b"x\n"}).build()


def _long_name(rows: list[Row]) -> None:
    rows[0]["name"] = "x" * (2 << 20)


def rows(name: str, words: str, member: str, change: Callable[[list[Row]], object]) -> None:
    """Register a change of the rows of one member, signed."""
    CASES.rows(name, 9, words, member, change)


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


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_row_is_refused_by_the_right_check(name: str, tmp_path: Path) -> None:
    """Not canonical, not complete, not sorted, not unique, not in the period."""
    CASES.refuse(name, tmp_path)
