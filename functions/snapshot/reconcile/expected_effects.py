"""Traces: events after which a picture must show something, and what it shows.

Pure. An awaited trace stands as an open row of its own (``of`` is ``event``) until a whole picture
shows it, another event undoes it, or the log has had its say and it is a finding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.snapshot.compare.diff import ID_FIELD
from functions.snapshot.reconcile.rule_table import TRACES, Trace
from functions.snapshot.reconcile.rules import SLACK, same_role, stated_role
from functions.snapshot.reconcile.verdicts import CANNOT_TELL, SETTLING

_BY_TYPE = {trace.type: trace for trace in TRACES}
_KEPT = (
    *("event_id", "event_type", "occurred_at", "project_id", "target_id"),
    *("actor_id", "actor_hash", "actor_type"),
)

Registers = Mapping[str, Sequence[Json]]


@dataclass(frozen=True, slots=True)
class Look:
    """What an hour shows, for awaited traces.

    Attributes:
        registers: rows by section, after this hour's picture.
        whole: sections that this hour's picture shows whole.
        baselines: hour of each section's first whole picture.
        pictured_from: instant of the picture's first request.
        pictured_to: instant of its last answer.
    """

    registers: Registers
    whole: frozenset[str]
    baselines: Mapping[str, str | None]
    pictured_from: str
    pictured_to: str


def awaited(events: Iterable[Json], seen: Look, hour: str) -> list[Json]:
    """Return an open row for every event that must leave a trace."""
    rows = []
    for event in events:
        trace = _BY_TYPE.get(event["event_type"])
        if trace and _is_about_us(event, trace, seen):
            rows.append(_row(event, trace, hour))
    return rows


def _is_about_us(event: Json, trace: Trace, seen: Look) -> bool:
    baseline = seen.baselines.get(trace.section)
    since = None if baseline is None else rfc3339(parse_instant(baseline) + HOUR)
    if event["target_id"] is None or since is None or event["occurred_at"] < since:
        return False
    if trace.section == "users":
        return event["project_id"] is None and (
            trace.expects != "role" or stated_role(event) is not None
        )
    if trace.type == "api_key.created":
        # Admin keys have the same event; theirs names no project, or the default one.
        return event["project_id"] is not None and event["actor_type"] == "session"
    return True


def _row(event: Json, trace: Trace, hour: str) -> Json:
    kept = {name: event[name] for name in _KEPT}
    kept["details"] = {"payload": event["details"].get("payload")}
    return {
        "open_id": sha256_hex(canonical(["event", event["event_id"]]))[:24],
        "of": "event",
        "hour": hour,
        "section": trace.section,
        "entity_id": event["target_id"],
        "kind": event["event_type"],
        "aspects": [trace.expects],
        "facts": {"role": stated_role(event)} if trace.expects == "role" else {},
        "from": event["occurred_at"],
        "to": event["occurred_at"],
        "proven": True,
        "event": kept,
        "event_id": event["event_id"],
        "explained_by": None,
        "verdict": CANNOT_TELL,
        "reason": SETTLING,
    }


def undone_by(row: Json, events: Iterable[Json]) -> str | None:
    """Return the id of a later event after which the trace cannot be expected any more."""
    undoing = _BY_TYPE[row["kind"]].undone_by
    for event in events:
        if event["event_id"] == row["event_id"] or event["occurred_at"] < row["from"]:
            continue
        same = event["target_id"] == row["entity_id"] and event["event_type"] in undoing
        if same or _takes_key_along(event, row):
            return str(event["event_id"])
    return None


def _takes_key_along(event: Json, row: Json) -> bool:
    # Of a key that no picture has shown nobody knows the owner: its maker, or an account there.
    if row["kind"] != "api_key.created" or event["occurred_at"] > row["to"] > row["from"]:
        return False
    if event["event_type"] == "user.deleted":
        return bool(event["target_id"] == row["event"]["actor_id"])
    project = str(row["event"]["project_id"])
    return event["event_type"] == "service_account.deleted" and project == str(event["project_id"])


def is_judged(row: Json, seen: Look) -> bool:
    """Tell whether this hour's picture is one that must show the trace."""
    after = rfc3339(parse_instant(row["from"]) + SLACK)
    return row["section"] in seen.whole and seen.pictured_from >= after


def shows(row: Json, seen: Look) -> bool:
    """Tell whether the registers show the trace of an event, at any time since."""
    section, since = row["section"], rfc3339(floor_hour(_at(row)))
    episodes = [
        episode
        for episode in seen.registers[section]
        if episode[ID_FIELD[section]] == row["entity_id"]
    ]
    lasting = [e for e in episodes if e["removed_at"] is None or e["removed_at"] >= since]
    present = [e for e in episodes if e["removed_at"] is None]
    match row["aspects"][0]:
        case "present":
            return bool(lasting) or _is_unlisted(row, row["event"]["project_id"], seen)
        case "absent":
            return all(
                _came_after(episode, row, since)
                or _is_unlisted(row, episode.get("project_id"), seen)
                for episode in present
            )
        case "archived":
            return all(episode["status"] != "active" for episode in present)
    held = [part for episode in lasting for part in episode["roles_held"]]
    return not lasting or any(
        same_role(row["facts"]["role"], part["role"] or "")
        for part in held
        if part["to"] is None or part["to"] >= since
    )


def _came_after(episode: Json, row: Json, since: str) -> bool:
    came_at = episode.get("added_at") or episode.get("created_at")
    return bool(episode["first_seen_at"] >= since) or bool(came_at and came_at >= row["from"])


def _is_unlisted(row: Json, project: str | None, seen: Look) -> bool:
    """Tell whether a key's project was closed before a picture could show the trace."""
    if row["section"] != "api_keys" or row["to"] > row["from"]:
        return False
    return not any(
        known["project_id"] == project
        and known["removed_at"] is None
        and known["status"] == "active"
        for known in seen.registers["projects"]
    )


def _at(row: Json) -> datetime:
    return parse_instant(row["from"])
