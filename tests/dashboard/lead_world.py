"""The world of the guide's pictures: ninety days of a company, and what a security lead finds."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from functions.shared.hashing import email_hash
from tests.dashboard.busy import PREFIXES, busy
from tests.dashboard.fake_views import (
    KEY_HEX,
    client,
    custody,
    delivery,
    export,
    service_account,
    webhook,
)
from tests.dashboard.rights_world import add_rights
from tests.dashboard.world import (
    LAST_HOUR,
    Json,
    World,
    change,
    event,
    finding,
    key_subject,
    link,
    pack,
)

LAST_DAY: Final = date(2026, 4, 15)
PEOPLE: Final = ("user-0002", "user-0005", "sub-of-ada", "team:platform", "user-0003")
# The tenant's own list, which never leaves the browser.
PEOPLE_OF_LIST: Final = tuple(
    (name, f"{name.split()[0].lower()}@northwind.example")
    for name in ("Ben Okafor", "Carla Nunes", "Dora Lindqvist", "Emil Novak", "Fred Osei")
)
# Days of which nobody pictured an hour, and one of which some were missed.
BLIND: Final = (date(2026, 3, 28), date(2026, 3, 29))
PARTLY: Final = date(2026, 4, 6)
# Of the closed findings, the newest first: those of which the log may still tell, or never will.
NOT_YET: Final = (0, 1)
HIDDEN: Final = (6, 11)
KINDS: Final = (
    ("stale_key", "not_used_for_90_days", "medium"),
    ("orphan_key", "no_owner", "high"),
    ("never_used_key", "no_last_use", "low"),
    ("key_in_archived_project", "project_archived", "medium"),
)


def lead_world() -> World:
    """Return the world; the same in every run."""
    world = busy()
    chance = Random(20260415)  # noqa: S311  # the same in every run
    days = [LAST_DAY - timedelta(days=back) for back in range(90)]
    for n, row in enumerate(world.lists["/users"][: len(PEOPLE_OF_LIST)]):
        row["email_hash"] = email_hash(bytes.fromhex(KEY_HEX), PEOPLE_OF_LIST[n][1])
    world.lists["/changes"] = [row for day in days for row in _changes(day, chance)]
    world.lists["/events"] = [
        event(n, event_type=f"{what}.{done}", occurred_at=f"2026-04-15T0{9 - n // 8}:{50 - n}:07Z")
        for n, (what, done) in enumerate(
            [("api_key", "created"), ("user", "updated"), ("project", "archived")] * 8
        )
    ]
    world.lists["/findings"] += _closed(days, chance)
    world.lists["/changes"] += [_hidden(row) for row in world.lists["/findings"] if _is_hidden(row)]
    world.lists["/changes"].sort(key=lambda row: str(row["hour"]), reverse=True)
    world.lists["/orgs/org-northwind/days"] = [_day(day) for day in days]
    world.lists["/service-accounts"] = [
        service_account(n, person_id=None if n % 3 else f"user-{n:04d}") for n in range(1, 12)
    ]
    world.lists["/custody"] = _custody()
    world.lists["/clients"] = [
        client(2, label="Ticket system", scopes=["read", "write"]),
        client(1, label="SIEM", rotated_at="2026-04-09T07:30:00Z"),
        client(3, label="Trial", state="revoked", revoked_at="2026-03-20T10:00:00Z"),
    ]
    april = {"from": "2026-04-01T00:00:00Z", "org_id": "org-northwind"}
    world.lists["/exports"] = [
        export(4, "building", list="events", format="csv", filters=april),
        export(3, is_whole=False),
        export(2, list="api-keys", format="csv", rows=35, size_bytes=4102),
        export(1, "failed", list="access", reason="the export could not be made: too much at once"),
    ]
    world.lists["/webhooks"] = [
        webhook(2, label="Chat of the security team", url="https://chat.northwind.example/in/7f3a")
        | {"state": "failing", "delivered_number": 38, "failing_since": "2026-04-15T08:06:44Z"},
        webhook(1),
    ]
    untaken: Json = {"delivered_at": None, "attempts": 4, "status": None, "failure": "timed_out"}
    world.lists["/deliveries"] = [
        delivery(41, "hour.not_whole", **untaken),
        delivery(40, **untaken),
        delivery(39, "anchor.made", **untaken | {"status": 503, "failure": "refused"}),
        *(delivery(n) for n in range(38, 30, -1)),
    ]
    world.lists["/billing"] = [_bill()]
    world.lists["/evidence-packs"] = [
        pack(3, period_start="2026-03-01T00:00:00Z", period_end="2026-03-31T23:59:59Z"),
        *world.lists["/evidence-packs"],
    ]
    world.links[3] = [link(4, label="Internal audit") | {"number": 3}]
    world.kpis |= {"expected_hour": LAST_HOUR}
    add_rights(world)
    return world


def _changes(day: date, chance: Random) -> list[Json]:
    if day in BLIND:
        return []
    rows = []
    for n in range(chance.choice((0, 1, 1, 2, 3, 4, 6)) if day.weekday() < 5 else 0):
        said: Json = {"verdict": "explained", "reason": None}
        if chance.random() < 0.09:
            said = {"verdict": "unexplained", "reason": "no_event", "event_id": None}
        elif (LAST_DAY - day).days < 3 and chance.random() < 0.7:
            said = {"verdict": "cannot_tell", "reason": "settling", "event_id": None}
        rows.append(change(n + 10, hour=f"{day}T{17 - n:02d}:00:00Z", **said))
    return rows


def _closed(days: list[date], chance: Random) -> list[Json]:
    rows: list[Json] = []
    for n in range(46):
        day = days[min(89, int(chance.triangular(1, 70, 6)))]
        if day in BLIND:
            continue
        kind, reason, severity = KINDS[n % len(KINDS)]
        hour = f"{day}T{chance.randrange(7, 18):02d}:00:00Z"
        due = str(day + timedelta(days=chance.choice((-3, 2, 9, 14)))) if n % 5 else None
        said = {"state": "acknowledged", "accountable": PEOPLE[n % len(PEOPLE)], "due_date": due}
        row = finding(n + 200, kind, reason=reason, severity=severity, resolved_hour=hour)
        row |= {"stated": said, "due_by": due, "subject": _subject(n)}
        rows.append(row | {"resolved_by": _cause(n, hour)})
    rows.sort(key=lambda row: str(row["resolved_hour"]), reverse=True)
    for n in NOT_YET + HIDDEN:
        hour = rows[n]["resolved_hour"] if n in HIDDEN else f"2026-04-14T{15 - n}:00:00Z"
        gone: Json = {"hour": hour, "kind": "removed", "event_id": None, "actor_id": None}
        rows[n] |= {"resolved_hour": hour, "resolved_by": gone}
    return rows


def _cause(n: int, hour: str) -> Json:
    by: Json = {"hour": hour, "kind": "removed", "fields": [], "actor_id": None, "event_id": None}
    if n % 7 == 3:
        return by | {"kind": "picture"}
    return by | {"event_id": f"audit_log-{n:04d}", "actor_id": PEOPLE[n % 3]}


def _is_hidden(row: Json) -> bool:
    by = row["resolved_by"] or {"kind": "picture"}
    return by["kind"] == "removed" and not by["event_id"] and row["resolved_hour"] < "2026-04-14"


def _hidden(row: Json) -> Json:
    key = {"key_id": row["entity_id"], "name": row["subject"]["name"]}
    said: Json = {"verdict": "unexplained", "reason": "no_event", "event_id": None}
    where = {"section": row["section"], "entity_id": row["entity_id"], "kind": "removed"}
    return change(0, hour=row["resolved_hour"], before=key, after=None, **where, **said)


def _subject(n: int) -> Json:
    return key_subject(n, name=f"batch {n}", owner_prefix=PREFIXES[n % 6])


def _day(day: date) -> Json:
    hours = ["complete"] * 24
    if day in BLIND:
        hours = ["missed"] * 24
    elif day == PARTLY:
        hours[9:14] = ["missed"] * 5
    elif day == LAST_DAY:
        hours[10:] = ["open"] * 14
    return {"org_id": "org-northwind", "day": str(day), "hours": hours}


def _custody() -> list[Json]:
    org: Json = {"org_id": "org-northwind"}
    said: Json = {"first_seen_hour": "2026-04-03T04:00:00Z", **org}
    used = {"number": 2, "link_id": "20260415T101500Z-000000000002", "by": "link"}
    entries = [
        custody(1, "organization.connected", seq=1, **org),
        custody(2, "client.created", client_id="client-00000000000000000001", scopes="read"),
        custody(3, "link.created", number=2, link_id=used["link_id"]),
        *(
            custody(n, "finding.stated", **said, finding_id=f"{n:024x}", **_said(n))
            for n in range(4, 19)
        ),
        custody(19, "service_account.person_named", service_account_id="svc_0003", **org)
        | {"facts": {"service_account_id": "svc_0003", "person": "user-0003", **org}},
        custody(20, "link.used", uses=3, last_at="2026-04-14T10:41:00Z", **used),
        custody(21, "hashing_key.fetched", key_id="v1"),
        custody(22, "pack.signed", number=3, manifest_sha256="1f" * 32, by="schedule"),
        custody(
            23,
            "token.issued",
            client_id="client-00000000000000000001",
            uses=96,
            by="client-00000000000000000001",
        ),
        custody(24, "link.used", uses=2, last_at="2026-04-15T08:05:00Z", **used),
    ]
    return entries[::-1]


def _said(n: int) -> Json:
    if n % 4 == 0:
        words: Json = {"state": "accepted", "reason_code": "business_need", "due_date": None}
        return words | {"accountable": PEOPLE[0], "review_date": "2026-07-01"}
    words = {"state": "acknowledged", "reason_code": None, "review_date": None}
    return words | {"accountable": PEOPLE[n % 5], "due_date": "2026-04-30"}


def _bill() -> dict[str, Any]:
    per_day: list[Json] = []
    for n in range(1, 31):
        users, projects = (25 * 24, 3 * 24) if n < 10 else (27 * 24, 4 * 24)
        if n > 15:
            users = projects = 0
        elif n == 15:
            users, projects = 27 * 10, 4 * 10
        cents = (users * 100 + projects * 500) // 720
        day = {"day": f"2026-04-{n:02d}", "user_hours": users, "project_hours": projects}
        per_day.append(day | {"amount_cents": cents})
    org = {"org_id": "org-northwind"}
    runs = [
        org | run | {"section": section}
        for section in ("users", "projects")
        for run in (
            _run("2026-04-01T00:00:00Z", "2026-04-06T08:00:00Z", 129, "read", None),
            _run("2026-04-06T09:00:00Z", "2026-04-06T13:00:00Z", 5, "carried", "not_pictured"),
            _run("2026-04-06T14:00:00Z", "2026-04-15T09:00:00Z", 212, "read", None),
            _run("2026-04-15T10:00:00Z", "2026-04-30T23:00:00Z", 374, "zero", "not_closed_yet"),
        )
    ]
    total = sum(day["amount_cents"] for day in per_day)
    return {
        "currency": "EUR",
        "amount_cents": total,
        "final": False,
        "hours": 720,
        "per_org": [org | {"average_users": "12.450", "average_projects": "1.667"}],
        "per_day": per_day,
        "working": [
            "org-northwind: 8958 user-hours and 1202 project-hours",
            f"(8958 × 100 ct + 1202 × 500 ct) ÷ 720 hours of the month = {total} ct",
            "The month is not over: hours to come count zero so far.",
        ],
        "runs": runs,
    }


def _run(first: str, last: str, hours: int, counted: str, reason: str | None) -> Json:
    return {"from": first, "to": last, "hours": hours, "counted": counted, "reason": reason}
