"""Manifests that are signed and wrong all the same: checks 5 and 6."""

from collections.abc import Callable

from tests.support import packs
from tests.vectors.cases import Cases

CASES = Cases()
facts, refuse = CASES.facts, CASES.refuse

# --- check 5: strict JSON, signed --------------------------------------------------------------


def json(name: str, words: str, told: str, change: Callable[[bytes], bytes]) -> None:
    """Register a change of the manifest's bytes before it is signed."""
    told = f"The signed manifest.json {told}."
    refuse(f"json_{name}", 5, words, told, lambda: packs.small(manifest_bytes=change).build())


def more(text: bytes) -> Callable[[bytes], bytes]:
    """Return the addition of one key."""
    return lambda manifest: manifest[:-1] + b',"x":' + text + b"}"


json("bom", "byte order mark", "begins with a byte order mark", lambda m: b"\xef\xbb\xbf" + m)
json("utf16", "not UTF-8", "is UTF-16", lambda m: m.decode().encode("utf-16"))
json(
    "latin1",
    "not UTF-8",
    "holds a byte of Latin-1",
    lambda m: m.replace(b"tenant-a", b"tenant-\xe9"),
)
json(
    "raw_surrogate",
    "not UTF-8",
    "holds a surrogate in UTF-8's way",
    lambda m: m.replace(b"t-a", b"\xed\xa0\x80"),
)
json(
    "overlong", "not UTF-8", "writes a slash in two bytes", lambda m: m.replace(b"t-a", b"\xc0\xaf")
)
json(
    "duplicate_key",
    "same key twice",
    "names pack_id twice, with two values",
    lambda m: m[:-1] + b',"pack_id":"4"}',
)
json(
    "duplicate_nested",
    "twice",
    "has an object inside that names a key twice",
    more(b'{"a":1,"a":1}'),
)
json("nan", "NaN", "holds NaN", more(b"NaN"))
json("infinity", "Infinity", "holds -Infinity", more(b"-Infinity"))
json("two_documents", "not JSON", "is two documents", lambda m: m + m)
json("cut", "not JSON", "lacks its last brace", lambda m: m[:-1])
json("comment", "not JSON", "ends with a comment", lambda m: m + b"// fine")
json("single_quotes", "not JSON", "is quoted as Python quotes", lambda m: m.replace(b'"', b"'"))
json("empty", "not JSON", "is empty", lambda m: b"")
json("list", "not a JSON object", "is a list", lambda m: b"[" + m + b"]")
json("deep", "deeper", "is nested 99 levels deep", more(b"[" * 99 + b"]" * 99))
json(
    "big_integer",
    "beyond 2^53",
    "holds an integer that JavaScript would round",
    more(b"9007199254740993"),
)
json("20000_digits", "beyond", "holds an integer of 20,000 digits", more(b"9" * 20_000))
json(
    "control_character",
    "not JSON",
    "holds a control character",
    lambda m: m.replace(b"tenant-a", b"te\x01nt"),
)


def type_(name: str, number: int, words: str, told: str, **values: object) -> None:
    """Register a manifest with a value of another type, signed."""
    facts(f"type_{name}", number, words, f"In the signed manifest, {told}.", **values)


type_(
    "version_true",
    5,
    "schema_version",
    "schema_version is true, which Python takes for 1",
    schema_version=True,
)
type_("version_text", 5, "schema_version", 'schema_version is "2"', schema_version="2")
type_("version_float", 5, "schema_version", "schema_version is 2.0", schema_version=2.0)
type_("count_true", 5, "user_count", "user_count is true", user_count=True)
type_("count_text", 5, "user_count", 'user_count is "3"', user_count="3")
type_("count_float", 5, "user_count", "user_count is 3.0", user_count=3.0)
type_("count_negative", 5, "user_count", "user_count is -1", user_count=-1)
type_("pack_id_number", 5, "pack_id", "pack_id is a number instead of a text", pack_id=3)
type_("pack_id_word", 6, "pack_id", "pack_id is a word", pack_id="three")
type_("tenant_null", 5, "tenant_id", "tenant_id is null", tenant_id=None)
type_(
    "org_ids_text",
    5,
    "org_ids",
    "org_ids is a text, in which a search finds any part",
    org_ids="org-Alpha",
)
type_(
    "org_ids_twice",
    5,
    "org_ids",
    "org_ids names one organization twice",
    org_ids=["org-Alpha", "org-Alpha"],
)
type_("sha256_upper", 5, "users_sha256", "users_sha256 is in capitals", users_sha256="AB" * 32)
type_(
    "sha256_newline",
    5,
    "users_sha256",
    "users_sha256 ends with a newline",
    users_sha256="ab" * 32 + "\n",
)
type_(
    "period_local",
    5,
    "period_start",
    "period_start is in local time",
    period_start="2026-04-01T00:00:00+02:00",
)
type_(
    "period_no_day",
    5,
    "period_end",
    "period_end is on 30 February",
    period_end="2026-02-30T23:59:59Z",
)
type_(
    "period_leap_second",
    5,
    "period_end",
    "period_end has 60 seconds",
    period_end="2026-04-30T23:59:60Z",
)
type_("profile_null", 5, "profile", "profile is null", profile=None)

