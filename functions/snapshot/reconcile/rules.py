"""Whether an audit event explains a change: the table of ``explanations.py``, applied.

Pure. A change stands here as an *open row*: what is still to be explained of it (its aspects), the
facts by which events may name it, and between which pictures it happened.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.hours import parse_instant, rfc3339
from functions.snapshot.reconcile.rule_table import (
    ADDED,
    ASPECTS,
    EXPIRING,
    REMOVED,
    Rule,
    rules_of,
)

# OpenAI's clock and ours, and how fresh its lists are, agree no better than this.
SLACK = timedelta(minutes=5)

_FACTS = (
    *("owner_id", "owner_was", "project_id", "user_id", "email_hash", "role", "status"),
    *("owner_project_access", "is_service_account"),
)


def change_id(change: Json) -> str:
    """Return the id that a change, its verdicts and its finding share: 24 hex digits."""
    named = [change[name] for name in ("hour", "section", "entity_id", "kind")]
    return sha256_hex(canonical(named))[:24]


def aspects_of(change: Json) -> list[str]:
    """Return what of a change an event should tell of, nothing where none ever does."""
    known = ASPECTS.get(change["section"])
    if known is None:
        return []
    if change["kind"] in (ADDED, REMOVED):
        return [change["kind"]]
    return sorted({known[name] for name in change["fields"] if name in known})


def facts_of(change: Json, row: Json | None) -> Json:
    """Return by what events may name a change.

    Args:
        change: as sealed.
        row: the register's row of the entity, after the change.
    """
    before = change["before"] or {}
    shown = before | (row or {}) | (change["after"] or {}) | {"owner_was": before.get("owner_id")}
    return {name: shown[name] for name in _FACTS if shown.get(name) is not None}


def ended_by_itself(change: Json, until: str) -> bool:
    """Tell whether what is gone had a day to end on, and that day had come.

    Args:
        change: as sealed.
        until: instant of the picture that missed it.
    """
    if change["section"] not in EXPIRING:
        return False
    if change["kind"] != REMOVED:
        return bool((change["after"] or {}).get("status") == "expired")
    ends = (change["before"] or {}).get("expires_at")
    return ends is not None and str(ends) <= until


def in_window(event: Json, row: Json, slack: timedelta) -> bool:
    """Tell whether an event occurred between the pictures that a change lies between."""
    start = rfc3339(parse_instant(row["from"]) - slack)
    end = rfc3339(parse_instant(row["to"]) + slack)
    return bool(start <= event["occurred_at"] <= end)


def explains(event: Json, row: Json, aspect: str) -> bool:
    """Tell whether an event explains an aspect of a change, whenever it occurred."""
    return any(
        event["event_type"] in rule.types
        and _becomes(rule, row)
        and _names(event, row, rule.via)
        and _agrees(event, row, aspect)
        for rule in rules_of(row["section"], aspect)
    )


def could_explain(event: Json, row: Json, aspect: str) -> bool:
    """Tell whether an event fits but does not say whom it is about.

    Payloads may be absent; and the document calls the id of ``user.updated`` a project's.
    """
    project = row["facts"].get("project_id")
    return (
        event["target_id"] in (None, event["project_id"])
        and event["project_id"] in (None, project or event["project_id"])
        and any(
            event["event_type"] in rule.types
            and rule.via in ("target", "user", "member")
            and _becomes(rule, row)
            and _agrees(event, row, aspect)
            for rule in rules_of(row["section"], aspect)
        )
    )


def _becomes(rule: Rule, row: Json) -> bool:
    facts = row["facts"]
    field = "owner_project_access" if rule.section == "api_keys" else "status"
    return rule.becomes in (None, facts.get(field))


def _names(event: Json, row: Json, via: str) -> bool:
    facts, target = row["facts"], event["target_id"]
    match via:
        case "target":
            return bool(target == row["entity_id"])
        case "user":
            return target == row["entity_id"] and _of_organization(event)
        case "member":
            return target == facts.get("user_id") and _of_project(event, facts)
        case "owner":
            owners = {facts.get("owner_id"), facts.get("owner_was")} - {None}
            return target in owners and _of_project(event, facts)
        case "project":
            return target is not None and target == facts.get("project_id")
        case "actor":
            return _is_actor(event, row)
        case "principal":
            return payload_of(event).get("principal_id") in _people(row)
        case "resource":
            resource = payload_of(event).get("resource_id")
            return resource is not None and resource == facts.get("project_id")
    return bool(_people(row) & set(_texts(payload_of(event))))


def names_in(event: Json) -> set[str]:
    """Return every id or hash by which an event may name something."""
    ids = {event["target_id"], event["actor_id"], event["actor_hash"]} - {None}
    return ids | set(_texts(payload_of(event)))


def names_of(row: Json) -> set[str]:
    """Return every id or hash by which an event may name what a change is about."""
    facts = row["facts"]
    return _people(row) | {facts[name] for name in ("project_id", "email_hash") if name in facts}


def _people(row: Json) -> set[str]:
    facts = row["facts"]
    named = (row["entity_id"], *(facts.get(name) for name in ("owner_id", "owner_was", "user_id")))
    return {one for one in named if one is not None}


def _is_actor(event: Json, row: Json) -> bool:
    facts = row["facts"]
    by_hash = event["actor_hash"] is not None and event["actor_hash"] == facts.get("email_hash")
    return by_hash or event["actor_id"] in (facts.get("user_id"), row["entity_id"])


def _of_organization(event: Json) -> bool:
    # What is done with an admin key carries the default project, whatever it is about.
    return event["project_id"] is None or event["actor_type"] == "api_key"


def _of_project(event: Json, facts: Json) -> bool:
    return _of_organization(event) or event["project_id"] == facts.get("project_id")


def _agrees(event: Json, row: Json, aspect: str) -> bool:
    """Tell whether the role an event states, where it states one, is the one that is seen."""
    stated, seen = stated_role(event), row["facts"].get("role")
    if aspect != "role" or row["section"] != "users" or stated is None or seen is None:
        return True
    return same_role(stated, seen)


def stated_role(event: Json) -> str | None:
    """Return the role an event says was asked for."""
    payload = payload_of(event)
    for part in ("changes_requested", "data"):
        inner = payload.get(part)
        if isinstance(inner, dict) and isinstance(inner.get("role"), str):
            return str(inner["role"])
    return None


def same_role(stated: str, seen: str) -> bool:
    """Tell whether two role names agree: events say ``member`` where the list says ``reader``."""
    return (stated == "owner") == (seen == "owner")


def payload_of(event: Json) -> Json:
    """Return an event's payload, empty where it has none."""
    payload = event["details"].get("payload")
    return payload if isinstance(payload, dict) else {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
