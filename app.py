"""Synthesize the stack: ``python app.py [-c name=value]... [--out folder]``; offline, no CLI.

The CDK CLI runs the same file (``cdk.json``) and hands its context over by the environment.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from infra.node import NodeMissing, use_locked_node

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Synthesize; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-c", "--context", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--out", help="folder of the cloud assembly, default cdk.out")
    options = parser.parse_args(arguments)
    try:
        use_locked_node()
        # Only now: jsii looks for its Node when it is imported.
        from infra.synth import Refused, synthesize
    except NodeMissing as error:
        print(f"app.py: {error}", file=sys.stderr)  # noqa: T201
        return 1
    out = options.out or os.environ.get("CDK_OUTDIR") or str(ROOT / "cdk.out")
    try:
        synthesize(_context(options.context), out)
    except Refused as error:
        print(f"app.py: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _context(overrides: list[str]) -> dict[str, Any]:
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise SystemExit(f"app.py: -c {override}: expected NAME=VALUE")
        context[name] = value
    return context


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
