"""Findings (step 3 of 6), part: admin keys, invites, owners and service accounts.

Pure. An admin key opens the whole organization, so one that is old, idle or without an end is
worth a look even where a project's key would not be. One that has ended is none of that.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from functions.shared.hours import parse_instant
from functions.shared.records.entities import AdminKey, Invite, ServiceAccount, User
from functions.shared.records.findings import FindingFacts
from functions.shared.records.registers import is_unreadable
from functions.shared.records.statements import is_team
from functions.snapshot.findings.api_keys import STALE, disabled_reason, ended, finding

OLD = timedelta(days=90)
WARN_BEFORE = timedelta(days=14)
MOST_OWNERS = 3


def admin_key_findings(
    key: AdminKey, hour_end: datetime, users: Mapping[str, User]
) -> Iterator[FindingFacts]:
    """Yield what is found of an admin key; what OpenAI does not say is not held against it.

    Args:
        key: its row.
        hour_end: end of the hour that closes.
        users: of the organization, by id.
    """
    if ended(key, hour_end):
        return
    identity = key["key_id"]
    created, used = _instant(key["created_at"]), _instant(key["last_used_at"])
    if created and hour_end - created > OLD:
        yield _finding("admin_key_old", "older_than_90_days", "medium", identity)
    if key["has_expiry"] is False:
        yield _finding("admin_key_no_expiry", "no_expiry", "medium", identity)
    yield from _by_use(key, created, used, hour_end)
    ends = _instant(key["expires_at"])
    # Two keys may end in the same four characters: then it may be ours.
    if ends and ends - hour_end <= WARN_BEFORE and key["is_own"] is not False:
        yield _finding("own_key_expiring", "expires_within_14_days", "high", identity)
    if reason := disabled_reason(key, users):
        yield finding("admin_key_owner_disabled", reason, "medium", "admin_keys", identity, None)


def _by_use(
    key: AdminKey, created: datetime | None, used: datetime | None, hour_end: datetime
) -> Iterator[FindingFacts]:
    identity = key["key_id"]
    if is_unreadable(key, "last_used_at"):
        return
    if key["ever_used"] is False:
        yield _finding("admin_key_never_used", "no_last_use", "low", identity)
        if created and hour_end - created > STALE:
            yield _finding("admin_key_idle", "never_used_90_days_old", "high", identity)
    # Ours has just been used.
    if used and hour_end - used > STALE and not key["is_own"]:
        yield _finding("admin_key_idle", "not_used_for_90_days", "high", identity)


def _finding(kind: str, reason: str, severity: str, identity: str) -> FindingFacts:
    return finding(kind, reason, severity, "admin_keys", identity, True)


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def invite_findings(invite: Invite, hour_end: datetime) -> Iterator[FindingFacts]:
    """Yield an invite to become an owner that anyone who reads that mail can still take up."""
    if invite["role"] != "owner" or invite["status"] != "pending" or ended(invite, hour_end):
        return
    identity = invite["invite_id"]
    yield finding("owner_invite_pending", "pending", "medium", "invites", identity, None)


def owner_findings(users: Iterable[User]) -> Iterator[FindingFacts]:
    """Yield that an organization has more owners than three."""
    owners = [user for user in users if user["role"] == "owner"]
    if len(owners) > MOST_OWNERS:
        yield finding("many_owners", "more_than_three", "medium", "users", "", None)


def service_account_findings(
    account: ServiceAccount, users: Mapping[str, User], owners_of_keys: set[str | None]
) -> Iterator[FindingFacts]:
    """Yield a service account whose person, named by the tenant, is not in the organization.

    A team that answers for one does not leave.

    Args:
        account: its row.
        users: of the organization, by id.
        owners_of_keys: ids of those who own a key; the keys of a service account go on working.
    """
    person = account["person_id"]
    if person is None or person in users or is_team(person):
        return
    identity = account["service_account_id"]
    works = identity in owners_of_keys
    yield finding(
        "service_account_person_left",
        "person_not_in_organization",
        "high" if works else "medium",
        "service_accounts",
        identity,
        works,
    )
