"""What the fake API of the page's tests answers, out of the world that a test has made."""

from collections.abc import Callable
from typing import Any, Final

from tests.dashboard.fake_views import answer_of_views, with_closed
from tests.dashboard.rights_world import access_page
from tests.dashboard.world import PUBLIC_HEX, Json, World, link, organization, pack

API: Final = "/api/v1/openai"
# Parameters of a span: the fields they may be about, and whether it begins there.
RANGES: Final = {
    "resolved_from": (("resolved_hour",), True),
    "resolved_to": (("resolved_hour",), False),
    "from": (("hour", "day", "occurred_at"), True),
    "to": (("hour", "day", "occurred_at"), False),
}
# Parameters of a page, of which no row knows anything.
PAGING: Final = ("cursor", "limit", "sort")
TOKEN: Final = "tOkEn-of-43-characters-shown-once-and-no-more"


def answer(
    world: World, method: str, path: str, query: dict[str, str], body: Json | None
) -> tuple[int, Any]:
    """Answer one request of the API from the world."""
    found = answer_of_views(world, method, path, query, body or {})
    if found is not None:
        return found
    if method != "GET":
        return _written(world, method, path, body or {})
    if path == "/summary":
        return 200, world.summary()
    if path == "/orgs":
        return 200, {"items": world.organizations, "next_cursor": None}
    if path == "/signing-keys":
        return 200, {"items": [{"key_id": "key-1", "public_hex": PUBLIC_HEX, "revoked_at": None}]}
    if path == "/findings/summary":
        return 200, _findings_summary(world, query)
    if path == "/findings":
        query.setdefault("state", "open")
    if path == "/proof":
        world.proofs_asked.append(query)
        return world.proof if world.proof else (404, {"title": "There is nothing here"})
    if path.startswith("/evidence-packs/"):
        return _pack(world, path.removeprefix("/evidence-packs/"), query)
    rows = _page(world, world.lists.get(path, []), query)
    if path.endswith("/access"):
        return 200, access_page(world, rows, query)
    return 200, rows


def _page(world: World, rows: list[Json], query: dict[str, str]) -> Json:
    conditions = [(name, value) for name, value in query.items() if name not in PAGING]
    matching = [row for row in rows if all(_passes(row, *each) for each in conditions)]
    if sort := query.get("sort"):
        field = sort.removeprefix("-")
        known = [row for row in matching if row.get(field) is not None]
        known.sort(key=lambda row: str(row[field]), reverse=sort.startswith("-"))
        matching = known + [row for row in matching if row.get(field) is None]
    start = int(query.get("cursor", "0"))
    end = start + min(world.page_size, int(query.get("limit", "50")))
    return {
        "items": matching[start:end],
        "next_cursor": str(end) if end < len(matching) else None,
    }


def _passes(row: Json, name: str, value: str) -> bool:
    """Tell whether a row passes one filter; what is resolved is shown on request only."""
    if name == "state" and "resolved_hour" in row:
        return value == "all" or (value == "open") == (row["resolved_hour"] is None)
    if name == "stated":
        return bool(row["stated"]["state"] == value)
    if name == "accountable":
        return bool(row["stated"]["accountable"] == value)
    if name == "due_before":
        return row["due_by"] is not None and row["due_by"] < value
    if name == "key_id" and "finding_id" in row:
        return bool(row["entity_id"] == value)
    if name == "finding":
        return any(finding["kind"] == value for finding in row["findings"])
    if name == "q":
        return value.lower() in " ".join(str(field) for field in _searched(row)).lower()
    if name in RANGES:
        fields, is_from = RANGES[name]
        held = next((row[field] or "" for field in fields if field in row), None)
        return held is None or (bool(held >= value) if is_from else bool(held < value))
    return name not in row or row[name] == value


def _searched(row: Json) -> list[Any]:
    return [*row.values(), *row.get("subject", {}).values()]


