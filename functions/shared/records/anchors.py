"""An anchor and its parts: what each chain of a tenant ended with on a day.

Pure.
"""

from typing import Annotated, TypedDict

from functions.shared.records.fields import (
    Count,
    Digest,
    Instant,
    Keyword,
    MaybeDigest,
    MaybeText,
    OrgId,
    Text,
    described,
)


class AnchoredHead(TypedDict):
    """What one organization's chain ended with."""

    org_id: OrgId
    hour: Instant
    seal_sha256: Digest


class AnchorDocument(TypedDict):
    """What an anchor's digest is over: the heads by organization, and the anchor before."""

    v: Count
    tenant_id: Text
    at: Instant
    heads: list[AnchoredHead]
    previous_anchor_sha256: MaybeDigest


class AnchorRow(TypedDict):
    """An anchor in the bucket, in packs and in the API."""

    at: Instant
    day: Annotated[str, Keyword("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    document: AnchorDocument
    sha256: Annotated[Digest, described("Of the canonical JSON of `document`")]
    token: Annotated[MaybeText, described("RFC 3161 reply over `sha256`, base64")]
    authority: MaybeText
    reason: Annotated[
        MaybeText,
        described("Why there is no token; `none_chosen`: no time authority is asked, by choice"),
    ]
