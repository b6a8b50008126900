"""Findings (step 3 of 6), part: what is found of the audit log itself, and of our reading of it.

Pure.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.records.findings import Finding, FindingFacts
from functions.snapshot.fetch.audit.audit_marks import lag_hours
from functions.snapshot.findings.api_keys import finding, finding_of, just_begun
from functions.snapshot.records import Snapshot

LOG_ENTRY_CHANGED, LOG_ENTRY_GONE = "log_entry_changed", "log_entry_gone"
_SECTION = "audit_events"


def behind_findings(snapshot: Snapshot, hour_end: datetime) -> Iterator[FindingFacts]:
    """Yield that the reading stands hours behind, where it does."""
    if lag_hours(snapshot.watermarks, hour_end):
        reason = "not_read_to_the_hour"
        yield finding("audit_log_behind", reason, "medium", _SECTION, "", None)


def with_altered(rows: Sequence[Finding], snapshot: Snapshot, hour: str) -> list[Finding]:
    """Return the register with one more finding for each way in which sealed entries differ.

    It names the first of the entries; its reason says how many there are. What an hour found is
    not found again where the same entries are read once more, and nothing resolves it.
    """
    altered = snapshot.altered
    told = {row["finding_id"] for row in rows}
    new: list[Finding] = []
    for kind, stream, ids in (
        (LOG_ENTRY_CHANGED, None, altered["changed"]),
        (LOG_ENTRY_GONE, None, altered["gone"]),
        *((LOG_ENTRY_GONE, stream, ids) for stream, ids in altered["gone_from"].items()),
    ):
        if not ids:
            continue
        reason = f"entries_{len(ids)}" + (f"_from_{stream}_stream" if stream else "")
        facts = finding(kind, reason, "high", _SECTION, ids[0], None)
        # By all of them: what is altered beside an entry told before is another finding.
        of = [kind, stream, *ids] if stream else [kind, *ids]
        facts["finding_id"] = sha256_hex(canonical(of))[:24]
        if facts["finding_id"] not in told:
            new.append(finding_of(just_begun(hour), facts))
    return sorted([*rows, *new], key=lambda row: (row["finding_id"], row["first_seen_hour"]))
