"""Join the parts of the auditors' workbook tool into the one file that auditors copy.

    python -m tools.build_workbook            write tools/pack-to-xlsx.py
    python -m tools.build_workbook --check    say whether it is current: exit 0, else 1

By the rules of ``tools.build_verifier``.
"""

import argparse
import sys
from pathlib import Path

from tools.build_verifier import join, write_or_check

PACKAGE = Path(__file__).parent / "pack_to_xlsx"
BUILT = Path(__file__).parent / "pack-to-xlsx.py"
PARTS = (
    "base.py",
    "verification.py",
    "verified_pack.py",
    "book.py",
    "sheets.py",
    "cover.py",
    "__main__.py",
)
HEAD = """\
#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = ["xlsxwriter>=3.2"]
# ///
# Built by `python -m tools.build_workbook` from the parts in tools/pack_to_xlsx/, one behind the
# other of SHA-256 {digest}.
"""


def main(argv: list[str] | None = None) -> int:
    """Write the one file, or say whether it is current."""
    parser = argparse.ArgumentParser(description="Join tools/pack_to_xlsx/ into one file.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if not current")
    options = parser.parse_args(argv)
    return write_or_check(BUILT, join(PACKAGE, PARTS, HEAD), check=options.check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
