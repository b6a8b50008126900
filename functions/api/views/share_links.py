"""Share links: an admin makes one for a ready pack; whoever holds it downloads without an account.

The address of a link is relative to the service's own: the function does not know, and does not
believe a header about, the name it is reached by.
"""

from datetime import datetime
from typing import Final

from functions.api.context import Context, RequestContext
from functions.api.cursor import Cursors
from functions.api.records import NewShareLink, ShareLinkForm
from functions.api.share_link_rows import DEFAULT_DAYS, MAX_DAYS, ShareLink, new_link
from functions.api.views.evidence_packs import handed_over, pack_of, require_ready
from functions.shared.aws.keys import share_link_sk
from functions.shared.errors import NotFound
from functions.shared.hours import parse_instant
from functions.shared.http.downloads import LINK_LIFETIME_S
from functions.shared.http.edge import PREFIX, Reply, Request, reply
from functions.shared.http.form_values import label_of, whole_number
from functions.shared.http.idempotency import once
from functions.shared.records.statements import CustodyFacts

# Who used a link is not known; the log says which link it was.
_HOLDER: Final = "link"
_BLANK: Final[ShareLinkForm] = {"days": DEFAULT_DAYS, "label": None}


def make_link(request: Request, context: Context) -> Reply:
    """Make a link to a ready pack; the token in its address is shown this once.

    Raises:
        BadRequest: the body cannot be used.
        NotFound: this tenant has no pack of this number.
        Conflict: it is not ready; says its state. Or see ``once``.
    """
    request.principal.require_admin()
    now = context.clock()
    return once(request, context.table, now, lambda: _make_link(request, context), shown_once=True)


def _make_link(request: Request, context: Context) -> Reply:
    principal = request.principal
    form = request.form(_BLANK)
    days, label = whole_number("days", form["days"], 1, MAX_DAYS), label_of(form["label"])
    pack = require_ready(pack_of(request, context))
    now = context.clock()
    link, token = new_link(pack.tenant_id, pack.number, label, days, now)
    # Noted first: a link that was noted and never made is harmless, the other way round it is not.
    context.custody.note(pack.tenant_id, principal.user, "link.created", now, **_facts(link))
    context.share_links.add(link, token)
    address = f"{PREFIX}/evidence-packs/{link.number}/links/{link.link_id}"
    new: NewShareLink = {**link.public(now), "url": f"{PREFIX}/shared/{token}"}
    return reply(201, new, {"location": address})


def list_links(request: Request, context: Context) -> Reply:
    """Answer one page of a pack's links, newest first, ended ones of the last month included."""
    query = request.query("cursor", "limit")
    pack = pack_of(request, context)
    cursors = Cursors(pack.tenant_id, "links", 1)
    after = cursors.read_key(query.find("cursor"), share_link_sk(pack.number, ""))
    links, page = context.share_links.page(
        pack.tenant_id, pack.number, limit=query.limit, after=after
    )
    more = cursors.write(page.last_sk) if page.last_sk else None
    now = context.clock()
    return reply(200, {"items": [link.public(now) for link in links], "next_cursor": more})


def revoke_link(request: Request, context: Context) -> Reply:
    """End a link at once; no-op where it was revoked before.

    Raises:
        NotFound: this tenant has no such pack or link.
    """
    principal = request.principal
    principal.require_admin()
    request.query()
    pack = pack_of(request, context)
    link = context.share_links.need(pack.tenant_id, pack.number, request.path("link_id"))
    now = context.clock()
    if link.revoked_at is None:
        context.custody.note(pack.tenant_id, principal.user, "link.revoked", now, **_facts(link))
        link = context.share_links.revoke(link, now)
    return reply(200, link.public(now))


def follow_link(request: Request, context: RequestContext) -> Reply:
    """Send whoever holds a link to the archive: a fresh URL of a few minutes.

    Raises:
        NotFound: no active link has this token; unknown, expired and revoked answer the same bytes.
    """
    # A query is not looked at: mail gateways add their own.
    now = context.clock()
    link = context.share_links.behind(request.path("token"), now)
    pack = context.packs.need(link.tenant_id, link.number)
    if pack.state != "ready":
        raise NotFound("the pack cannot be downloaded")
    # Counted: whoever holds it may ask as often as a client can, and each is a row no more.
    facts, key = _facts(link), f"{link.number}-{link.link_id}"
    context.custody.count(pack.tenant_id, _HOLDER, "link.used", now, key, **facts)
    return handed_over(pack, request, context, _lifetime_s(link, now))


def _lifetime_s(link: ShareLink, now: datetime) -> int:
    """Return seconds: the URL does not outlive its link."""
    left = int((parse_instant(link.expires_at) - now).total_seconds())
    return max(1, min(LINK_LIFETIME_S, left))


def _facts(link: ShareLink) -> CustodyFacts:
    return {"number": link.number, "link_id": link.link_id}
