"""What the seals of a period say of one organization.

Part of step 1 of 6 (collect); pure.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, rfc3339

SECTIONS = ("users", "projects", "api_keys")
# Sections beyond the documented ones, as far as profile full has them; in the pack's order.
OPTIONAL = ("admin_keys", "service_accounts", "invites", "project_users")
PICTURED = (*SECTIONS, *OPTIONAL, "findings")
# What the runs of the period are added up by.
SUMMED = ("requests", "pages", "retries")


@dataclass(slots=True)
class Used:
    """An admin key, by its last four characters: the hours that were read with it."""

    first_hour: str
    last_hour: str


@dataclass(slots=True)
class Collected:
    """What the run blocks of one organization's hours say together.

    Attributes:
        sections: hours by section and status; hours that did not ask for a section are left out.
        sums: requests, pages and retries.
        largest_skew_s: OpenAI's clock minus ours, the largest either way, 0 for less than two
            seconds; None where no run tells.
        keys: admin keys by their last four characters.
        said: what the runs said of themselves: ``api_base``, ``clock`` and ``region``.
    """

    sections: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sums: Counter[str] = field(default_factory=Counter)
    largest_skew_s: int | None = None
    keys: dict[str, Used] = field(default_factory=dict)
    said: dict[str, set[str]] = field(default_factory=dict)

    def take(self, seal: Seal) -> None:
        """Take one hour of the period, oldest first."""
        hour_end = rfc3339(seal.hour + HOUR)
        for name, facts in seal.content["sections"].items():
            if facts["status"] != "derived" and facts.get("asked_at") in (None, hour_end):
                self.sections[name][facts["status"]] += 1
        run = seal.run
        for name in SUMMED:
            self.sums[name] += run.get(name, 0)
        skew_s = run.get("skew_s")
        if skew_s is not None:
            self.largest_skew_s = max(skew_s, self.largest_skew_s or 0, key=abs)
        for name in ("api_base", "clock", "region"):
            if run.get(name):
                self.said.setdefault(name, set()).add(run[name])
        if run.get("key_last4"):
            hour = seal.content["hour"]
            self.keys.setdefault(run["key_last4"], Used(hour, hour)).last_hour = hour


@dataclass(frozen=True, slots=True)
class Segment:
    """Audit events, changes or verdicts of one month, first sealed by one hour.

    Attributes:
        hour: the sealing hour's name.
        entry: what the seal says of the object.
        late: events of a month that ended before the period began.
    """

    hour: str
    entry: Json
    late: bool


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
        outcomes: hours by outcome; ``gap`` where there is no seal.
        longest_gap_hours: most hours in a row of which there is no picture.
        registers: the last entry sealed in the period, by section.
        pictured: names of the period's hours whose picture shows a section, by section.
        segments: of events, by sealing hour.
        changes: segments of the period's changes, by hour.
        verdicts: segments of verdicts on changes, by sealing hour, from the period's start to the
            last seal that counts.
        collected: how the hours of the period were read.
        audited_through: epoch second up to which the audit log was read at the cut.
        strays: keys of objects among the period's segments that no seal names.
    """

    org_id: str
    org_proof: str = "none"
    audit_log: str = "unproven"
    first_previous_sha256: str | None = None
    last_seal_sha256: str | None = None
    last_sealed_hour: str | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    longest_gap_hours: int = 0
    registers: dict[str, Json] = field(default_factory=dict)
    pictured: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in PICTURED})
    segments: list[Segment] = field(default_factory=list)
    changes: list[Segment] = field(default_factory=list)
    verdicts: list[Segment] = field(default_factory=list)
    collected: Collected = field(default_factory=Collected)
    audited_through: int | None = None
    strays: list[str] = field(default_factory=list)

    @property
    def seals(self) -> int:
        """Return how many hours of the period have a seal."""
        return self.outcomes.total() - self.outcomes["gap"]
