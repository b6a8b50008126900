"""The same pull where OpenAI is slow, and where it throttles: nothing fails, nothing is doubled.

One pull each, and no peer: the SDK's five tries do not get through sixty requests a minute. At
sixty a minute the pull takes as long as it must, some six minutes.
"""

import json
import math
from pathlib import Path
from typing import Any

from benchmarks.organization import MINIMUM
from benchmarks.pull import WHOLE, pull_once, serve_organization

PER_MINUTE = 60
# Every refused request is one that OpenAI asked to come again later.
REACH = {
    "1 s per answer": (("--latency", "1"), 1.05, 1.6 * math.ceil(MINIMUM / 32)),
    f"429 above {PER_MINUTE} a minute": (
        ("--latency", "0.1", "--per-minute", str(PER_MINUTE)),
        1.5,
        60.0 * (MINIMUM / PER_MINUTE + 2),
    ),
}


def measure(folder: Path) -> bool:
    """Pull once under each strain, write ``strained.json``; tell whether all is reached."""
    results: dict[str, Any] = {}
    with serve_organization("--latency", "0", "--small") as small:
        for name, (options, requests, wall_s) in REACH.items():
            with serve_organization(*options) as urls:
                figures = pull_once("ours", small, urls)
            reached = {
                "whole, nothing doubled": figures["got"] == WHOLE,
                f"requests <= {requests} of the minimum": figures["requests"] <= requests * MINIMUM,
                f"wall <= {wall_s:.0f} s": figures["wall_s"] <= wall_s,
            }
            results[name] = {**figures, "minimum_requests": MINIMUM, "reached": reached}
            for target, is_reached in reached.items():
                print(
                    f"strained  {name:24} {target:36} {'reached' if is_reached else 'NOT reached'}"
                )
    (folder / "strained.json").write_text(json.dumps(results, indent=1) + "\n")
    return all(all(result["reached"].values()) for result in results.values())
