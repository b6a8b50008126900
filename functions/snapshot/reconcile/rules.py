"""Whether an audit event explains a change: the rule table, applied.

Pure. A change stands here as an *open row*: what is still to be explained of it (its aspects), the
facts by which events may name it, and between which snapshots it happened.
"""

from datetime import timedelta

from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.events import ChangeFacts, OpenChange
from functions.shared.records.fields import shown
from functions.snapshot.reconcile.event_payload import (
    AnyEvent,
    principal_of,
    resource_of,
    stated_role,
    texts_of,
)
from functions.snapshot.reconcile.rule_table import (
    Rule,
    rules_of,
)

# OpenAI's clock and ours, and how fresh its lists are, agree no better than this.
SLACK = timedelta(minutes=5)


def in_window(occurred_at: str, row: OpenChange, slack: timedelta) -> bool:
    """Tell whether an instant lies between the snapshots that a change lies between."""
    start = rfc3339(parse_instant(row["from"]) - slack)
    end = rfc3339(parse_instant(row["to"]) + slack)
    return start <= occurred_at <= end


def explains(event: AnyEvent, row: OpenChange, aspect: str) -> bool:
    """Tell whether an event explains an aspect of a change, whenever it occurred."""
    return any(
        event["event_type"] in rule.types
        and _becomes(rule, row)
        and _names(event, row, rule.via)
        and _agrees(event, row, aspect)
        for rule in rules_of(row["section"], aspect)
    )


def could_explain(event: AnyEvent, row: OpenChange, aspect: str) -> bool:
    """Tell whether an event fits but does not say whom it is about.

    Payloads may be absent; and the document calls the id of ``user.updated`` a project's.
    """
    project = _facts(row)["project_id"] or event["project_id"]
    return (
        event["target_id"] in (None, event["project_id"])
        and event["project_id"] in (None, project)
        and any(
            event["event_type"] in rule.types
            and rule.via in ("target", "user", "member")
            and _becomes(rule, row)
            and _agrees(event, row, aspect)
            for rule in rules_of(row["section"], aspect)
        )
    )


def _facts(row: OpenChange) -> ChangeFacts:
    """Return all facts of a change, null where there is none."""
    return shown(ChangeFacts, row["facts"])


def _becomes(rule: Rule, row: OpenChange) -> bool:
    facts = _facts(row)
    value = facts["owner_project_access"] if rule.section == "api_keys" else facts["status"]
    return rule.becomes in (None, value)


def _names(event: AnyEvent, row: OpenChange, via: str) -> bool:
    facts, target = _facts(row), event["target_id"]
    match via:
        case "target":
            return target == row["entity_id"]
        case "user":
            return target == row["entity_id"] and _of_organization(event)
        case "member":
            return target == facts["user_id"] and _of_project(event, facts)
        case "owner":
            owners = {facts["owner_id"], facts["owner_was"]} - {None}
            return target in owners and _of_project(event, facts)
        case "project":
            return target is not None and target == facts["project_id"]
        case "actor":
            return _is_actor(event, row, facts)
        case "principal":
            return principal_of(event) in _people(row)
        case "resource":
            resource = resource_of(event)
            return resource is not None and resource == facts["project_id"]
    return bool(_people(row) & set(texts_of(event)))


def names_in(event: AnyEvent) -> set[str]:
    """Return every id or hash by which an event may name something."""
    ids = {event["target_id"], event["actor_id"], event["actor_hash"]}
    return {identity for identity in ids if identity is not None} | set(texts_of(event))


def names_of(row: OpenChange) -> set[str]:
    """Return every id or hash by which an event may name what a change is about."""
    facts = _facts(row)
    names = (facts["project_id"], facts["email_hash"])
    return _people(row) | {name for name in names if name is not None}


def _people(row: OpenChange) -> set[str]:
    facts = _facts(row)
    ids = (row["entity_id"], facts["owner_id"], facts["owner_was"], facts["user_id"])
    return {identity for identity in ids if identity is not None}


def _is_actor(event: AnyEvent, row: OpenChange, facts: ChangeFacts) -> bool:
    by_hash = event["actor_hash"] is not None and event["actor_hash"] == facts["email_hash"]
    return by_hash or event["actor_id"] in (facts["user_id"], row["entity_id"])


def _of_organization(event: AnyEvent) -> bool:
    # What is done with an admin key carries the default project, whatever it is about.
    return event["project_id"] is None or event["actor_type"] == "api_key"


def _of_project(event: AnyEvent, facts: ChangeFacts) -> bool:
    return _of_organization(event) or event["project_id"] == facts["project_id"]


def _agrees(event: AnyEvent, row: OpenChange, aspect: str) -> bool:
    """Tell whether the role an event states, where it states one, is the one that is held."""
    stated, role = stated_role(event), _facts(row)["role"]
    if aspect != "role" or row["section"] != "users" or stated is None or role is None:
        return True
    return same_role(stated, role)


def same_role(stated: str, listed: str) -> bool:
    """Tell whether two role names agree: events say ``member`` where the list says ``reader``."""
    return (stated == "owner") == (listed == "owner")
