"""Export rows: what a tenant asked to have as a file, from the request to the download.

A number is given at the request and never again; a failed export stays visible as failed.
"""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import timedelta
from typing import Final, TypedDict, Unpack

from functions.shared.aws.keys import export_sk, tenant_pk
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import ConditionFailed, Item, Page, Table
from functions.shared.errors import Conflict, NotFound
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.tables import ExportFormat, ExportMessage, Key, PackState

# The work bucket's lifecycle keeps an object for so long; a test holds the template to it.
KEPT_FOR: Final = timedelta(days=7)
ENDED: Final[tuple[PackState, ...]] = ("ready", "failed")
# One tenant's must not make another's wait.
MOST_UNDER_WAY: Final = 3
_LOOKED_AT: Final = 50
_NUMBER_TRIES: Final = 10
# Who died before sending the message left a row that nobody builds: not in the way for long.
_UNDER_WAY_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Export:
    """One export of one tenant.

    Attributes:
        tenant_id: whose it is.
        number: 1, 2, 3 … per tenant.
        state: ``queued``, ``building``, ``ready`` or ``failed``.
        list_name: of the list, the last part of its path; None of everything.
        format: of its lines.
        filters: the list's query, and ``org_id`` of its path.
        hour: that it is as of, RFC 3339; frozen at the request.
        created_at: of the request, RFC 3339.
        requested_by: opaque id of the user or the machine's client.
        reason: why it failed, in words for the tenant.
        sha256: of the file.
        is_whole: whether the hour had read all that the list is of.
        expires_at: until when it can be downloaded, RFC 3339.
    """

    tenant_id: str
    number: int
    state: PackState
    list_name: str | None
    format: ExportFormat
    filters: dict[str, str]
    hour: str
    created_at: str
    requested_by: str
    reason: str | None = None
    object_key: str | None = field(default=None, repr=False)
    object_version: str | None = None
    rows: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    is_whole: bool | None = None
    expires_at: str | None = None


class ExportChanges(TypedDict, total=False):
    """The fields of an export that change on its way from the request to the download."""

    state: PackState
    reason: str
    object_key: str
    object_version: str
    rows: int
    size_bytes: int
    sha256: str
    is_whole: bool
    expires_at: str


@dataclass(frozen=True, slots=True)
class Exports:
    """The export rows of all tenants.

    Permissions:
        dynamodb:GetItem and Query for reading; PutItem, in a transaction, for ``request``;
        UpdateItem for ``update`` and ``fail``.
    """

    table: Table

    def find(self, tenant: str, number: int) -> Export | None:
        """Return an export's row, None where this tenant has no such number."""
        item = self.table.get(tenant_pk(tenant), export_sk(number))
        return _from_item(item) if item else None

    def need(self, tenant: str, number: int) -> Export:
        """Return an export's row.

        Raises:
            NotFound: this tenant has no such number.
        """
        export = self.find(tenant, number)
        if export is None:
            raise NotFound("no such export")
        return export

    def page(
        self, tenant: str, *, limit: int, after: str | None = None
    ) -> tuple[list[Export], Page]:
        """Return a tenant's exports, newest first, and the page they came from."""
        page = self.table.page(
            tenant_pk(tenant), prefix="EXPORT#", limit=limit, after=after, newest_first=True
        )
        return [_from_item(item) for item in page.items], page

    def request(self, export: Export, queue: Queue) -> Export:
        """Give an export its number, write its row and have it built.

        Args:
            export: with any number; the next free one replaces it.
            queue: of the function that builds it.

        Raises:
            Conflict: as many as may be are under way, or others took every number tried.
        """
        since = rfc3339(parse_instant(export.created_at) - _UNDER_WAY_FOR)
        for _ in range(_NUMBER_TRIES):
            newest, _page = self.page(export.tenant_id, limit=_LOOKED_AT)
            under_way = [e for e in newest if e.state not in ENDED and e.created_at > since]
            if len(under_way) >= MOST_UNDER_WAY:
                raise Conflict(
                    f"{MOST_UNDER_WAY} exports are under way; ask again when one of them is ready"
                )
            numbered = replace(export, number=newest[0].number + 1 if newest else 1)
            key: Key = {"pk": tenant_pk(export.tenant_id), "sk": export_sk(numbered.number)}
            try:
                self.table.create_together([{**asdict(numbered), **key}])
            except ConditionFailed:
                continue
            message: ExportMessage = {"export": numbered.number, "tenant_id": numbered.tenant_id}
            queue.send(message)
            return numbered
        raise Conflict("many exports are being requested at once; try again")

    def update(
        self, export: Export, *expect: PackState, **changes: Unpack[ExportChanges]
    ) -> Export:
        """Change fields of a row and return it.

        Args:
            export: the row.
            *expect: the states of which the row must still be in one.
            **changes: field names and values.

        Raises:
            ConditionFailed: the row is in another state by now.
        """
        names = {f"#{n}": name for n, name in enumerate(changes)}
        values: dict[str, object] = {f":{n}": value for n, value in enumerate(changes.values())}
        expected = {f":was{n}": state for n, state in enumerate(expect)}
        item = self.table.update(
            tenant_pk(export.tenant_id),
            export_sk(export.number),
            "SET " + ", ".join(f"#{n} = :{n}" for n in range(len(changes))),
            values | expected,
            names=names | {"#state": "state"},
            condition=f"#state IN ({', '.join(expected)})",
        )
        return _from_item(item)

    def fail(self, tenant: str, number: int, reason: str) -> bool:
        """Record that an export failed, where it has not ended; True when this call did."""
        export = self.find(tenant, number)
        if export is None or export.state in ENDED:
            return False
        try:
            self.update(export, "queued", "building", state="failed", reason=reason)
        except ConditionFailed:
            return False
        return True


def _from_item(item: Item) -> Export:
    # A field that is younger than the row has its default.
    return Export(**{part.name: item[part.name] for part in fields(Export) if part.name in item})
