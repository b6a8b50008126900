"""Pack rows: a pack's number, period and state, from the request to the download.

A number is given at the request and never again; a failed pack stays visible as failed.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Final, TypedDict, Unpack, cast, get_args

from functions.shared.aws.keys import pack_like_sk, pack_month_sk, pack_sk, tenant_pk
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Change, ConditionFailed, Item, Page, Table
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.errors import Conflict, NotFound
from functions.shared.period import Period
from functions.shared.records.tables import (
    PackKind,
    PackLastSeal,
    PackMarker,
    PackMessage,
    PackState,
    Profile,
)

PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
ENDED: Final[tuple[PackState, ...]] = ("ready", "failed")
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
        last_seals: per organization the last seal in it, once ready.
        object_key: of the archive in the packs bucket.
        object_version: the version that was verified; downloads name it.
        size_bytes: of the archive.
        archive_sha256: of the archive's bytes.
        manifest_sha256: of ``manifest.json``.
        signing_public_hex: the public key to verify it with.
    """

    tenant_id: str
    number: int
    state: PackState
    kind: PackKind
    profile: Profile
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
    last_seals: dict[str, PackLastSeal] | None = None
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


class ArchiveFacts(TypedDict, total=False):
    """The fields of a pack that tell of its archive, once it is ready."""

    last_seals: dict[str, PackLastSeal]
    object_key: str
    object_version: str
    size_bytes: int
    archive_sha256: str
    signing_public_hex: str


class PackChanges(ArchiveFacts, total=False):
    """The fields of a pack that change on its way from the request to the download."""

    state: PackState
    previous_number: int | None
    previous_manifest_sha256: str | None
    signing_key_id: str | None
    manifest_sha256: str
    reason: str | None
    ready_order: int
    sealed_through: dict[str, str | None]


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
        pack = self.find(tenant, number)
        if pack is None:
            raise NotFound("no such pack")
        return pack

    def page(self, tenant: str, *, limit: int, after: str | None = None) -> tuple[list[Pack], Page]:
        """Return a tenant's packs, newest first, and the page they came from."""
        page = self.table.page(
            tenant_pk(tenant), prefix="PACK#", limit=limit, after=after, newest_first=True
        )
        return [_from_item(item) for item in page.items], page

    def monthly_before(self, tenant: str, month: str) -> Iterator[Pack]:
        """Yield the tenant's monthly packs of earlier months, the latest first."""
        rows = self.table.query(tenant_pk(tenant), prefix=pack_month_sk(""), newest_first=True)
        for marker in (cast("PackMarker", item) for item in rows):
            if marker["sk"] < pack_month_sk(month):
                yield self.need(tenant, marker["number"])

    def request(self, pack: Pack, queue: Queue, *, once: bool = False, again: bool = False) -> Pack:
        """Give a pack its number, write its row and have it built.

        A monthly pack is the only one of its tenant and month: a second request returns the first,
        and sends it to be built again where it still waits.

        Args:
            pack: with any number; the next free one replaces it.
            queue: of the pack function.
            once: do the same for any pack while one like it is on its way.
            again: let a new monthly pack take the place of one that failed. It keeps the failed
                one's cut and organizations: each event stays in exactly one monthly pack.

        Raises:
            Conflict: others took every number tried.
        """
        written = self._write(pack, _marker_sk(pack, once=once), again=again)
        if written.state == "queued":
            message: PackMessage = {"number": written.number, "tenant_id": written.tenant_id}
            queue.send(message)
        return written

    def _write(self, pack: Pack, marker_sk: str | None, *, again: bool) -> Pack:
        pk = tenant_pk(pack.tenant_id)
        for _ in range(_NUMBER_TRIES):
            marker = self._marker(pk, marker_sk) if marker_sk else None
            if marker:
                earlier = self.need(pack.tenant_id, marker["number"])
                if not _gives_way(earlier, again=again):
                    return earlier
                if pack.month:
                    pack = replace(pack, cut_hour=earlier.cut_hour, org_ids=earlier.org_ids)
            newest = self.table.page(pk, prefix="PACK#", limit=1, newest_first=True).items
            number = _from_item(newest[0]).number + 1 if newest else 1
            new: PackMarker = {"number": number, "pk": pk, "sk": pack_sk(number)}
            row = asdict(pack) | new
            try:
                if marker:
                    self.table.create_together([row], [_moved(marker, number)])
                elif marker_sk:
                    marked: PackMarker = {**new, "sk": marker_sk}
                    self.table.create_together([row, marked])
                else:
                    self.table.create_together([row])
            except ConditionFailed:
                continue
            return _from_item(row)
        raise Conflict("many packs are being requested at once; try again")

    def _marker(self, pk: str, sk: str) -> PackMarker | None:
        return cast("PackMarker | None", self.table.get(pk, sk))

    def update(
        self,
        pack: Pack,
        *,
        expect: PackState | None = None,
        unchanged: str | None = None,
        **changes: Unpack[PackChanges],
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
        names = {f"#{n}": name for n, name in enumerate(changes)}
        values: dict[str, object] = {f":{n}": value for n, value in enumerate(changes.values())}
        sets = ", ".join(f"#{n} = :{n}" for n in range(len(changes)))
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


def _gives_way(earlier: Pack, *, again: bool) -> bool:
    """Tell whether a new request makes a new pack, though this one stands for it."""
    if earlier.month:
        return again and earlier.state == "failed"
    return earlier.state in ENDED


def _moved(marker: PackMarker, number: int) -> Change:
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
    return Pack(**{part.name: item[part.name] for part in fields(Pack) if part.name in item})
