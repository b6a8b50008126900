"""Reconcile (step 3 of 6, last part): the hour's changes with the audit log.

Pure, but for ``earlier``, which is handed in. Every change gets a verdict in its own hour; one that
is not final is kept as an open row, sealed as the register ``open_changes``, until an event
explains it or the log is settled. An open row changes only when its verdict does, so that an hour
in which nothing happened writes nothing.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.entities import Entity, Project
from functions.shared.records.events import Change, ChangeFacts, EventState, OpenChange, Verdict
from functions.shared.records.findings import Finding
from functions.shared.records.registers import (
    HourRegisters,
    Registers,
    identity_of,
    present,
    rows_of,
)
from functions.snapshot.compare.compare import Comparison
from functions.snapshot.compare.log_of_stays import SLACK
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.reconcile.change_facts import (
    aspects_of,
    change_id,
    ended_by_itself,
    facts_of,
)
from functions.snapshot.reconcile.event_pool import ANYTHING, EventPool, Search
from functions.snapshot.reconcile.expected_effects import (
    RegisterView,
    Reverting,
    expected_effects,
    is_judged,
    reverting_any,
    shows,
)
from functions.snapshot.reconcile.findings import Decisions, verdict_row, with_decisions
from functions.snapshot.reconcile.match import EarlierHours, match, sought_again
from functions.snapshot.reconcile.rule_table import REMOVED
from functions.snapshot.reconcile.verdicts import (
    CANNOT_TELL,
    ENDED_BY_ITSELF,
    EXISTED_BEFORE,
    EXPLAINED,
    NEVER_LOGGED,
    SETTLING,
    UNEXPLAINED,
    is_past,
    without_event,
)
from functions.snapshot.records import COMPLETE, Snapshot


class ReadEarlierHours(Protocol):
    """Reads what earlier hours sealed."""

    def __call__(self, since: datetime, search: Search = ANYTHING) -> EarlierHours:
        """Return what the hours from an instant's on sealed of what is looked for."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What reconciliation makes of an hour.

    Attributes:
        registers: the next registers; open changes sorted by (of, open_id).
        verdicts: new verdicts, one row each, in the order of the changes.
    """

    registers: HourRegisters
    verdicts: list[Verdict]


@dataclass(slots=True)
class _Work:
    """One hour's reconciliation under way."""

    hour: HourToClose
    snapshot: Snapshot
    compared: Comparison
    earlier: ReadEarlierHours
    verdicts: list[Verdict] = field(default_factory=list)
    unexplained: list[OpenChange] = field(default_factory=list)
    closed: dict[str, str | None] = field(default_factory=dict)
    _rows: dict[str, dict[str, Entity]] = field(default_factory=dict)

    @property
    def events(self) -> Sequence[EventState]:
        return self.snapshot.audit_events.rows

    def row_of(self, section: str, identity: str) -> Entity | None:
        """Return the register's row of an entity that is there."""
        if section not in self._rows:
            rows = rows_of(self.compared.registers, section) or []
            self._rows[section] = {identity_of(section, row): row for row in present(rows)}
        return self._rows[section].get(identity)


def reconcile(
    hour: HourToClose,
    snapshot: Snapshot,
    compared: Comparison,
    findings: Sequence[Finding],
    open_changes: Sequence[OpenChange],
    earlier: ReadEarlierHours,
) -> Reconciliation:
    """Return the hour's verdicts, and all its registers: what stays open and what was found too.

    Args:
        hour: the hour.
        snapshot: what was read, the events no hour has sealed yet among it.
        compared: registers and changes.
        findings: the findings register as this hour's snapshot makes it.
        open_changes: the last register of that name.
        earlier: reads what earlier hours sealed; called only where a change is new, or was found
            among too many events.
    """
    work = _Work(hour, snapshot, compared, earlier)
    of_changes = [row for row in open_changes if row["of"] == "change"]
    of_events = [row for row in open_changes if row["of"] == "event"]
    unexplained = _explain(work, of_changes, _new_changes(work), of_events)
    effects = _expect(work, of_events)
    rows = [_judge(work, row) for row in (*unexplained, *effects)]
    kept = [row for row in rows if not is_past(row, snapshot.watermarks, hour.end)]
    decided = Decisions(work.unexplained, work.closed, work.verdicts)
    registers: HourRegisters = {
        **compared.registers,
        "findings": with_decisions(findings, decided, hour.name),
        "open_changes": sorted(kept, key=lambda row: (row["of"], row["open_id"])),
    }
    verdicts = sorted(work.verdicts, key=lambda row: (row["hour"], row["change_id"]))
    return Reconciliation(registers, verdicts)


def _new_changes(work: _Work) -> list[OpenChange]:
    """Return open rows of the hour's changes; seal at once what no event ever tells of."""
    rows = []
    for change in work.compared.changes:
        row = _opened(work, change)
        reason = _beyond_the_log(work, change, row)
        if reason:
            work.verdicts.append(verdict_row(row, work.hour.name, CANNOT_TELL, reason, None))
        else:
            rows.append(row)
    return rows


def _opened(work: _Work, change: Change) -> OpenChange:
    # Who went may be there again in the same hour: that row is another stay's.
    went = change["kind"] == REMOVED
    facts = facts_of(change, None if went else work.row_of(change["section"], change["entity_id"]))
    return {
        "open_id": change_id(change),
        "of": "change",
        "hour": change["hour"],
        "section": change["section"],
        "entity_id": change["entity_id"],
        "kind": change["kind"],
        "aspects": aspects_of(change),
        "facts": facts,
        "from": _last_shown(work, change, facts),
        "to": work.snapshot.pictured_to,
        "proven": work.snapshot.watermarks["proven"],
        "event": None,
        "event_id": None,
        "explained_by": None,
        "verdict": None,
        "reason": None,
    }


