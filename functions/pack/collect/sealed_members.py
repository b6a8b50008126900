"""Sealed members: the bytes whose digests the seals name, so that every row can be held to them.

Part of step 1 of 6 (collect). ``sealed/<org>/<section>.jsonl`` is the last register of the period,
``sealed/<org>/<kind>-<month>.jsonl`` the segments of a month, hour by hour. A row of another member
follows from them by the rule of docs/evidence-pack-format.md, "Sealed members".
"""

from dataclasses import dataclass, field
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.shared.records.registers import ROWS

# A member of one organization that later ones are derived with stands before them.
ORDER = ("verdicts", "changes", "statements", "events", "findings", *ROWS)


@dataclass(slots=True)
class SealedMembers:
    """The sealed members of a pack in the making.

    Attributes:
        folder: where they go.
    """

    folder: Path
    _members: dict[str, Member] = field(default_factory=dict)
    _open: tuple[str, Spool] | None = None

    def add_register(self, org: str, section: str, body: bytes) -> None:
        """Add a register, once however often it is read."""
        name = f"{org}/{section}.jsonl"
        if name not in self._members:
            self._finish()
            self._append(name, body)
            self._finish()

    def add_segment(self, org: str, kind: str, month: str, body: bytes) -> None:
        """Add a segment behind the others of its month; those of one month come together."""
        self._append(f"{org}/{kind}-{month}.jsonl", body)

    def finish(self) -> list[Member]:
        """Return them, by organization, in the order in which they are read."""
        self._finish()
        return [self._members[name] for name in sorted(self._members, key=_place)]

    def _append(self, name: str, body: bytes) -> None:
        if self._open is None or self._open[0] != name:
            self._finish()
            path = self.folder / "sealed" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open = name, Spool(path, f"sealed/{name}")
        self._open[1].add_bytes(body)

    def _finish(self) -> None:
        if self._open is not None:
            name, spool = self._open
            with spool:
                self._members[name] = spool.finish()
            self._open = None


def _place(name: str) -> tuple[str, int, str]:
    org, _, file = name.partition("/")
    kind, _, month = file.removesuffix(".jsonl").partition("-")
    return org, ORDER.index(kind), month
