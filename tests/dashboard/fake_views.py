"""What the fake API answers of the views beside the tables: people, custody, the bill, machines."""

from typing import Any, Final

from tests.dashboard.world import LAST_HOUR, Json, World

KEY_HEX: Final = "5a" * 32
SECRET: Final = "sEcReT-of-a-machine-shown-once-and-no-more"


def answer_of_views(
    world: World, method: str, path: str, query: dict[str, str], body: Json
) -> tuple[int, Any] | None:
    """Answer a request of one of these views; None where it is another's."""
    if (method, path) == ("POST", "/hashing-key"):
        named = {"key_id": "v1", "algorithm": "hmac-sha256", "key_hex": KEY_HEX}
        return 200, named | {"normalization": "trim, NFC, lower case, domain as IDNA"}
    if (method, path) == ("GET", "/billing"):
        return 200, world.lists.get("/billing", [bill()])[0] | {"month": query["month"]}
    if path.startswith("/webhooks"):
        return _webhooks(world, method, path, body)
    if path.startswith("/exports"):
        return _exports(world, method, path, body)
    if path.startswith("/clients") and method != "GET":
        return _clients(world, method, path, body)
    return None


def with_closed(people: list[Json], findings: list[Json]) -> list[Json]:
    """Add to the open findings of each person what they closed of those that had a day."""
    named = {row["accountable"]: row for row in people if row["accountable"]}
    for row in findings:
        who, due = row["stated"].get("accountable"), row["due_by"]
        if row["resolved_hour"] is None or not who or not due:
            continue
        counts = named.setdefault(who, {"accountable": who, "open": 0, "late": 0})
        name = "closed_late" if row["resolved_hour"][:10] > due else "closed_in_time"
        counts[name] = counts.get(name, 0) + 1
    none = {"closed_in_time": 0, "closed_late": 0}
    return [none | named[who] for who in sorted(named)]


def _clients(world: World, method: str, path: str, body: Json) -> tuple[int, Any]:
    clients = world.lists.setdefault("/clients", [])
    if path == "/clients":
        clients.insert(0, client(len(clients) + 1, scopes=body["scopes"], label=body.get("label")))
        return 201, clients[0] | {"client_secret": SECRET}
    row = next(row for row in clients if row["client_id"] == path.split("/")[2])
    if method == "DELETE":
        row |= {"state": "revoked", "revoked_at": "2026-04-15T11:00:00Z"}
        return 200, row
    row["rotated_at"] = "2026-04-15T11:00:00Z"
    return 200, row | {"client_secret": SECRET + "-2"}


def _webhooks(world: World, method: str, path: str, body: Json) -> tuple[int, Any]:
    webhooks = world.lists.setdefault("/webhooks", [])
    _, _, *rest = path.split("/")
    if not rest:
        if method == "GET":
            return 200, {"items": webhooks, "next_cursor": None}
        webhooks.insert(0, webhook(len(webhooks) + 1, url=body["url"], label=body.get("label")))
        return 201, webhooks[0] | {"secret": SECRET}
    row = next(row for row in webhooks if row["webhook_id"] == rest[0])
    if method == "DELETE":
        webhooks.remove(row)
    elif rest[1:] == ["deliveries"]:
        return 200, {"items": world.lists.get("/deliveries", []), "next_cursor": None}
    elif rest[1:] == ["test"]:
        row["last_number"] += 1
        return 202, {"number": row["last_number"]}
    elif rest[1:] == ["replay"]:
        row |= {"delivered_number": body["from_number"] - 1, "state": "active"}
    elif rest[1:] == ["secret"]:
        return 200, row | {"secret": SECRET + "-2"}
    return 200, row


def _exports(world: World, method: str, path: str, body: Json) -> tuple[int, Any]:
    exports = world.lists.setdefault("/exports", [])
    _, _, *rest = path.split("/")
    if method == "POST":
        filters = {"org_id": body["org_id"]} if "org_id" in body else {}
        asked = {"list": body.get("list"), "format": body.get("format", "ndjson")}
        exports.insert(0, export(len(exports) + 1, "queued", **asked, filters=filters))
        return 202, exports[0]
    if not rest:
        return 200, {"items": exports, "next_cursor": None}
    row = next(row for row in exports if row["number"] == int(rest[0]))
    if rest[1:] == ["download"]:
        return 200, {"url": f"/download/{row['number']}", "expires_at": "2026-04-15T10:30:00Z"}
    if row["state"] == "queued":
        row |= export(row["number"], filters=row["filters"], list=row["list"], format=row["format"])
    return 200, row


