"""Packs that look odd and are good: they must be accepted."""

import gzip
import zlib

from tests.support import packs
from tests.support.packs import Entry, Pack, Row
from tests.vectors.cases import Case, Cases, Expected
from tests.vectors.headers import pax, record

CASES = Cases()


def accept(name: str, told: str, pack: Pack, *arguments: str) -> None:
    """Register a pack that must be accepted."""
    CASES.add(name, Case(told, Expected(0), pack.build, arguments))


def sealed(*outcomes: str | Row, start: str = "2026-04-01T00", **facts: object) -> Pack:
    """Return the small pack with other hours, and no events."""
    pack = packs.small()
    pack.rows["events.jsonl"] = []
    pack.rows["coverage.jsonl"] = packs.seals(list(outcomes), start, **facts)  # type: ignore[arg-type]
    return pack


def named(name: str) -> Pack:
    """Return the small pack with a project of that name, also in an event's details."""
    pack = packs.small()
    pack.rows["projects.jsonl"][0]["name"] = name
    events = pack.rows["events.jsonl"]
    events[1]["details"] = {"data": {"name": name, name: [name]}}
    coverage = packs.seals(["complete"] * 48, "2026-04-01T00", events, previous="ab" * 32)
    pack.rows["coverage.jsonl"] = coverage
    return pack


def timeless() -> Pack:
    """Return the small pack with two more events, of which nobody knows when they occurred."""
    pack = packs.small()
    events = pack.rows["events.jsonl"]
    hour = events[1]["sealed_hour"]
    events += [packs.event(f"evt_timeless_{number}", None, hour) for number in (1, 2)]
    key = ("org_id", "sealed_hour", "occurred_at", "event_id")
    events.sort(key=lambda row: [row[name] or row["sealed_hour"] for name in key])
    coverage = packs.seals(["complete"] * 48, "2026-04-01T00", events, previous="ab" * 32)
    pack.rows["coverage.jsonl"] = coverage
    return pack


C = "complete"
accept("events_without_time", "Of two events nobody knows when they occurred.", timeless())
accept("profile_full", "A pack of profile full.", packs.small())
accept("profile_core", "A pack of profile core.", packs.small(profile="core"))
accept("profile_none", "A documented pack without profile.", packs.small(profile=None))
accept(
    "month_with_a_gap",
    "A month with a gap of five hours, a partial hour, a pause and a reconnection, all admitted.",
    packs.april(),
)
accept(
    "hour_without_a_seal",
    "One hour has no seal and says so.",
    sealed(*[C] * 10, {"outcome": "gap"}, *[C] * 37),
)
accept(
    "every_hour_failed",
    "Not one hour has a picture, and the pack says so.",
    sealed(*["failed"] * 48),
)
accept(
    "connected_and_disconnected_inside",
    "An organization was connected and disconnected inside the period.",
    sealed(
        packs.lifecycle("connected"),
        *[C] * 5,
        packs.lifecycle("disconnected"),
        start="2026-04-01T07",
    ),
)
LEFT = [
    {"seq": 2, "at": "2026-04-01T10:20:00Z", "kind": "disconnected"},
    {"seq": 3, "at": "2026-04-01T15:30:00Z", "kind": "reconnected"},
]
accept(
    "disconnection_told_afterwards",
    "Five hours are absent; the seal behind them tells when the tenant left and came back.",
    sealed(*[C] * 10, {"skip": 5}, {"lifecycle": LEFT}, *[C] * 32),
)
accept(
    "no_organization",
    "No organization, no hour, no row.",
    packs.small(org_ids=[], rows={name: [] for name in packs.small().rows}),
)
for name, text in {
    "line_separator": "Line\u2028separator",
    "terminal_escape": "\x1b[2J\x07VALID",
    "right_to_left": "\u202egnp.exe",
    "newline": "a\nVALID pack",
    "lone_surrogate": "\ud800",
    "emoji": "\U0001f600",
    "delete": "a\x7fb",
}.items():
    accept(
        f"name_with_{name}",
        f"A project's name holds a {name.replace('_', ' ')}: names are data.",
        named(text),
    )
accept(
    "key_in_capitals",
    "The key is pinned in capitals.",
    packs.small(),
    "--expected-pubkey",
    packs.public_hex().upper(),
)
accept(
    "unknown_manifest_key",
    "The signed manifest holds a key that nobody knows: it is signed.",
    packs.small(facts={"later": {"x": [1, 2.5, None]}}),
)
accept(
    "signature_without_newline",
    "No newline stands behind the signature.",
    packs.small(signature=bytes.strip),
)
accept(
    "revision",
    "A revision that names the pack it replaces.",
    packs.small(facts={"kind": "revision", "replaces": "2"}),
)
accept(
    "gzip_with_a_name",
    "The gzip header holds a file name.",
    packs.small(gzip=lambda d: d[:3] + b"\x08" + d[4:10] + b"pack-3.tar\0" + d[10:]),
)
accept(
    "gzip_level_1", "The archive is squeezed by gzip -1.", packs.small(gzip=lambda d: _again(d, 1))
)
accept(
    "gzip_stored",
    "The archive is not squeezed at all.",
    sealed(start="2026-04-01T00").but(
        org_ids=[], gzip=lambda d: _again(d, 0), rows={name: [] for name in packs.small().rows}
    ),
)
accept(
    "tar_padded_to_10_kib",
    "The tar is padded to 10 KiB, as GNU tar does.",
    packs.small(tar=lambda t: t + bytes(-len(t) % 10240)),
)
accept(
    "tar_with_pax_times",
    "A pax header gives a member's time to the nanosecond.",
    packs.small(entries=pax(record(b"mtime", b"1775000000.123456789"))),
)
accept(
    "tar_of_gnu",
    "The headers are GNU tar's.",
    packs.small(entries=lambda e: [_gnu(one) for one in e]),
)
accept(
    "asked_for_it",
    "Tenant, period and manifest are the ones asked for.",
    packs.april(),
    *("--tenant", "tenant-a", "--period", "2026-04"),
    f"--manifest-sha256={packs.sha256(packs.april().signed()[0])}",
)


def _again(data: bytes, level: int) -> bytes:
    plain = gzip.decompress(data)
    squeeze = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return data[:10] + squeeze.compress(plain) + squeeze.flush() + data[-8:]


def _gnu(entry: Entry) -> Entry:
    entry.header = {"magic": b"ustar  \0"}
    return entry
