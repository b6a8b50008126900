"""Compare (step 3 of 6): a picture with the registers it follows.

Pure. Which sections may remove, which hour is a baseline, what is a finding.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.snapshot import findings
from functions.snapshot.diff import diff
from functions.snapshot.records import COMPLETE, PARTIAL, Picture
from functions.snapshot.seal import Closing


@dataclass(frozen=True, slots=True)
class Compared:
    """What an hour makes of everything known.

    Attributes:
        registers: the next rows by section, findings among them.
        changes: what differs, in section order; none for a section's baseline.
    """

    registers: dict[str, list[Json]]
    changes: list[Json]


def compare(
    closing: Closing,
    picture: Picture,
    known: Mapping[str, Sequence[Json]],
    found: Sequence[Json],
) -> Compared:
    """Return the next registers and the changes.

    Args:
        closing: the hour.
        picture: what was seen.
        known: the last rows of ``users``, ``projects`` and ``api_keys``.
        found: the last findings.
    """
    hour = rfc3339(closing.hour)
    registers: dict[str, list[Json]] = {}
    changes: list[Json] = []
    for section, rows in known.items():
        seen = picture.sections[section]
        if seen.status not in (COMPLETE, PARTIAL):
            registers[section] = list(rows)
            continue
        difference = diff(section, rows, seen.rows, hour, removes=_removes(section, picture))
        registers[section] = difference.register
        # Nothing was known before the first whole picture, so nothing has changed by it.
        if closing.baseline(section) is not None:
            changes += difference.changes
    statuses = {name: section.status for name, section in picture.sections.items()}
    judged = findings.judge(registers, statuses, closing.hour)
    registers["findings"] = findings.follow(found, judged, statuses, changes, closing.hour)
    return Compared(registers, changes)


def _removes(section: str, picture: Picture) -> Callable[[Json], bool]:
    seen = picture.sections[section]
    if seen.status != COMPLETE:
        return lambda row: False
    if section != "api_keys" or seen.covers is None:
        return lambda row: True
    covers = set(seen.covers)
    return lambda row: row["project_id"] in covers
