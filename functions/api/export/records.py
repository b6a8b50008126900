"""What stands in ``manifest.json`` of an archive of everything. Pure."""

from typing import TypedDict

from functions.shared.records.fields import Count, Digest, Instant, MaybeDigest, MaybeInstant, OrgId
from functions.shared.records.findings import Deadlines
from functions.shared.records.statements import KeptStatement


class ExportedChain(TypedDict):
    """An organization, and its seal that its rows are as of; null before the first one."""

    org_id: OrgId
    hour: MaybeInstant
    seal_sha256: MaybeDigest


class ExportMember(TypedDict):
    """A file of the archive; ``sections`` as the list says them, null where it says none."""

    name: str
    rows: Count
    bytes: Count
    sha256: Digest
    sections: object


class ExportedStatement(KeptStatement):
    """What the tenant said, and of which organization."""

    org_id: OrgId


class Settings(TypedDict):
    """What the tenant has set for all of its organizations."""

    deadlines: Deadlines


class LeftOut(TypedDict):
    """A list that could not be made, and why."""

    name: str
    reason: str


class ExportManifest(TypedDict):
    """The document."""

    format: Count
    tenant_id: str
    number: Count
    created_at: Instant
    hour: Instant
    organizations: list[ExportedChain]
    members: list[ExportMember]
    left_out: list[LeftOut]
