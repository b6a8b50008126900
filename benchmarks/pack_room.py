"""The month's pack by the pack room's own walk.

Table, KMS and queue answer from another process through the real clients; S3 is a folder
(``folder_s3``), and the real client of it is opened all the same, so that its memory counts.
``python -m benchmarks.pack_room --events N --into FOLDER`` seals a month into FOLDER, builds its
pack and leaves ``pack.tar.gz`` and ``public_key.hex`` there.
"""

import argparse
import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import month
from benchmarks.folder_s3 import FolderS3
from benchmarks.month import BUCKET, MONTH, ORGS, TENANT
from benchmarks.process import Figures, as_deployed, cpu_s, in_a_process, memory_mib

PACKS = "packs"
_NOW = "2026-04-04T03:14:00Z"
_CUT = "2026-04-04T02:00:00Z"


def ours(folder: Path) -> Figures:
    """Build the pack as the room does; leave it, and its key, in the folder."""
    from benchmarks.account import account

    with account() as environment:
        command = ["-m", "benchmarks.builders", "room", str(folder)]
        return in_a_process(command, environment | as_deployed())


def room(folder: Path) -> Figures:
    """Run the walk, in a process that has nothing else in it."""
    import functions.pack.handler as edge
    from functions.pack import flow
    from functions.pack.keys.create import mint
    from functions.shared.aws import clients
    from functions.shared.aws.bucket import Bucket
    from functions.shared.aws.kms import Vault
    from functions.shared.hours import parse_instant
    from functions.shared.period import Period
    from functions.shared.tables.packs import Pack

    shutil.rmtree(folder / PACKS, ignore_errors=True)
    os.environ |= {"EVIDENCE_BUCKET": BUCKET, "PACKS_BUCKET": PACKS}
    clients.s3()
    client: Any = FolderS3(folder)
    doors = replace(
        edge.doors(),
        evidence=Bucket(client, BUCKET),
        archives=Bucket(client, PACKS),
        now=lambda: parse_instant(_NOW),
    )
    key = mint(doors.keys, Vault(clients.kms(), os.environ["SIGNING_KEY_ID"]))
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


def main() -> None:
    """Seal the month and build its pack."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=month.EVENTS)
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    month.write(options.into, options.events)
    print(json.dumps(ours(options.into)))


if __name__ == "__main__":
    main()
