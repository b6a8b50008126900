"""anchors.jsonl: the days' anchors that commit to the period.

Part of step 2 of 6 (write).
"""

from collections.abc import Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.shared.evidence.anchors import Anchor


def write_anchors(anchors: Sequence[Anchor], folder: Path) -> Member:
    """Write the file; it is empty where there is no anchor."""
    with Spool(folder / "anchors.jsonl") as spool:
        for anchor in anchors:
            spool.add_row(anchor.row())
        return spool.finish()