def _findings_summary(world: World, query: dict[str, str]) -> Json:
    rows = [
        row
        for row in world.lists.get("/findings", [])
        if (row["resolved_hour"] is None and _passes(row, "org_id", query.get("org_id", "")))
        or ("org_id" not in query and row["resolved_hour"] is None)
    ]
    late = [row for row in rows if row["due_by"] and row["due_by"] < row["state_at"][:10]]
    to_do = [row for row in rows if row["stated"]["state"] != "accepted" or row in late]

    def counts(field: Callable[[Json], Any], names: tuple[str, ...]) -> list[Json]:
        totals = {field(row): (0, 0) for row in to_do}
        for row in to_do:
            n_open, n_late = totals[field(row)]
            totals[field(row)] = (n_open + 1, n_late + (row in late))
        return [
            dict(zip(names, key if isinstance(key, tuple) else (key,), strict=True))
            | {"open": n_open, "late": n_late}
            for key, (n_open, n_late) in totals.items()
        ]

    people = counts(lambda row: row["stated"]["accountable"], ("accountable",))
    return {
        "open": len(to_do),
        "late": len(late),
        "unassigned": sum(row["stated"]["accountable"] is None for row in to_do),
        "accepted": len(rows) - len(to_do),
        "by_severity": {
            severity: sum(row["severity"] == severity for row in to_do)
            for severity in ("high", "medium", "low")
        },
        "by_kind": counts(lambda row: (row["kind"], row["severity"]), ("kind", "severity")),
        "by_accountable": with_closed(people, world.lists.get("/findings", [])),
        "trend": world.trend,
        "sections": [],
    }


def _pack(world: World, tail: str, query: dict[str, str]) -> tuple[int, Any]:
    number, _, rest = tail.partition("/")
    if rest == "links":
        return 200, _page(world, world.links.get(int(number), []), query)
    pack_row = next(row for row in world.lists["/evidence-packs"] if row["number"] == int(number))
    if rest == "download":
        return 200, {"url": f"/download/{number}", "expires_at": "2026-04-15T10:30:00Z"}
    following = {"queued": "building", "building": "ready"}
    if pack_row["state"] in following:
        pack_row["state"] = following[pack_row["state"]]
        pack_row |= {"signing_public_hex": PUBLIC_HEX, "manifest_sha256": "1f" * 32}
    return 200, pack_row


def _written(world: World, method: str, path: str, body: Json) -> tuple[int, Any]:
    if (method, path) == ("POST", "/orgs"):
        name = body.get("display_name", body["org_id"])
        world.organizations.append(organization(body["org_id"], display_name=name))
        return 201, world.organizations[-1]
    if (method, path) == ("POST", "/evidence-packs"):
        rows = world.lists.setdefault("/evidence-packs", [])
        period = {name: body[name] for name in ("period_start", "period_end")}
        rows.insert(0, pack(len(rows) + 1, "queued", **period))
        return 202, rows[0]
    if path == "/findings/states":
        return 200, {"items": [_stated(world, row["finding_id"], row)[1] for row in body["states"]]}
    if path.startswith("/evidence-packs/"):
        return _linked(world, method, path, body)
    _, _, org_id, *rest = path.split("/")
    if rest[:1] == ["findings"]:
        return _stated(world, rest[1], body)
    if rest[:1] == ["service-accounts"]:
        person = "ab" * 32 if "@" in (body["person"] or "") else body["person"]
        return 200, {"org_id": org_id, "service_account_id": rest[1], "person": person}
    row = next(row for row in world.organizations if row["org_id"] == org_id)
    statuses = {"pause": "paused", "resume": "connected"}
    if method == "DELETE":
        row["status"] = "disconnected"
    elif rest and rest[0] in statuses:
        row["status"] = statuses[rest[0]]
    elif method == "PATCH":
        row["display_name"] = body["display_name"]
    return 200, row


def _linked(world: World, method: str, path: str, body: Json) -> tuple[int, Any]:
    _, _, number, _, *rest = path.split("/")
    links = world.links.setdefault(int(number), [])
    if method == "POST":
        made = link(len(links) + 1, label=body.get("label"))
        links.insert(0, made)
        return 201, made | {"url": f"{API}/shared/{TOKEN}"}
    ended = next(row for row in links if row["link_id"] == rest[0])
    ended |= {"state": "revoked", "revoked_at": "2026-04-15T11:00:00Z"}
    return 200, ended


def _stated(world: World, finding_id: str, body: Json) -> tuple[int, Any]:
    finding_row = next(row for row in world.lists["/findings"] if row["finding_id"] == finding_id)
    names = ("state", "reason_code", "reason", "accountable", "due_date", "review_date")
    said = {name: body.get(name) for name in names}
    finding_row["stated"] = {**said, "by": "sub-of-ada", "at": "2026-04-15T10:20:00Z"}
    finding_row["due_by"] = said["due_date"]
    return 200, finding_row
