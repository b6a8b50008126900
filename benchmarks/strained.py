"""The same pull where OpenAI is slow, and where it throttles: nothing fails, nothing is doubled.

One pull each, and no peer: the SDK's five tries do not get through sixty requests a minute. At
sixty a minute the pull takes as long as it must, some six minutes.
"""

import json
import math
from pathlib import Path
from typing import Any

from benchmarks.pull import WHOLE, pulled, served
from benchmarks.world import MINIMUM

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
    found: dict[str, Any] = {}
    with served("--latency", "0", "--small") as small:
        for name, (options, requests, wall_s) in REACH.items():
            with served(*options) as urls:
                figures = pulled("ours", small, urls)
            reached = {
                "whole, nothing doubled": figures["got"] == WHOLE,
                f"requests <= {requests} of the minimum": figures["requests"] <= requests * MINIMUM,
                f"wall <= {wall_s:.0f} s": figures["wall_s"] <= wall_s,
            }
            found[name] = {**figures, "minimum_requests": MINIMUM, "reached": reached}
            for said, verdict in reached.items():
                print(f"strained  {name:24} {said:36} {'reached' if verdict else 'NOT reached'}")
    (folder / "strained.json").write_text(json.dumps(found, indent=1) + "\n")
    return all(all(one["reached"].values()) for one in found.values())
