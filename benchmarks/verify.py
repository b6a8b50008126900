"""A month's pack verified, against what an auditor can do with tar, sha256sum and openssl.

Reach (a million events, some 785 MB): checks 1 to 8 in a third of the time that ``tar -xzO |
sha256sum`` and ``openssl pkeyutl -verify`` take; all eleven in at most 2.5 times of it; at most 64
MiB of memory; a small pack in at most 6 times ``python -c pass``. Interleaved, medians. The peers'
manifest and signature lie ready; ours is the whole process, from its start to its end.
"""

import base64
import json
import py_compile
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import pack, sealed_month
from benchmarks.chart import bars
from functions.shared.tables.signing_keys import public_pem
from tests.support import packs

ROUNDS = 5
SMALL_ROUNDS = 15
SCRIPT = Path(__file__).parent.parent / "tools" / "evidence-pack-verify.py"
PACK = "pack.tar.gz"
TOOLS = """
set -e -o pipefail
tar -xzO -f pack.tar.gz | sha256sum > all.sha256
openssl pkeyutl -verify -rawin -pubin -inkey pub.pem -sigfile sig -in manifest.json > /dev/null
"""
NAMES = {
    "checks_1_to_8": "checks 1 to 8",
    "tools": "tar, sha256sum, openssl",
    "all": "all eleven checks",
    "alone": "the same, bare Python",
}
# Reads its own peak: what the kernel tells of a child begins with the memory of its parent.
PEAK = """
import re, runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit:
    print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""
Figures = dict[str, Any]


def run_timed(command: list[str], folder: Path) -> tuple[Figures, str]:
    """Run a command in a folder; return its wall and CPU seconds, and what it printed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    wall_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        raise SystemExit(f"{command[:3]} failed:\n{process.stdout[-2000:]}{process.stderr[-2000:]}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": round(wall_s, 4), "cpu_s": round(cpu_s, 4)}, process.stdout


def verify_once(folder: Path, *options: str, script: Path = SCRIPT) -> Figures:
    """Verify the pack of a folder; measure also when checks 1 to 8 were done."""
    key = (folder / "public_key.hex").read_text().strip()
    arguments = [str(script), PACK, "--expected-pubkey", key, "--json"]
    figures, output = run_timed([sys.executable, *options, *arguments], folder)
    took_s = json.loads(output)["took_s"]
    rest_s = took_s["all"] - took_s["checks_1_to_8"]
    return figures | {"checks_1_to_8_s": round(figures["wall_s"] - rest_s, 4)}


def peak_mib(folder: Path) -> float:
    """Verify once more; return the peak of the process."""
    key = (folder / "public_key.hex").read_text().strip()
    command = [sys.executable, "-c", PEAK, str(SCRIPT), PACK, "--expected-pubkey", key]
    _, output = run_timed(command, folder)
    return round(int(output.splitlines()[-1]) / 1024, 1)


def prepare_peers_input(folder: Path) -> int:
    """Put key, manifest and signature beside the pack for the peers; return the bytes inside."""
    (folder / "pub.pem").write_text(public_pem((folder / "public_key.hex").read_text().strip()))
    with tarfile.open(folder / PACK, "r|gz") as archive:
        sizes = 0
        for member in archive:
            sizes += member.size
            file = archive.extractfile(member)
            assert file is not None
            if member.name == "manifest.json":
                (folder / "manifest.json").write_bytes(file.read())
            elif member.name == "manifest.sig":
                (folder / "sig").write_bytes(base64.b64decode(file.read()))
    return sizes


def run_rounds(folder: Path) -> dict[str, list[Figures]]:
    """Verify with everybody in turn, round after round."""
    measures: dict[str, Callable[[], Figures]] = {
        "ours": lambda: verify_once(folder),
        "tools": lambda: run_timed(["bash", "-c", TOOLS], folder)[0],
        # Shown only: Python as it comes, without isal, orjson and PyNaCl.
        "alone": lambda: verify_once(folder, "-S"),
    }
    runs_by_name: dict[str, list[Figures]] = {name: [] for name in measures}
    for number in range(ROUNDS):
        for name, measure_once in measures.items():
            runs_by_name[name].append(measure_once())
            print(f"round {number + 1}  {name:8} {runs_by_name[name][-1]}", file=sys.stderr)
    return runs_by_name


