"""A world with as much work in it as a security lead finds on a Monday: 47 findings of 35 keys."""

from datetime import date, timedelta
from typing import Final

from tests.dashboard.ordinary import ordinary
from tests.dashboard.world import Json, World, api_key, finding, key_subject, project, user

NAMES: Final = (
    *("checkout backend", "nightly export", "support bot", "search indexer", "eval runner"),
    *("laptop of the intern", "grafana plugin", "demo for the fair", "invoice reader", "ci"),
)
PROJECTS: Final = ("Checkout", "Data platform", "Support assistant", "Research")
PREFIXES: Final = ("anna", "ben", "carl", "dora", "emil", "fred")
KINDS: Final = (
    ("stale_key", "not_used_for_90_days", "medium", True),
    ("orphan_key", "service_account_gone", "high", True),
    ("never_used_key", "no_last_use", "low", True),
    ("orphan_key", "owner_left", "low", False),
    ("disabled_owner_key", "owner_disabled", "medium", None),
)
TODAY: Final = date(2026, 4, 15)


def busy(n_keys: int = 35, n_findings: int = 47) -> World:
    """A tenant whose keys want a look."""
    world = ordinary()
    world.lists["/users"] = [
        user(n, email_prefix=PREFIXES[n % 6], is_service_account=n % 9 == 8) for n in range(1, 28)
    ]
    world.lists["/projects"] = [project(n + 1, name=name) for n, name in enumerate(PROJECTS)]
    keys = [_key(n) for n in range(n_keys)]
    rows = [_finding(n, n % n_keys) for n in range(n_findings)]
    for row in rows:
        key = keys[int(row["entity_id"][4:])]
        key["findings"] = [*key["findings"], {name: row[name] for name in _OF_KEY}]
    world.lists["/api-keys"], world.lists["/findings"] = keys, rows
    world.trend = trend()
    world.kpis = {
        "users": 27,
        "billable_users": 24,
        "stale_keys": sum(row["kind"] == "stale_key" for row in rows),
        "open_findings": len(rows),
    }
    return world


_OF_KEY: Final = ("finding_id", "kind", "reason", "severity")


def _named(n: int) -> Json:
    at = n % len(PROJECTS)
    return {
        "name": f"{NAMES[n % 10]} {n // 10 + 1}",
        "project_id": f"proj_{at + 1:04d}",
        "owner_id": f"user-{n % 6 + 1:04d}",
    }


def _key(n: int) -> Json:
    created_at = f"2025-{n % 9 + 1:02d}-03T10:00:00Z"
    return api_key(n, **_named(n), **_shown_as(n), created_at=created_at)


def _shown_as(key: int) -> Json:
    prefix = PREFIXES[(key + 1) % 6]
    return {"project_name": PROJECTS[key % len(PROJECTS)], "owner_prefix": prefix}


def _finding(n: int, key: int) -> Json:
    kind, reason, severity, works = KINDS[(n + n // 35) % 5]
    named = _named(key)
    stated: Json = {"state": "open", "reason_code": None, "review_date": None, "reason": None}
    stated |= {"accountable": None, "due_date": None, "by": None, "at": None}
    if n % 3 == 0:
        due = (TODAY + timedelta(days=n % 20 - 5)).isoformat()
        who = ("user-0002", "sub-of-ada", "team:platform")[n % 9 // 3]
        stated |= {"state": "acknowledged", "accountable": who, "due_date": due}
    subject = named | _shown_as(key)
    return finding(
        n,
        kind,
        reason=reason,
        severity=severity,
        still_works=works,
        entity_id=f"key_{key:04d}",
        stated=stated,
        subject=key_subject(key, **subject),
    )


def trend() -> list[Json]:
    """Return 90 days of findings, three of them unknown."""
    days: list[Json] = []
    n_open = 21
    for n in range(90):
        opened, resolved = (n * 7) % 4, (n * 5) % 3
        n_open = max(0, n_open + opened - resolved - (6 if n == 70 else 0))
        day = (TODAY - timedelta(days=89 - n)).isoformat()
        unknown = n in (30, 31, 32)
        figures = {"opened": opened, "resolved": resolved + 6 * (n == 70), "open": n_open}
        days.append({"day": day} | {k: None if unknown else v for k, v in figures.items()})
    return days
