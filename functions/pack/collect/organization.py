"""What the seals of a period say of one organization, and of all of a pack together.

Part of step 1 of 6 (collect); pure.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from functions.pack.archive.spool import Member
from functions.shared.evidence.anchors import Anchor
from functions.shared.evidence.seal_versions import source_of
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, rfc3339
from functions.shared.records.packs import HourOutcome
from functions.shared.records.seals import CustodyHead, ObjectEntry, Run, SegmentEntry, Source
from functions.shared.records.tables import PackLastSeal

SECTIONS = ("users", "projects", "api_keys")
# Sections beyond the documented ones, as far as profile full has them; in the pack's order.
OPTIONAL = ("admin_keys", "service_accounts", "invites", "project_users")
REGISTERS = (*SECTIONS, *OPTIONAL, "findings")


@dataclass(slots=True)
class KeyUse:
    """An admin key, by its last four characters: the hours that were read with it."""

    first_hour: str
    last_hour: str


@dataclass(slots=True)
class RunTotals:
    """What the run blocks of one organization's hours say together.

    Attributes:
        sections: hours by section and status; hours that did not ask for a section are left out.
        requests: sent to OpenAI.
        pages: of lists, read.
        retries: requests that were sent again.
        largest_skew_s: OpenAI's clock minus ours, the largest either way, 0 for less than two
            seconds; None where no run tells.
        keys: admin keys by their last four characters.
        api_bases: addresses of the API.
        clocks: sources of the time.
        regions: where the runs took place.
    """

    sections: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    requests: int = 0
    pages: int = 0
    retries: int = 0
    largest_skew_s: int | None = None
    keys: dict[str, KeyUse] = field(default_factory=dict)
    api_bases: set[str] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)

    def add(self, seal: Seal) -> None:
        """Add one hour of the period, oldest first."""
        self._add_sections(seal)
        self._add_run(seal.run)
        self._add_source(seal.content["source"] or source_of(seal.run), seal.content["hour"])

    def _add_sections(self, seal: Seal) -> None:
        hour_end = rfc3339(seal.hour + HOUR)
        for name, section in seal.content["sections"].items():
            if section["status"] != "derived" and section["asked_at"] in (None, hour_end):
                self.sections[name][section["status"]] += 1

    def _add_run(self, run: Run) -> None:
        self.requests += run["requests"] if "requests" in run else 0
        self.pages += run["pages"] if "pages" in run else 0
        self.retries += run["retries"] if "retries" in run else 0
        if "skew_s" in run and run["skew_s"] is not None:
            self.largest_skew_s = max(run["skew_s"], self.largest_skew_s or 0, key=abs)

    def _add_source(self, source: Source, hour: str) -> None:
        for values, value in (
            (self.api_bases, source["api_base"]),
            (self.clocks, source["clock"]),
            (self.regions, source["region"]),
        ):
            if value:
                values.add(value)
        last4 = source["key_last4"]
        if last4:
            self.keys.setdefault(last4, KeyUse(hour, hour)).last_hour = hour


@dataclass(frozen=True, slots=True)
class Segment:
    """Audit events, changes, verdicts or statements of one month, first sealed by one hour.

    Attributes:
        hour: the sealing hour's name.
        entry: what the seal says of the object.
        late: events of a month that ended before the period began.
        version: of the seal that names it.
    """

    hour: str
    entry: SegmentEntry
    late: bool
    version: int


@dataclass(slots=True)
class Organization:
    """What the seals say of one organization.

    Attributes:
        org_id: its id.
        org_proof: ``proven`` or ``none``, as sealed last in the period.
        audit_log: ``proven``, ``unproven`` or ``forbidden``, as sealed last in the period.
        first_previous_sha256: digest that the period's first seal follows.
        last_seal_sha256: digest of the period's last seal.
        last_sealed_hour: name of the hour it closes.
        seal_digests: of the period's seals, oldest first.
        outcomes: hours by outcome; ``gap`` where there is no seal.
        longest_gap_hours: most hours in a row of which there is no snapshot.
        limited: the sections of which version 3 or later wrote the register.
        registers: the last entry sealed in the period, by section.
        snapshot_hours: names of the period's hours whose snapshot shows a section, by section.
        listed_at: by section, the last hour whose snapshot shows it, be it before the period.
        events: segments, by sealing hour.
        may_repeat_events: whether a seal of a version that did not rule it out sealed some of them.
        changes: segments of the period's changes, by hour.
        verdicts: segments of verdicts on changes, by sealing hour, from the period's start to the
            last seal that counts.
        statements: segments of what the tenant said, by sealing hour of the period.
        custody: entries of the tenant's custody log that seals of the period name, in order.
        runs: how the hours of the period were read.
        settled_through: epoch second up to which the audit log was read again at the cut, so
            that no further event is waited for.
        orphan_objects: keys of objects among the period's segments that no seal names.
    """

    org_id: str
    org_proof: str = "none"
    audit_log: str = "unproven"
    first_previous_sha256: str | None = None
    last_seal_sha256: str | None = None
    last_sealed_hour: str | None = None
    seal_digests: list[str] = field(default_factory=list)
    outcomes: Counter[HourOutcome] = field(default_factory=Counter)
    longest_gap_hours: int = 0
    registers: dict[str, ObjectEntry] = field(default_factory=dict)
    limited: set[str] = field(default_factory=set)
    snapshot_hours: dict[str, list[str]] = field(
        default_factory=lambda: {section: [] for section in REGISTERS}
    )
    listed_at: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(REGISTERS))
    events: list[Segment] = field(default_factory=list)
    may_repeat_events: bool = False
    changes: list[Segment] = field(default_factory=list)
    verdicts: list[Segment] = field(default_factory=list)
    statements: list[Segment] = field(default_factory=list)
    custody: list[CustodyHead] = field(default_factory=list)
    runs: RunTotals = field(default_factory=RunTotals)
    settled_through: int | None = None
    orphan_objects: list[str] = field(default_factory=list)

    @property
    def n_seals(self) -> int:
        """Return how many hours of the period have a seal."""
        return self.outcomes.total() - self.outcomes["gap"]

    @property
    def last_seal(self) -> PackLastSeal | None:
        """Return the period's last seal, None where there is none."""
        if self.last_sealed_hour is None or self.last_seal_sha256 is None:
            return None
        return {"hour": self.last_sealed_hour, "sha256": self.last_seal_sha256}


@dataclass(frozen=True, slots=True)
class Collection:
    """What was collected for a pack.

    Attributes:
        organizations: what the seals say of each, sorted by id.
        coverage: the finished file, a row for every expected hour.
        anchors: those of the period, oldest first.
    """

    organizations: Sequence[Organization]
    coverage: Member
    anchors: Sequence[Anchor]

    @property
    def last_seals(self) -> dict[str, PackLastSeal]:
        """Return the period's last seal by organization, of those that have one."""
        return {
            organization.org_id: organization.last_seal
            for organization in self.organizations
            if organization.last_seal
        }
