"""Evidence packs: ask for one, watch it being made, download it."""

from datetime import datetime
from typing import Final

from functions.api.context import Doors
from functions.api.cursor import Cursors
from functions.api.views import revisions
from functions.shared.aws.bucket import MAX_PRESIGNED_S
from functions.shared.aws.keys import pack_key
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest, Conflict, NotFound, PeriodInvalid
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.http.edge import PREFIX, Reply, Request, limit_of, reply
from functions.shared.period import Period
from functions.shared.tables.connections import Connection
from functions.shared.tables.packs import PROFILES, Pack

LINK_LIFETIME_S: Final = 300
MAX_ORGANIZATIONS: Final = 100
_SHOWN: Final = (
    *("number", "state", "kind", "profile", "period_start", "period_end", "org_ids", "month"),
    *("replaces", "cut_hour", "created_at", "reason", "size_bytes", "manifest_sha256"),
    *("archive_sha256", "signing_public_hex", "signing_key_id"),
)
_MAX_DIGITS: Final = 8


def request_pack(request: Request, doors: Doors) -> Reply:
    """Give a pack its number and have it built; answers at once.

    While a pack of the same period, organizations and profile is on its way, that one is the
    answer: a second click, or a retry after a lost reply, makes no second pack.

    Raises:
        PeriodInvalid: says which rule the period breaks.
        NotFound: an organization, or the pack to replace, is not this tenant's.
        Conflict: the pack to replace is still being made.
        BadRequest: the body cannot be used.
    """
    caller = request.caller
    caller.require_admin()
    body = request.body("period_start", "period_end", "org_ids", "profile", "replaces")
    period = Period.parse(body.get("period_start"), body.get("period_end"))
    before = revisions.replaced(doors, caller.tenant_id, body.get("replaces"))
    if before:
        body = revisions.like(before, body, period)
    profile = _profile(body.get("profile", "full"))
    now = doors.clock()
    if period.last_hour > floor_hour(now) - HOUR:
        raise PeriodInvalid(
            f"the period must not reach past the last closed hour; the one that ended last is "
            f"{rfc3339(floor_hour(now) - HOUR)}"
        )
    places = _places(doors, caller.tenant_id, body.get("org_ids"), period)
    pack = Pack(
        tenant_id=caller.tenant_id,
        number=0,
        state="queued",
        kind="revision" if before else "on_demand",
        profile=profile,
        period_start=rfc3339(period.start),
        period_end=period.last_second,
        org_ids=[place.org_id for place in places],
        cut_hour=rfc3339(_cut(doors, places, period)),
        created_at=rfc3339(now),
        requested_by=caller.user,
        replaces=before.number if before else None,
    )
    kept = doors.packs.request(pack, doors.pack_queue, once=True)
    facts = {"number": kept.number} | ({"replaces": kept.replaces} if before else {})
    doors.custody.note(caller.tenant_id, caller.user, "pack.requested", now, **facts)
    location = {"location": f"{PREFIX}/evidence-packs/{kept.number}"}
    return reply(202, public(kept), location)


def _profile(profile: object) -> str:
    if not isinstance(profile, str) or profile not in PROFILES:
        raise BadRequest(f"profile must be one of {', '.join(PROFILES)}")
    return profile


def _places(doors: Doors, tenant: str, asked: object, period: Period) -> list[Connection]:
    """Return the connections a pack is about, by org id, each with an hour in the period."""
    if asked is None:
        held = doors.connections.of(tenant)
        places = [one for one in held if _expects(one, period) or _has_hour(doors, one, period)]
        if not places:
            raise PeriodInvalid("no organization has an hour in this period")
    else:
        places = [doors.connections.need(tenant, org) for org in _org_ids(asked)]
        without = [
            one.org_id
            for one in places
            if not _expects(one, period) and not _has_hour(doors, one, period)
        ]
        if without:
            raise PeriodInvalid(f"{without[0]} has no hour in this period")
    for place in places:
        _require_closed(doors, place, period)
    return places


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


def _expects(place: Connection, period: Period) -> bool:
    """Tell whether an hour of the period is to be closed yet, or should be by now."""
    return place.status != "disconnected" and parse_instant(place.first_hour) <= period.last_hour


def _has_hour(doors: Doors, place: Connection, period: Period) -> bool:
    rows = doors.hours(place.tenant_id, place.org_id)
    return next(rows.between(period.start, period.end, at_once=4), None) is not None


def _require_closed(doors: Doors, place: Connection, period: Period) -> None:
    if not _expects(place, period):
        return
    closed = _newest(doors, place)
    if closed is None or closed < period.last_hour:
        told = rfc3339(closed) if closed else "none yet"
        raise PeriodInvalid(
            f"the period must not reach past the last closed hour; of {place.org_id} that is {told}"
        )


