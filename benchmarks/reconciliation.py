"""One hour reconciled with 1,000, 4,000 and 30,000 events and as many changes: its own growth.

Reach, for each kind of crowd: 30,000 events in at most 20 s of CPU, and at most 1.5 times as much
for each event as with 1,000. Sizes interleaved, medians; cycles are looked for as in the function.
"""

import gc
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.crowded_hours import CROWDS
from functions.snapshot.handler import GC_THRESHOLDS

SIZES = (1000, 4000, 30_000)
ROUNDS = 5
MOST_CPU_S = 20.0
MOST_GROWTH = 1.5


def measure(folder: Path) -> bool:
    """Measure, write ``reconciliation.json``; tell whether every target is reached."""
    gc.set_threshold(*GC_THRESHOLDS)
    crowds = {name: _measured(name) for name in CROWDS}
    (folder / "reconciliation.json").write_text(json.dumps({"crowds": crowds}, indent=1) + "\n")
    for name, figures in crowds.items():
        verdict = "reached" if figures["reached"] else "NOT reached"
        cpu_s, growth = figures["cpu_s"][str(SIZES[-1])], figures["growth"]
        print(f"reconciliation  {name:28} {cpu_s:6.2f} s  growth {growth:5.2f}  {verdict}")
    return all(figures["reached"] for figures in crowds.values())


def _measured(name: str) -> dict[str, Any]:
    rounds: dict[int, list[float]] = {size: [] for size in SIZES}
    for number in range(ROUNDS):
        for size in SIZES:
            hour = CROWDS[name](size)
            started = time.process_time()
            hour.reconciled()
            rounds[size].append(round(time.process_time() - started, 4))
        took = {size: rounds[size][-1] for size in SIZES}
        print(f"round {number + 1}  {name:28} {took}", file=sys.stderr)
    cpu_s = {size: statistics.median(rounds[size]) for size in SIZES}
    least, most = SIZES[0], SIZES[-1]
    growth = cpu_s[most] / most / (cpu_s[least] / least)
    return {
        "cpu_s": {str(size): cpu_s[size] for size in SIZES},
        "growth": round(growth, 3),
        "reached": cpu_s[most] <= MOST_CPU_S and growth <= MOST_GROWTH,
        "rounds": {str(size): rounds[size] for size in SIZES},
    }
