"""Findings (step 3 of 6), part: that more has ended than registers hold.

Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.hours import month_of
from functions.shared.records.findings import Finding
from functions.snapshot.findings.api_keys import finding, finding_of, just_begun
from functions.snapshot.hour_to_close import HourToClose

REGISTER_FULL: Final = "register_full"


def with_full_registers(
    rows: Sequence[Finding], hour: HourToClose, left: Mapping[str, int]
) -> list[Finding]:
    """Return the findings register with the sections that rows left before their time.

    One a section and month; nothing resolves it, for what has left does not come back.

    Args:
        rows: the register so far.
        hour: that closes.
        left: by section, how many ended rows were too many.
    """
    told = {row["finding_id"] for row in rows}
    new: list[Finding] = []
    for section in left:
        facts = finding(REGISTER_FULL, "oldest_ended_rows_left", "medium", section, "", None)
        place = [REGISTER_FULL, section, month_of(hour.start)]
        facts["finding_id"] = sha256_hex(canonical(place))[:24]
        if facts["finding_id"] not in told:
            new.append(finding_of(just_begun(hour.name), facts))
    return sorted([*rows, *new], key=lambda row: (row["finding_id"], row["first_seen_hour"]))
