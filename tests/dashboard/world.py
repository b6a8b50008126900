"""What the fake API of the page's tests answers: a small world that each test bends."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
LAST_HOUR = "2026-04-15T09:00:00Z"
PUBLIC_HEX = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
SECTIONS = ("users", "projects", "api_keys", "audit_events")


@dataclass
class World:
    """The lists behind the fake API, and the requests it has had.

    Attributes:
        group: of the person who signs in.
        organizations: rows of ``/orgs``; the summary's rows are made from them.
        sections: section statuses by organization; complete where none is given.
        lists: rows by path.
        links: share links by pack number.
        refuse: problem documents by ``METHOD /path``; each is answered instead.
        requests: ``METHOD /path`` of every request, in order, with its body.
        page_size: rows per page of a list.
        trend: the days of the summary of findings, oldest first.
        proof: what the route of proofs answers; without it there is none.
        proofs_asked: what that route was asked.
    """

    group: str = "admin"
    organizations: list[Json] = field(default_factory=list)
    sections: dict[str, dict[str, str]] = field(default_factory=dict)
    lists: dict[str, list[Json]] = field(default_factory=dict)
    links: dict[int, list[Json]] = field(default_factory=dict)
    refuse: dict[str, tuple[int, Json]] = field(default_factory=dict)
    kpis: Json = field(default_factory=dict)
    freshness: dict[str, Json] = field(default_factory=dict)
    requests: list[tuple[str, Json | None]] = field(default_factory=list)
    page_size: int = 50
    trend: list[Json] = field(default_factory=list)
    proof: tuple[int, Json] | None = None
    proofs_asked: list[Json] = field(default_factory=list)
    token: str = ""
    expired: set[str] = field(default_factory=set)

    def token_expired(self, authorization: str) -> bool:
        """Tell whether the API refuses a token."""
        scheme, _, token = authorization.partition(" ")
        return scheme != "Bearer" or not token or token in self.expired

    def summary(self) -> Json:
        """Answer the figures and each organization's last hour."""
        pictured = [row for row in self.organizations if row["last_hour"]]
        figures = {
            "orgs": sum(row["status"] != "disconnected" for row in self.organizations),
            "users": len(self.lists.get("/users", [])),
            "active_projects": len(self.lists.get("/projects", [])),
            "api_keys": len(self.lists.get("/api-keys", [])),
            "stale_keys": 0,
            "open_findings": 0,
            "last_closed_hour": max((row["last_hour"] for row in pictured), default=None),
        }
        rows = [self._pictured(row) for row in self.organizations]
        late = [row["late_since"] for row in rows if row["late_hours"]]
        figures |= {
            "late_hours": max((row["late_hours"] for row in rows), default=0),
            "late_since": min(late, default=None),
            "missed_30d": sum(row["missed_30d"] for row in rows),
            "lag_hours": max((row["lag_hours"] or 0 for row in rows), default=None),
        }
        return figures | self.kpis | {"organizations": rows}

    def _pictured(self, row: Json) -> Json:
        complete = dict.fromkeys(SECTIONS, "complete")
        names = ("org_id", "display_name", "status", "last_hour", "outcome")
        sections = complete | self.sections.get(row["org_id"], {})
        fresh = {
            "late_hours": 0,
            "late_since": None,
            "missed_24h": 0,
            "missed_30d": 0,
            "lag_hours": 0 if row["last_hour"] else None,
        } | self.freshness.get(row["org_id"], {})
        return (
            {name: row[name] for name in names}
            | fresh
            | {"sections": sections if row["last_hour"] else {}}
        )


def organization(org_id: str = "org-northwind", **facts: Any) -> Json:
    """One connected organization."""
    return {
        "org_id": org_id,
        "display_name": "Northwind",
        "status": "connected",
        "connected_at": "2026-04-01T00:03:12Z",
        "admin_key_last4": "9f2c",
        "admin_key_expires_at": "2026-06-28T00:00:00Z",
        "admin_key_warn_at": "2026-06-14T00:00:00Z",
        "org_proof": "proven",
        "readable": dict.fromkeys(SECTIONS, "ok"),
        "last_hour": LAST_HOUR,
        "outcome": "complete",
        "hints": [],
    } | facts


def user(number: int, **facts: Any) -> Json:
    """One user."""
    return {
        "org_id": "org-northwind",
        "user_id": f"user-{number:04d}",
        "email_hash": "ab" * 32,
        "email_prefix": "anna",
        "role": "owner" if number == 1 else "reader",
        "roles_held": [],
        "added_at": "2025-11-20T08:15:00Z",
        "is_service_account": False,
        "first_seen_at": "2026-04-01T00:00:00Z",
        "removed_at": None,
        "state_at": LAST_HOUR,
    } | facts


def project(number: int, **facts: Any) -> Json:
    """One project."""
    return {
        "org_id": "org-northwind",
        "project_id": f"proj_{number:04d}",
        "name": f"Support assistant {number}",
        "status": "active",
        "created_at": "2025-10-02T10:00:00Z",
        "archived_at": None,
        "first_seen_at": "2026-04-01T00:00:00Z",
        "removed_at": None,
        "state_at": LAST_HOUR,
    } | facts


