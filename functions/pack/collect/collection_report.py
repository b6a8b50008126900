"""collection.json: how the hours of the period were read, and with what.

Part of steps 1 and 2 of 6 (collect, write); pure. Everything about a run is from the ``run`` blocks
that stand beside the seals; what no block tells is null. The questions asked are those of the
snapshot room; a test holds this list to what it really asks.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from functions.pack.collect.organization import SUMMED, Organization
from functions.shared.canonical import Json
from functions.shared.sections import SECTIONS

# What writes packs; in the manifest, too.
GENERATOR: Final = {"name": "openai-audit", "version": "0.1.0"}
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
}


def collection(
    organizations: Sequence[Organization],
    own_keys: Mapping[str, Iterable[Json]],
) -> Json:
    """Return the document.

    Args:
        organizations: as collected, sorted by id.
        own_keys: rows of the admin keys' register, by organization.
    """
    skews = [one.collected.largest_skew_s for one in organizations]
    return {
        "api": {"name": "OpenAI Admin API", "bases": _said(organizations, "api_base")},
        "clock": {
            "compared_with": "the Date header of OpenAI's answers",
            "largest_skew_s": max((s for s in skews if s is not None), key=abs, default=None),
            "sources": _said(organizations, "clock"),
        },
        "endpoints": ENDPOINTS,
        "cursors": CURSORS,
        "generator": GENERATOR,
        "organizations": [_of(one, own_keys.get(one.org_id, ())) for one in organizations],
        "regions": _said(organizations, "region"),
    }


def _said(organizations: Iterable[Organization], name: str) -> list[str] | None:
    return sorted(set().union(*(one.collected.said.get(name, ()) for one in organizations))) or None


def _of(organization: Organization, rows: Iterable[Json]) -> Json:
    collected = organization.collected
    ids = _ids_by_end(rows)
    return {
        "org_id": organization.org_id,
        "org_proof": organization.org_proof,
        "admin_keys": [
            {
                "key_id": ids.get(last4),
                "last4": last4,
                "first_hour": used.first_hour,
                "last_hour": used.last_hour,
            }
            for last4, used in sorted(collected.keys.items())
        ],
        "largest_skew_s": collected.largest_skew_s,
        "sections": {name: dict(sorted(n.items())) for name, n in collected.sections.items()},
        **{name: collected.sums[name] for name in SUMMED},
    }


def _ids_by_end(rows: Iterable[Json]) -> dict[str, str]:
    """Return ids of admin keys by their last four characters, of those nobody can confuse."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["redacted_value"]:
            found.setdefault(row["redacted_value"][-4:], set()).add(row["key_id"])
    return {last4: ids.pop() for last4, ids in found.items() if len(ids) == 1}


def _endpoints() -> list[Json]:
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


def _endpoint(section: str, path: str, parameters: dict[str, str], when: str) -> Json:
    asked = {"method": "GET", "path": path, "parameters": parameters, "section": section}
    return asked | {"when": when}


ENDPOINTS: Final = _endpoints()
# Beside the parameters: pages after the first, and a second with more events than a page holds.
CURSORS: Final = ("after", "before")
