"""The rule by which sealed rows become rows of the pack: docs, "Sealed members"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from tools.verifier.checks.check_09_registers import ENTITY_ID
from tools.verifier.checks.check_09_rows import ROW_FIELDS
from tools.verifier.values.strict_json import JsonObject

ENTITIES = {member[: -len(".jsonl")]: id_field for member, id_field in ENTITY_ID.items()}
# Of a row that a seal names; what the pack adds to it is not among them.
ADDED = ("org_id", "state_at", "findings")
SINCE_3 = ("enabled", "banned", "is_scim_managed", "api_key_last_used_at", "unreadable")
NEW_FIELDS = {entity: SINCE_3 if entity == "users" else SINCE_3[-1:] for entity in ENTITIES}
BOUNDS = ("added_not_before", "removed_not_before")
SEALED_FIELDS = {
    bound: tuple(field for field in ROW_FIELDS[bound].split() if field not in ADDED)
    for bound in (*ENTITIES, "findings")
}
CHANGE = ("hour", "section", "entity_id", "kind", "fields", "before", "after")
VERDICT = ("verdict", "reason", "event_id", "decided_hour")
KEY_FINDING = ("finding_id", "kind", "reason", "severity")


class Shown:
    """The hours of the period whose pictures show a section of one organization.

    Attributes:
        listed_at: the last one, as the last seal says it, be it before the period.
        hours: those that version 2 sealed, which did not say it.
    """

    def __init__(self) -> None:
        self.listed_at: str | None = None
        self.hours: list[str] = []

    def last(self) -> str | None:
        """Return the last hour that shows the section."""
        return self.listed_at or (self.hours[-1] if self.hours else None)

    def last_before(self, hour: str) -> str | None:
        """Return the last hour that shows what is gone in an hour."""
        at = bisect_left(self.hours, hour)
        return self.hours[at - 1] if at else None


def entity_row(
    section: str,
    org_id: str,
    sealed: JsonObject,
    start: str,
    shown: Shown,
    findings: Iterable[JsonObject],
) -> JsonObject | None:
    """Return the row of one stay; None where it ended before the period.

    Args:
        section: of the register.
        org_id: the organization.
        sealed: the register's row.
        start: the period's first hour.
        shown: the hours that show the section.
        findings: of a key, the sealed findings about it.
    """
    removed = sealed["removed_at"]
    if removed is not None and removed <= start:
        return None
    fields = [*SEALED_FIELDS[section], *BOUNDS]
    fields += [name for name in NEW_FIELDS[section] if name in sealed]
    row = {name: sealed.get(name) for name in fields}
    row["org_id"] = org_id
    if "shown_until" in sealed:
        row["state_at"] = sealed["shown_until"]
    else:
        row["state_at"] = shown.last() if removed is None else shown.last_before(removed)
    if section == "api_keys":
        row["findings"] = _open_findings(findings, removed, shown.last())
    return row


def _open_findings(
    findings: Iterable[JsonObject], removed: str | None, last: str | None
) -> list[JsonObject]:
    """Return a key's findings that were open in the last hour, or when it ended."""

    def is_open(finding: JsonObject) -> bool:
        first, resolved = finding["first_seen_hour"], finding["resolved_hour"]
        if removed is not None:
            return bool(first < removed and (resolved is None or resolved >= removed))
        return last is not None and bool(first <= last and (resolved is None or resolved > last))

    rows = [{name: one.get(name) for name in KEY_FINDING} for one in findings if is_open(one)]
    return sorted(rows, key=lambda row: (row["kind"], row["finding_id"]))


def change_row(org_id: str, sealed: JsonObject, verdict: JsonObject) -> JsonObject:
    """Return the row of a change with the last verdict on it."""
    row = {name: sealed.get(name) for name in CHANGE}
    return {**row, **{name: verdict.get(name) for name in VERDICT}, "org_id": org_id}


def statement_row(org_id: str, hour: str, sealed: JsonObject) -> JsonObject:
    """Return the row of a statement that an hour sealed."""
    return {**sealed, "org_id": org_id, "sealed_hour": hour}


def finding_row(
    org_id: str,
    sealed: JsonObject,
    start: str,
    shown: Shown,
    verdict_on: Callable[[JsonObject, JsonObject], JsonObject],
) -> JsonObject | None:
    """Return the row of a finding; None where it was resolved before the period.

    `verdict_on` gives, for a finding and the change that resolved it, the last verdict on that.
    """
    if sealed["resolved_hour"] is not None and sealed["resolved_hour"] < start:
        return None
    row = {name: sealed.get(name) for name in SEALED_FIELDS["findings"]}
    cause = sealed["resolved_by"]
    if cause is not None and cause.get("event_id") is None and "fields" in cause:
        verdict = verdict_on(sealed, cause)
        explained = verdict.get("verdict") == "explained"
        row["resolved_by"] = {**cause, "event_id": verdict["event_id"] if explained else None}
    return {**row, "org_id": org_id, "state_at": shown.last()}
