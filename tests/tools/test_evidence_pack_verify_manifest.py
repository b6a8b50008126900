"""Manifests, members and digests that must be refused: checks 5 to 8."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import packs
from tests.packs import Entry, Row
from tests.tools.hostile import Cases, changed, edited, with_data
from tests.tools.verifier import verify_bytes

CASES = Cases()
case, entry, facts = CASES.case, CASES.entry, CASES.facts

# --- check 5: strict JSON, signed --------------------------------------------------------------


def raw_manifest(name: str, words: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the manifest's bytes before it is signed."""
    case(name, 5, words, lambda: packs.small(manifest_bytes=change).build())


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

entry("row_edited", 8, "SHA-256", lambda e: [*e[:2], edited(e[2], 40), *e[3:]])
entry("readme_edited", 8, "SHA-256", lambda e: [*e[:-1], edited(e[-1], 2)])
entry("row_dropped", 8, "bytes", lambda e: [*e[:5], with_data(e[5], b""), *e[6:]])
entry("row_added", 8, "bytes", lambda e: [*e[:2], with_data(e[2], e[2].data + b"{}\n"), *e[3:]])
entry("bomb_in_member", 8, "bytes", changed(2, data=bytes(8 << 20)))
entry("members_exchanged", 8, "bytes", lambda e: [*e[:2], with_data(e[2], e[3].data), *e[3:]])
facts("count_wrong", 8, "do not say the same", user_count=4)
files("rows_wrong", 8, "do not say the same", lambda f: [f[0] | {"rows": 4}, *f[1:]])
files("rows_wrong_coverage", 8, "47", lambda f: [*f[:4], f[4] | {"rows": 47}, *f[5:]])
files("rows_too_many", 8, "49", lambda f: [*f[:4], f[4] | {"rows": 49}, *f[5:]])


def foreign(name: str, number: int, words: str, **changes: Any) -> None:
    """Register a pack without profile."""
    case(name, number, words, lambda: packs.small(profile=None, **changes).build())


foreign("foreign_count_wrong", 8, "3 rows, the manifest says 2", facts={"user_count": 2})
foreign("foreign_count_high", 8, "3 rows", facts={"user_count": 4})
foreign("foreign_unsigned_member", 7, "x.txt", entries=lambda e: [*e, Entry("x.txt", b"")])
foreign("foreign_bomb", 8, "bytes", entries=changed(2, data=b"\n" * (8 << 20)))
foreign(
    "foreign_long_row",
    9,
    "longer",
    members=lambda m: m | {"users.jsonl": b"x" * 2**21 + b"\n\n\n"},
)
foreign(
    "foreign_spaces", 9, "white space", members=lambda m: m | {"users.jsonl": b'{"a": 1}\n' * 3}
)
foreign(
    "foreign_unsorted", 9, "sorted", members=lambda m: m | {"users.jsonl": b'{"b":1,"a":1}\n' * 3}
)


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_manifest_is_refused_by_the_right_check(name: str, tmp_path: Path) -> None:
    """Signed or not, what does not fit together is refused."""
    CASES.refuse(name, tmp_path)


def test_faults_in_rows_of_an_unsigned_file_are_not_shown(tmp_path: Path) -> None:
    """What stands in a file whose digest is wrong is nobody's word."""
    pack = packs.small(entries=changed(2, data=b""))
    size = len(packs.jsonl(pack.rows["users.jsonl"]))
    pack.entries = changed(2, data=b"x" * (size - 1) + b"\n")
    verdict = verify_bytes(pack.build(), tmp_path)
    assert list(verdict.failed) == [8]
    assert " 9  rows                not checked: check 8 failed" in verdict.text
