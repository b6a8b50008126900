"""The feed in OCSF, for tools that read no other words: one event of a published class an entry.

Pure. What has no place in a class stands under ``unmapped``, by its own name, so nothing is lost;
the seal that vouches for an entry always stands there. Source: Open Cybersecurity Schema Framework
1.8.0, schema.ocsf.io.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from functions.api.feed.ocsf_activities import (
    ACCOUNT_ACTIVITIES,
    ACCOUNTS,
    CHANGES,
    ENTITY_ACTIVITIES,
    HOURS,
    OTHER,
    SESSIONS,
)
from functions.api.records import FeedEntry, FeedHour
from functions.shared.hours import parse_instant
from functions.shared.records.events import Change, FeedVerdict, ListedEvent, placed_at
from functions.shared.records.findings import FindingRow
from functions.shared.records.tables import ListedPack

VERSION: Final = "1.8.0"
# Class numbers; the thousands are the category's.
BASE_EVENT, DETECTION_FINDING, ACCOUNT_CHANGE = 0, 2004, 3001
AUTHENTICATION, ENTITY_MANAGEMENT, SCAN_ACTIVITY = 3002, 3004, 6007
_SUCCESS, _FAILURE = 1, 2
_INFORMATIONAL: Final = 1
_SEVERITIES: Final = {"low": 2, "medium": 3, "high": 4}
_USER, _SERVICE = 1, 4
_SCHEDULED: Final = 2
_NEW, _RESOLVED = 1, 4
_CREATE, _CLOSE = 1, 3

Ocsf = dict[str, Any]


def ocsf_event(entry: FeedEntry) -> Ocsf:
    """Return an entry of the feed as an event of OCSF."""
    return _KINDS[entry["kind"]](entry)


def _event(entry: FeedEntry) -> Ocsf:
    row = cast("ListedEvent", entry["data"])
    kind = row["event_type"] or "unknown"
    subject, _, word = kind.rpartition(".")
    mapped = ["event_id", "event_type", "occurred_at"]
    facts: Ocsf = {}
    if row["actor_id"] or row["actor_hash"]:
        mapped += ["actor_id", "actor_hash"]
        person = _named(row["actor_id"], "unknown")
        facts["actor"] = {"user": {**person, **_present(uid_alt=row["actor_hash"])}}
    about = _named(row["target_id"], subject or kind)
    mapped += ["target_id"] if row["target_id"] else []
    if kind in SESSIONS:
        activity, status = SESSIONS[kind]
        facts |= {
            "status_id": _SUCCESS if status == "succeeded" else _FAILURE,
            "user": _named(row["actor_id"] or row["actor_hash"], "unknown"),
            "service": {"name": "OpenAI"},
        }
        class_uid, mapped = AUTHENTICATION, [name for name in mapped if name != "target_id"]
    elif subject in ACCOUNTS:
        class_uid, activity = ACCOUNT_CHANGE, ACCOUNT_ACTIVITIES.get(word, OTHER)
        type_id = _SERVICE if "service_account" in subject else _USER
        facts["user"] = {**about, "type_id": type_id}
    else:
        class_uid, activity = ENTITY_MANAGEMENT, ENTITY_ACTIVITIES.get(word, OTHER)
        facts["entity"] = {**about, "type": subject or kind}
    event = _of(entry, class_uid, (activity, word), placed_at(row), row["event_id"], facts, *mapped)
    event["metadata"]["event_code"] = kind
    return event


def _change(entry: FeedEntry) -> Ocsf:
    row = cast("Change", entry["data"])
    identity = "/".join((row["hour"], row["section"], row["entity_id"], row["kind"]))
    facts = {"entity": {**_named(row["entity_id"], row["section"]), "type": row["section"]}}
    activity = CHANGES.get(row["kind"], OTHER), row["kind"]
    mapped = ("hour", "section", "entity_id", "kind")
    return _of(entry, ENTITY_MANAGEMENT, activity, row["hour"], identity, facts, *mapped)


def _verdict(entry: FeedEntry) -> Ocsf:
    row = cast("FeedVerdict", entry["data"])
    change = "/".join((row["hour"], row["section"], row["entity_id"], row["kind"]))
    identity = f"{change}/{row['decided_hour']}"
    facts = {"message": row["verdict"], **_present(status_detail=row["reason"])}
    mapped = ("verdict", "decided_hour", *(["reason"] if row["reason"] else []))
    activity = OTHER, "verdict"
    return _of(entry, BASE_EVENT, activity, row["decided_hour"], identity, facts, *mapped)


def _finding(entry: FeedEntry) -> Ocsf:
    row = cast("FindingRow", entry["data"])
    is_open = entry["kind"] == "finding_opened"
    at = row["first_seen_hour"] if is_open else row["resolved_hour"] or row["first_seen_hour"]
    info = {"uid": row["finding_id"], "title": row["kind"], "desc": row["reason"]}
    facts: Ocsf = {
        "finding_info": {**info, "first_seen_time": _ms(row["first_seen_hour"])},
        "resources": [{**_named(row["entity_id"], row["section"]), "type": row["section"]}],
        "status_id": _NEW if is_open else _RESOLVED,
        "severity_id": _SEVERITIES.get(row["severity"], OTHER),
        "severity": row["severity"],
    }
    identity = f"{row['finding_id']}/{row['first_seen_hour']}"
    activity = (_CREATE, "opened") if is_open else (_CLOSE, "resolved")
    mapped = ("finding_id", "kind", "reason", "severity", "section", "entity_id", "first_seen_hour")
    return _of(entry, DETECTION_FINDING, activity, at, identity, facts, *mapped)


def _hour(entry: FeedEntry) -> Ocsf:
    row = cast("FeedHour", entry["data"])
    activity, severity_id = HOURS.get(row["outcome"], (OTHER, _INFORMATIONAL))
    hour = entry["sealed_hour"] or ""
    facts: Ocsf = {
        "scan": {"uid": hour, "name": "hourly picture", "type_id": _SCHEDULED},
        "severity_id": severity_id,
        **_present(status_detail=row["reason"]),
    }
    mapped = ("outcome", *(["reason"] if row["reason"] else []))
    return _of(entry, SCAN_ACTIVITY, (activity, row["outcome"]), hour, hour, facts, *mapped)


def _pack(entry: FeedEntry) -> Ocsf:
    row = cast("ListedPack", entry["data"])
    facts: Ocsf = {
        "message": f"evidence pack {row['number']} is {row['state']}",
        "status_id": _SUCCESS if row["state"] == "ready" else _FAILURE,
        **_present(status_detail=row["reason"]),
    }
    mapped = ("state", "created_at", *(["reason"] if row["reason"] else []))
    activity = OTHER, f"pack {row['state']}"
    return _of(entry, BASE_EVENT, activity, row["created_at"], str(row["number"]), facts, *mapped)


_KINDS: Final[Mapping[str, Callable[[FeedEntry], Ocsf]]] = {
    "event": _event,
    "change": _change,
    "verdict": _verdict,
    "finding_opened": _finding,
    "finding_resolved": _finding,
    "hour": _hour,
    "pack": _pack,
}


def _of(
    entry: FeedEntry,
    class_uid: int,
    activity: tuple[int, str],
    at: str,
    identity: str,
    facts: Ocsf,
    *mapped: str,
) -> Ocsf:
    """Return an event of a class.

    Args:
        entry: the feed's.
        class_uid: number of the class.
        activity: number and name.
        at: when it was, RFC 3339.
        identity: tells it from others of its kind and organization.
        facts: of the class.
        mapped: names of the data's fields that stand in them.
    """
    activity_id, activity_name = activity
    left = {name: value for name, value in entry["data"].items() if name not in mapped}
    sealed = {name: entry[name] for name in ("kind", "org_id", "sealed_hour", "seal_sha256")}
    return {
        "activity_id": activity_id,
        "activity_name": activity_name,
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "type_uid": class_uid * 100 + activity_id,
        "time": _ms(at),
        "severity_id": _INFORMATIONAL,
        "metadata": {
            "version": VERSION,
            "product": {"name": "OpenAI Audit", "vendor_name": "OpenAI Audit"},
            "uid": f"{entry['kind']}/{entry['org_id'] or ''}/{identity}",
        },
        **facts,
        "unmapped": {"feed": sealed, **({"data": left} if left else {})},
    }


def _named(uid: str | None, name: str) -> Ocsf:
    """Return what OCSF calls an entity: by its id, where that is known."""
    return {"uid": uid} if uid else {"name": name}


def _present(**facts: str | None) -> Ocsf:
    return {name: value for name, value in facts.items() if value is not None}


def _ms(instant: str) -> int:
    return int(parse_instant(instant).timestamp() * 1000)
