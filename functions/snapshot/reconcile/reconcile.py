"""Reconcile (step 3 of 6, last part): the hour's changes with the audit log.

Pure, but for ``recent``, which is handed in. Every change gets a verdict in its own hour; one that
is not final is kept as an open row, sealed as the register ``open_changes``, until an event
explains it or the log has had its say. An open row changes only when its verdict does, so that an
hour in which nothing happened writes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.shared.canonical import Json
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.snapshot.compare.compare import Compared
from functions.snapshot.compare.diff import ID_FIELD
from functions.snapshot.hour_to_close import Closing
from functions.snapshot.reconcile import expected_effects, findings
from functions.snapshot.reconcile.findings import Decided, verdict_row
from functions.snapshot.reconcile.match import Pool, Recent, match
from functions.snapshot.reconcile.rules import (
    SLACK,
    aspects_of,
    change_id,
    ended_by_itself,
    facts_of,
)
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
from functions.snapshot.records import COMPLETE, Picture

RecentSince = Callable[[datetime], Recent]
"""From an instant to what the hours from then up to this one sealed."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What reconciliation makes of an hour.

    Attributes:
        open: the next ``open_changes`` register, sorted by (of, open_id).
        verdicts: new verdicts, one row each, in the order of the changes.
        findings: the next findings register.
    """

    open: list[Json]
    verdicts: list[Json]
    findings: list[Json]

    @property
    def registers(self) -> dict[str, list[Json]]:
        """Return the registers to store; nothing open is no register."""
        rows = {"findings": self.findings}
        return rows | {"open_changes": self.open} if self.open else rows


@dataclass(slots=True)
class _Work:
    """One hour's reconciliation under way."""

    closing: Closing
    picture: Picture
    compared: Compared
    recent: RecentSince
    verdicts: list[Json] = field(default_factory=list)
    convicted: list[Json] = field(default_factory=list)
    settled: dict[str, str | None] = field(default_factory=dict)
    _rows: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def hour(self) -> str:
        return rfc3339(self.closing.hour)

    @property
    def events(self) -> list[Json]:
        return self.picture.sections["audit_events"].rows

    def row_of(self, section: str, identity: str) -> Json | None:
        """Return the register's row of an entity that is there."""
        if section not in self._rows:
            name = ID_FIELD[section]
            rows = self.compared.registers.get(section, [])
            self._rows[section] = {row[name]: row for row in rows if row["removed_at"] is None}
        return self._rows[section].get(identity)


def reconcile(
    closing: Closing,
    picture: Picture,
    compared: Compared,
    shown: Sequence[Json],
    opened: Sequence[Json],
    recent: RecentSince,
) -> Reconciled:
    """Return the hour's verdicts, what stays open, and the findings that come of it.

    Args:
        closing: the hour.
        picture: what was seen, the events no hour has sealed yet among it.
        compared: registers and changes.
        shown: the findings register as this hour's snapshot makes it.
        opened: the last ``open_changes`` register.
        recent: reads what earlier hours sealed; called only where a change is new.
    """
    work = _Work(closing, picture, compared, recent)
    of_changes = [row for row in opened if row["of"] == "change"]
    of_events = [row for row in opened if row["of"] == "event"]
    changes = _explained(work, of_changes, _born(work), of_events)
    awaited = _awaited(work, of_events)
    rows = [_judged(work, row) for row in (*changes, *awaited)]
    end = closing.hour + HOUR
    kept = [row for row in rows if not is_past(row, picture.frontiers, end)]
    decided = Decided(work.convicted, work.settled, work.verdicts)
    return Reconciled(
        open=sorted(kept, key=lambda row: (row["of"], row["open_id"])),
        verdicts=sorted(work.verdicts, key=lambda row: (row["hour"], row["change_id"])),
        findings=findings.follow(shown, decided, work.hour),
    )


def _born(work: _Work) -> list[Json]:
    """Return open rows of the hour's changes; seal at once what no event ever tells of."""
    born = []
    for change in work.compared.changes:
        row = _opened(work, change)
        reason = _beyond_the_log(work, change, row)
        if reason:
            verdict = verdict_row(row, work.hour, CANNOT_TELL, reason, None)
            work.verdicts.append(verdict)
        else:
            born.append(row)
    return born


