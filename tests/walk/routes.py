"""Requests that name what belongs to the demo's tenant."""

from typing import Any

from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START


def routes_with_ids() -> list[tuple[str, str, Any]]:
    """Return each as method, route and body."""
    org = DEMO_ORG_ID
    lists = ("users", "projects", "api-keys", "events", "changes", "findings")
    period = {"period_start": DEMO_START, "period_end": "2026-04-01T01:59:59Z"}
    return [
        ("GET", f"/orgs/{org}", None),
        ("GET", f"/orgs/{org}/hours", None),
        *(("GET", f"/{name}?org_id={org}", None) for name in lists),
        ("PATCH", f"/orgs/{org}", {"display_name": "mine"}),
        ("PUT", f"/orgs/{org}/admin-key", {"admin_key": DEMO_ADMIN_KEY}),
        ("POST", f"/orgs/{org}/pause", None),
        ("POST", f"/orgs/{org}/resume", None),
        ("DELETE", f"/orgs/{org}", None),
        ("PUT", f"/orgs/{org}/findings/{'0' * 24}/state", {"state": "open"}),
        ("PUT", f"/orgs/{org}/service-accounts/svc/person", {"person": None}),
        ("POST", "/evidence-packs", period | {"org_ids": [org]}),
        ("GET", "/evidence-packs/1", None),
        ("GET", "/evidence-packs/1/download", None),
        ("POST", "/evidence-packs/1/links", {}),
        ("GET", "/evidence-packs/1/links", None),
        ("DELETE", "/evidence-packs/1/links/20260401T000500Z-0123456789ab", None),
    ]
