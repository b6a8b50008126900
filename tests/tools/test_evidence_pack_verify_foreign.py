"""Packs that are not ours: older ones, AI observability, Copilot, other writers of tar."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import packs
from tests.packs import Row
from tests.tools.hostile import Cases
from tests.tools.verifier import verify_bytes

CASES = Cases()
case, entry, facts = CASES.case, CASES.entry, CASES.facts


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
