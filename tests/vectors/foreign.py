"""Packs that are not ours: older ones, AI observability, Copilot, other writers of tar."""

import gzip
import io
import tarfile
from collections.abc import Callable
from typing import Any

from tests.support import packs
from tests.support.packs import Entry, Row
from tests.vectors.cases import Case, Cases, Expected

CASES = Cases()


def accept(name: str, told: str, make: Callable[[], bytes]) -> None:
    """Register a pack that must be accepted."""
    CASES.add(name, Case(told, Expected(0), make))


# --- openai_admin without profile --------------------------------------------------------------


def foreign(name: str, number: int, words: str, told: str, **changes: Any) -> None:
    """Register a bad pack without profile."""
    told = f"Of a pack without profile, {told}."
    make = lambda: packs.small(profile=None, **changes).build()  # noqa: E731
    CASES.refuse(f"foreign_{name}", number, words, told, make)


def users(data: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Return another users.jsonl, signed."""
    return lambda members: members | {"users.jsonl": data}


foreign(
    "count_low",
    8,
    "3 rows, the manifest says 2",
    "the signed manifest counts one user less",
    facts={"user_count": 2},
)
foreign("count_high", 8, "3 rows", "it counts one user more", facts={"user_count": 4})
foreign(
    "unsigned_member",
    7,
    "x.txt",
    "nobody signed the member x.txt",
    entries=lambda e: [*e, Entry("x.txt", b"")],
)
foreign("spaces", 9, "white space", "the rows hold spaces", members=users(b'{"a": 1}\n' * 3))
foreign("unsorted", 9, "sorted", "the keys of the rows fall", members=users(b'{"b":1,"a":1}\n' * 3))
foreign(
    "long_row",
    9,
    "longer",
    "one row is 2 MiB long",
    members=users(b"x" * 2**21 + b"\n\n\n"),
)


def other_writer(format_: int) -> Callable[[], bytes]:
    """Return a pack as Python's tarfile writes it: names, times, another order."""

    def make() -> bytes:
        manifest, signature_file, members = packs.small(profile=None).signed()
        everything = {**members, "manifest.sig": signature_file, "manifest.json": manifest}
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=format_) as archive:
            for name, data in everything.items():
                info = tarfile.TarInfo(name)
                info.size, info.mtime = len(data), 1_775_000_000.25
                archive.addfile(info, io.BytesIO(data))
        packed = io.BytesIO()
        with gzip.GzipFile("pack-3.tar", "wb", fileobj=packed, mtime=1_775_000_000) as file:
            file.write(raw.getvalue())
        return packed.getvalue()

    return make


for writer, format_ in {
    "ustar": tarfile.USTAR_FORMAT,
    "gnu": tarfile.GNU_FORMAT,
    "pax": tarfile.PAX_FORMAT,
}.items():
    accept(
        f"foreign_{writer}_writer",
        f"A pack without profile is written by Python's tarfile as {writer}: with a file name in "
        "the gzip header, times in the tar, and the manifest last.",
        other_writer(format_),
    )

# --- other products ----------------------------------------------------------------------------


def signed(values: Row, members: dict[str, bytes]) -> bytes:
    """Sign any manifest over any members."""
    pack = packs.small(profile=None)
    pack.member_bytes = lambda: {**members}  # type: ignore[method-assign]
    pack.manifest_values = lambda data: values  # type: ignore[method-assign]
    return pack.build()


BLOB = packs.sha256(b"blob")
SHARED = {
    "tenant_id": "tenant-a",
    "period_start": "2026-04-01T00:00:00Z",
    "period_end": "2026-04-30T23:59:59Z",
    "signing_public_hex": packs.public_hex(),
}


def observability(entry: Any, blob: bytes = b"blob", **values: Any) -> Callable[[], bytes]:
    """Return an AI-observability pack, schema 1, with one entry in blob_index."""
    members = {
        "traces.jsonl": b'{"start_ns":1775000000000000000,"trace_id":"t"}\n',
        "spans.jsonl": b"",
        f"blobs/{BLOB}.txt": blob,
    }
    manifest = {
        "schema_version": 1,
        "pack_id": "7",
        "app_id": "app-1",
        "trace_count": 1,
        "span_count": 0,
        "blob_count": 1,
        "traces_sha256": packs.sha256(members["traces.jsonl"]),
        "spans_sha256": packs.sha256(b""),
        "blob_index": [entry],
        **SHARED,
        **values,
    }
    return lambda: signed(manifest, members)


def copilot(**values: Any) -> Callable[[], bytes]:
    """Return a Copilot pack, schema 2; its rows escape more than ours may."""
    members = {"seats.jsonl": b'{"login":"a\\u003cb"}\n', "events.jsonl": b""}
    manifest = {
        "schema_version": 2,
        "module": "copilot",
        "pack_id": "8",
        "org_logins": ["acme"],
        "seat_count": 1,
        "event_count": 0,
        "seats_sha256": packs.sha256(members["seats.jsonl"]),
        "events_sha256": packs.sha256(b""),
        "created_at": "2026-05-04T03:14:00Z",
        **SHARED,
        **values,
    }
    return lambda: signed(manifest, members)


INDEX = "An AI-observability pack, schema 1; its blob_index holds"
accept("observability_hash", f"{INDEX} a hash.", observability(BLOB))
accept("observability_path", f"{INDEX} a path.", observability(f"blobs/{BLOB}.txt"))
accept("observability_object", f"{INDEX} an object.", observability({"hash": BLOB, "size": 4}))
accept(
    "observability_both",
    f"{INDEX} an object with path and hash.",
    observability({"path": f"blobs/{BLOB}.txt", "sha256": BLOB}),
)
CASES.refuse(
    "observability_blob_edited",
    8,
    "SHA-256",
    "In an AI-observability pack, a blob is not what its name says.",
    observability(BLOB, b"glob"),
)
CASES.refuse(
    "observability_no_hash",
    7,
    "blob_index",
    "In an AI-observability pack, an entry of the signed blob_index holds no hash.",
    observability({"n": 1}),
)
CASES.refuse(
    "observability_two_hashes",
    7,
    "blob_index",
    "In an AI-observability pack, an entry of the signed blob_index holds two hashes.",
    observability({"a": BLOB, "b": "ab" * 32}),
)
CASES.refuse(
    "observability_blob_count",
    8,
    "blob_count",
    "In an AI-observability pack, the signed blob_count is not that of blob_index.",
    observability(BLOB, blob_count=2),
)
accept("copilot", "A Copilot pack, schema 2; its rows escape what need not be.", copilot())
CASES.refuse(
    "copilot_module_unknown",
    6,
    "unknown",
    "A signed manifest as Copilot's names the module copilots.",
    copilot(module="copilots"),
)
CASES.refuse(
    "copilot_seat_count",
    8,
    "1 rows, the manifest says 2",
    "A signed Copilot manifest counts one seat more.",
    copilot(seat_count=2),
)