def export(number: int, state: str = "ready", **facts: Any) -> Json:
    """One export: everything, where nothing else is said."""
    is_ready = state == "ready"
    return {
        "number": number,
        "state": state,
        "list": None,
        "format": "ndjson",
        "filters": {},
        "hour": LAST_HOUR,
        "created_at": "2026-04-15T10:14:00Z",
        "expires_at": "2026-04-22T10:14:40Z" if is_ready else None,
        "rows": 48211 if is_ready else None,
        "size_bytes": 2915204 if is_ready else None,
        "sha256": "7d" * 32 if is_ready else None,
        "is_whole": True if is_ready else None,
        "reason": None,
    } | facts


def webhook(number: int, **facts: Any) -> Json:
    """One webhook that has taken everything."""
    return {
        "webhook_id": f"hook-{number:020x}",
        "url": "https://siem.northwind.example/openai-audit",
        "label": "SIEM",
        "created_at": "2026-04-02T08:05:00Z",
        "created_by": "sub-of-ada",
        "rotated_at": None,
        "last_number": 41,
        "delivered_number": 41,
        "failing_since": None,
        "dead_at": None,
        "state": "active",
    } | facts


def delivery(number: int, type_: str = "findings.opened", **facts: Any) -> Json:
    """One alert that was taken at the first try."""
    return {
        "number": number,
        "message_id": f"msg_{number:012x}",
        "type": type_,
        "committed_at": f"2026-04-15T0{number % 10}:06:10Z",
        "body_sha256": "4c" * 32,
        "delivered_at": f"2026-04-15T0{number % 10}:06:41Z",
        "attempts": 1,
        "status": 204,
        "failure": None,
    } | facts


def client(number: int, **facts: Any) -> Json:
    """One machine's client."""
    return {
        "client_id": f"client-{number:020x}",
        "label": "SIEM",
        "scopes": ["read"],
        "created_at": "2026-04-02T08:00:00Z",
        "created_by": "sub-of-ada",
        "expires_at": "2026-07-01T08:00:00Z",
        "rotated_at": None,
        "revoked_at": None,
        "state": "active",
    } | facts


def custody(n: int, action: str, /, **facts: Any) -> Json:
    """One entry of the custody log, an hour after the one before."""
    by = facts.pop("by", "sub-of-ada")
    at = facts.pop("at", f"2026-04-{1 + n // 24:02d}T{n % 24:02d}:12:00Z")
    return {"n": n, "at": at, "by": by, "action": action, "facts": facts}


def bill() -> Json:
    """A month of which ten days were read, two counted nothing, and the rest is to come."""
    days = [f"2026-04-{number:02d}" for number in range(1, 31)]
    org: Json = {"org_id": "org-northwind"}
    runs: list[Json] = [
        {"from": "2026-04-01T00:00:00Z", "to": "2026-04-10T23:00:00Z"}
        | {"hours": 240, "counted": "read", "reason": None},
        {"from": "2026-04-11T00:00:00Z", "to": "2026-04-12T23:00:00Z"}
        | {"hours": 48, "counted": "zero", "reason": "server_error, nothing known for 24 hours"},
        {"from": "2026-04-13T00:00:00Z", "to": "2026-04-30T23:00:00Z"}
        | {"hours": 432, "counted": "zero", "reason": "not_closed_yet"},
    ]
    return {
        "currency": "EUR",
        "amount_cents": 1333,
        "final": False,
        "hours": 720,
        "per_org": [org | {"average_users": "8.333", "average_projects": "1.000"}],
        "per_day": [
            {"day": day, "user_hours": 600, "project_hours": 72, "amount_cents": 133 + (n == 5)}
            if n < 10
            else {"day": day, "user_hours": 0, "project_hours": 0, "amount_cents": 0}
            for n, day in enumerate(days)
        ],
        "working": ["25 users all day, and 3 projects", "(…) = 1333 ct"],
        "runs": [org | run | {"section": name} for name in ("users", "projects") for run in runs],
    }


def service_account(number: int, **facts: Any) -> Json:
    """One service account nobody answers for."""
    return {
        "org_id": "org-northwind",
        "project_id": "proj_0001",
        "service_account_id": f"svc_{number:04d}",
        "name": f"nightly import {number}",
        "role": "member",
        "created_at": "2025-12-01T10:00:00Z",
        "person_id": None,
        "first_seen_at": "2026-04-01T00:00:00Z",
        "removed_at": None,
        "state_at": LAST_HOUR,
    } | facts