def _newest(doors: Doors, place: Connection) -> datetime | None:
    row = doors.hours(place.tenant_id, place.org_id).newest()
    return parse_instant(row["hour"]) if row else None


def _cut(doors: Doors, places: list[Connection], period: Period) -> datetime:
    """Return the last hour that every organization still connected has closed."""
    living = [place for place in places if place.status != "disconnected"]
    closed = [hour for hour in (_newest(doors, place) for place in living) if hour]
    return max(min(closed, default=period.last_hour), period.last_hour)


def list_packs(request: Request, doors: Doors) -> Reply:
    """Answer one page of the tenant's packs, newest first."""
    query = request.query("cursor", "limit")
    tenant = request.caller.tenant_id
    cursors = Cursors(tenant, "evidence-packs", 1)
    after = cursors.read(query.get("cursor"))
    if after and not after[0].startswith("PACK#"):
        raise BadRequest("the cursor is not one that this list gave; start again without it")
    found, page = doors.packs.page(tenant, limit=limit_of(query), after=after[0] if after else None)
    more = cursors.write(page.last_sk) if page.last_sk else None
    return reply(200, {"items": [public(pack) for pack in found], "next_cursor": more})


def show_pack(request: Request, doors: Doors) -> Reply:
    """Answer one pack.

    Raises:
        NotFound: this tenant has none of this number.
    """
    request.query()
    return reply(200, public(pack_of(request, doors)))


def download_pack(request: Request, doors: Doors) -> Reply:
    """Send the caller to the archive: a fresh link of a few minutes, to one object version.

    Raises:
        NotFound: this tenant has no pack of this number.
        Conflict: it is not ready; says its state.
    """
    query = request.query("lifetime_s")
    pack = pack_of(request, doors)
    lifetime_s = _lifetime_s(query.get("lifetime_s"))
    require_ready(pack)
    now = doors.clock()
    # Noted first: a link that nobody used is harmless, one that nobody noted is not.
    doors.custody.note(
        pack.tenant_id, request.caller.user, "pack.link_made", now, number=pack.number
    )
    return handed_over(pack, request, doors, now, lifetime_s)


def require_ready(pack: Pack) -> Pack:
    """Return the pack, if it is ready.

    Raises:
        Conflict: it is not; says its state.
    """
    if pack.state != "ready":
        raise Conflict(f"pack {pack.number} is {pack.state}, only a ready pack can be downloaded")
    return pack


def handed_over(
    pack: Pack, request: Request, doors: Doors, now: datetime, lifetime_s: int
) -> Reply:
    """Answer with a fresh link to a ready pack's archive: 303, or as JSON where that is asked."""
    # The row leads to this tenant's own archive of this number, or nowhere.
    place = pack_key(pack.tenant_id, pack.number, str(pack.archive_sha256))
    if pack.object_key != place or pack.object_version is None:
        raise NotFound("a ready pack names its object")
    url = doors.packs_bucket.presigned(
        pack.object_key, pack.object_version, f"pack-{pack.number}.tar.gz", lifetime_s
    )
    if "application/json" in request.header("accept"):
        return reply(200, {"url": url, "expires_at": _expires_at(now, lifetime_s)})
    return reply(303, {"number": pack.number}, {"location": url})


def _expires_at(now: datetime, lifetime_s: int) -> str:
    return rfc3339(datetime.fromtimestamp(int(now.timestamp()) + lifetime_s, now.tzinfo))


def _lifetime_s(text: str | None) -> int:
    if text is None:
        return LINK_LIFETIME_S
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_PRESIGNED_S))
    if not (digits and 1 <= int(text) <= MAX_PRESIGNED_S):
        raise BadRequest(f"lifetime_s must be a whole number from 1 to {MAX_PRESIGNED_S}")
    return int(text)


def pack_of(request: Request, doors: Doors) -> Pack:
    """Return the pack whose number stands in the path.

    Raises:
        NotFound: this tenant has none of this number.
    """
    text = request.path("number")
    usable = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    if not usable or text.startswith("0"):
        raise NotFound("no such pack")
    return doors.packs.need(request.caller.tenant_id, int(text))


def public(pack: Pack) -> Json:
    """Return what the tenant's users may see of a pack."""
    shown: Json = {name: getattr(pack, name) for name in _SHOWN}
    ready = pack.state == "ready"
    command = (
        f"python3 tools/evidence-pack-verify.py pack-{pack.number}.tar.gz "
        f"--expected-pubkey {pack.signing_public_hex}"
    )
    return shown | {"verify_with": command if ready else None}
