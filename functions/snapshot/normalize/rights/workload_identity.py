"""Normalize (step 2 of 6), part: whose tokens are taken for machines, and as what these may act.

Pure; the same rules as in ``required.py``. Source: OpenAI's official Python SDK 3.54.0; these lists
are not in its OpenAPI document of 2026-08-21.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from functions.shared.canonical import Json, canonical
from functions.shared.records.entities import EntityState
from functions.shared.records.rights.workload_identity import (
    AttributeMatcher,
    WorkloadIdentityProviderState,
    WorkloadIdentityRuleState,
)
from functions.snapshot.normalize.api_fields import RECORDS
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.values import (
    UNREADABLE,
    Rule,
    Unread,
    Unreadable,
    always,
    extra_of,
    flag_of,
    id_of,
    instant,
    object_of,
    text_of,
    words_of,
)

_PROVIDER: Final = frozenset(
    {"id", "object", "name", "type", "issuer", "audience", "enabled", "created_at", "updated_at"}
)
_RULE: Final = frozenset(
    {"id", "object", "name", "project_id", "service_account_id", "attribute_matchers"}
    | {"permissions", "enabled", "created_at", "updated_at", "workload_identity_provider_id"}
)


def workload_identity_provider(
    item: Json, privacy: Privacy
) -> tuple[WorkloadIdentityProviderState, bool]:
    """Return the row of a provider of workload identities."""
    unread = Unread()
    row: WorkloadIdentityProviderState = {
        "provider_id": item["id"],
        "name": unread.keep("name", text_of(item.get("name"), privacy)),
        "type": unread.keep("type", text_of(item.get("type"), privacy)),
        "issuer": unread.keep("issuer", always(text_of(item.get("issuer"), privacy))),
        "audience": unread.keep("audience", text_of(item.get("audience"), privacy)),
        "enabled": unread.keep("enabled", always(flag_of(item.get("enabled")))),
        "created_at": unread.keep("created_at", always(instant(item.get("created_at")))),
        "extra": extra_of(item, _PROVIDER, RECORDS["workload_identity_providers"], privacy),
        "unreadable": unread.names(),
    }
    return row, bool(row["unreadable"])


def workload_identity_rule(provider_id: str) -> Rule[WorkloadIdentityRuleState]:
    """Return the rule for the federation rules of one provider."""

    def rule(item: Json, privacy: Privacy) -> tuple[WorkloadIdentityRuleState, bool]:
        unread, permissions = Unread(), object_of(item.get("permissions"))
        kind, account = text_of(permissions.get("type"), privacy), item.get("service_account_id")
        scopes = permissions.get("scopes")
        row: WorkloadIdentityRuleState = {
            "provider_id": provider_id,
            "rule_id": item["id"],
            "name": unread.keep("name", text_of(item.get("name"), privacy)),
            "project_id": unread.keep("project_id", always(id_of(item.get("project_id")))),
            "service_account_id": unread.keep("service_account_id", always(id_of(account))),
            "attribute_matchers": unread.keep(
                "attribute_matchers", _matchers(item.get("attribute_matchers"), privacy)
            ),
            "permission_type": unread.keep("permission_type", always(kind)),
            "scopes": unread.keep("scopes", None if scopes is None else words_of(scopes, privacy)),
            "enabled": unread.keep("enabled", always(flag_of(item.get("enabled")))),
            "created_at": unread.keep("created_at", always(instant(item.get("created_at")))),
            "extra": extra_of(item, _RULE, RECORDS["workload_identity_rules"], privacy),
            "unreadable": unread.names(),
        }
        return row, bool(row["unreadable"])

    return rule


def _matchers(value: Any, privacy: Privacy) -> list[AttributeMatcher] | Unreadable:
    """Return what a token must say, by attribute; numbers and flags as JSON writes them."""
    if not isinstance(value, dict):
        return UNREADABLE
    if not all(isinstance(said, (str, bool, int, float)) for said in value.values()):
        return UNREADABLE
    matchers: list[AttributeMatcher] = [
        {
            "attribute": privacy.text(name),
            "value": privacy.text(said if isinstance(said, str) else canonical(said).decode()),
        }
        for name, said in value.items()
    ]
    return sorted(matchers, key=lambda matcher: str(matcher["attribute"]))


OF_ORGANIZATION: Mapping[str, Rule[EntityState]] = {
    "workload_identity_providers": workload_identity_provider,
}
BY_PARENT: Mapping[str, Callable[[str], Rule[EntityState]]] = {
    "workload_identity_rules": workload_identity_rule,
}
