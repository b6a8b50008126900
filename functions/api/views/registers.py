"""Lists of what exists: users, projects, API keys and findings, from the newest seals' registers.

Ordered by (organization, id, when first seen), so that a cursor stays good while new hours close;
findings by severity first, which seldom changes. Fields and filters are those of the records.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, cast

from functions.api.context import Context
from functions.api.cursor import Cursors
from functions.api.filters import require_word, wanted_of
from functions.api.findings.filters import FINDING_FILTERS, finding_filter
from functions.api.findings.rows import finding_rows, whole_findings
from functions.api.newest_seal import Newest, chosen, newest_hour
from functions.api.records import ListPage
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.query import Query
from functions.shared.records.entities import (
    ApiKey,
    ApiKeyRow,
    KeyFinding,
    KeyFindings,
    Project,
    ProjectRow,
    User,
    UserRow,
)
from functions.shared.records.fields import filters_of, shown
from functions.shared.records.findings import (
    FINDING_KINDS,
    SEVERITIES,
    Finding,
    FindingState,
    ListedFinding,
)

Episode = TypeVar("Episode", bound=Mapping[str, object])
Row = TypeVar("Row", bound=Mapping[str, object])


def _every_row(_query: Query) -> Callable[[Any], bool]:
    return lambda _row: True


def _as_they_are(rows: Sequence[Row], _newest: Sequence[Newest], _context: Context) -> list[Row]:
    return list(rows)


@dataclass(frozen=True, slots=True)
class RegisterList(Generic[Episode, Row]):
    """One list.

    Attributes:
        name: of the list, for its cursors.
        section: whose register.
        episode: the register's record.
        row: the record of the list's rows; its filters are the query's.
        order: of the rows of an organization: id, since.
        end: when a row's episode ended, None while it is in force.
        states: the word for those in force (the default), and for those that are not.
        rows_of: how an episode of an hour becomes a row: what other registers add is read once.
        also: further names of the query, to the list of findings that must hold the kind.
        own: further names of the query, and which rows it takes by them.
        whole: fills in what is looked up for the rows of a page alone; it may leave the last ones
            to the next page.
    """

    name: str
    section: str
    episode: type[Episode]
    row: type[Row]
    order: Callable[[Episode], tuple[str, str]]
    end: Callable[[Episode], str | None]
    states: tuple[str, str]
    rows_of: Callable[[Newest, Context], Callable[[Episode], Row]]
    also: Mapping[str, str] = field(default_factory=dict)
    own: tuple[tuple[str, ...], Callable[[Query], Callable[[Row], bool]]] = ((), _every_row)
    whole: Callable[[Sequence[Row], Sequence[Newest], Context], list[Row]] = _as_they_are

    @property
    def filters(self) -> dict[str, str]:
        """Return the fields that the query may ask to hold a value, by its parameters' names."""
        return {**{name: name for name in filters_of(self.row)}, **self.also}

    @property
    def words(self) -> dict[str, tuple[str, ...] | None]:
        """Return the words that each filter may be; None for any text."""
        return {**filters_of(self.row), **dict.fromkeys(self.also, FINDING_KINDS)}

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names the query may hold."""
        return ("org_id", "cursor", "limit", "state", *self.filters, *self.own[0])


def _user_rows(newest: Newest, _context: Context) -> Callable[[User], UserRow]:
    return lambda user: shown(UserRow, user, newest.placed("users", user))


def _project_rows(newest: Newest, _context: Context) -> Callable[[Project], ProjectRow]:
    return lambda project: shown(ProjectRow, project, newest.placed("projects", project))


def _api_key_rows(newest: Newest, context: Context) -> Callable[[ApiKey], ApiKeyRow]:
    by_key: dict[str, list[KeyFinding]] = {}
    for finding in newest.rows(context, "findings", Finding):
        if finding["section"] == "api_keys" and finding["resolved_hour"] is None:
            by_key.setdefault(finding["entity_id"], []).append(shown(KeyFinding, finding))

    def row(key: ApiKey) -> ApiKeyRow:
        findings: KeyFindings = {"findings": by_key.get(key["key_id"], [])}
        return shown(ApiKeyRow, key, newest.placed("api_keys", key), findings)

    return row


def _by_severity(finding: Finding) -> tuple[str, str]:
    rank = SEVERITIES.index(finding["severity"])
    return f"{rank}{finding['finding_id']}", finding["first_seen_hour"]


USERS: Final = RegisterList(
    name="users",
    section="users",
    episode=User,
    row=UserRow,
    order=lambda user: (user["user_id"], user["first_seen_at"]),
    end=lambda user: user["removed_at"],
    states=("present", "removed"),
    rows_of=_user_rows,
)
PROJECTS: Final = RegisterList(
    name="projects",
    section="projects",
    episode=Project,
    row=ProjectRow,
    order=lambda project: (project["project_id"], project["first_seen_at"]),
    end=lambda project: project["removed_at"],
    states=("present", "removed"),
    rows_of=_project_rows,
)
API_KEYS: Final = RegisterList(
    name="api-keys",
    section="api_keys",
    episode=ApiKey,
    row=ApiKeyRow,
    order=lambda key: (key["key_id"], key["first_seen_at"]),
    end=lambda key: key["removed_at"],
    states=("present", "removed"),
    rows_of=_api_key_rows,
    also={"finding": "findings"},
)
FINDINGS: Final = RegisterList(
    name="findings",
    section="findings",
    episode=Finding,
    row=ListedFinding,
    order=_by_severity,
    end=lambda finding: finding["resolved_hour"],
    states=("open", "resolved"),
    rows_of=finding_rows,
    own=(FINDING_FILTERS, finding_filter),
    whole=whole_findings,
)


def list_register(kind: RegisterList[Any, Any], request: Request, context: Context) -> Reply:
    """Answer one page of a list.

    Raises:
        NotFound: the organization, or the cursor's, is not this tenant's.
        BadRequest: the query cannot be used.
    """
    query = request.query(*kind.parameters)
    limit = query.limit
    is_wanted, matches = _state_filter(kind, query), _value_filter(kind, query)
    tenant = request.principal.tenant_id
    connections = chosen(context, tenant, query)
    cursors = Cursors(tenant, kind.name, 3)
    after = cursors.read(query.find("cursor"))
    if after:
        context.connections.need(tenant, after[0])
    newest = [newest_hour(context, tenant, connection.org_id) for connection in connections]
    found: list[Mapping[str, object]] = []
    positions: list[list[str]] = []
    for position, episode, to_row in _episodes(kind, newest, after, context):
        row = to_row(episode) if is_wanted(episode) else None
        if row is not None and matches(row):
            found.append(row)
            positions.append(position)
            if len(found) > limit:
                break
    items = kind.whole(found[:limit], newest, context)
    more = cursors.write(*positions[len(items) - 1]) if len(items) < len(found) else None
    body: ListPage = {
        "items": items,
        "next_cursor": more,
        "sections": [hour.section(kind.section) for hour in newest],
    }
    return reply(200, body)


def _episodes(
    kind: RegisterList[Episode, Row],
    newest: list[Newest],
    after: list[str] | None,
    context: Context,
) -> Iterator[tuple[list[str], Episode, Callable[[Episode], Row]]]:
    """Yield the episodes behind a position, each with its own and how it becomes a row."""
    start = after or ["", "", ""]
    for hour in newest:
        if hour.org_id < start[0]:
            continue
        to_row = kind.rows_of(hour, context)
        episodes = hour.rows(context, kind.section, kind.episode)
        for episode in sorted(episodes, key=kind.order):
            position = [hour.org_id, *kind.order(episode)]
            if position > start:
                yield position, episode, to_row


def _state_filter(kind: RegisterList[Episode, Row], query: Query) -> Callable[[Episode], bool]:
    in_force, ended = kind.states
    asked = query.find("state")
    state = in_force if asked is None else asked
    require_word("state", state, (in_force, ended, "all"))
    return lambda episode: state == "all" or (kind.end(episode) is None) == (state == in_force)


def _value_filter(kind: RegisterList[Episode, Row], query: Query) -> Callable[[Row], bool]:
    fields, wanted = kind.filters, wanted_of(query, kind.words)
    takes = kind.own[1](query)
    return lambda row: (
        all(_matches(row[fields[name]], value) for name, value in wanted.items()) and takes(row)
    )


def _matches(held: object, wanted: str) -> bool:
    if isinstance(held, list):
        return any(finding["kind"] == wanted for finding in cast("list[KeyFinding]", held))
    if isinstance(held, dict):
        return cast("FindingState", held)["state"] == wanted
    return held == wanted
