"""Pack rows: a pack's number, period and state, from the request to the download.

A number is given at the request and never again; a failed pack stays visible as failed.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from functions.shared.aws.keys import pack_like_sk, pack_month_sk, pack_sk, tenant_pk
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Change, ConditionFailed, Item, Page, Table
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.errors import Conflict, NotFound
from functions.shared.period import Period

PROFILES = ("full", "core")
STATES = ("queued", "building", "ready", "failed")
ENDED = ("ready", "failed")
_NUMBER_TRIES = 10


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
        last_seals: per organization ``{"hour", "sha256"}`` of the last seal in it, once ready.
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
    last_seals: dict[str, dict[str, str]] | None = None
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
        dynamodb:GetItem and Query for reading; PutItem and UpdateItem, in a transaction, for
        ``request``; UpdateItem for ``update``.
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

    def request(self, pack: Pack, queue: Queue, *, once: bool = False, again: bool = False) -> Pack:
        """Give a pack its number, write its row and have it built.

        A monthly pack is the only one of its tenant and month: a second request returns the first,
        and sends it to be built again where it still waits.

        Args:
            pack: with any number; the next free one replaces it.
            queue: where the pack room listens.
            once: do the same for any pack while one like it is on its way.
            again: let a new monthly pack take the place of one that failed. It keeps the failed
                one's cut and organizations: each event stays in exactly one monthly pack.

        Raises:
            Conflict: others took every number tried.
        """
        written = self._write(pack, _marker_sk(pack, once=once), again=again)
        if written.state == "queued":
            queue.send({"number": written.number, "tenant_id": written.tenant_id})
        return written

    def _write(self, pack: Pack, marker_sk: str | None, *, again: bool) -> Pack:
        pk = tenant_pk(pack.tenant_id)
        for _ in range(_NUMBER_TRIES):
            marker = self.table.get(pk, marker_sk) if marker_sk else None
            if marker:
                known = self.need(pack.tenant_id, marker["number"])
                if not _gives_way(known, again=again):
                    return known
                if pack.month:
                    pack = replace(pack, cut_hour=known.cut_hour, org_ids=known.org_ids)
            newest = self.table.page(pk, prefix="PACK#", limit=1, newest_first=True).items
            number = newest[0]["number"] + 1 if newest else 1
            row = asdict(pack) | {"number": number, "pk": pk, "sk": pack_sk(number)}
            try:
                if marker:
                    self.table.create_together([row], [_moved(marker, number)])
                elif marker_sk:
                    self.table.create_together([row, {"pk": pk, "sk": marker_sk, "number": number}])
                else:
                    self.table.create_together([row])
            except ConditionFailed:
                continue
            return _from_item(row)
        raise Conflict("many packs are being requested at once; try again")

    def update(
        self, pack: Pack, *, expect: str | None = None, unchanged: str | None = None, **changes: Any
    ) -> Pack:
        """Change fields of a row and return it.

        Args:
            pack: the row.
            expect: the state the row must still be in.
            unchanged: a field that must still be as ``pack`` has it; together with ``expect``.
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
        if unchanged:
            names, values = names | {"#was": unchanged}, values | {":was": getattr(pack, unchanged)}
            condition = f"{condition} AND #was = :was"
        item = self.table.update(
            tenant_pk(pack.tenant_id),
            pack_sk(pack.number),
            f"SET {sets}",
            values,
            names=names,
            condition=condition,
        )
        return _from_item(item)


def _marker_sk(pack: Pack, *, once: bool) -> str | None:
    """Return the key of the row that keeps a request from being made twice, None for none."""
    if pack.month:
        return pack_month_sk(pack.month)
    if not once:
        return None
    asked = [pack.kind, pack.profile, pack.period_start, pack.period_end, pack.org_ids]
    return pack_like_sk(sha256_hex(canonical([*asked, pack.replaces])))


def _gives_way(known: Pack, *, again: bool) -> bool:
    """Tell whether a new request makes a new pack, though this one stands for it."""
    if known.month:
        return again and known.state == "failed"
    return known.state in ENDED


def _moved(marker: Item, number: int) -> Change:
    return Change(
        marker["pk"],
        marker["sk"],
        "SET #number = :number",
        {":number": number, ":was": marker["number"]},
        "#number = :was",
        {"#number": "number"},
    )


def _from_item(item: Item) -> Pack:
    # A field that is younger than the row has its default.
    return Pack(**{name.name: item[name.name] for name in fields(Pack) if name.name in item})