# --- check 6: known, complete, our key ---------------------------------------------------------

UNKNOWN = "unknown schema_version"
facts("version_unknown", 6, f"{UNKNOWN} 3", "The signed schema_version is 3.", schema_version=3)
facts(
    "module_unknown",
    6,
    f"{UNKNOWN} 2",
    "The signed module is unknown and holds a terminal escape.",
    module="other\x1b[2J",
)
facts(
    "key_inside_is_another",
    6,
    "pinned key",
    "The signed manifest names another key than the one that signed it.",
    signing_public_hex="ab" * 32,
)
facts(
    "key_inside_upper",
    6,
    "pinned key",
    "The signed manifest names the right key, in capitals.",
    signing_public_hex=packs.public_hex().upper(),
)
facts(
    "period_backwards",
    6,
    "ends before",
    "The signed period ends before it starts.",
    period_start="2026-05-01T00:00:00Z",
)
facts(
    "period_half_hour",
    6,
    "whole hours",
    "The signed period starts at half past.",
    period_start="2026-04-01T00:30:00Z",
)
facts(
    "cut_in_an_hour",
    6,
    "cut_hour",
    "The signed cut_hour is no whole hour.",
    cut_hour="2026-05-04T02:00:01Z",
)
facts("profile_unknown", 6, "unknown profile", "The signed profile is unknown.", profile="half")
facts("kind_unknown", 6, "unknown kind", "The signed kind is unknown.", kind="weekly")
facts(
    "revision_of_nothing",
    6,
    "replaces",
    "A signed revision does not say which pack it replaces.",
    kind="revision",
)
facts(
    "coverage_lacks",
    6,
    "coverage lacks",
    "The signed coverage lacks its counts.",
    coverage={"expected_hours": 48},
)
facts("chain_of_no_org", 6, "chain", "The signed chain is empty.", chain=[])
facts("chain_of_a_number", 6, "chain", "The signed chain holds a number.", chain=[1])
facts(
    "module_with_profile", 6, "", "A signed Copilot manifest claims profile full.", module="copilot"
)
for name, told, audit_log in (
    ("empty", "is empty", {}),
    ("of_another_org", "names another organization", {"org-Beta": "proven"}),
    ("of_more_orgs", "names one more organization", {"org-Alpha": "proven", "org-B": "proven"}),
    ("unknown", "says a word that nobody knows", {"org-Alpha": "fine"}),
):
    facts(f"audit_log_{name}", 6, "audit_log", f"The signed audit_log {told}.", audit_log=audit_log)
facts(
    "audit_log_listed",
    5,
    "audit_log is not an object",
    "The signed audit_log is a list.",
    audit_log=[{"org_id": "org-Alpha", "status": "proven"}],
)
for number in (0, 2):
    facts(f"format_{number}", 6, "format", f"The signed format is {number}.", format=number)
for key in ("tenant_id", "user_count", "events_sha256", "signing_public_hex", "chain", "files"):
    refuse(
        f"manifest_lacks_{key}",
        6,
        f"lacks {key}",
        f"The signed manifest lacks {key}.",
        lambda key=key: packs.small(  # type: ignore[misc]
            manifest=lambda m: {k: v for k, v in m.items() if k != key}
        ).build(),
    )
