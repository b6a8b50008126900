"""The world most of the page's tests begin with: one organization, and a little of everything."""

from tests.dashboard.world import (
    LAST_HOUR,
    Json,
    World,
    anchor,
    api_key,
    change,
    event,
    finding,
    link,
    organization,
    pack,
    project,
    user,
)


def ordinary() -> World:
    """A tenant with one organization and a little of everything."""
    stale = {"kind": "stale_key", "reason": "not_used_for_90_days", "severity": "medium"}
    orphan = {"kind": "orphan_key", "reason": "service_account_gone", "severity": "high"}
    left = {"kind": "orphan_key", "reason": "owner_left", "severity": "low"}
    never = {"kind": "never_used_key", "reason": "no_last_use", "severity": "low"}
    return World(
        organizations=[organization()],
        lists={
            "/users": [user(1), user(2, email_prefix="ben"), user(3, role=None, email_prefix=None)],
            "/projects": [
                project(1),
                project(2, status="archived", archived_at="2026-03-01T12:00:00Z"),
            ],
            "/api-keys": [
                api_key(1),
                api_key(2, last_used_at="2025-12-04T06:30:00Z", findings=[stale]),
                api_key(3, owner_type="service_account", owner_id="svc_0007", findings=[orphan]),
                api_key(4, last_used_at=None, findings=[never, left]),
            ],
            "/events": [
                event(2),
                event(1, event_type="project.updated", occurred_at="2026-04-12T08:00:00Z"),
            ],
            "/changes": changes(),
            "/findings": findings(),
            "/anchors": [anchor("2026-04-15"), anchor("2026-04-14")],
            "/evidence-packs": [pack(2), pack(1, "failed", reason="seal missing: 2026-04-02T03")],
        },
        links={
            2: [
                link(2, label="Statutory auditor, spring review"),
                link(1, state="revoked", revoked_at="2026-04-14T16:40:00Z"),
            ]
        },
        kpis={"stale_keys": 1, "open_findings": 5},
    )


def changes() -> list[Json]:
    """Return one change of each verdict, and of each kind."""
    key = {"key_id": "key_0009", "name": "night job", "owner_id": "user-0002", "expires_at": None}
    return [
        change(2),
        change(
            9,
            section="api_keys",
            entity_id="key_0009",
            kind="added",
            fields=sorted(key),
            before=None,
            after=key,
            hour="2026-04-15T07:00:00Z",
            verdict="cannot_tell",
            reason="settling",
            event_id=None,
        ),
        change(
            7,
            kind="removed",
            fields=["email_prefix", "role"],
            before={"email_prefix": "dora", "role": "reader"},
            after=None,
            hour="2026-04-08T22:00:00Z",
            verdict="unexplained",
            reason="no_event",
            event_id=None,
        ),
    ]


def findings() -> list[Json]:
    """Return open findings of each severity, with each thing said, and resolved ones."""
    accepted = {
        "state": "accepted",
        "reason": "used by the year-end run only; ticket 4711",
        "accountable": "sub-of-ada",
        "due_date": "2026-04-10",
        "by": "sub-of-ada",
        "at": "2026-04-05T09:00:00Z",
    }
    acknowledged = accepted | {
        "state": "acknowledged",
        "reason": None,
        "accountable": "user-0002",
        "due_date": "2026-05-01",
    }
    hidden = {"section": "users", "entity_id": "user-0007", "reason": "no_event_for_removed"}
    return [
        finding(1, "unexplained_change", severity="high", still_works=None, **hidden)
        | {"change_hour": "2026-04-08T22:00:00Z", "first_seen_hour": "2026-04-11T23:00:00Z"},
        finding(2, stated=accepted),
        finding(
            3, "orphan_key", severity="high", reason="service_account_gone", stated=acknowledged
        ),
        finding(4, "orphan_key", severity="low", reason="owner_left", still_works=False),
        finding(5, "many_owners", reason="more_than_three", section="users", entity_id=""),
        finding(
            6,
            resolved_hour="2026-04-12T03:00:00Z",
            resolved_by={
                "hour": "2026-04-12T03:00:00Z",
                "kind": "removed",
                "fields": [],
                "event_id": "audit_log-0042",
            },
        ),
        finding(7, "audit_log_unproven", section="audit_events", entity_id="")
        | {"reason": "no_event_seen", "still_works": None, "resolved_hour": LAST_HOUR},
    ]
