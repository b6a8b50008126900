"""Lists of what exists: everything that is sealed of an organization, and its findings.

Ordered by (organization, id, when first seen), findings by severity first, unless ``sort`` says
otherwise. A cursor says which hour's registers the walk is through, so that hours may close
meanwhile. Fields, filters, search and sorting are those of the records.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, cast

from functions.api.context import Context
from functions.api.cursor import Cursors
from functions.api.filters import instant_of
from functions.api.findings.filters import finding_filter
from functions.api.findings.rows import finding_rows, whole_findings
from functions.api.findings.subjects import SECTIONS_OF_SUBJECTS, is_about
from functions.api.newest_seal import Newest, chosen
from functions.api.records import ListPage
from functions.api.registers.as_of import hours_of, pinned_hour, pins_of
from functions.api.registers.asked import Asked, Fields
from functions.api.registers.key_names import is_named, with_names
from functions.api.registers.ordered_rows import Also, AskedRows, Found, Place, Searched
from functions.api.registers.pins import Pins
from functions.api.registers.sealed_rows import Places, SealedRows
from functions.api.schemas.registers import (
    BY_SECTION,
    FINDING_FILTERS,
    LONGEST_CURSOR,
    ListedSection,
)
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.query import Query
from functions.shared.records.entities import (
    ApiKey,
    Entity,
    KeyFinding,
    KeyFindings,
    ListedApiKey,
)
from functions.shared.records.fields import shown
from functions.shared.records.findings import (
    SEVERITIES,
    Finding,
    FindingState,
)
from functions.shared.records.registers import identity_of
from functions.shared.sections import REGISTERED

# Lambda answers 6 MB at most, of which escapes may take two thirds.
_MOST_OF_A_PAGE: Final = 1536 * 1024

Episode = TypeVar("Episode", bound=Mapping[str, object])
Row = TypeVar("Row", bound=Mapping[str, object])


def _every_row(_query: Query) -> Callable[[Any], bool]:
    return lambda _row: True


def _as_they_are(rows: Sequence[Row], _hours: Sequence[Newest], _context: Context) -> list[Row]:
    return list(rows)


@dataclass(frozen=True, slots=True)
class RegisterList(Generic[Episode, Row]):
    """How a list is made of an hour's registers.

    Attributes:
        listed: what can be asked of it.
        order: of the rows of an organization: id, since.
        end: when a row's episode ended, None while it is in force.
        rows_of: how an episode of an hour becomes a row: what other registers add is read once.
        also: by name, filters that follow from other registers.
        searched: what a search looks into beside the rows of the register.
        own: further filters, and which rows the query takes by them.
        whole: fills in what is looked up for the rows of a page alone; it may leave the last ones
            to the next page.
    """

    listed: ListedSection
    order: Callable[[Episode], tuple[str, str]]
    end: Callable[[Episode], str | None]
    rows_of: Callable[[Newest, Context], Callable[[Episode], Row]]
    also: Mapping[str, Also] = field(default_factory=dict)
    searched: Searched | None = None
    own: tuple[tuple[str, ...], Callable[[Query], Callable[[Row], bool]]] = ((), _every_row)
    whole: Callable[[Sequence[Row], Sequence[Newest], Context], list[Row]] = _as_they_are


def _rows_of(listed: ListedSection) -> Callable[[Newest, Context], Callable[[Entity], Fields]]:
    def rows_of(newest: Newest, _context: Context) -> Callable[[Entity], Fields]:
        return lambda row: shown(listed.row, row, newest.placed(listed.section, row))

    return rows_of


def _api_key_rows(newest: Newest, context: Context) -> Callable[[ApiKey], ListedApiKey]:
    findings = newest.register(context, "findings")
    by_key = _open_by_key(newest, findings, context) if findings else None

    def row(key: ApiKey) -> ListedApiKey:
        open_ones: KeyFindings = {"findings": []}
        if findings and by_key:
            found = (findings.row(place, Finding) for place in by_key.maybe(key["key_id"]))
            about = (each for each in found if each["entity_id"] == key["key_id"])
            open_ones["findings"] = [shown(KeyFinding, each) for each in about]
        return shown(ListedApiKey, key, newest.placed("api_keys", key), open_ones)

    return row


def _open_by_key(newest: Newest, findings: SealedRows, context: Context) -> Places:
    make = lambda: Places.of(findings, Finding, _key_of)  # noqa: E731
    return context.registers.made(f"{newest.named('findings')} of keys", make)


def _key_of(finding: Finding) -> str | None:
    """Return the API key that an open finding is about."""
    is_open = finding["resolved_hour"] is None
    return finding["entity_id"] if is_open and finding["section"] == "api_keys" else None


def _has_finding(newest: Newest, context: Context, kind: str) -> Callable[[ApiKey], bool]:
    findings = newest.register(context, "findings")
    rows = findings.each(Finding) if findings else ()
    keys = {_key_of(finding) for finding in rows if finding["kind"] == kind}
    return lambda key: key["key_id"] in keys


def _by_severity(finding: Finding) -> tuple[str, str]:
    rank = SEVERITIES.index(finding["severity"])
    return f"{rank}{finding['finding_id']}", finding["first_seen_hour"]


def _existing(
    section: str,
    rows_of: Callable[[Newest, Context], Callable[[Any], Any]] | None = None,
    also: Mapping[str, Also] | None = None,
    whole: Callable[[Sequence[Any], Sequence[Newest], Context], list[Any]] = _as_they_are,
    searched: Searched | None = None,
) -> RegisterList[Any, Any]:
    """Return the list of what a section holds."""
    listed = BY_SECTION[section]
    return RegisterList(
        listed=listed,
        order=lambda row: (identity_of(section, row), row["first_seen_at"]),
        end=lambda row: row["removed_at"],
        rows_of=rows_of or _rows_of(listed),
        also=also or {},
        searched=searched,
        whole=whole,
    )


API_KEYS: Final = _existing(
    "api_keys",
    _api_key_rows,
    {"finding": Also("findings", _has_finding)},
    with_names,
    Searched(("projects", "users"), is_named),
)
FINDINGS: Final = RegisterList(
    listed=BY_SECTION["findings"],
    order=_by_severity,
    end=lambda finding: finding["resolved_hour"],
    rows_of=finding_rows,
    searched=Searched(SECTIONS_OF_SUBJECTS, is_about),
    own=(FINDING_FILTERS, finding_filter),
    whole=whole_findings,
)
LISTS: Final[tuple[RegisterList[Any, Any], ...]] = (
    API_KEYS,
    FINDINGS,
    *(_existing(section) for section in REGISTERED if section != "api_keys"),
)


def list_register(kind: RegisterList[Any, Any], request: Request, context: Context) -> Reply:
    """Answer one page of a list.

    Raises:
        NotFound: the organization, or the cursor's, is not this tenant's.
        BadRequest: the query cannot be used, or nobody sealed the hour that is asked for.
        EvidenceMissing: a seal, or a register that it names, is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    query = request.query(*kind.listed.parameters)
    limit, asked, as_of = query.limit, Asked.of(kind.listed, query), instant_of(query, "as_of")
    tenant = request.principal.tenant_id
    connections = chosen(context, tenant, query)
    cursors = Cursors(tenant, kind.listed.name, 3, LONGEST_CURSOR, LONGEST_CURSOR)
    parts = cursors.read(query.find("cursor"))
    pins, after = (Pins.read(parts[0]), Place.of(*parts[1:])) if parts else (None, None)
    if after:
        context.connections.need(tenant, after.org_id)
    hours = hours_of(context, tenant, connections, as_of, pins)
    also = [(kind.also[name], value) for name, value in asked.added.items() if name in kind.also]
    asked_rows = AskedRows(context, asked, kind.order, kind.end, also, kind.searched)
    at = next((hour for hour in hours if after and hour.org_id == after.org_id), None)
    if pins and after and at is None:
        # Disconnected since the page before: where the list goes on is known by it all the same.
        at = pinned_hour(context, tenant, after.org_id, pins)
    found = asked_rows.behind(hours, after, at)
    rows, places, more = _page(kind, asked_rows, found, kind.own[1](query), limit)
    items = kind.whole(rows, hours, context)
    if len(items) < len(rows):
        more = places[len(items) - 1]
    pins = pins or pins_of(hours, as_of)
    body: ListPage = {
        "items": items,
        "next_cursor": cursors.write(pins.write(), *more.parts) if more else None,
        "sections": [hour.section(kind.listed.section) for hour in hours],
    }
    return reply(200, body)


