"""Five ways to make the archive of a sealed month; each runs in a process of its own.

``python -m benchmarks.builders NAME FOLDER`` reads the sealed objects in FOLDER, writes the archive
there and prints its figures. All read and write through ``folder_s3``; all check each segment's
digest, make the rows of ``docs/evidence-pack-format.md``, hash each member and sign a manifest.

============  ====================================================================================
ours          ``functions.pack.flow.build`` as deployed, table, KMS and queue in another process;
              the step that runs the auditors' script is timed apart, as no peer has it
plain         ``json.loads`` and ``json.dumps`` a row, members in ``BytesIO``, ``tarfile`` ``w:gz``
              with its defaults into a ``BytesIO``
streaming     the same rows, a row at a time into files, ``tarfile`` ``w:gz`` at zlib's level 6
by_bytes      as ``streaming``, but rows made as ours makes them, without parsing any
gzip_1        ``gzip -1`` on a tar of members that lie ready: no row is made, nothing is hashed
============  ====================================================================================
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from benchmarks.folder_s3 import FolderS3
from benchmarks.month import BUCKET, MONTH, ORGS, TENANT

Row = dict[str, Any]
PACKS = "packs"
_NOW = "2026-04-04T03:14:00Z"
_CUT = "2026-04-04T02:00:00Z"
_SECTIONS = ("users", "projects", "api_keys")


def memory_mib(name: str) -> float:
    """Return a line of the process's own account: VmRSS now, VmHWM at most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def cpu_s() -> float:
    """Return the CPU seconds of this process and of the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


# --- ours -----------------------------------------------------------------------------------------


def ours(folder: Path) -> Row:
    """Build the pack as the room does; leave it, and its key, in the folder."""
    from benchmarks.account import account

    with account() as environment:
        command = ["-m", "benchmarks.builders", "room", str(folder)]
        return in_a_process(command, environment)


def room(folder: Path) -> Row:
    """Run the walk, in a process that has nothing else in it."""
    import functions.pack.handler as edge
    from functions.pack import flow
    from functions.pack.mint import mint
    from functions.shared import aws
    from functions.shared.hours import parse_instant
    from functions.shared.objects import Bucket
    from functions.shared.packs import Pack
    from functions.shared.period import Period
    from functions.shared.vault import Vault

    shutil.rmtree(folder / PACKS, ignore_errors=True)
    os.environ |= {"EVIDENCE_BUCKET": BUCKET, "PACKS_BUCKET": PACKS}
    # The real client is opened, so that its memory counts; the folder answers in its place.
    aws.s3()
    client: Any = FolderS3(folder)
    from dataclasses import replace

    doors = replace(
        edge.doors(),
        evidence=Bucket(client, BUCKET),
        archives=Bucket(client, PACKS),
        now=lambda: parse_instant(_NOW),
    )
    key = mint(doors.keys, Vault(aws.kms(), os.environ["SIGNING_KEY_ID"]))
    period = Period.of_month(MONTH)
    pack = doors.packs.request(
        Pack(
            tenant_id=TENANT,
            number=0,
            state="queued",
            kind="monthly",
            profile="full",
            period_start=_instant(period.start),
            period_end=period.last_second,
            org_ids=list(ORGS),
            cut_hour=_CUT,
            created_at=_NOW,
            requested_by="schedule",
            month=MONTH,
        ),
        doors.queue,
    )
    verified = _timed(flow, "verify")
    before, idle = cpu_s(), memory_mib("VmRSS")
    started = time.perf_counter()
    flow.build(TENANT, pack.number, doors)
    wall = time.perf_counter() - started
    pack = doors.packs.need(TENANT, pack.number)
    if pack.state != "ready" or pack.object_key is None:
        raise SystemExit(f"the pack is {pack.state}: {pack.reason}")
    with (folder / "pack.tar.gz").open("wb") as copy:
        for piece in doors.archives.pieces(pack.object_key):
            copy.write(piece)
    (folder / "public_key.hex").write_text(key.public_hex)
    return {
        "wall_s": round(wall - verified["wall_s"], 3),
        "cpu_s": round(cpu_s() - before - verified["cpu_s"], 3),
        "verify_s": round(verified["wall_s"], 3),
        "idle_mib": idle,
        "peak_mib": memory_mib("VmHWM"),
        "size": pack.size_bytes,
    }


def _timed(module: Any, name: str) -> dict[str, float]:
    """Note how long a step takes, in the mapping returned."""
    real, spent = getattr(module, name), {"wall_s": 0.0, "cpu_s": 0.0}

    def step(*given: Any, **named: Any) -> Any:
        started, before = time.perf_counter(), cpu_s()
        try:
            return real(*given, **named)
        finally:
            spent["wall_s"] += time.perf_counter() - started
            spent["cpu_s"] += cpu_s() - before

    setattr(module, name, step)
    return spent


def _instant(at: Any) -> str:
    return str(at.strftime("%Y-%m-%dT%H:%M:%SZ"))


# --- peers ----------------------------------------------------------------------------------------


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

    def rows(self, entry: Row) -> Iterator[Row]:
        """Yield the rows of a register or segment."""
        for line in self.body(entry).split(b"\n")[:-1]:
            yield json.loads(line)


def canonical(row: Row) -> bytes:
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
    from functions.pack.event_rows import Splice

    for org in ORGS:
        for seal in evidence.seals(org):
            hour = seal["seal"]["hour"]
            for entry in seal["seal"]["segments"]["events"]:
                splice = Splice(org, hour, f"{MONTH}-01", f"{MONTH}-31T23:59:59Z", late=False)
                yield splice.rows(evidence.body(entry))[0]


def other_members(evidence: Evidence) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield name and rows of the members that hold what the registers and the seals say."""
    from functions.pack.rows import episodes

    seals = {org: list(evidence.seals(org)) for org in ORGS}
    for section in _SECTIONS:
        found = []
        for org in ORGS:
            hours = [seal["seal"]["hour"] for seal in seals[org]]
            last = seals[org][-1]["seal"]["sections"]
            register = evidence.rows(last[section]["register"])
            findings = evidence.rows(last["findings"]["register"])
            start = f"{MONTH}-01T00:00:00Z"
            found += [
                canonical(row) for row in episodes(org, section, register, hours, start, findings)
            ]
        yield f"{section}.jsonl", found
    coverage = (
        canonical(
            {
                "hour": seal["seal"]["hour"],
                "org_id": org,
                "outcome": seal["seal"]["outcome"],
                **seal,
            }
        )
        for org in ORGS
        for seal in seals[org]
    )
    yield "coverage.jsonl", coverage


