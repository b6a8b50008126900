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
from infra.settings import SettingRefused, read

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Synthesize; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-c", "--context", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--out", help="folder of the cloud assembly, default cdk.out")
    options = parser.parse_args(arguments)
    out = options.out or os.environ.get("CDK_OUTDIR") or str(ROOT / "cdk.out")
    try:
        context = _context(options.context)
        settings = read(context.get)
        use_locked_node()
        # Only now: jsii looks for its Node when it is imported, and takes seconds for it.
        from infra.compute.code import LayerNotBuilt
        from infra.synth import synthesize
    except (NodeMissing, SettingRefused) as error:
        return _refuse(error)
    try:
        synthesize(settings, context, out)
    except LayerNotBuilt as error:
        return _refuse(error)
    return 0


def _context(overrides: list[str]) -> dict[str, Any]:
    """Return ``cdk.json``'s context under the CDK CLI's, under the command line's."""
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    context |= json.loads(os.environ.get("CDK_CONTEXT_JSON") or "{}")
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise SettingRefused(f"-c {override}: expected NAME=VALUE")
        context[name] = value
    return context


def _refuse(error: Exception) -> int:
    print(f"app.py: {error}", file=sys.stderr)  # noqa: T201  # a command line's own words
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
