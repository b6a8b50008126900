"""The month's archive as others would make it: the same members, from the same sealed objects."""

import base64
import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from benchmarks.folder_s3 import FolderS3
from benchmarks.sealed_month import BUCKET, MONTH, ORGS, TENANT

Row = dict[str, Any]
_SECTIONS = ("users", "projects", "api_keys")


class Evidence:
    """What every peer reads: seals, and rows that are checked against their digests."""

    def __init__(self, folder: Path) -> None:
        self._client = FolderS3(folder)

    def seals(self, org: str) -> Iterator[Row]:
        """Yield an organization's seals, oldest first."""
        for key in self._client.keys(BUCKET, f"tenant={TENANT}/org={org}/seals/"):
            yield json.loads(self._client.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def body(self, entry: Row) -> bytes:
        """Return the inflated bytes of a register or segment."""
        packed = self._client.get_object(Bucket=BUCKET, Key=entry["key"])["Body"].read()
        body = gzip.decompress(packed)
        assert hashlib.sha256(body).hexdigest() == entry["sha256"]
        return body

    def rows(self, entry: Row) -> Iterator[Any]:
        """Yield the rows of a register or segment."""
        for line in self.body(entry).split(b"\n")[:-1]:
            yield json.loads(line)


def canonical(row: Mapping[str, object]) -> bytes:
    """Return a row of a member."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def event_rows(evidence: Evidence) -> Iterator[bytes]:
    """Yield the rows of events.jsonl, each through ``json``."""
    for org in ORGS:
        for seal in evidence.seals(org):
            hour = seal["seal"]["hour"]
            for entry in seal["seal"]["segments"]["events"]:
                for row in evidence.rows(entry):
                    yield canonical(row | {"org_id": org, "sealed_hour": hour, "late": False})


def event_bytes(evidence: Evidence) -> Iterator[bytes]:
    """Yield the rows of events.jsonl, many at a time, as ours makes them."""
    for org in ORGS:
        for seal in evidence.seals(org):
            for entry in seal["seal"]["segments"]["events"]:
                yield evidence.body(entry)


def other_members(evidence: Evidence) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield name and rows of the members that hold what the registers and the seals say."""
    from functions.pack.members.rows import entity_rows

    seals = {org: list(evidence.seals(org)) for org in ORGS}
    for section in _SECTIONS:
        rows = []
        for org in ORGS:
            hours = [seal["seal"]["hour"] for seal in seals[org]]
            last = seals[org][-1]["seal"]["sections"]
            register = evidence.rows(last[section]["register"])
            findings = evidence.rows(last["findings"]["register"])
            start = f"{MONTH}-01T00:00:00Z"
            rows += [
                canonical(row)
                for row in entity_rows(org, section, register, hours, start, findings)
            ]
        yield f"{section}.jsonl", rows
    coverage = (
        canonical(
            {
                "hour": seal["seal"]["hour"],
                "org_id": org,
                "outcome": seal["seal"]["outcome"],
                **{name: seal[name] for name in ("run", "seal", "sha256")},
            }
        )
        for org in ORGS
        for seal in seals[org]
    )
    yield "coverage.jsonl", coverage


def work(folder: Path) -> Row:
    """Inflate the sealed events, hash them twice, write as many bytes as they are deflated.

    With the libraries and the threads that ours uses: what is sealed is checked against its seal
    and hashed again for the manifest, whoever makes the pack. The digests are not compared.
    """
    import deflate as libdeflate

    from functions.shared.prefetch import prefetch

    evidence, whole, size = FolderS3(folder), hashlib.sha256(), 0

    def inflate(entry: Row) -> tuple[bytes, bytearray]:
        packed = evidence.get_object(Bucket=BUCKET, Key=entry["key"])["Body"].read()
        rows = libdeflate.gzip_decompress(packed, entry["bytes"])
        hashlib.sha256(rows).digest()
        return packed, rows

    seals = (seal["seal"] for org in ORGS for seal in Evidence(folder).seals(org))
    entries = (entry for seal in seals for entry in seal["segments"]["events"])
    target = folder / "peers" / "work"
    target.parent.mkdir(exist_ok=True)
    with target.open("wb") as file:
        for _, read in prefetch(inflate, entries, 4):
            packed, rows = read.result()
            whole.update(rows)
            size += file.write(packed)
    target.unlink()
    return {"size": size}


def _sign(digests: dict[str, str]) -> tuple[bytes, bytes]:
    from nacl.signing import SigningKey

    manifest = json.dumps(digests, indent=2).encode()
    return manifest, base64.b64encode(SigningKey(bytes(32)).sign(manifest).signature)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry


def plain(folder: Path) -> Row:
    """Make the archive in memory, as one would write it in an afternoon."""
    evidence = Evidence(folder)
    bodies: dict[str, io.BytesIO] = {}
    for name, rows in [*other_members(evidence), ("events.jsonl", event_rows(evidence))]:
        bodies[name] = io.BytesIO()
        for row in rows:
            bodies[name].write(row)
    digests = {name: hashlib.sha256(body.getbuffer()).hexdigest() for name, body in bodies.items()}
    manifest, signature = _sign(digests)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, data in (("manifest.json", manifest), ("manifest.sig", signature)):
            tar.addfile(_entry(name, len(data)), io.BytesIO(data))
        for name, body in bodies.items():
            size = body.tell()
            body.seek(0)
            tar.addfile(_entry(name, size), body)
    return _put(folder, "plain", archive.getvalue(), digests)


def streaming(folder: Path) -> Row:
    """Make the archive through files, a row at a time."""
    return _through_files(folder, "streaming", event_rows)


def by_bytes(folder: Path) -> Row:
    """Make the archive through files, rows taken as sealed."""
    return _through_files(folder, "by_bytes", event_bytes)


def _through_files(folder: Path, name: str, events: Callable[[Evidence], Iterator[bytes]]) -> Row:
    evidence, work = Evidence(folder), folder / "work" / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    digests = {}
    for member, rows in [*other_members(evidence), ("events.jsonl", events(evidence))]:
        digest = hashlib.sha256()
        with (work / member).open("wb") as file:
            for row in rows:
                file.write(row)
                digest.update(row)
        digests[member] = digest.hexdigest()
    manifest, signature = _sign(digests)
    with tarfile.open(work / "archive.tar.gz", "w:gz", compresslevel=6) as tar:
        for member, data in (("manifest.json", manifest), ("manifest.sig", signature)):
            tar.addfile(_entry(member, len(data)), io.BytesIO(data))
        for member in digests:
            with (work / member).open("rb") as body:
                tar.addfile(_entry(member, (work / member).stat().st_size), body)
    with (work / "archive.tar.gz").open("rb") as file:
        figures = _put(folder, name, file, digests)
    shutil.rmtree(work)
    return figures


def _put(folder: Path, name: str, body: bytes | IO[bytes], digests: dict[str, str]) -> Row:
    target = folder / "peers" / name
    target.unlink(missing_ok=True)
    FolderS3(folder).put_object(Bucket="peers", Key=name, Body=body)
    size = target.stat().st_size
    target.unlink()
    return {"size": size, "digests": digests}
