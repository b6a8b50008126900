"""Write the folders: ``python -m tests.vectors``. What is there already is written anew."""

import shutil
import sys

from tests.vectors.cases import FOLDER
from tests.vectors.every import EVERY


def main() -> int:
    """Write one folder for each case."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    n_bytes = 0
    for name, case in EVERY.items():
        folder = FOLDER / name
        folder.mkdir(parents=True)
        for file, data in case.contents().items():
            (folder / file).write_bytes(data)
            n_bytes += len(data)
    print(f"{len(EVERY)} cases, {n_bytes >> 10} KiB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
