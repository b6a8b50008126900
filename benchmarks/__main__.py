"""Measure everything, or what is named: ``python -m benchmarks [pull …]``.

Writes JSON and charts to ``docs/benchmarks``; the exit status says whether every target is reached.
"""

import argparse
from pathlib import Path

from benchmarks import (
    api_lists,
    api_start,
    audit_log,
    normalization,
    pack,
    pull,
    pull_under_strain,
    reconciliation,
    unchanged_hour,
    verify,
)

FOLDER = Path(__file__).parent.parent / "docs" / "benchmarks"
MEASURES = {
    "pull": pull.measure,
    "strained": pull_under_strain.measure,
    "audit_log": audit_log.measure,
    "unchanged_hour": unchanged_hour.measure,
    "reconciliation": reconciliation.measure,
    "normalization": normalization.measure,
    "pack": pack.measure,
    "verify": verify.measure,
    "api_start": api_start.measure,
    "api_lists": api_lists.measure,
}


def main() -> int:
    """Measure what is named on the command line; all of it by default."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*MEASURES, []], help="default: all")
    names = parser.parse_args().names or list(MEASURES)
    FOLDER.mkdir(parents=True, exist_ok=True)
    reached = [MEASURES[name](FOLDER) for name in names]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
