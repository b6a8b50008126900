"""Share links: an outside auditor's way to one pack, without an account and only for a while.

A link is known by its token, 256 random bits that are shown once and never kept: the table holds
their SHA-256. Two rows make a link. The tenant's own says what it leads to, until when, and whether
it was revoked; it alone decides. The one under the digest only says where that row lies. Both leave
the table by themselves some time after the link has ended; the custody log keeps who made it, who
revoked it and each time it was used.
"""

import re
import secrets
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from functions.api.records import ListedShareLink, ShareLinkKey, ShareLinkPointer
from functions.shared.aws.keys import share_link_sk, share_token_pk, tenant_pk
from functions.shared.aws.table import ConditionFailed, Item, Page, Table
from functions.shared.canonical import sha256_hex
from functions.shared.errors import NotFound
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.tables import Key

DEFAULT_DAYS: Final = 14
MAX_DAYS: Final = 90
# How long a list still shows a link that has ended.
_SHOWN_AFTER: Final = timedelta(days=30)
_TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_LINK_ID: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}", re.ASCII)
_POINTER_SK: Final = "LINK"


@dataclass(frozen=True, slots=True)
class ShareLink:
    """One link to one pack.

    Attributes:
        tenant_id: whose pack it is.
        number: of the pack.
        link_id: when it was made, and 12 random hex digits; tells nothing about the token.
        label: the tenant's own words for whom it is, or None.
        created_at: RFC 3339.
        expires_at: first instant at which it leads nowhere, RFC 3339.
        revoked_at: when an admin ended it, None where nobody did.
    """

    tenant_id: str
    number: int
    link_id: str
    label: str | None
    created_at: str
    expires_at: str
    revoked_at: str | None = None

    def state(self, at: datetime) -> Literal["active", "expired", "revoked"]:
        """Return ``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if at < parse_instant(self.expires_at) else "expired"

    def public(self, at: datetime) -> ListedShareLink:
        """Return what the tenant's users may see of it."""
        return {
            "number": self.number,
            "link_id": self.link_id,
            "label": self.label,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "revoked_at": self.revoked_at,
            "state": self.state(at),
        }


def new_link(
    tenant: str, number: int, label: str | None, days: int, at: datetime
) -> tuple[ShareLink, str]:
    """Return a link and its token, which is nowhere else.

    Args:
        tenant: whose pack.
        number: of the pack.
        label: for whom it is, or None.
        days: how long it leads there.
        at: the present.
    """
    created_at = rfc3339(at)
    name = re.sub("[-:]", "", created_at)
    return ShareLink(
        tenant_id=tenant,
        number=number,
        link_id=f"{name}-{secrets.token_hex(6)}",
        label=label,
        created_at=created_at,
        expires_at=rfc3339(at + timedelta(days=days)),
    ), secrets.token_urlsafe(_TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class ShareLinks:
    """The share links of all tenants.

    Permissions:
        dynamodb:GetItem for ``need`` and ``behind``; dynamodb:Query for ``page``; dynamodb:PutItem
        for ``revoke``, in a transaction for ``add``.
    """

    table: Table

    def add(self, link: ShareLink, token: str) -> None:
        """Keep a new link, under its tenant and under its token's digest."""
        pointer: ShareLinkPointer = {
            "pk": _token_pk(token),
            "sk": _POINTER_SK,
            "tenant_id": link.tenant_id,
            "number": link.number,
            "link_id": link.link_id,
            "expires_epoch": _gone(link),
        }
        self.table.create_together([_to_item(link), pointer])

    def page(
        self, tenant: str, number: int, *, limit: int, after: str | None = None
    ) -> tuple[list[ShareLink], Page]:
        """Return a pack's links, newest first, and the page they came from."""
        page = self.table.page(
            tenant_pk(tenant),
            prefix=share_link_sk(number, ""),
            limit=limit,
            after=after,
            newest_first=True,
        )
        return [_from_item(item) for item in page.items], page

    def need(self, tenant: str, number: int, link_id: str) -> ShareLink:
        """Return a link of a tenant's pack.

        Raises:
            NotFound: this pack has no such link.
        """
        pk = tenant_pk(tenant)
        named = _LINK_ID.fullmatch(link_id)
        item = self.table.get(pk, share_link_sk(number, link_id)) if named else None
        if item is None:
            raise NotFound("no such link")
        return _from_item(item)

    def revoke(self, link: ShareLink, at: datetime) -> ShareLink:
        """End a link and return it as it then is; the first end of two counts."""
        ended = replace(link, revoked_at=rfc3339(at))
        try:
            self.table.put(
                _to_item(ended), condition="revoked_at = :nobody", values={":nobody": None}
            )
        except ConditionFailed:
            return self.need(link.tenant_id, link.number, link.link_id)
        return ended

    def behind(self, token: str, at: datetime) -> ShareLink:
        """Return the active link that has this token.

        Raises:
            NotFound: there is none, or it has expired, or was revoked; nobody is told which.
        """
        item = self.table.get(_token_pk(token), _POINTER_SK) if _TOKEN.fullmatch(token) else None
        if item is None:
            raise NotFound("no such token")
        pointer = cast("ShareLinkKey", item)
        link = self.need(pointer["tenant_id"], pointer["number"], pointer["link_id"])
        if link.state(at) != "active":
            raise NotFound("the link has ended")
        return link


def _token_pk(token: str) -> str:
    return share_token_pk(sha256_hex(token.encode()))


def _gone(link: ShareLink) -> int:
    """Return the epoch second from which DynamoDB may drop the rows (within days, not at once)."""
    return int((parse_instant(link.expires_at) + _SHOWN_AFTER).timestamp())


def _to_item(link: ShareLink) -> Item:
    key: Key = {"pk": tenant_pk(link.tenant_id), "sk": share_link_sk(link.number, link.link_id)}
    return {**key, **asdict(link), "expires_epoch": _gone(link)}


def _from_item(item: Item) -> ShareLink:
    return ShareLink(**{part.name: item[part.name] for part in fields(ShareLink)})
