"""collection.json: how the hours of the period were read, and with what.

Part of steps 1 and 2 of 6 (collect, write); pure. Everything about a run is from the seals' source
and the ``run`` blocks that stand beside them; what none of them tells is null. The questions asked
are those of the snapshot function; a test holds this list to what it really asks.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from functions.pack.collect.organization import Organization
from functions.shared.records.entities import AdminKey
from functions.shared.records.packs import (
    CollectedEndpoint,
    CollectedOrganization,
    CollectionReport,
    Generator,
)
from functions.shared.sections import SECTIONS

# What writes packs; in the manifest, too.
GENERATOR: Final[Generator] = {"name": "openai-audit", "version": "0.1.0"}
_PAGE: Final = {"limit": "100"}
_WINDOW: Final = {
    "effective_at[gte]": "<epoch second>",
    "effective_at[lt]": "<epoch second>",
    **_PAGE,
}
_BEFORE: Final = {"effective_at[lt]": "<epoch second>", "limit": "1"}
_TENANT: Final = {"tenant_only": "true"}
_PARAMETERS: Final[dict[str, dict[str, str]]] = {
    "projects": {"include_archived": "true", **_PAGE},
    "api_keys": {"owner_project_access": "any", **_PAGE},
}
_WHEN: Final = {
    "api_keys": "every hour for active projects, once a day for archived ones",
    "service_accounts": "once a day for active projects",
    "project_users": "once a day for active projects",
    "group_members": "once a day for every group",
    "group_roles": "once a day for every group",
    "user_roles": "once a day for every user",
    "project_groups": "once a day for active projects",
    "workload_identity_providers": "once a day",
    "workload_identity_rules": "once a day for every provider",
}


def collection_report(
    organizations: Sequence[Organization], admin_keys: Mapping[str, Iterable[AdminKey]]
) -> CollectionReport:
    """Return the document.

    Args:
        organizations: as collected, sorted by id.
        admin_keys: rows of the admin keys' register, by organization.
    """
    runs = [organization.runs for organization in organizations]
    skews = [totals.largest_skew_s for totals in runs if totals.largest_skew_s is not None]
    return {
        "api": {
            "name": "OpenAI Admin API",
            "bases": _names(totals.api_bases for totals in runs),
        },
        "clock": {
            "compared_with": "the Date header of OpenAI's answers",
            "largest_skew_s": max(skews, key=abs, default=None),
            "sources": _names(totals.clocks for totals in runs),
        },
        "endpoints": _asked(organizations),
        "cursors": CURSORS,
        "generator": GENERATOR,
        "organizations": [
            _of(organization, admin_keys.get(organization.org_id, ()))
            for organization in organizations
        ],
        "regions": _names(totals.regions for totals in runs),
    }


def _asked(organizations: Sequence[Organization]) -> list[CollectedEndpoint]:
    """Return the questions of the sections that the seals have: an older version had fewer."""
    sections = {"audit_events"}.union(*(each.listed_at for each in organizations))
    if len(sections) == 1:
        return ENDPOINTS
    return [endpoint for endpoint in ENDPOINTS if endpoint["section"] in sections]


def _names(by_organization: Iterable[set[str]]) -> list[str] | None:
    return sorted(set().union(*by_organization)) or None


def _of(organization: Organization, admin_keys: Iterable[AdminKey]) -> CollectedOrganization:
    runs = organization.runs
    key_ids = _key_ids_by_end(admin_keys)
    return {
        "org_id": organization.org_id,
        "org_proof": organization.org_proof,
        "admin_keys": [
            {
                "key_id": key_ids.get(last4),
                "last4": last4,
                "first_hour": use.first_hour,
                "last_hour": use.last_hour,
            }
            for last4, use in sorted(runs.keys.items())
        ],
        "largest_skew_s": runs.largest_skew_s,
        "sections": {name: dict(sorted(hours.items())) for name, hours in runs.sections.items()},
        "requests": runs.requests,
        "pages": runs.pages,
        "retries": runs.retries,
    }


def _key_ids_by_end(admin_keys: Iterable[AdminKey]) -> dict[str, str]:
    """Return ids of admin keys by their last four characters, of those nobody can confuse."""
    by_end: dict[str, set[str]] = {}
    for key in admin_keys:
        if key["redacted_value"]:
            by_end.setdefault(key["redacted_value"][-4:], set()).add(key["key_id"])
    return {last4: ids.pop() for last4, ids in by_end.items() if len(ids) == 1}


def _endpoints() -> list[CollectedEndpoint]:
    paths = {section.name: section.path for section in SECTIONS}
    users, keys, log = paths["users"], paths["api_keys"], "/organization/audit_logs"
    lists = [
        _endpoint(name, path, _PARAMETERS.get(name, _PAGE), _WHEN.get(name, "every hour"))
        for name, path in paths.items()
    ]
    back = "until the beginning of the log is reached"
    single = "where a list no longer shows one, before that is believed"
    return [
        *lists,
        _endpoint("audit_events", log, _WINDOW, "every hour"),
        _endpoint("audit_events", log, _WINDOW | _TENANT, "every hour"),
        _endpoint("audit_events", log, _BEFORE, back),
        _endpoint("audit_events", log, _BEFORE | _TENANT, back),
        _endpoint("api_keys", keys, _PAGE, "where OpenAI refuses owner_project_access"),
        _endpoint("users", users, {"limit": "1"}, "first, after an hour that refused the key"),
        *(_endpoint(name, f"{path}/{{id}}", {}, single) for name, path in paths.items()),
    ]


def _endpoint(section: str, path: str, parameters: dict[str, str], when: str) -> CollectedEndpoint:
    return {
        "method": "GET",
        "path": path,
        "parameters": parameters,
        "section": section,
        "when": when,
    }


ENDPOINTS: Final = _endpoints()
# Beside the parameters: pages after the first, and a second with more events than a page holds.
CURSORS: Final = ("after", "before")