def _signed(digests: dict[str, str]) -> tuple[bytes, bytes]:
    from nacl.signing import SigningKey

    manifest = json.dumps(digests, indent=2).encode()
    return manifest, base64.b64encode(SigningKey(bytes(32)).sign(manifest).signature)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry


def plain(folder: Path) -> Row:
    """Make it in memory, as one would write it in an afternoon."""
    evidence = Evidence(folder)
    bodies: dict[str, io.BytesIO] = {}
    for name, rows in [*other_members(evidence), ("events.jsonl", event_rows(evidence))]:
        bodies[name] = io.BytesIO()
        for row in rows:
            bodies[name].write(row)
    digests = {name: hashlib.sha256(body.getbuffer()).hexdigest() for name, body in bodies.items()}
    manifest, signature = _signed(digests)
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
    """Make it through files, a row at a time."""
    return _through_files(folder, "streaming", event_rows)


def by_bytes(folder: Path) -> Row:
    """Make it through files, rows made as ours makes them."""
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
    manifest, signature = _signed(digests)
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


def gzip_1(folder: Path) -> Row:
    """Compress what ``ready`` has laid out."""
    with (folder / "ready.tar").open("rb") as tar, (folder / "ready.tar.gz").open("wb") as packed:
        subprocess.run(["gzip", "-1"], stdin=tar, stdout=packed, check=True)  # noqa: S607
    size = (folder / "ready.tar.gz").stat().st_size
    (folder / "ready.tar.gz").unlink()
    return {"size": size}


def ready(folder: Path) -> dict[str, str]:
    """Lay out our pack's tar, inflated, for ``gzip_1``; return the SHA-256 of its members."""
    with gzip.open(folder / "pack.tar.gz") as packed, (folder / "ready.tar").open("wb") as tar:
        shutil.copyfileobj(packed, tar, 1 << 20)
    digests = {}
    with tarfile.open(folder / "ready.tar") as members:
        for member in members:
            body = members.extractfile(member)
            assert body is not None
            digests[member.name] = hashlib.file_digest(cast("Any", body), "sha256").hexdigest()
    return digests


# --- a process of its own -------------------------------------------------------------------------

BUILDERS: dict[str, Callable[[Path], Row]] = {
    "ours": ours,
    "plain": plain,
    "streaming": streaming,
    "by_bytes": by_bytes,
    "gzip_1": gzip_1,
}


def in_a_process(command: list[str], environment: dict[str, str]) -> Row:
    """Run a Python command; return the JSON it prints."""
    import sys

    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | environment,
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    figures: Row = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Make one archive and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=[*BUILDERS, "room"])
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.name in ("ours", "room"):
        # These tell of the walk alone: a warm function has its imports behind it.
        figures = (ours if options.name == "ours" else room)(options.folder)
    else:
        idle, before, started = memory_mib("VmRSS"), cpu_s(), time.perf_counter()
        figures = BUILDERS[options.name](options.folder)
        figures |= {
            "wall_s": round(time.perf_counter() - started, 3),
            "cpu_s": round(cpu_s() - before, 3),
            "idle_mib": idle,
            "peak_mib": memory_mib("VmHWM"),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
