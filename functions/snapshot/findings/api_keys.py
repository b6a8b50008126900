"""Findings (step 3 of 6), part: what is found of a project's API key, and what every finding holds.

Pure. A user's keys stop working when the user leaves; a service account's go on. Only a key that
still works can be of high severity.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.entities import (
    AdminKey,
    ApiKey,
    Invite,
    Project,
    ProjectUser,
    ServiceAccount,
    User,
)
from functions.shared.records.findings import Finding, FindingEpisode, FindingFacts
from functions.shared.records.registers import is_unreadable

STALE = timedelta(days=90)
# Kinds that go by when a key was used, and by whose it is.
_BY_USE = ("stale_key", "never_used_key", "admin_key_never_used", "admin_key_idle")
_BY_OWNER = ("orphan_key", "disabled_owner_key", "admin_key_owner_disabled")


@dataclass(frozen=True, slots=True)
class KeyContext:
    """What a key is judged beside: who and what is present, by id.

    Attributes:
        users: of the organization.
        projects: archived ones included.
        service_accounts: of any project.
        members: ids of memberships, ``<project_id>/<user_id>``.
        read_at: by optional section, the end of the last hour that read it whole.
    """

    users: Mapping[str, User]
    projects: Mapping[str, Project]
    service_accounts: Mapping[str, ServiceAccount]
    members: Mapping[str, ProjectUser]
    read_at: Mapping[str, str | None]

    def knew(self, section: str, key: ApiKey) -> bool:
        """Tell whether a section was read whole after a key was made.

        Only then does its silence about the key's owner say anything: it is read once a day.
        """
        read_at = self.read_at.get(section)
        if read_at is None:
            return False
        made = key["created_at"]
        made_at = parse_instant(made) if made else parse_instant(key["first_seen_at"]) + HOUR
        return made_at < parse_instant(read_at)


def finding(
    kind: str, reason: str, severity: str, section: str, entity: str, works: bool | None
) -> FindingFacts:
    """Return a finding; its id stays the same from hour to hour, whatever its reason becomes."""
    return {
        "finding_id": sha256_hex(canonical([kind, section, entity]))[:24],
        "kind": kind,
        "reason": reason,
        "severity": severity,
        "section": section,
        "entity_id": entity,
        "still_works": works,
    }


def just_begun(hour: str) -> FindingEpisode:
    """Return that a finding is open from an hour on."""
    return {"first_seen_hour": hour, "resolved_hour": None, "resolved_by": None}


def finding_of(episode: FindingEpisode, facts: FindingFacts) -> Finding:
    """Return a finding from what it is, and when it was open."""
    return cast("Finding", {**episode, **facts})


def is_stale(key: ApiKey, hour_end: datetime) -> bool:
    """Tell whether a key was neither used nor made in the last 90 days; unknown is not stale."""
    if is_unreadable(key, "last_used_at"):
        return False
    since = key["last_used_at"] or key["created_at"]
    return since is not None and hour_end - parse_instant(since) > STALE


def ended(row: ApiKey | AdminKey | Invite, hour_end: datetime) -> bool:
    """Tell whether the day has come that was set for a key or an invite to end on."""
    day = None if is_unreadable(row, "expires_at") else row["expires_at"]
    return day is not None and parse_instant(day) <= hour_end


def key_findings(key: ApiKey, context: KeyContext, hour_end: datetime) -> Iterator[FindingFacts]:
    """Yield what is found of a key that is present at the end of an hour."""
    identity = key["key_id"]
    reason = orphan_reason(key, context)
    works = _works(key, reason, hour_end)
    if reason:
        severity = "high" if works else "low"
        yield finding("orphan_key", reason, severity, "api_keys", identity, works)
    if is_stale(key, hour_end):
        reason = "not_used_for_90_days" if key["last_used_at"] else "never_used_90_days_old"
        yield finding("stale_key", reason, "medium", "api_keys", identity, works)
    if key["last_used_at"] is None and not is_unreadable(key, "last_used_at"):
        yield finding("never_used_key", "no_last_use", "low", "api_keys", identity, works)
    project = context.projects.get(key["project_id"])
    if project and project["status"] == "archived":
        yield finding(
            "key_in_archived_project", "project_archived", "medium", "api_keys", identity, None
        )
    if reason := disabled_reason(key, context.users):
        # Whether the keys of somebody whose account is off go on working, OpenAI does not say.
        may_work = None if works else works
        severity = "medium" if may_work is None else "low"
        yield finding("disabled_owner_key", reason, severity, "api_keys", identity, may_work)


def _works(key: ApiKey, orphan: str | None, hour_end: datetime) -> bool | None:
    """Tell whether a key goes on working, None where what decides cannot be read."""
    if orphan in ("owner_left", "owner_left_project") or ended(key, hour_end):
        return False
    if is_unreadable(key, "owner_project_access") or is_unreadable(key, "expires_at"):
        return None
    return not _is_off(key["owner_project_access"])


def undecided(key: ApiKey | AdminKey) -> Iterator[str]:
    """Yield the kinds of which nobody can tell whether they hold for a key: they stay as they were.

    An owner who was never told is none of these: then there is nothing that could stay.
    """
    if is_unreadable(key, "last_used_at"):
        yield from _BY_USE
    if is_unreadable(key, "owner_id") and key["owner_id"] is not None:
        yield from _BY_OWNER


def disabled_reason(key: ApiKey | AdminKey, users: Mapping[str, User]) -> str | None:
    """Return how the account of a key's owner is off, None where it is not or nobody can tell."""
    user = users.get(key["owner_id"] or "")
    if user is None or is_unreadable(key, "owner_id"):
        return None
    # Rows of version 2 did not say.
    if "banned" in user and user["banned"] is True:
        return "owner_banned"
    return "owner_disabled" if "enabled" in user and user["enabled"] is False else None


def orphan_reason(key: ApiKey, context: KeyContext) -> str | None:
    """Return why nobody answers for a key, None where somebody does or that cannot be told."""
    owner, access = key["owner_id"], key["owner_project_access"]
    if is_unreadable(key, "owner_id"):
        return None
    if owner is None:
        return "no_owner"
    if key["owner_type"] == "service_account":
        gone = context.knew("service_accounts", key) and owner not in context.service_accounts
        return "service_account_gone" if gone else "access_inactive" if _is_off(access) else None
    if key["owner_type"] == "user" and owner not in context.users:
        return "owner_left"
    if key["owner_type"] == "user" and _left_project(key, owner, context):
        return "owner_left_project"
    return "access_inactive" if _is_off(access) else None


def _is_off(access: str | None) -> bool:
    return access == "inactive"


def _left_project(key: ApiKey, owner: str, context: KeyContext) -> bool:
    """Tell whether a key's owner is in the organization, but no longer in the key's project.

    Where OpenAI says that the owner's access is active, a group or an owner's role may give it.
    """
    access = key["owner_project_access"]
    if access == "active" or not context.knew("project_users", key):
        return False
    if is_unreadable(key, "owner_project_access"):
        return False
    user = context.users[owner]
    if access is None and (user["role"] == "owner" or is_unreadable(user, "role")):
        return False
    return f"{key['project_id']}/{owner}" not in context.members
