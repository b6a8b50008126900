"""What a run reads of an organization: lists, sections, and the snapshot they make.

Pure. A snapshot is plain JSON inside, so that a run that cannot close its hour can leave it to the
next one (already normalized: no address, no name of a person, no key).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Generic, NamedTuple, TypedDict, TypeVar, cast

from functions.shared.canonical import Json
from functions.shared.errors import UpstreamError
from functions.shared.evidence.seal_versions import newest_watermarks
from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.shared.records.seals import Conflict, Outcome, Watermarks

COMPLETE, PARTIAL, FORBIDDEN = "complete", "partial", "forbidden"
FAILED, UNAVAILABLE, UNPROVEN = "failed", "unavailable", "unproven"

# The sections every hour must account for; the optional ones have their own statuses.
REQUIRED_LISTS = ("users", "projects", "api_keys")
REQUIRED = (*REQUIRED_LISTS, "audit_events")
STREAMS = ("organization", "tenant")

Row_co = TypeVar("Row_co", bound=EntityState | EventState, covariant=True)


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
class AuditLogRead:
    """What reading the audit log over some seconds gave, raw.

    Attributes:
        events: records of every closed window, oldest window first, but for those that are
            sealed already.
        closed_through: epoch second up to which all is closed; where the past is read, newest part
            first, the second from which on it is.
        error: why the reading ended early, None when it did not or when only its budget ended.
        overflow: seconds with more events than a page holds, through which no cursor led; what
            one page showed of them is in ``events``.
        whole: whether all that was to be read is closed.
    """

    events: list[Json] = field(default_factory=list)
    closed_through: int = 0
    error: UpstreamError | None = None
    overflow: tuple[int, ...] = ()
    whole: bool = True


class AlteredEntries(TypedDict):
    """Ids of sealed entries that OpenAI's log now shows otherwise, and of those it lacks.

    ``gone_from`` has, by stream, those that only the other stream shows still.
    """

    changed: list[str]
    gone: list[str]
    gone_from: dict[str, list[str]]


def nothing_altered() -> AlteredEntries:
    """Return that every entry is as it was sealed."""
    return {"changed": [], "gone": [], "gone_from": {}}


class KnownEvent(NamedTuple):
    """What is sealed of an event, as far as reading it again needs it."""

    second: int
    origin_digest: str | None
    stream: str | None
    event_type: str | None


@dataclass(frozen=True, slots=True, repr=False)
class AuditLog:
    """What was read of the audit log, raw.

    Attributes:
        recent: per stream, what was read up to the hour's end.
        again: per stream, by mark, what was read of hours that were read before.
        past: per stream whose past is not known whole, what was read of it.
        past_ends: streams before whose past there is nothing.
        altered: sealed entries that the log now shows otherwise, or no longer.
        full: whether the hour holds as many events as one hour may.
    """

    recent: dict[str, AuditLogRead]
    again: dict[str, dict[str, AuditLogRead]] = field(default_factory=dict)
    past: dict[str, AuditLogRead] = field(default_factory=dict)
    past_ends: set[str] = field(default_factory=set)
    altered: AlteredEntries = field(default_factory=nothing_altered)
    full: bool = False


@dataclass(frozen=True, slots=True)
class SectionRead(Generic[Row_co]):
    """What a run read of one section, normalized.

    Attributes:
        status: one of the six.
        reason: short word where the status is not ``complete``.
        lasting: trying again within the hour won't better it.
        rows: normalized rows; for events, those not sealed before.
        unknown: records with a required field absent or unreadable.
        covers: where every project has a list, the projects whose list was read whole; None: all.
        odd: the first records without an id, normalized; they cannot be followed.
        conflicts: the first records that came twice with different content, normalized.
    """

    status: str
    reason: str | None = None
    lasting: bool = True
    rows: Sequence[Row_co] = field(default_factory=list)
    unknown: int = 0
    covers: Sequence[str] | None = None
    odd: Sequence[Row_co] = field(default_factory=list)
    conflicts: Sequence[Conflict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TenantChoices:
    """What the tenant's own rows say of the hour that closes; sealed where it is used.

    Attributes:
        own_key_last4: last four characters of the admin key that reads the organization.
        account_owners: who answers for a service account, by its id: a user id, or the keyed hash
            of an address.
    """

    own_key_last4: str = ""
    account_owners: Mapping[str, str] = field(default_factory=dict)


NO_CHOICES = TenantChoices()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the runs of an hour read of an organization.

    Attributes:
        lists: the sections that are lists, by name: the three required ones always, the others
            only when they were asked for.
        audit_events: the section of the audit log.
        watermarks: how far the audit log was read; goes into the seal.
        altered: sealed entries that OpenAI's log now shows otherwise, or no longer.
        pictured_from: instant of the first request, RFC 3339.
        pictured_to: instant of the last answer, RFC 3339.
    """

    lists: Mapping[str, SectionRead[EntityState]]
    audit_events: SectionRead[EventState]
    watermarks: Watermarks
    pictured_from: str
    pictured_to: str
    altered: AlteredEntries = field(default_factory=nothing_altered)

    @property
    def sections(self) -> dict[str, SectionRead[EntityState | EventState]]:
        """Return all sections that were asked for, by name."""
        return {**self.lists, "audit_events": self.audit_events}

    @property
    def final(self) -> bool:
        """Tell whether another try within the grace could not better what an hour must have."""
        return all(section.lasting for section in self._required())

    @property
    def outcome(self) -> tuple[Outcome, str | None]:
        """Return the hour's outcome and, where it is not complete, the reason."""
        required = self._required()
        short = [part for part in required if part.status not in (COMPLETE, UNPROVEN)]
        if not short:
            return "complete", None
        nothing_read = all(part.status in (FAILED, FORBIDDEN, UNAVAILABLE) for part in required)
        return ("failed" if nothing_read else "partial"), short[0].reason

    def _required(self) -> list[SectionRead[EntityState | EventState]]:
        sections = self.sections
        return [sections[name] for name in REQUIRED]

    def to_json(self) -> Json:
        """Return the snapshot as plain JSON."""
        return {
            "sections": {name: asdict(section) for name, section in self.sections.items()},
            "watermarks": self.watermarks,
            "pictured_from": self.pictured_from,
            "pictured_to": self.pictured_to,
            "altered": self.altered,
        }

    @classmethod
    def from_json(cls, document: Json) -> "Snapshot":
        """Read what ``to_json`` returned."""
        lists = {name: SectionRead(**facts) for name, facts in document["sections"].items()}
        return cls(
            audit_events=lists.pop("audit_events"),
            lists=lists,
            watermarks=_watermarks(document),
            pictured_from=document["pictured_from"],
            pictured_to=document["pictured_to"],
            # A run of the version before may have left the hour open, and tells of no stream.
            altered=cast("AlteredEntries", nothing_altered() | document["altered"]),
        )


def _watermarks(document: Json) -> Watermarks:
    # A run of the version before may have left the hour open just before this one was deployed.
    if "frontiers" in document:
        return newest_watermarks(document["frontiers"])
    marks: Watermarks = document["watermarks"]
    return marks


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What need not be read again.

    Attributes:
        sections: read whole.
        covered: by section, projects whose list was read whole.
    """

    sections: frozenset[str] = frozenset()
    covered: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def unread(self, section: str, projects: list[str]) -> list[str]:
        """Return the projects whose list of a section is still to be read."""
        if section in self.sections:
            return []
        return [name for name in projects if name not in self.covered.get(section, ())]


NOTHING_READ = Checkpoint()