def run_small_rounds(folder: Path) -> dict[str, list[Figures]]:
    """Verify a small pack, also from bytecode, and do nothing at all, in turn."""
    compiled = folder / "verify.pyc"
    py_compile.compile(str(SCRIPT), str(compiled), doraise=True)
    (folder / PACK).write_bytes(packs.small().build())
    (folder / "public_key.hex").write_text(packs.public_hex())
    runs_by_name: dict[str, list[Figures]] = {"small": [], "bytecode": [], "nothing": []}
    for _ in range(SMALL_ROUNDS):
        runs_by_name["nothing"].append(run_timed([sys.executable, "-c", "pass"], folder)[0])
        runs_by_name["small"].append(verify_once(folder))
        runs_by_name["bytecode"].append(verify_once(folder, script=compiled))
    return runs_by_name


def summary(runs_by_name: dict[str, list[Figures]], mib: float, n: int, n_bytes: int) -> Figures:
    """Return medians, ratios and whether each target is reached."""
    medians = {
        name: {figure: round(statistics.median(r[figure] for r in runs), 4) for figure in runs[0]}
        for name, runs in runs_by_name.items()
    }
    ours, tools, alone = medians["ours"], medians["tools"], medians["alone"]
    ratios: dict[str, tuple[float, str, float | None]] = {
        "checks 1 to 8 faster than the tools": (
            tools["wall_s"] / ours["checks_1_to_8_s"],
            ">=",
            3.0,
        ),
        "all eleven over the tools": (ours["wall_s"] / tools["wall_s"], "<=", 2.5),
        "the same in CPU seconds": (ours["cpu_s"] / tools["cpu_s"], "", None),
        "checks 1 to 8 faster, bare Python": (
            tools["wall_s"] / alone["checks_1_to_8_s"],
            "",
            None,
        ),
        "all eleven over, bare Python": (alone["wall_s"] / tools["wall_s"], "", None),
        "peak memory, MiB": (mib, "<=", 64.0),
        "a small pack over python -c pass": (
            medians["small"]["wall_s"] / medians["nothing"]["wall_s"],
            "<=",
            6.0,
        ),
        "the same, from bytecode": (
            medians["bytecode"]["wall_s"] / medians["nothing"]["wall_s"],
            "",
            None,
        ),
    }
    return {
        "events": n,
        "bytes": n_bytes,
        "medians": medians,
        "ratios": {
            name: {
                "value": round(value, 3),
                "reach": f"{sign} {limit}" if limit else "told only",
                "reached": limit is None or (value >= limit if sign == ">=" else value <= limit),
            }
            for name, (value, sign, limit) in ratios.items()
        },
        "rounds": runs_by_name,
    }


def measure(folder: Path, n: int = sealed_month.EVENTS, ready: Path | None = None) -> bool:
    """Measure, write ``verify.json`` and ``verify.svg``; tell whether every target is reached.

    Args:
        folder: where these go.
        n: events of the month.
        ready: a folder in which its pack lies already.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        big, small = ready or Path(temporary) / "big", Path(temporary) / "small"
        if ready is None:
            sealed_month.write(big, n)
            pack.build_once("ours", big)
        small.mkdir()
        n_bytes = prepare_peers_input(big)
        runs_by_name = run_rounds(big) | run_small_rounds(small)
        result = summary(runs_by_name, peak_mib(big), n, n_bytes)
    (folder / "verify.json").write_text(json.dumps(result, indent=1) + "\n")
    medians = result["medians"]
    walls = {
        NAMES["checks_1_to_8"]: medians["ours"]["checks_1_to_8_s"],
        NAMES["tools"]: medians["tools"]["wall_s"],
        NAMES["all"]: medians["ours"]["wall_s"],
        NAMES["alone"]: medians["alone"]["wall_s"],
    }
    note = f"{n} events of 2 organizations, {n_bytes / 1e6:.0f} MB in the archive"
    (folder / "verify.svg").write_text(bars("One month's pack, verified", "s", walls, note))
    for name, ratio in result["ratios"].items():
        verdict = "reached" if ratio["reached"] else "NOT reached"
        verdict = "" if ratio["reach"] == "told only" else verdict
        print(f"verify  {name:36} {ratio['value']:8.2f}  {ratio['reach']:9} {verdict}".rstrip())
    return all(ratio["reached"] for ratio in result["ratios"].values())
