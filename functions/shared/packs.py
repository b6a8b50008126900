"""Pack rows: a pack's number, period and state, from the request to the download.

A number is given at the request and never again; a failed pack stays visible as failed.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from functions.shared.errors import Conflict, NotFound, PeriodInvalid
from functions.shared.hours import HOUR, floor_hour, month_end, month_start, parse_instant, rfc3339
from functions.shared.layout import pack_month_sk, pack_sk, tenant_pk
from functions.shared.queue import Queue
from functions.shared.table import ConditionFailed, Item, Page, Table

PROFILES = ("full", "core")
STATES = ("queued", "building", "ready", "failed")
MAX_PERIOD = timedelta(days=396)
_NUMBER_TRIES = 10
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole hours, ``start <= t < end``.

    Attributes:
        start: on the hour.
        end: on the hour, after the start.
    """

    start: datetime
    end: datetime

    @classmethod
    def parse(cls, start: object, end: object) -> "Period":
        """Read a period as a caller writes it: inclusive last second, ``…T23:59:59Z``.

        Raises:
            PeriodInvalid: says which rule it breaks.
        """
        try:
            first = parse_instant(start if isinstance(start, str) else "")
            last = parse_instant(end if isinstance(end, str) else "")
        except ValueError as error:
            raise PeriodInvalid(
                "period_start and period_end must look like 2026-04-01T00:00:00Z and "
                "2026-04-30T23:59:59Z"
            ) from error
        if last < first:
            raise PeriodInvalid("the period ends before it starts")
        after = last + _SECOND
        if floor_hour(first) != first or floor_hour(after) != after:
            raise PeriodInvalid(
                "a period is whole hours: it starts on the hour (05:00:00) and ends on the last "
                "second of one (06:59:59)"
            )
        if after - first > MAX_PERIOD:
            raise PeriodInvalid("a period is at most 13 months")
        return cls(first, after)

    @classmethod
    def of_month(cls, month: str) -> "Period":
        """Return a calendar month."""
        return cls(month_start(month), month_end(month))

    @property
    def last_second(self) -> str:
        """Return the inclusive end, as packs show it."""
        return rfc3339(self.end - _SECOND)

    @property
    def last_hour(self) -> datetime:
        """Return the start of the period's last hour."""
        return self.end - HOUR


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack of one tenant.

    Attributes:
        tenant_id: whose it is.
        number: 1, 2, 3 … per tenant.
        state: ``queued``, ``building``, ``ready`` or ``failed``.
        kind: ``monthly``, ``on_demand`` or ``revision``.
        profile: ``full`` or ``core``.
        period_start: first instant, RFC 3339.
        period_end: last second, RFC 3339.
        org_ids: the organizations in it, sorted.
        cut_hour: last hour whose seals it may use, RFC 3339; frozen at the request.
        created_at: of the request, RFC 3339; goes into the manifest, so a rebuild is identical.
        requested_by: opaque user id, or ``schedule``.
        month: ``2026-04`` for a monthly pack.
        replaces: number of the pack a revision replaces.
        previous_number: the pack that was ready last when this one was written, None for the first.
        previous_manifest_sha256: of that pack's manifest.
        signing_key_id: the key it is signed with, frozen before writing.
        reason: why it failed, in words for the tenant.
        ready_order: 1, 2, 3 … in the order packs became ready.
        sealed_through: per organization the last sealed hour the build may use, frozen when it
            began; None where there is no seal yet.
        object_key: of the archive in the packs bucket.
        object_version: the version that was verified; downloads name it.
        size_bytes: of the archive.
        archive_sha256: of the archive's bytes.
        manifest_sha256: of ``manifest.json``.
        signing_public_hex: the public key to verify it with.
    """

    tenant_id: str
    number: int
    state: str
    kind: str
    profile: str
    period_start: str
    period_end: str
    org_ids: list[str]
    cut_hour: str
    created_at: str
    requested_by: str
    month: str | None = None
    replaces: int | None = None
    previous_number: int | None = None
    previous_manifest_sha256: str | None = None
    signing_key_id: str | None = None
    reason: str | None = None
    ready_order: int | None = None
    sealed_through: dict[str, str | None] | None = None
    object_key: str | None = field(default=None, repr=False)
    object_version: str | None = None
    size_bytes: int | None = None
    archive_sha256: str | None = None
    manifest_sha256: str | None = None
    signing_public_hex: str | None = None

    @property
    def period(self) -> Period:
        """Return the period."""
        return Period.parse(self.period_start, self.period_end)


@dataclass(frozen=True, slots=True)
class Packs:
    """The pack rows of all tenants.

    Permissions:
        dynamodb:GetItem and Query for reading; PutItem (also in a transaction) for ``request``;
        UpdateItem for ``update``.
    """

    table: Table

    def find(self, tenant: str, number: int) -> Pack | None:
        """Return a pack's row, None where this tenant has no such number."""
        item = self.table.get(tenant_pk(tenant), pack_sk(number))
        return _from_item(item) if item else None

    def need(self, tenant: str, number: int) -> Pack:
        """Return a pack's row.

        Raises:
            NotFound: this tenant has no such number.
        """
        found = self.find(tenant, number)
        if found is None:
            raise NotFound("no such pack")
        return found

    def page(self, tenant: str, *, limit: int, after: str | None = None) -> tuple[list[Pack], Page]:
        """Return a tenant's packs, newest first, and the page they came from."""
        page = self.table.page(
            tenant_pk(tenant), prefix="PACK#", limit=limit, after=after, newest_first=True
        )
        return [_from_item(item) for item in page.items], page

    def monthly_before(self, tenant: str, month: str) -> Iterator[Pack]:
        """Yield the tenant's monthly packs of earlier months, the latest first."""
        rows = self.table.query(tenant_pk(tenant), prefix=pack_month_sk(""), newest_first=True)
        for marker in rows:
            if marker["sk"] < pack_month_sk(month):
                yield self.need(tenant, marker["number"])

    def request(self, pack: Pack, queue: Queue) -> Pack:
        """Give a pack its number, write its row and have it built.

        A monthly pack is the only one of its tenant and month: a second request returns the first,
        and sends it to be built again where it still waits.

        Args:
            pack: with any number; the next free one replaces it.
            queue: where the pack room listens.

        Raises:
            Conflict: others took every number tried.
        """
        written = self._write(pack)
        if written.state == "queued":
            queue.send({"number": written.number, "tenant_id": written.tenant_id})
        return written

    def _write(self, pack: Pack) -> Pack:
        pk = tenant_pk(pack.tenant_id)
        for _ in range(_NUMBER_TRIES):
            if pack.month:
                marker = self.table.get(pk, pack_month_sk(pack.month))
                if marker:
                    return self.need(pack.tenant_id, marker["number"])
            newest = self.table.page(pk, prefix="PACK#", limit=1, newest_first=True).items
            number = newest[0]["number"] + 1 if newest else 1
            row = asdict(pack) | {"number": number, "pk": pk, "sk": pack_sk(number)}
            rows = [row]
            if pack.month:
                rows.append({"pk": pk, "sk": pack_month_sk(pack.month), "number": number})
            try:
                self.table.create_together(rows)
            except ConditionFailed:
                continue
            return _from_item(row)
        raise Conflict("many packs are being requested at once; try again")

    def update(self, pack: Pack, *, expect: str | None = None, **changes: Any) -> Pack:
        """Change fields of a row and return it.

        Args:
            pack: the row.
            expect: the state the row must still be in.
            **changes: field names and values.

        Raises:
            ConditionFailed: the row is in another state by now.
        """
        names = {f"#{place}": name for place, name in enumerate(changes)}
        values: dict[str, Any] = {
            f":{place}": value for place, value in enumerate(changes.values())
        }
        sets = ", ".join(f"#{place} = :{place}" for place in range(len(changes)))
        condition = None
        if expect:
            names, values = names | {"#state": "state"}, values | {":expect": expect}
            condition = "#state = :expect"
        item = self.table.update(
            tenant_pk(pack.tenant_id),
            pack_sk(pack.number),
            f"SET {sets}",
            values,
            names=names,
            condition=condition,
        )
        return _from_item(item)


def _from_item(item: Item) -> Pack:
    # A field that is younger than the row has its default.
    return Pack(**{name.name: item[name.name] for name in fields(Pack) if name.name in item})