def _page(
    kind: RegisterList[Any, Row],
    asked_rows: AskedRows,
    found_rows: Iterator[Found],
    takes: Callable[[Row], bool],
    limit: int,
) -> tuple[list[Row], list[Place], Place | None]:
    """Return the rows of a page, each one's place, and behind which place there are more."""
    rows: list[Row] = []
    places: list[Place] = []
    n_bytes = 0
    to_row_of: dict[str, Callable[[Any], Row]] = {}
    matches = _added_filter(kind, asked_rows.asked)
    for found in found_rows:
        if found.row is None:
            return rows, places, found.place
        org = found.place.org_id
        if org not in to_row_of:
            to_row_of[org] = kind.rows_of(found.hour, asked_rows.context)
        row = to_row_of[org](found.row)
        if not matches(row) or not takes(row):
            continue
        if len(rows) == limit or n_bytes > _MOST_OF_A_PAGE:
            return rows, places, places[-1]
        rows.append(row)
        places.append(found.place)
        n_bytes += found.n_bytes
    return rows, places, None


def _added_filter(kind: RegisterList[Any, Row], asked: Asked) -> Callable[[Row], bool]:
    """Return what tells of a row whether it holds what is wanted of what no register holds."""
    elsewhere = {*kind.also, *kind.own[0]}
    wanted = [(name, value) for name, value in asked.added.items() if name not in elsewhere]
    return lambda row: all(_matches(row[name], value) for name, value in wanted)


def _matches(held: object, wanted: str) -> bool:
    return isinstance(held, dict) and cast("FindingState", held)["state"] == wanted
