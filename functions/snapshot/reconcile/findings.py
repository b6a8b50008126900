"""Findings of reconciliation, in the register of findings.

Pure. Unlike the others they are not found anew each hour: one opens when its verdict is sealed,
and is resolved by the event, or the snapshot, that explains it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.records.events import OpenChange, Verdict, VerdictWord
from functions.shared.records.findings import Cause, Finding
from functions.snapshot.reconcile.verdicts import EXPLAINED

UNEXPLAINED_CHANGE, EVENT_WITHOUT_CHANGE = "unexplained_change", "event_without_change"
_HIGH = frozenset({"users", "api_keys", "admin_keys"})


@dataclass(frozen=True, slots=True)
class Decisions:
    """What an hour decided.

    Attributes:
        unexplained: open rows that have become ``unexplained``.
        closed: ids of open rows that are closed, with the event that closed each (None: the
            snapshot did).
        verdicts: rows of the hour's verdicts segment.
    """

    unexplained: Sequence[OpenChange] = ()
    closed: Mapping[str, str | None] = field(default_factory=dict)
    verdicts: Sequence[Verdict] = ()


def with_decisions(register: Iterable[Finding], decided: Decisions, hour: str) -> list[Finding]:
    """Return the findings register with what reconciliation opens, resolves and adds.

    Args:
        register: findings as the other rules leave them.
        decided: this hour's decisions.
        hour: the hour's name.
    """
    causes = {
        (row["section"], row["entity_id"], row["hour"], row["kind"]): row["event_id"]
        for row in decided.verdicts
        if row["verdict"] == EXPLAINED
    }
    ends = {_finding_id(open_id): event for open_id, event in decided.closed.items()}
    rows = []
    for row in register:
        if row["resolved_hour"] is None and row["finding_id"] in ends:
            event_id = ends[row["finding_id"]]
            kind = "event" if event_id else "picture"
            cause: Cause = {"hour": hour, "kind": kind, "event_id": event_id}
            rows.append(row | {"resolved_hour": hour, "resolved_by": cause})
        else:
            rows.append(_with_event(row, causes))
    rows += [_opened(row, hour) for row in decided.unexplained]
    return sorted(rows, key=lambda row: (row["finding_id"], row["first_seen_hour"]))


def _with_event(row: Finding, causes: Mapping[tuple[str, str, str, str], str | None]) -> Finding:
    """Return a finding that a change resolved, with the event that explains the change."""
    cause = row["resolved_by"]
    if cause is None or ("event_id" in cause and cause["event_id"] is not None):
        return row
    event_id = causes.get((row["section"], row["entity_id"], cause["hour"], cause["kind"]))
    return row | {"resolved_by": cause | {"event_id": event_id}} if event_id else row


def _opened(row: OpenChange, hour: str) -> Finding:
    of_change = row["of"] == "change"
    what = "_and_".join(row["aspects"]) if of_change else row["kind"].replace(".", "_")
    return {
        "finding_id": _finding_id(row["open_id"]),
        "kind": UNEXPLAINED_CHANGE if of_change else EVENT_WITHOUT_CHANGE,
        "reason": f"no_event_for_{what}" if of_change else f"no_trace_of_{what}",
        "severity": "high" if row["section"] in _HIGH else "medium",
        "section": row["section"],
        "entity_id": row["entity_id"],
        "still_works": None,
        "first_seen_hour": hour,
        "resolved_hour": None,
        "resolved_by": None,
        # The change is found by its hour, the event by its id.
        "change_hour": row["hour"] if of_change else None,
        "event_id": None if of_change else row["event_id"],
    }


def _finding_id(open_id: str) -> str:
    return sha256_hex(canonical(["reconciliation", open_id]))[:24]


def verdict_row(
    row: OpenChange, hour: str, verdict: VerdictWord, reason: str | None, event_id: str | None
) -> Verdict:
    """Return the row that seals a verdict on a change."""
    return {
        "change_id": row["open_id"],
        "hour": row["hour"],
        "section": row["section"],
        "entity_id": row["entity_id"],
        "kind": row["kind"],
        "verdict": verdict,
        "reason": reason,
        "event_id": event_id,
        "decided_hour": hour,
    }
