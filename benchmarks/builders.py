"""Five ways to make the archive of a sealed month, and what none can do without.

Each runs in a process of its own.

``python -m benchmarks.builders NAME FOLDER`` reads the sealed objects in FOLDER, writes the archive
there and prints its figures. All read and write through ``folder_s3``; all check each segment's
digest, make the rows of ``docs/evidence-pack-format.md``, hash each member and sign a manifest.

============  ====================================================================================
ours          ``functions.pack.flow.build`` as deployed, table, KMS and queue in another process;
              the step that runs the auditors' script is timed apart, as no peer has it
plain         ``json.loads`` and ``json.dumps`` a row, members in ``BytesIO``, ``tarfile`` ``w:gz``
              with its defaults into a ``BytesIO``
streaming     the same rows, a row at a time into files, ``tarfile`` ``w:gz`` at zlib's level 6
by_bytes      as ``streaming``, but rows taken as sealed, without parsing any
gzip_1        ``gzip -1`` on a tar of members that lies ready: no row is made, nothing is hashed
work          what none can do without: inflate the sealed events, hash them for their seals and
              once more for the manifest, write as many bytes as our archive has; no row, no check
============  ====================================================================================
"""

import argparse
import gzip
import hashlib
import json
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from benchmarks.pack_build import build_in_process, ours
from benchmarks.pack_peers import by_bytes, plain, streaming, work
from benchmarks.process import Figures, cpu_s, memory_mib


def gzip_1(folder: Path) -> Figures:
    """Compress the tar that ``prepare_tar`` has laid out."""
    with (
        (folder / "ready.tar").open("rb") as tar,
        (folder / "ready.tar.gz").open("wb") as compressed,
    ):
        subprocess.run(["gzip", "-1"], stdin=tar, stdout=compressed, check=True)  # noqa: S607
    size = (folder / "ready.tar.gz").stat().st_size
    (folder / "ready.tar.gz").unlink()
    return {"size": size}


def prepare_tar(folder: Path) -> dict[str, str]:
    """Lay out our pack's tar, inflated, for ``gzip_1``; return the SHA-256 of its members."""
    with gzip.open(folder / "pack.tar.gz") as compressed, (folder / "ready.tar").open("wb") as tar:
        shutil.copyfileobj(compressed, tar, 1 << 20)
    digests = {}
    with tarfile.open(folder / "ready.tar") as members:
        for member in members:
            body = members.extractfile(member)
            assert body is not None
            digests[member.name] = hashlib.file_digest(cast("Any", body), "sha256").hexdigest()
    return digests


BUILDERS: dict[str, Callable[[Path], Figures]] = {
    "ours": ours,
    "plain": plain,
    "streaming": streaming,
    "by_bytes": by_bytes,
    "gzip_1": gzip_1,
    "work": work,
}


def main() -> None:
    """Make one archive and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=[*BUILDERS, "in_process"])
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.name in ("ours", "in_process"):
        # These measure the build alone: a warm function has its imports behind it.
        figures = (ours if options.name == "ours" else build_in_process)(options.folder)
    else:
        idle, before, started = memory_mib("VmRSS"), cpu_s(), time.perf_counter()
        figures = BUILDERS[options.name](options.folder)
        figures |= {
            "wall_s": round(time.perf_counter() - started, 3),
            "cpu_s": round(cpu_s() - before, 3),
            "idle_mib": idle,
            "peak_mib": memory_mib("VmHWM"),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
