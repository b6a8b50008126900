"""Build the month's pack as the pack function does.

Table, KMS and queue answer from another process through the real clients; S3 is a folder
(``folder_s3``), and the real client of it is opened all the same, so that its memory counts.
``python -m benchmarks.pack_build --events N --into FOLDER`` seals a month into FOLDER, builds its
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

from benchmarks import sealed_month
from benchmarks.folder_s3 import FolderS3
from benchmarks.process import Figures, cpu_s, deployed_environment, memory_mib, run_in_process
from benchmarks.sealed_month import BUCKET, MONTH, ORGS, TENANT

PACKS = "packs"
_NOW = "2026-04-04T03:14:00Z"
_CUT = "2026-04-04T02:00:00Z"


def ours(folder: Path) -> Figures:
    """Build the pack as the function does; leave it, and its key, in the folder."""
    from benchmarks.account import account

    with account() as environment:
        command = ["-m", "benchmarks.builders", "in_process", str(folder)]
        return run_in_process(command, environment | deployed_environment())


def build_in_process(folder: Path) -> Figures:
    """Build the pack in this process, which has nothing else in it."""
    import functions.pack.handler as handler
    from functions.pack import flow
    from functions.pack.keys.create import create_signing_key
    from functions.shared.aws import clients
    from functions.shared.aws.bucket import Bucket
    from functions.shared.aws.kms import KmsKey
    from functions.shared.hours import parse_instant
    from functions.shared.period import Period
    from functions.shared.tables.packs import Pack

    shutil.rmtree(folder / PACKS, ignore_errors=True)
    os.environ |= {"EVIDENCE_BUCKET": BUCKET, "PACKS_BUCKET": PACKS}
    clients.s3()
    client: Any = FolderS3(folder)
    context = replace(
        handler.context(),
        evidence=Bucket(client, BUCKET),
        archives=Bucket(client, PACKS),
        now=lambda: parse_instant(_NOW),
    )
    key = create_signing_key(context.keys, KmsKey(clients.kms(), os.environ["SIGNING_KEY_ID"]))
    period = Period.of_month(MONTH)
    pack = context.packs.request(
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
        context.queue,
    )
    verify_time = _time_step(flow, "verify")
    before, idle = cpu_s(), memory_mib("VmRSS")
    started = time.perf_counter()
    flow.build(TENANT, pack.number, context)
    wall = time.perf_counter() - started
    pack = context.packs.need(TENANT, pack.number)
    if pack.state != "ready" or pack.object_key is None:
        raise SystemExit(f"the pack is {pack.state}: {pack.reason}")
    with (folder / "pack.tar.gz").open("wb") as copy:
        for piece in context.archives.pieces(pack.object_key):
            copy.write(piece)
    (folder / "public_key.hex").write_text(key.public_hex)
    return {
        "wall_s": round(wall - verify_time["wall_s"], 3),
        "cpu_s": round(cpu_s() - before - verify_time["cpu_s"], 3),
        "verify_s": round(verify_time["wall_s"], 3),
        "idle_mib": idle,
        "peak_mib": memory_mib("VmHWM"),
        "size": pack.size_bytes,
    }


def _time_step(module: Any, name: str) -> dict[str, float]:
    """Measure a step of the flow from now on, in the mapping returned."""
    step_function, duration = getattr(module, name), {"wall_s": 0.0, "cpu_s": 0.0}

    def step(*given: Any, **named: Any) -> Any:
        started, before = time.perf_counter(), cpu_s()
        try:
            return step_function(*given, **named)
        finally:
            duration["wall_s"] += time.perf_counter() - started
            duration["cpu_s"] += cpu_s() - before

    setattr(module, name, step)
    return duration


def _instant(at: Any) -> str:
    return str(at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def main() -> None:
    """Seal the month and build its pack."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=sealed_month.EVENTS)
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    sealed_month.write(options.into, options.events)
    print(json.dumps(ours(options.into)))


if __name__ == "__main__":
    main()
