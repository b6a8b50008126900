"""The hourly pull against the official SDK, AsyncOpenAI and dlt, interleaved, medians.

Reach (per answer 100 ms): 25 times the SDK, 5 times dlt, 3 times AsyncOpenAI; wall at most 1.6
times what 32 requests under way allow; requests at most 1.05 times the minimum; CPU at most 0.3
times the SDK's.
"""

import json
import math
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.chart import bars
from benchmarks.organization import EVENTS, KEYS, MINIMUM, PROJECTS, USERS

LATENCY_S = 0.1
ROUNDS = 5
# The SDK's own loop takes most of a minute; three of it are enough for a median.
SLOW_ROUNDS = {"sdk": 3}
PEERS = ("ours", "async_sdk", "dlt", "sdk")
NAMES = {
    "ours": "OpenAI Audit",
    "async_sdk": "AsyncOpenAI, 16 in flight",
    "dlt": "dlt rest_api, parallelized",
    "sdk": "openai SDK, its defaults",
}
WHOLE = {"users": USERS, "projects": PROJECTS, "api_keys": PROJECTS * KEYS, "events": EVENTS}
ROOT = Path(__file__).parent.parent


@contextmanager
def serve_organization(*options: str) -> Iterator[dict[str, str]]:
    """Serve the organization in a process of its own; yield its addresses."""
    command = [sys.executable, "-m", "benchmarks.organization", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def pull_once(name: str, small: dict[str, str], urls: dict[str, str]) -> dict[str, Any]:
    """Pull once in a warm process of its own; return its figures and the number of requests."""
    requests = f"{urls['control_url']}/requests"
    httpx.delete(requests)
    command = [
        sys.executable,
        "-m",
        "benchmarks.pullers",
        name,
        small["base_url"],
        urls["base_url"],
    ]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if process.returncode != 0:
        raise SystemExit(f"{name} failed:\n{process.stderr[-2000:]}")
    figures: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return figures | {"requests": httpx.get(requests).json()["total"]}


def run_rounds(small: dict[str, str], urls: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Pull with everybody in turn, round after round."""
    runs_by_name: dict[str, list[dict[str, Any]]] = {name: [] for name in PEERS}
    for number in range(ROUNDS):
        for name in PEERS:
            if number >= SLOW_ROUNDS.get(name, ROUNDS):
                continue
            figures = pull_once(name, small, urls)
            runs_by_name[name].append(figures)
            print(f"round {number + 1}  {NAMES[name]:28} {figures}", file=sys.stderr)
    return runs_by_name


def summary(runs_by_name: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return medians, ratios and whether each target is reached."""
    medians = {
        name: {
            figure: statistics.median(run[figure] for run in runs)
            for figure in ("wall_s", "cpu_s", "peak_mib", "requests")
        }
        for name, runs in runs_by_name.items()
    }
    ours = medians["ours"]
    ideal_s = math.ceil(ours["requests"] / 32) * LATENCY_S
    ratios = {
        "faster than the SDK": (medians["sdk"]["wall_s"] / ours["wall_s"], ">=", 25.0),
        "faster than dlt": (medians["dlt"]["wall_s"] / ours["wall_s"], ">=", 5.0),
        "faster than AsyncOpenAI": (medians["async_sdk"]["wall_s"] / ours["wall_s"], ">=", 3.0),
        "wall over what 32 in flight allow": (ours["wall_s"] / ideal_s, "<=", 1.6),
        "requests over the minimum": (ours["requests"] / MINIMUM, "<=", 1.05),
        "CPU over the SDK's": (ours["cpu_s"] / medians["sdk"]["cpu_s"], "<=", 0.3),
    }
    return {
        "latency_s": LATENCY_S,
        "medians": medians,
        "ratios": {
            name: {
                "value": round(value, 3),
                "reach": f"{sign} {limit}",
                "reached": value >= limit if sign == ">=" else value <= limit,
            }
            for name, (value, sign, limit) in ratios.items()
        },
        "whole": {
            name: all(run["got"] == WHOLE for run in runs) for name, runs in runs_by_name.items()
        },
        "rounds": runs_by_name,
    }


def measure(folder: Path) -> bool:
    """Measure, write ``pull.json`` and ``pull.svg``; tell whether every target is reached."""
    small = serve_organization("--latency", "0", "--small")
    with small as small_urls, serve_organization("--latency", str(LATENCY_S)) as urls:
        result = summary(run_rounds(small_urls, urls))
    (folder / "pull.json").write_text(json.dumps(result, indent=1) + "\n")
    walls = {NAMES[name]: result["medians"][name]["wall_s"] for name in PEERS}
    note = f"{USERS} users, {PROJECTS} projects, {PROJECTS * KEYS} keys, {EVENTS} events"
    chart = bars("One hourly pull, warm, 100 ms per answer", "s", walls, note)
    (folder / "pull.svg").write_text(chart)
    for name, ratio in result["ratios"].items():
        verdict = "reached" if ratio["reached"] else "NOT reached"
        print(f"pull  {name:36} {ratio['value']:8.2f}  {ratio['reach']:8} {verdict}")
    return all(ratio["reached"] for ratio in result["ratios"].values())
