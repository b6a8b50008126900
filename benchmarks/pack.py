"""A month's pack against four other ways to make it, interleaved, medians.

Reach (a million events, some 785 MB): at most 1.85 times what no way can do without, rows bound to
their seals; at most 64 MiB of memory whatever the size. The other ways are told only.
What each way does is said in ``benchmarks/builders.py``. Memory is the peak of the whole process,
botocore and its clients included; what the process had before it began is told beside it.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks import builders, sealed_month
from benchmarks.chart import bars
from benchmarks.process import Figures, run_in_process

SMALL = 100_000
ROUNDS = 5
# These take most of a minute or more; three are enough for a median.
SLOW_ROUNDS = {"plain": 3, "streaming": 3, "by_bytes": 3}
NAMES = {
    "work": "inflate, hash twice, write",
    "ours": "OpenAI Audit",
    "gzip_1": "gzip -1, nothing else",
    "by_bytes": "tarfile, zlib 6, our rows",
    "streaming": "tarfile, zlib 6, streaming",
    "plain": "json, BytesIO, tarfile w:gz",
}
PEERS = tuple(NAMES)


def run_rounds(folder: Path) -> dict[str, list[Figures]]:
    """Build with everybody in turn, round after round."""
    runs_by_name: dict[str, list[Figures]] = {name: [] for name in PEERS}
    for number in range(ROUNDS):
        for name in PEERS:
            if number >= SLOW_ROUNDS.get(name, ROUNDS):
                continue
            figures = build_once(name, folder)
            runs_by_name[name].append(figures)
            figures_shown = {key: value for key, value in figures.items() if key != "digests"}
            print(f"round {number + 1}  {NAMES[name]:28} {figures_shown}", file=sys.stderr)
    return runs_by_name


def build_once(name: str, folder: Path) -> Figures:
    """Build once, in a process of its own."""
    return run_in_process(["-m", "benchmarks.builders", name, str(folder)], {})


def summary(
    runs_by_name: dict[str, list[Figures]], small: Figures, member_digests: dict[str, str], n: int
) -> Figures:
    """Return medians, ratios and whether each target is reached."""
    medians = {
        name: {
            figure: statistics.median(run[figure] for run in runs)
            for figure in ("wall_s", "cpu_s", "idle_mib", "peak_mib", "size")
        }
        for name, runs in runs_by_name.items()
    }
    ours = medians["ours"]
    wall = {name: figures["wall_s"] / ours["wall_s"] for name, figures in medians.items()}
    ratios: dict[str, tuple[float, str, float | None]] = {
        "over the work itself": (1 / wall["work"], "<=", 1.85),
        "faster than json, BytesIO, w:gz": (wall["plain"], "", None),
        "faster than streaming, zlib 6": (wall["streaming"], "", None),
        "same, with our rows": (wall["by_bytes"], "", None),
        "faster than gzip -1 alone": (wall["gzip_1"], "", None),
        "peak memory, MiB": (ours["peak_mib"], "<=", 64.0),
        "of it grown by the build, MiB": (ours["peak_mib"] - ours["idle_mib"], "", None),
        "peak over that at a tenth the size": (ours["peak_mib"] / small["peak_mib"], "<=", 1.1),
    }
    return {
        "events": n,
        "medians": medians,
        "ratios": {
            name: {
                "value": round(value, 3),
                "reach": f"{sign} {limit}" if limit else "told only",
                "reached": limit is None or (value >= limit if sign == ">=" else value <= limit),
            }
            for name, (value, sign, limit) in ratios.items()
        },
        "same members": {
            name: all(run["digests"].items() <= member_digests.items() for run in runs)
            for name, runs in runs_by_name.items()
            if "digests" in runs[0]
        },
        "at a tenth the size": small,
        "rounds": {
            name: [{key: run[key] for key in run if key != "digests"} for run in runs]
            for name, runs in runs_by_name.items()
        },
    }


def measure(folder: Path, n: int = sealed_month.EVENTS) -> bool:
    """Measure, write ``pack.json`` and ``pack.svg``; tell whether every target is reached."""
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        big, small = Path(temporary) / "big", Path(temporary) / "small"
        sealed_month.write(big, n)
        sealed_month.write(small, n * SMALL // sealed_month.EVENTS)
        build_once("ours", big)
        member_digests = builders.prepare_tar(big)
        result = summary(run_rounds(big), build_once("ours", small), member_digests, n)
    (folder / "pack.json").write_text(json.dumps(result, indent=1) + "\n")
    walls = {NAMES[name]: result["medians"][name]["wall_s"] for name in PEERS}
    note = f"{n} events of 2 organizations, 744 hours, from sealed segments to the archive"
    (folder / "pack.svg").write_text(bars("One month's pack", "s", walls, note))
    for name, ratio in result["ratios"].items():
        verdict = "reached" if ratio["reached"] else "NOT reached"
        verdict = "" if ratio["reach"] == "told only" else verdict
        print(f"pack  {name:36} {ratio['value']:8.2f}  {ratio['reach']:9} {verdict}".rstrip())
    same = all(result["same members"].values())
    print(f"pack  {'every peer made the same members':36} {'yes' if same else 'NO'}")
    return same and all(ratio["reached"] for ratio in result["ratios"].values())