def api_key(number: int, **facts: Any) -> Json:
    """One API key, used yesterday."""
    return {
        "org_id": "org-northwind",
        "project_id": "proj_0001",
        "key_id": f"key_{number:04d}",
        "name": f"production {number}",
        "redacted_value": f"sk-proj-...{number:04d}",
        "type": "user",
        "owner_type": "user",
        "owner_id": "user-0001",
        "owner_hash": "ab" * 32,
        "owner_project_access": "active",
        "project_name": "Support assistant 1",
        "owner_prefix": "anna",
        "created_at": "2025-10-03T10:00:00Z",
        "last_used_at": "2026-04-14T21:07:00Z",
        "expires_at": None,
        "first_seen_at": "2026-04-01T00:00:00Z",
        "removed_at": None,
        "state_at": LAST_HOUR,
        "findings": [],
    } | facts


def event(number: int, **facts: Any) -> Json:
    """One audit event."""
    return {
        "org_id": "org-northwind",
        "event_id": f"audit_log-{number:04d}",
        "event_type": "api_key.created",
        "occurred_at": "2026-04-15T09:41:07Z",
        "sealed_hour": LAST_HOUR,
        "actor_type": "session",
        "actor_id": "user-0001",
        "actor_hash": "ab" * 32,
        "project_id": "proj_0001",
        "target_id": f"key_{number:04d}",
        "details": {"api_key.created": {"id": f"key_{number:04d}"}},
    } | facts


def change(number: int, **facts: Any) -> Json:
    """One change: a role that the audit log explains."""
    return {
        "org_id": "org-northwind",
        "hour": LAST_HOUR,
        "section": "users",
        "entity_id": f"user-{number:04d}",
        "kind": "modified",
        "fields": ["role"],
        "before": {"role": "reader"},
        "after": {"role": "owner"},
        "verdict": "explained",
        "reason": None,
        "event_id": f"audit_log-{number:04d}",
    } | facts


def finding(number: int, kind: str = "stale_key", **facts: Any) -> Json:
    """One open finding of which nothing was said."""
    nothing = dict.fromkeys(("reason", "accountable", "due_date", "by", "at"))
    row: Json = {
        "org_id": "org-northwind",
        "finding_id": f"{number:024x}",
        "kind": kind,
        "reason": "not_used_for_90_days",
        "severity": "medium",
        "section": "api_keys",
        "entity_id": f"key_{number:04d}",
        "still_works": True,
        "first_seen_hour": "2026-04-03T04:00:00Z",
        "resolved_hour": None,
        "resolved_by": None,
        "change_hour": None,
        "event_id": None,
        "stated": {"state": "open"} | nothing,
        "state_at": LAST_HOUR,
        "subject": key_subject(number)
        if facts.get("section", "api_keys") == "api_keys"
        else NOTHING,
    } | facts
    return row | {"due_by": row["stated"].get("due_date")}


NOTHING: Json = dict.fromkeys(
    ("name", "redacted_value", "project_id", "project_name", "owner_id", "owner_prefix")
)


def key_subject(number: int, **facts: Any) -> Json:
    """What a finding about a key says of it."""
    return {
        "name": f"production {number}",
        "redacted_value": f"sk-proj-...{number:04d}",
        "project_id": "proj_0001",
        "project_name": "Support assistant 1",
        "owner_id": "user-0001",
        "owner_prefix": "anna",
    } | facts


def link(number: int, **facts: Any) -> Json:
    """One share link."""
    return {
        "number": 2,
        "link_id": f"20260415T101500Z-{number:012x}",
        "label": None,
        "created_at": "2026-04-15T10:15:00Z",
        "expires_at": "2026-04-29T10:15:00Z",
        "revoked_at": None,
        "state": "active",
    } | facts


def anchor(day: str) -> Json:
    """One day's anchor, without a token."""
    document = {"v": 1, "at": f"{day}T00:31:00Z", "heads": [], "previous_anchor_sha256": None}
    return {
        "at": document["at"],
        "authority": None,
        "day": day,
        "document": document,
        "reason": None,
        "sha256": "3d" * 32,
        "token": None,
    }


def pack(number: int, state: str = "ready", **facts: Any) -> Json:
    """One evidence pack."""
    ready = state == "ready"
    return {
        "number": number,
        "state": state,
        "kind": "on_demand",
        "profile": "full",
        "period_start": "2026-04-01T00:00:00Z",
        "period_end": "2026-04-15T09:59:59Z",
        "org_ids": ["org-northwind"],
        "created_at": "2026-04-15T10:12:00Z",
        "reason": None,
        "size_bytes": 48213 if ready else None,
        "manifest_sha256": "1f" * 32 if ready else None,
        "archive_sha256": "2e" * 32 if ready else None,
        "signing_public_hex": PUBLIC_HEX if ready else None,
        "signing_key_id": "key-1" if ready else None,
        "verify_with": None,
    } | facts
