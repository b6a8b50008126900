"""Findings (step 3 of 6), part: what happened between two pictures, as findings.

Pure, but for what the log reads back. What happened stays so: nothing resolves these, what the
tenant says of them stands beside them. Whoever makes a hundred thousand keys to hide one finds it
among the first that are told, or in their number; each event is sealed whatever is told of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.records.events import OpenChange
from functions.shared.records.findings import Finding
from functions.shared.records.registers import Registers
from functions.snapshot.compare.log_of_stays import LogOfStays
from functions.snapshot.findings.api_keys import finding, finding_of, just_begun
from functions.snapshot.findings.lives import Life
from functions.snapshot.findings.settings import (
    ALLOWLIST_OPENED,
    LOGGING_OFF,
    OF_CALLS,
    settings_changed,
)
from functions.snapshot.findings.short_lives import (
    SHORT_LIVED_KEY,
    SHORT_LIVED_OWNER,
    UNSURE,
    short_lives,
)
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.records import COMPLETE, Snapshot

HAPPENINGS: Final = (SHORT_LIVED_KEY, SHORT_LIVED_OWNER, ALLOWLIST_OPENED, LOGGING_OFF)
# Told one by one in an hour; where so many stand already, one an hour tells how many there were.
MOST_AN_HOUR, MOST_EVER = 20, 500
_MEDIUM: Final = UNSURE | OF_CALLS


def with_happenings(
    rows: Sequence[Finding],
    hour: HourToClose,
    snapshot: Snapshot,
    registers: Registers,
    open_changes: Iterable[OpenChange],
    log: LogOfStays,
) -> list[Finding]:
    """Return the findings register with what the log alone tells of this hour.

    Args:
        rows: the register so far.
        hour: that closes.
        snapshot: what was read, whole: no limit has cut it.
        registers: after it.
        open_changes: that earlier hours left.
        log: its events and those of earlier hours, as they are sealed.
    """
    whole = snapshot.lists["api_keys"].status == COMPLETE
    read = snapshot.audit_events.rows
    lives = short_lives(hour, registers, open_changes, log, read, keys_are_whole=whole)
    by_kind: dict[str, list[Life]] = defaultdict(list)
    for life in (*lives, *settings_changed(read)):
        by_kind[life.kind].append(life)
    told = {row["finding_id"] for row in rows}
    new: list[Finding] = []
    for kind, lives_of_kind in by_kind.items():
        # High ones first: nothing of less weight takes their place, nor their event's.
        lives_of_kind.sort(key=lambda life: life.reason in _MEDIUM)
        untold: dict[str, Life] = {}
        for life in lives_of_kind:
            if _id(life) not in told:
                untold.setdefault(_id(life), life)
        found = [*untold.values()]
        n_alone = MOST_AN_HOUR if sum(row["kind"] == kind for row in rows) < MOST_EVER else 0
        new += [_finding(life, life.reason, hour) for life in islice(found, n_alone)]
        if len(found) > n_alone:
            new.append(_finding(found[n_alone], f"and_{len(found) - n_alone}_more", hour))
    return sorted([*rows, *new], key=lambda row: (row["finding_id"], row["first_seen_hour"]))


def _id(life: Life) -> str:
    """Return the id of a life's finding: what happens again is another one."""
    return sha256_hex(canonical([life.kind, life.event_id]))[:24]


def _finding(life: Life, reason: str, hour: HourToClose) -> Finding:
    severity = "medium" if life.reason in _MEDIUM else "high"
    facts = finding(life.kind, reason, severity, life.section, life.entity_id, None)
    facts["finding_id"] = _id(life)
    found = finding_of(just_begun(hour.name), facts)
    found["change_hour"], found["event_id"] = None, life.event_id
    return found