def _opened(work: _Work, change: Json) -> Json:
    row = work.row_of(change["section"], change["entity_id"])
    facts = facts_of(change, row)
    return {
        "open_id": change_id(change),
        "of": "change",
        "hour": change["hour"],
        "section": change["section"],
        "entity_id": change["entity_id"],
        "kind": change["kind"],
        "aspects": aspects_of(change),
        "facts": facts,
        "from": _last_shown(work, change["section"], facts),
        "to": work.picture.pictured_to,
        "proven": work.picture.frontiers["proven"],
        "event": None,
        "event_id": None,
        "explained_by": None,
        "verdict": None,
        "reason": None,
    }


def _beyond_the_log(work: _Work, change: Json, row: Json) -> str | None:
    if not row["aspects"]:
        return NEVER_LOGGED
    if ended_by_itself(change, work.picture.pictured_to):
        return ENDED_BY_ITSELF
    made_at = (change["after"] or {}).get("created_at")
    if change["kind"] == "added" and "project_id" in row["facts"] and made_at is not None:
        # Lists of archived projects, and what is hidden from some keys, can show up late.
        is_old = made_at < rfc3339(parse_instant(row["from"]) - SLACK)
        return EXISTED_BEFORE if is_old and change["section"] == "api_keys" else None
    return None


def _last_shown(work: _Work, section: str, facts: Json) -> str:
    """Return the instant of the last picture that would have shown the change."""
    shown = work.closing.last_shown(section)
    project = facts.get("project_id")
    if section != "api_keys" or project is None:
        return shown
    known = work.row_of("projects", project)
    swept: str | None = work.closing.frontiers.get("archived_keys_at")
    is_active = known is not None and known["status"] == "active"
    return shown if is_active or swept is None else min(shown, swept)


def _explained(
    work: _Work, known: Sequence[Json], born: Sequence[Json], awaited: Sequence[Json]
) -> list[Json]:
    """Return the open changes that no event explains, after sealing the verdict on the others."""
    waiting = Pool.of(row["event"] for row in awaited)
    if born:
        first = min(parse_instant(row["from"]) for row in born) - SLACK
        past = work.recent(first)
        pool = Pool.of((*work.events, *past.events), past.used)
    else:
        pool = Pool.of(work.events)
    left = []
    for row in match((*known, *born), pool, waiting):
        if row["aspects"]:
            left.append(row)
            continue
        event_id = row["explained_by"]
        work.verdicts.append(verdict_row(row, work.hour, EXPLAINED, None, event_id))
        work.settled[row["open_id"]] = event_id
    return left


def _awaited(work: _Work, known: Sequence[Json]) -> list[Json]:
    """Return the events whose trace is still awaited."""
    seen = _look(work)
    rows, doubted = [], []
    for row in (*known, *expected_effects.awaited(work.events, seen, work.hour)):
        undoing = expected_effects.undone_by(row, work.events)
        judged = expected_effects.is_judged(row, seen)
        if undoing or (judged and expected_effects.shows(row, seen)):
            work.settled[row["open_id"]] = undoing
        elif judged and row["to"] == row["from"]:
            doubted.append(row)
        else:
            rows.append(row)
    if doubted:
        # A late event: what undoes it may have been sealed before it.
        past = work.recent(min(parse_instant(row["from"]) for row in doubted))
        rows += [
            row | {"to": seen.pictured_to}
            for row in doubted
            if not expected_effects.undone_by(row, past.events)
        ]
    return rows


def _look(work: _Work) -> expected_effects.Look:
    sections = work.picture.sections
    whole = {name for name, section in sections.items() if section.status == COMPLETE}
    return expected_effects.Look(
        registers=work.compared.registers,
        whole=frozenset(whole),
        baselines={name: work.closing.baseline(name) for name in sections},
        pictured_from=work.picture.pictured_from,
        pictured_to=work.picture.pictured_to,
    )


def _judged(work: _Work, row: Json) -> Json:
    """Return an open row with its verdict; seal a change's where it is a new one."""
    if row["verdict"] == UNEXPLAINED or (row["of"] == "event" and row["to"] == row["from"]):
        return row
    end = work.closing.hour + HOUR
    now = without_event(row, work.picture.frontiers, end)
    if row["of"] == "event" and now.verdict == CANNOT_TELL:
        return row | {"verdict": CANNOT_TELL, "reason": SETTLING}
    if (row["verdict"], row["reason"]) == (now.verdict, now.reason):
        return row
    row = row | {"verdict": now.verdict, "reason": now.reason}
    if row["of"] == "change":
        verdict = verdict_row(row, work.hour, now.verdict, now.reason, row["event_id"])
        work.verdicts.append(verdict)
    if now.verdict == UNEXPLAINED:
        work.convicted.append(row)
    return row
