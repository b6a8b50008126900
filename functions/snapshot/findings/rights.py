"""Findings (step 3 of 6), part: owners through groups, and rules for workload identities.

Pure. Who is listed as a reader may be an owner by a group's role; and a rule that matches every
token of an issuer lets strangers act. A list that could not be read finds and resolves nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.rules import OWNER
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.findings import FindingFacts
from functions.shared.records.registers import is_unreadable, unreadable_of
from functions.shared.records.rights.assigned import GroupMember
from functions.shared.records.rights.workload_identity import (
    AttributeMatcher,
    WorkloadIdentityRule,
)
from functions.shared.records.statements import is_team
from functions.snapshot.findings.access import MOST_OWNERS
from functions.snapshot.findings.api_keys import finding

OWNER_BY_GROUP: Final = "effective_owner_by_group"
WIDE: Final = "workload_identity_wide"
UNOWNED: Final = "workload_identity_unowned"
_MEMBERS, _RULES = "group_members", "workload_identity_rules"
# Every token of an issuer says these alike, whoever it was made for.
SAID_BY_ALL: Final = frozenset({"iss", "issuer", "aud", "audience"})


@dataclass(slots=True)
class Rights:
    """What is found, and what nobody can tell.

    Attributes:
        findings: in any order.
        undecided: kinds, by section and entity.
    """

    findings: list[FindingFacts] = field(default_factory=list)
    undecided: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def doubt(self, kind: str, section: str, identity: str) -> None:
        """Take that nobody can tell whether something is so."""
        self.undecided.setdefault((section, identity), []).append(kind)


def rights_findings(graph: AccessGraph, read_at: Mapping[str, str | None]) -> Rights:
    """Return what an hour's registers show.

    Args:
        graph: of the hour.
        read_at: by optional section, the end of the last hour that read it whole.
    """
    rights = Rights()
    _owners_by_group(graph, rights)
    for rule in graph.index.rules.values():
        works = rule["project_id"] in graph.index.projects or is_unreadable(rule, "project_id")
        if works and rule["enabled"] is not False and rule["provider_id"] in graph.index.providers:
            _wide(graph, rule, rights)
            _unowned(graph, rule, read_at, rights)
    return rights


def _owners_by_group(graph: AccessGraph, rights: Rights) -> None:
    users, levels = graph.index.users, graph.groups_of_owners
    if not levels:
        return
    listed = {name for name, user in users.items() if user["role"] == OWNER}
    owners = set(listed)
    for member in _members(graph):
        identity, membership = member["user_id"], member["membership_id"]
        if identity in listed:
            continue
        is_unclear = identity in users and is_unreadable(users[identity], "role")
        if levels[member["group_id"]] is None or is_unclear:
            for doubted in (membership, ""):
                rights.doubt(OWNER_BY_GROUP, _MEMBERS, doubted)
            continue
        owners.add(identity)
        reason = "owner_role_of_group"
        rights.findings.append(finding(OWNER_BY_GROUP, reason, "high", _MEMBERS, membership, None))
    if len(listed) <= MOST_OWNERS < len(owners):
        reason = "more_than_three_with_groups"
        rights.findings.append(finding(OWNER_BY_GROUP, reason, "medium", _MEMBERS, "", None))


def _members(graph: AccessGraph) -> Iterator[GroupMember]:
    """Yield the members of groups that make owners, or may, who are there."""
    index, levels = graph.index, graph.groups_of_owners
    for identity, members in index.memberships.items():
        if identity in index.users or identity in index.accounts:
            yield from (member for member in members if member["group_id"] in levels)


def _wide(graph: AccessGraph, rule: WorkloadIdentityRule, rights: Rights) -> None:
    matchers = rule["attribute_matchers"]
    if not isinstance(matchers, list):
        rights.doubt(WIDE, _RULES, rule["rule_id"])
        return
    reason, severity = _reason_of(matchers), "high"
    if reason is None and _matches_all(graph.index.audiences[rule["provider_id"]]):
        reason, severity = "any_audience", "medium"
    if reason is not None:
        rights.findings.append(finding(WIDE, reason, severity, _RULES, rule["rule_id"], None))


def _reason_of(matchers: list[AttributeMatcher]) -> str | None:
    """Return why conditions leave out nobody, None where one of them does."""
    if not matchers:
        return "no_condition"
    own = [matcher for matcher in matchers if str(matcher["attribute"]) not in SAID_BY_ALL]
    if not own:
        return "issuer_or_audience_alone"
    return "wildcards_alone" if all(_matches_all(matcher["value"]) for matcher in own) else None


def _matches_all(value: object) -> bool:
    """Tell whether a value may stand for any other: it is empty, or begins with a wildcard."""
    return value is None or (isinstance(value, str) and value.strip()[:1] in ("", "*", "?"))


def _unowned(
    graph: AccessGraph,
    rule: WorkloadIdentityRule,
    read_at: Mapping[str, str | None],
    rights: Rights,
) -> None:
    identity = rule["rule_id"]
    if "service_account_id" in unreadable_of(rule):
        rights.doubt(UNOWNED, _RULES, identity)
        return
    account = graph.index.accounts.get(rule["service_account_id"] or "")
    if account is None:
        reason, severity, works = "service_account_gone", "low", False
        read = read_at["service_accounts"] if "service_accounts" in read_at else None
        # Its list is read once a day: what it does not show may be newer.
        if read is None or parse_instant(read) < parse_instant(rule["first_seen_at"]) + HOUR:
            rights.doubt(UNOWNED, _RULES, identity)
            return
    elif account["person_id"] is None:
        reason, severity, works = "nobody_named", "medium", True
    elif account["person_id"] in graph.index.users or is_team(account["person_id"]):
        return
    else:
        reason, severity, works = "person_not_in_organization", "high", True
    rights.findings.append(finding(UNOWNED, reason, severity, _RULES, identity, works))
