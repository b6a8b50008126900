"""Lists of what exists: users, projects, API keys and findings, from the newest seals' registers.

Ordered by (organization, id, when first seen), so that a cursor stays good while new hours close;
findings by severity first, which seldom changes.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from functions.api.context import Doors
from functions.api.cursor import Cursors
from functions.api.finding_state_rows import NOTHING_SAID
from functions.api.newest_seal import Newest, chosen, newest
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest
from functions.shared.http.edge import Reply, Request, limit_of, reply

Order = Callable[[Json], tuple[str, str]]
Dress = Callable[[list[Json], Newest, Doors], list[Json]]
_MAX_FILTER: Final = 200
_MOST_SEVERE_FIRST: Final = ("high", "medium", "low")


def _by(identity: str, since: str) -> Order:
    return lambda row: (row[identity], row[since])


def _by_severity(row: Json) -> tuple[str, str]:
    place = _MOST_SEVERE_FIRST.index(row["severity"])
    return f"{place}{row['finding_id']}", row["first_seen_hour"]


def _as_they_are(rows: list[Json], _newest: Newest, _doors: Doors) -> list[Json]:
    return rows


def _with_findings(rows: list[Json], here: Newest, doors: Doors) -> list[Json]:
    found: dict[str, list[Json]] = {}
    for row in here.rows(doors, "findings"):
        if row["section"] == "api_keys" and row["resolved_hour"] is None:
            shown = {name: row[name] for name in ("kind", "reason", "severity")}
            found.setdefault(row["entity_id"], []).append(shown)
    return [row | {"findings": found.get(row["key_id"], [])} for row in rows]


def _with_stated(rows: list[Json], here: Newest, doors: Doors) -> list[Json]:
    if here.seal is None:
        return rows
    said = doors.finding_states(here.seal.content["tenant_id"], here.org_id).all()
    return [
        row
        | {"stated": asdict(said.get((row["finding_id"], row["first_seen_hour"]), NOTHING_SAID))}
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class RegisterList:
    """One list.

    Attributes:
        name: of the list, for its cursors.
        section: whose register.
        fields: shown, besides ``org_id`` and ``state_at``; those of the pack's rows.
        order: what it is ordered by: id, since.
        until: the field that is null while a row is in force.
        states: the word for those in force (the default), and for those that are not.
        filters: query names to fields that must equal them.
        dress: adds what stands in other registers.
    """

    name: str
    section: str
    fields: tuple[str, ...]
    order: Order
    until: str
    states: tuple[str, str]
    filters: dict[str, str]
    dress: Dress = _as_they_are

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names the query may hold."""
        return ("org_id", "cursor", "limit", "state", *self.filters)


_SEEN = ("first_seen_at", "removed_at")

USERS: Final = RegisterList(
    name="users",
    section="users",
    fields=(
        *("user_id", "email_hash", "email_prefix", "role", "roles_held", "added_at"),
        *("is_service_account", *_SEEN),
    ),
    order=_by("user_id", "first_seen_at"),
    until="removed_at",
    states=("present", "removed"),
    filters={"role": "role"},
)
PROJECTS: Final = RegisterList(
    name="projects",
    section="projects",
    fields=("project_id", "name", "status", "created_at", "archived_at", *_SEEN),
    order=_by("project_id", "first_seen_at"),
    until="removed_at",
    states=("present", "removed"),
    filters={"status": "status"},
)
API_KEYS: Final = RegisterList(
    name="api-keys",
    section="api_keys",
    fields=(
        *("project_id", "key_id", "name", "redacted_value", "type", "owner_type", "owner_id"),
        *("owner_hash", "owner_project_access", "created_at", "last_used_at", "expires_at", *_SEEN),
        "findings",
    ),
    order=_by("key_id", "first_seen_at"),
    until="removed_at",
    states=("present", "removed"),
    filters={"project_id": "project_id", "finding": "findings"},
    dress=_with_findings,
)
FINDINGS: Final = RegisterList(
    name="findings",
    section="findings",
    fields=(
        *("finding_id", "kind", "reason", "severity", "section", "entity_id", "still_works"),
        *("first_seen_hour", "resolved_hour", "resolved_by", "change_hour", "event_id", "stated"),
    ),
    order=_by_severity,
    until="resolved_hour",
    states=("open", "resolved"),
    filters={"kind": "kind", "severity": "severity", "stated": "stated"},
    dress=_with_stated,
)


def list_register(kind: RegisterList, request: Request, doors: Doors) -> Reply:
    """Answer one page of a list.

    Raises:
        NotFound: the organization, or the cursor's, is not this tenant's.
        BadRequest: the query cannot be used.
    """
    query = request.query(*kind.parameters)
    limit = limit_of(query)
    keep = _filter(kind, query)
    tenant = request.caller.tenant_id
    places = chosen(doors, tenant, query)
    cursors = Cursors(tenant, kind.name, 3)
    after = cursors.read(query.get("cursor"))
    if after:
        doors.connections.need(tenant, after[0])
    heres = [newest(doors, tenant, place.org_id) for place in places]
    items: list[Json] = []
    for item in _rows(kind, heres, after, doors):
        if keep(item):
            items.append(item)
        if len(items) > limit:
            break
    more = len(items) > limit
    items = items[:limit]
    body = {
        "items": items,
        "next_cursor": cursors.write(*_position(kind, items[-1])) if more else None,
        "sections": [here.section(kind.section) for here in heres],
    }
    return reply(200, body)


def _rows(
    kind: RegisterList, heres: list[Newest], after: list[str] | None, doors: Doors
) -> Iterator[Json]:
    start = after or ["", "", ""]
    for here in heres:
        if here.org_id < start[0]:
            continue
        rows = kind.dress(here.rows(doors, kind.section), here, doors)
        for row in sorted(rows, key=kind.order):
            item = _item(kind, here, row)
            if _position(kind, item) > start:
                yield item


def _item(kind: RegisterList, here: Newest, row: Json) -> Json:
    state_at = here.seal.content["hour"] if here.seal else None
    shown = {name: row.get(name) for name in kind.fields}
    return {"org_id": here.org_id, "state_at": state_at} | shown


def item_of(kind: RegisterList, here: Newest, row: Json, doors: Doors) -> Json:
    """Return one row of an organization's register as its list shows it."""
    (dressed,) = kind.dress([row], here, doors)
    return _item(kind, here, dressed)


def _position(kind: RegisterList, item: Json) -> list[str]:
    return [item["org_id"], *kind.order(item)]


def _filter(kind: RegisterList, query: dict[str, str]) -> Callable[[Json], bool]:
    state = query.get("state", kind.states[0])
    if state not in (*kind.states, "all"):
        raise BadRequest(f"state must be one of {', '.join(kind.states)}, all")
    wanted = {field: query[name] for name, field in kind.filters.items() if name in query}
    if any(len(value) > _MAX_FILTER for value in wanted.values()):
        raise BadRequest(f"a filter is at most {_MAX_FILTER} characters")

    def keep(item: Json) -> bool:
        if state != "all" and (item[kind.until] is None) != (state == kind.states[0]):
            return False
        return all(_matches(item[field], value) for field, value in wanted.items())

    return keep


def _matches(found: object, wanted: str) -> bool:
    if isinstance(found, list):
        return any(one["kind"] == wanted for one in found)
    if isinstance(found, dict):
        return bool(found["state"] == wanted)
    return found == wanted
