"""Evidence packs: ask for one, watch it being made, download it."""

from datetime import datetime
from typing import Final

from functions.api.context import Context, RequestContext
from functions.api.cursor import Cursors
from functions.api.records import PackDownload, PackForm, PackNumber
from functions.api.views import revisions
from functions.shared.aws.download_links import DownloadLink
from functions.shared.aws.keys import pack_key
from functions.shared.errors import BadRequest, Conflict, NotFound, PeriodInvalid
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.http.downloads import lifetime_s_of, number_in_path
from functions.shared.http.edge import PREFIX, Reply, Request, reply
from functions.shared.http.idempotency import once
from functions.shared.period import Period
from functions.shared.records.statements import CustodyFacts
from functions.shared.records.tables import ListedPack, Profile
from functions.shared.tables.connections import Connection
from functions.shared.tables.packs import PROFILES, Pack

MAX_ORGANIZATIONS: Final = 100
_BLANK: Final[PackForm] = {
    "period_start": None,
    "period_end": None,
    "org_ids": None,
    "profile": "full",
    "replaces": None,
}


def request_pack(request: Request, context: RequestContext) -> Reply:
    """Give a pack its number and have it built; answers at once.

    While a pack of the same period, organizations and profile is on its way, that one is the
    answer: a second click, or a retry after a lost reply, makes no second pack.

    Raises:
        PeriodInvalid: says which rule the period breaks.
        NotFound: an organization, or the pack to replace, is not this tenant's.
        Conflict: the pack to replace is still being made, or see ``once``.
        BadRequest: the body cannot be used.
    """
    request.principal.require_admin()
    return once(request, context.table, context.clock(), lambda: _request_pack(request, context))


def _request_pack(request: Request, context: RequestContext) -> Reply:
    principal = request.principal
    tenant, form = principal.tenant_id, request.form(_BLANK)
    period = Period.parse(form["period_start"], form["period_end"])
    before = revisions.replaced(context, tenant, form["replaces"])
    if before:
        # What a revision leaves out is as in the pack it replaces.
        blank: PackForm = {**_BLANK, "profile": before.profile}
        form = request.form(blank)
        form["org_ids"] = revisions.require_alike(before, period, form["org_ids"])
    profile = _profile(form["profile"])
    now = context.clock()
    if period.last_hour > floor_hour(now) - HOUR:
        raise PeriodInvalid(
            f"the period must not reach past the last closed hour; the one that ended last is "
            f"{rfc3339(floor_hour(now) - HOUR)}"
        )
    connections = _connections(context, tenant, form["org_ids"], period)
    pack = Pack(
        tenant_id=tenant,
        number=0,
        state="queued",
        kind="revision" if before else "on_demand",
        profile=profile,
        period_start=rfc3339(period.start),
        period_end=period.last_second,
        org_ids=[connection.org_id for connection in connections],
        cut_hour=rfc3339(_cut(context, connections, period)),
        created_at=rfc3339(now),
        requested_by=principal.user,
        replaces=before.number if before else None,
    )
    kept = context.packs.request(pack, context.pack_queue, once=True)
    facts: CustodyFacts = {"number": kept.number}
    if before:
        facts["replaces"] = kept.replaces
    context.custody.note(tenant, principal.user, "pack.requested", now, **facts)
    location = {"location": f"{PREFIX}/evidence-packs/{kept.number}"}
    return reply(202, public(kept), location)


def _profile(profile: object) -> Profile:
    if not isinstance(profile, str) or profile not in PROFILES:
        raise BadRequest(f"profile must be one of {', '.join(PROFILES)}")
    return profile


def _connections(context: Context, tenant: str, asked: object, period: Period) -> list[Connection]:
    """Return the connections a pack is about, by org id, each with an hour in the period."""
    if asked is None:
        every = context.connections.of(tenant)
        connections = [each for each in every if _is_within(context, each, period)]
        if not connections:
            raise PeriodInvalid("no organization has an hour in this period")
    else:
        connections = [context.connections.need(tenant, org) for org in _org_ids(asked)]
        without = [each.org_id for each in connections if not _is_within(context, each, period)]
        if without:
            raise PeriodInvalid(f"{without[0]} has no hour in this period")
    for connection in connections:
        _require_closed(context, connection, period)
    return connections


def _is_within(context: Context, connection: Connection, period: Period) -> bool:
    return _expects(connection, period) or _has_hour(context, connection, period)


def _org_ids(asked: object) -> list[str]:
    usable = (
        isinstance(asked, list)
        and 1 <= len(asked) <= MAX_ORGANIZATIONS
        and all(isinstance(org, str) for org in asked)
    )
    if not (usable and isinstance(asked, list)) or len(set(asked)) != len(asked):
        raise BadRequest(
            f"org_ids must be a list of 1 to {MAX_ORGANIZATIONS} organization ids, each once; "
            "leave it out for all of them"
        )
    return sorted(asked)


def _expects(connection: Connection, period: Period) -> bool:
    """Tell whether an hour of the period is to be closed yet, or should be by now."""
    begins = parse_instant(connection.first_hour)
    return connection.status != "disconnected" and begins <= period.last_hour


