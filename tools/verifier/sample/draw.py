"""An auditor's own sample: rows of a member drawn by a seed.

Which rows these are follows from the seed and the rows, so that anybody draws the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tools.verifier.base import VALID, CannotCheck
from tools.verifier.checks.check_09_rows import Rows
from tools.verifier.manifest_format import SEALED_FOLDER, Manifest
from tools.verifier.options import Options
from tools.verifier.report import Report
from tools.verifier.sample.evidence import Evidence, read_again
from tools.verifier.spill_to_disk import SpillFile
from tools.verifier.values.strict_json import JsonObject

NO_EVIDENCE: JsonObject = {"seals": [], "changes": [], "more_changes": 0, "events": []}


class Draw(Rows):
    """Keeps those rows of a member, as they stream by, that have the smallest digests."""

    def __init__(self, manifest: Manifest, name: str, n_asked: int, seed: str) -> None:
        super().__init__(manifest, name)
        self._n_asked = n_asked
        self._seeded = hashlib.sha256(f"{seed}\n".encode())
        # A heap with the largest digest first: less the digest, place and size of the row.
        self._drawn: list[tuple[int, int, int]] = []
        self._file = SpillFile()

    def row(self, line: bytes) -> None:
        """Draw the row, or pass it."""
        self.n += 1
        digest = self._seeded.copy()
        digest.update(line)
        less = -int.from_bytes(digest.digest(), "big")
        is_full = len(self._drawn) == self._n_asked
        if is_full and less <= self._drawn[0][0]:
            return
        import heapq  # here, because it takes time and few ask for a sample

        entry = (less, self._file.tell(), len(line))
        self._file.write(line)
        if is_full:
            heapq.heapreplace(self._drawn, entry)
        else:
            heapq.heappush(self._drawn, entry)

    def drawn(self) -> Iterator[tuple[str, bytes]]:
        """Yield digest and line of each row drawn, the smallest digest first."""
        for less, at, size in sorted(self._drawn, reverse=True):
            yield f"{-less:064x}", self._file.read(size, at)


def draw_sample(options: Options, report: Report) -> None:
    """Draw the sample that was asked for, of a pack that passed; the report takes it.

    Raises:
        CannotCheck: the pack has no such rows.
        Failed: the file is no longer the one that passed.
    """
    manifest = report.manifest
    if options.sample is None or manifest is None or report.exit_code() != VALID:
        return
    name = _row_member(manifest, options.of or "")
    draw = Draw(manifest, name, options.sample, options.seed or "")
    read_again(options.pack, manifest, draw)
    evidence = None if manifest.profile is None else Evidence(manifest, name)
    if evidence:
        evidence.look_up(options.pack, manifest, (line for _, line in draw.drawn()))
    digests = hashlib.sha256()
    for digest, _ in draw.drawn():
        digests.update(f"{digest}\n".encode())
    report.sample = {
        "member": name,
        "population": draw.n,
        "asked": options.sample,
        "seed": options.seed,
        "sha256": digests.hexdigest(),
    }
    report.sampled = _sampled(draw, evidence)


def _row_member(manifest: Manifest, asked: str) -> str:
    name = asked if asked.endswith(".jsonl") else f"{asked}.jsonl"
    names = [each for each in manifest.members if each.endswith(".jsonl")]
    names = [each for each in names if not each.startswith(SEALED_FOLDER)]
    if name not in names:
        have = ", ".join(names)
        raise CannotCheck(f"every check passed, but no rows {name[:80]} are there, only: {have}")
    return name


def _sampled(draw: Draw, evidence: Evidence | None) -> Iterator[JsonObject]:
    """Yield what is told of each row."""
    for digest, line in draw.drawn():
        found = evidence.of(line) if evidence else {}
        yield {"digest": digest, "row": line.decode(), **NO_EVIDENCE, **found}
