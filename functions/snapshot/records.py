"""The nouns of the walk: what was read, how well, and the picture it makes.

Pure. A picture is plain JSON inside, so that a run that cannot close its hour can leave it to the
next one (already normalized: no address, no name of a person, no key).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from functions.shared.canonical import Json
from functions.shared.errors import EndpointUnavailable, ScopeMissing, UpstreamError

COMPLETE, PARTIAL, FORBIDDEN = "complete", "partial", "forbidden"
FAILED, UNAVAILABLE, UNPROVEN = "failed", "unavailable", "unproven"

# The sections every hour must account for; the optional ones have their own statuses.
REQUIRED = ("users", "projects", "api_keys", "audit_events")
STREAMS = ("organization", "tenant")


def status_of(error: UpstreamError) -> str:
    """Return the section status that a refusal of its only list means."""
    if isinstance(error, ScopeMissing):
        return FORBIDDEN
    return UNAVAILABLE if isinstance(error, EndpointUnavailable) else FAILED


@dataclass(frozen=True, slots=True)
class Listing:
    """What paging through one list gave.

    Attributes:
        items: records by first appearance, each id once; those without an id too.
        error: why the list is not whole, None when it is.
        conflicts: records that came again with other content than the one in ``items``.
    """

    items: list[Json]
    error: UpstreamError | None = None
    conflicts: tuple[Json, ...] = ()

    @property
    def whole(self) -> bool:
        """Tell whether nothing of the list is missing."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class Section:
    """One normalized list of the picture.

    Attributes:
        status: one of the six.
        reason: short word where the status is not ``complete``.
        lasting: trying again within the hour won't better it.
        rows: normalized rows; for events, those not sealed before.
        unknown: records with a required field absent or unreadable.
        covers: where every project has a list, the projects whose list was read whole; None: all.
        odd: the first records without an id, normalized; they cannot be followed.
        conflicts: the first records that came twice with different content, normalized:
            ``{"id", "sha256": […], "rows": […]}``.
    """

    status: str
    reason: str | None = None
    lasting: bool = True
    rows: list[Json] = field(default_factory=list)
    unknown: int = 0
    covers: list[str] | None = None
    odd: list[Json] = field(default_factory=list)
    conflicts: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the tenant's own rows say of the hour that closes; sealed where it is used.

    Attributes:
        own_key_last4: last four characters of the admin key that reads the organization.
        persons: who answers for a service account, by its id: a user id, or the keyed hash of an
            address.
    """

    own_key_last4: str = ""
    persons: Mapping[str, str] = field(default_factory=dict)


NOTHING_CHOSEN = Chosen()


@dataclass(frozen=True, slots=True)
class Picture:
    """What one run saw of an organization.

    Attributes:
        sections: by name, the four required ones always; the others only when they were asked for.
        frontiers: what the audit walk reached; goes into the seal.
        pictured_from: instant of the first request, RFC 3339.
        pictured_to: instant of the last answer, RFC 3339.
    """

    sections: dict[str, Section]
    frontiers: Json
    pictured_from: str
    pictured_to: str

    @property
    def final(self) -> bool:
        """Tell whether another try within the grace could not better what an hour must have."""
        return all(self.sections[name].lasting for name in REQUIRED)

    @property
    def outcome(self) -> tuple[str, str | None]:
        """Return the hour's outcome and, where it is not complete, the reason."""
        sections = [self.sections[name] for name in REQUIRED]
        short = [one for one in sections if one.status not in (COMPLETE, UNPROVEN)]
        if not short:
            return COMPLETE, None
        nothing_read = all(one.status in (FAILED, FORBIDDEN, UNAVAILABLE) for one in sections)
        return (FAILED if nothing_read else PARTIAL), short[0].reason

    def to_json(self) -> Json:
        """Return the picture as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Any) -> "Picture":
        """Read what ``to_json`` returned."""
        sections = {name: Section(**value) for name, value in document["sections"].items()}
        return cls(**{**document, "sections": sections})