def _has_hour(context: Context, connection: Connection, period: Period) -> bool:
    rows = context.hours(connection.tenant_id, connection.org_id)
    return next(rows.between(period.start, period.end, at_once=4), None) is not None


def _require_closed(context: Context, connection: Connection, period: Period) -> None:
    if not _expects(connection, period):
        return
    closed = _newest(context, connection)
    if closed is None or closed < period.last_hour:
        last = rfc3339(closed) if closed else "none yet"
        raise PeriodInvalid(
            "the period must not reach past the last closed hour; of "
            f"{connection.org_id} that is {last}"
        )


def _newest(context: Context, connection: Connection) -> datetime | None:
    row = context.hours(connection.tenant_id, connection.org_id).newest()
    return parse_instant(row["hour"]) if row else None


def _cut(context: Context, connections: list[Connection], period: Period) -> datetime:
    """Return the last hour that every organization still connected has closed."""
    active = [each for each in connections if each.status != "disconnected"]
    closed = [hour for hour in (_newest(context, each) for each in active) if hour]
    return max(min(closed, default=period.last_hour), period.last_hour)


def list_packs(request: Request, context: Context) -> Reply:
    """Answer one page of the tenant's packs, newest first."""
    query = request.query("cursor", "limit")
    tenant = request.principal.tenant_id
    cursors = Cursors(tenant, "evidence-packs", 1)
    after = cursors.read_key(query.find("cursor"), "PACK#")
    packs, page = context.packs.page(tenant, limit=query.limit, after=after)
    more = cursors.write(page.last_sk) if page.last_sk else None
    return reply(200, {"items": [public(pack) for pack in packs], "next_cursor": more})


def show_pack(request: Request, context: Context) -> Reply:
    """Answer one pack.

    Raises:
        NotFound: this tenant has none of this number.
    """
    request.query()
    return reply(200, public(pack_of(request, context)))


def download_pack(request: Request, context: RequestContext) -> Reply:
    """Send the caller to the archive: a fresh link of a few minutes, to one object version.

    Raises:
        NotFound: this tenant has no pack of this number.
        Conflict: it is not ready; says its state.
    """
    query = request.query("lifetime_s")
    pack = pack_of(request, context)
    lifetime_s = lifetime_s_of(query.find("lifetime_s"))
    require_ready(pack)
    now = context.clock()
    # Noted first: a link that nobody used is harmless, one that nobody noted is not.
    context.custody.note(
        pack.tenant_id, request.principal.user, "pack.link_made", now, number=pack.number
    )
    return handed_over(pack, request, context, lifetime_s)


def require_ready(pack: Pack) -> Pack:
    """Return the pack, if it is ready.

    Raises:
        Conflict: it is not; says its state.
    """
    if pack.state != "ready":
        raise Conflict(f"pack {pack.number} is {pack.state}, only a ready pack can be downloaded")
    return pack


def handed_over(pack: Pack, request: Request, context: RequestContext, lifetime_s: int) -> Reply:
    """Answer with a fresh link to a ready pack's archive: 303, or as JSON where that is asked.

    Raises:
        LinkNotSigned: AWS gives no credentials to sign it with.
    """
    # The row leads to this tenant's own archive of this number, or nowhere.
    own_key = pack_key(pack.tenant_id, pack.number, str(pack.archive_sha256))
    if pack.object_key != own_key or pack.object_version is None:
        raise NotFound("a ready pack names its object")
    link = context.pack_links.sign(
        pack.object_key, pack.object_version, f"pack-{pack.number}.tar.gz", lifetime_s
    )
    return led_to(link, pack.number, request)


def led_to(link: DownloadLink, number: int, request: Request) -> Reply:
    """Answer with a link to what has a number: 303, or as JSON where that is asked."""
    if "application/json" in request.header("accept"):
        download: PackDownload = {"url": link.url, "expires_at": rfc3339(link.expires_at)}
        return reply(200, download)
    body: PackNumber = {"number": number}
    return reply(303, body, {"location": link.url})


def pack_of(request: Request, context: Context) -> Pack:
    """Return the pack whose number stands in the path.

    Raises:
        NotFound: this tenant has none of this number.
    """
    return context.packs.need(request.principal.tenant_id, number_in_path(request))


def public(pack: Pack) -> ListedPack:
    """Return what the tenant's users may see of a pack."""
    command = (
        f"python3 tools/evidence-pack-verify.py pack-{pack.number}.tar.gz "
        f"--expected-pubkey {pack.signing_public_hex}"
    )
    return {
        "number": pack.number,
        "state": pack.state,
        "kind": pack.kind,
        "profile": pack.profile,
        "period_start": pack.period_start,
        "period_end": pack.period_end,
        "org_ids": pack.org_ids,
        "month": pack.month,
        "replaces": pack.replaces,
        "cut_hour": pack.cut_hour,
        "created_at": pack.created_at,
        "reason": pack.reason,
        "size_bytes": pack.size_bytes,
        "manifest_sha256": pack.manifest_sha256,
        "archive_sha256": pack.archive_sha256,
        "signing_public_hex": pack.signing_public_hex,
        "signing_key_id": pack.signing_key_id,
        "verify_with": command if pack.state == "ready" else None,
    }
