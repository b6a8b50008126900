"""Requests that name what belongs to a tenant."""

from collections.abc import Mapping
from typing import Any

from tests.support.local_runner import Runner
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START

# By the name that a path has for it: what never was.
NEVER = {
    "org_id": "org-NeverWas12345",
    "number": "99",
    "export": "99",
    "client_id": "client-" + "0" * 20,
    "webhook_id": "hook-" + "0" * 20,
    "mail_id": "mail-" + "0" * 20,
}
_MADE: dict[str, tuple[str, Any]] = {
    "client_id": ("/clients", {"scopes": ["read"]}),
    "webhook_id": ("/webhooks", {"url": "https://siem.example/alerts"}),
    "mail_id": ("/mail", {"address": "oncall@example.com"}),
}


def ids_of(stage: Runner, admin: str) -> dict[str, str]:
    """Return what an admin's tenant has, of the demo and made for it."""
    ids = {"org_id": DEMO_ORG_ID, "number": "1"}
    for name, (route, body) in _MADE.items():
        made = stage.ask("POST", route, admin, body)
        assert made.status_code == 201, made.text
        ids[name] = made.json()[name]
    made = stage.ask("POST", "/exports", admin, {"list": "users", "org_id": DEMO_ORG_ID})
    return {**ids, "export": str(made.json()["number"])}


def routes_with_ids(ids: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    """Return each as method, route and body."""
    org, pack = ids["org_id"], f"/evidence-packs/{ids['number']}"
    client, hook = f"/clients/{ids['client_id']}", f"/webhooks/{ids['webhook_id']}"
    export = f"/exports/{ids['export']}"
    lists = ("users", "projects", "api-keys", "events", "changes", "findings")
    period = {"period_start": DEMO_START, "period_end": "2026-04-01T01:59:59Z"}
    return [
        ("GET", f"/orgs/{org}", None),
        *(("GET", f"/orgs/{org}/{name}", None) for name in ("hours", "days", "access")),
        *(("GET", f"/{name}?org_id={org}", None) for name in lists),
        ("PATCH", f"/orgs/{org}", {"display_name": "mine"}),
        ("PUT", f"/orgs/{org}/admin-key", {"admin_key": DEMO_ADMIN_KEY}),
        ("POST", f"/orgs/{org}/pause", None),
        ("POST", f"/orgs/{org}/resume", None),
        ("DELETE", f"/orgs/{org}", None),
        ("PUT", f"/orgs/{org}/findings/{'0' * 24}/state", {"state": "open"}),
        ("PUT", f"/orgs/{org}/service-accounts/svc/person", {"person": None}),
        ("POST", "/evidence-packs", period | {"org_ids": [org]}),
        ("GET", pack, None),
        ("GET", f"{pack}/download", None),
        ("POST", f"{pack}/links", {}),
        ("GET", f"{pack}/links", None),
        ("DELETE", f"{pack}/links/20260401T000500Z-0123456789ab", None),
        ("POST", f"{client}/secret", None),
        ("DELETE", client, None),
        ("GET", hook, None),
        ("GET", f"{hook}/deliveries", None),
        ("POST", f"{hook}/secret", None),
        ("POST", f"{hook}/test", None),
        ("POST", f"{hook}/replay", {"from_number": 1}),
        ("DELETE", hook, None),
        ("POST", f"/mail/{ids['mail_id']}/confirmation", {"token": "A" * 22}),
        ("DELETE", f"/mail/{ids['mail_id']}", None),
        ("POST", "/exports", {"list": "users", "org_id": org}),
        ("GET", export, None),
        ("GET", f"{export}/download", None),
    ]