def _beyond_the_log(work: _Work, change: Change, row: OpenChange) -> str | None:
    """Return why no event tells of a change, None where one should."""
    if not row["aspects"]:
        return NEVER_LOGGED
    if ended_by_itself(change, work.snapshot.pictured_to):
        return ENDED_BY_ITSELF
    after = change["after"]
    made_at = after["created_at"] if after and "created_at" in after else None
    if change["section"] == "api_keys" and change["kind"] == "added" and made_at is not None:
        # Lists of archived projects, and what is hidden from some keys, can show up late.
        is_old = made_at < rfc3339(parse_instant(row["from"]) - SLACK)
        return EXISTED_BEFORE if is_old else None
    return None


def _last_shown(work: _Work, change: Change, facts: ChangeFacts) -> str:
    """Return the instant of the last snapshot that would have shown the change."""
    section = change["section"]
    instant = work.hour.last_complete_at(section)
    last = work.compared.last_shown.get((section, change["entity_id"]))
    if last is not None:
        # A list of its own could not be read since, whatever the others showed.
        instant = min(instant, rfc3339(parse_instant(last) + HOUR))
    project_id = facts["project_id"] if "project_id" in facts else None
    if section != "api_keys" or project_id is None:
        return instant
    project = work.row_of("projects", project_id)
    if project is not None and cast("Project", project)["status"] == "active":
        return instant
    marks = work.hour.watermarks
    archived = (marks["archived_keys_at"] if marks else None) or instant
    return min(instant, archived)


def _explain(
    work: _Work,
    of_changes: Sequence[OpenChange],
    new: Sequence[OpenChange],
    of_events: Sequence[OpenChange],
) -> list[OpenChange]:
    """Return the open changes that no event explains, after sealing the verdict on the others."""
    seeking = {row["open_id"]: row for row in (*sought_again(of_changes, work.hour.start), *new)}
    people = _people(work.compared.registers)
    past = _events_before(work, list(seeking.values()), people)
    pool = EventPool.of((*work.events, *past.events), past.used, people)
    without_effect = EventPool.of(row["event"] for row in of_events if row["event"])
    waiting = [row for row in of_changes if row["open_id"] not in seeking]
    left = []
    for row in match((*waiting, *seeking.values()), pool, without_effect):
        if row["aspects"]:
            left.append(past.noted(row) if row["open_id"] in seeking else row)
            continue
        event_id = row["explained_by"]
        work.verdicts.append(verdict_row(row, work.hour.name, EXPLAINED, None, event_id))
        work.closed[row["open_id"]] = event_id
    return left


def _events_before(work: _Work, rows: Sequence[OpenChange], people: Set[str]) -> EarlierHours:
    """Return what the hours in which some changes may lie sealed that may tell of them."""
    if not rows:
        return EarlierHours()
    since = min(parse_instant(row["from"]) for row in rows) - SLACK
    return work.earlier(since, Search.of(rows, people))


def _people(registers: Registers) -> Set[str]:
    """Return the ids of all users and service accounts ever seen."""
    accounts = registers["service_accounts"] if "service_accounts" in registers else []
    ids = {account["service_account_id"] for account in accounts}
    return ids | {user["user_id"] for user in registers["users"]}


def _expect(work: _Work, of_events: Sequence[OpenChange]) -> list[OpenChange]:
    """Return the events whose effect no snapshot shows yet."""
    view, later = _view(work), Reverting.of(work.events)
    rows, doubted = [], []
    for row in (*of_events, *expected_effects(work.events, view, work.hour.name)):
        reverting = later.reverting(row)
        judged = is_judged(row, view)
        if reverting or (judged and shows(row, view)):
            work.closed[row["open_id"]] = reverting
        elif judged and row["to"] == row["from"]:
            doubted.append(row)
        else:
            rows.append(row)
    if doubted:
        # A late event: what reverts it may have been sealed before it.
        since = min(parse_instant(row["from"]) for row in doubted)
        past = work.earlier(since, reverting_any(doubted))
        before = Reverting.of(past.events)
        left = [row for row in doubted if not before.reverting(row)]
        rows += [past.noted(row | {"to": view.pictured_to}) for row in left]
    return rows


def _view(work: _Work) -> RegisterView:
    sections = work.snapshot.sections
    return RegisterView(
        registers=work.compared.registers,
        whole=frozenset(name for name in sections if sections[name].status == COMPLETE),
        baselines={name: work.hour.baseline(name) for name in sections},
        pictured_from=work.snapshot.pictured_from,
        pictured_to=work.snapshot.pictured_to,
    )


def _judge(work: _Work, row: OpenChange) -> OpenChange:
    """Return an open row with its verdict; seal a change's where it is a new one."""
    if row["verdict"] == UNEXPLAINED or (row["of"] == "event" and row["to"] == row["from"]):
        return row
    verdict, reason = without_event(row, work.snapshot.watermarks, work.hour.end)
    if row["of"] == "event" and verdict == CANNOT_TELL:
        return row | {"verdict": CANNOT_TELL, "reason": SETTLING}
    if (row["verdict"], row["reason"]) == (verdict, reason):
        return row
    row = row | {"verdict": verdict, "reason": reason}
    if row["of"] == "change":
        sealed = verdict_row(row, work.hour.name, verdict, reason, row["event_id"])
        work.verdicts.append(sealed)
    if verdict == UNEXPLAINED:
        work.unexplained.append(row)
    return row
