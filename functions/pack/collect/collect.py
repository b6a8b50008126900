"""Collect (step 1 of 6): what the sealed hours of a period say, and where their contents lie.

Reads seals only. Every expected hour becomes a row of the coverage file as it passes; what stays
in memory of an hour is where its segments lie.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from functions.pack.archive.spool import Spool
from functions.pack.collect.corroboration import Corroboration, confirm
from functions.pack.collect.large_values import LIMITED, LargeValues
from functions.pack.collect.organization import Collection, Organization, Segment
from functions.pack.collect.orphan_objects import orphan_objects
from functions.pack.collect.scope import Scope
from functions.pack.collect.seal_chain import (
    MissingEvidence,
    unsealed_after,
    unsealed_between,
    verify_chain,
)
from functions.shared.aws.bucket import Bucket
from functions.shared.canonical import canonical
from functions.shared.evidence.seals import BEGINNING, Chain, Seal
from functions.shared.hours import HOUR, month_of, rfc3339
from functions.shared.period import Period
from functions.shared.records.packs import CoverageHour, CoverageRow, HourOutcome
from functions.shared.records.seals import (
    SealContent,
    SectionSeal,
    SegmentEntry,
    Segments,
    StreamMarks,
)

# The version of the seal from which on each event id is sealed once.
SEALED_ONCE = 3
_READ = ("complete", "partial")
# This version waited so long, and did not note how far it had read again.
_WAITING, _WAITED_S = 2, 72 * 3600
_NOT_GAPS = ("complete", "partial", "paused")


def collect(
    scope: Scope,
    evidence: Bucket,
    corroboration: Corroboration,
    folder: Path,
    missing: MissingEvidence,
    large: LargeValues,
) -> Collection:
    """Return what the seals say of each organization, and the coverage file.

    Args:
        scope: which organizations, hours and seals.
        evidence: the evidence bucket.
        corroboration: what else says that hours were sealed.
        folder: where the coverage file goes.
        missing: takes what is missing or invalid.
        large: takes the names of large values in the coverage file.
    """
    organizations = []
    with Spool(folder / "coverage.jsonl") as coverage:
        for org in scope.org_ids:
            takes_late, late_after = org in scope.late_after, scope.late_after.get(org)
            organization = Organization(org)
            reader = _SealReader(
                organization, scope.period, coverage, large, takes_late, late_after
            )
            chain = Chain(evidence, scope.tenant_id, org)
            through = scope.through(org)
            if through:
                reader.read(verify_chain(chain, reader.start, through, missing))
                reader.organization.orphan_objects = list(
                    orphan_objects(chain, scope.period, through, reader.named_keys)
                )
            confirm(chain, reader.sealed, corroboration.claims(org), missing)
            organizations.append(reader.organization)
        return Collection(organizations, coverage.finish(), corroboration.anchors)


@dataclass(slots=True)
class _SealReader:
    """Reads one organization's seals as they pass, and keeps what is needed later."""

    organization: Organization
    period: Period
    coverage: Spool
    large: LargeValues
    takes_late: bool
    late_after: datetime | None
    sealed: dict[datetime, str] = field(default_factory=dict)
    named_keys: set[str] = field(default_factory=set)
    _gap: int = 0
    _counted: datetime | None = None

    @property
    def start(self) -> datetime:
        """Return the first hour whose seal is needed."""
        if not self.takes_late:
            return self.period.start
        return min(self.period.start, self.late_after + HOUR if self.late_after else BEGINNING)

    def read(self, seals: Iterable[Seal]) -> None:
        """Read the seals, oldest first; the first may lie before the start."""
        previous: Seal | None = None
        for seal in seals:
            for hour in unsealed_between(previous, seal):
                self._add_gap(hour)
            self._add_seal(seal)
            previous = seal
        for hour in unsealed_after(previous, self.period.end):
            self._add_gap(hour)

    def _add_seal(self, seal: Seal) -> None:
        organization, segments = self.organization, seal.content["segments"]
        self.sealed[seal.hour] = seal.sha256
        self.named_keys.update(entry["key"] for entry in _entries(segments))
        for entry in segments["events"]:
            self._add_events(seal, entry)
        if seal.hour >= self.period.start:
            organization.verdicts += _segments(seal, segments["verdicts"])
        organization.settled_through = _settled_through(seal.content)
        if self._in_period(seal.hour):
            organization.changes += _segments(seal, segments["changes"])
            organization.statements += _segments(seal, segments["statements"])
            organization.runs.add(seal)
            self._add_content(seal)
            self._add_coverage(seal.hour, seal.content["outcome"], seal)

    def _add_content(self, seal: Seal) -> None:
        organization, content = self.organization, seal.content
        if not organization.n_seals:
            organization.first_previous_sha256 = content["previous_sha256"]
        organization.seal_digests.append(seal.sha256)
        organization.last_seal_sha256 = seal.sha256
        organization.last_sealed_hour = content["hour"]
        organization.org_proof = content["org_proof"]
        organization.audit_log = _audit_log(content, organization.audit_log)
        if content["custody"] and content["custody"] not in organization.custody[-1:]:
            organization.custody.append(content["custody"])
        hour_end = rfc3339(seal.hour + HOUR)
        for name, section in content["sections"].items():
            if section["register"]:
                organization.registers[name] = section["register"]
                if section["root"] is not None:
                    organization.limited.add(name)
            organization.listed_at[name] = section["state_at"]
            if name in organization.snapshot_hours and _is_shown(content, hour_end, section):
                organization.snapshot_hours[name].append(content["hour"])

    def _add_events(self, seal: Seal, entry: SegmentEntry) -> None:
        first, last = month_of(self.period.start), month_of(self.period.last_hour)
        late = entry["month"] < first
        due = self.takes_late and (self.late_after is None or seal.hour > self.late_after)
        if first <= entry["month"] <= last or (late and due):
            hour, version = seal.content["hour"], seal.content["v"]
            self.organization.events.append(Segment(hour, entry, late, version))
            self.organization.may_repeat_events |= version < SEALED_ONCE

    def _add_gap(self, hour: datetime) -> None:
        if self._in_period(hour):
            self._add_coverage(hour, "gap", None)

    def _in_period(self, hour: datetime) -> bool:
        return self.period.start <= hour < self.period.end

    def _add_coverage(self, hour: datetime, outcome: HourOutcome, seal: Seal | None) -> None:
        organization = self.organization
        organization.outcomes[outcome] += 1
        if self._counted != hour - HOUR or outcome in _NOT_GAPS:
            self._gap = 0
        self._gap += outcome not in _NOT_GAPS
        organization.longest_gap_hours = max(organization.longest_gap_hours, self._gap)
        self._counted = hour
        expected: CoverageHour = {
            "hour": rfc3339(hour),
            "org_id": organization.org_id,
            "outcome": outcome,
        }
        if seal is None:
            row: CoverageRow = {**expected, "run": None, "seal": None, "sha256": None}
            self.coverage.add_row(row)
        else:
            # Fields are in the order of their names; a seal's are the last three.
            text = canonical(expected)[:-1] + b"," + seal.members
            self.coverage.add_bytes(text + b"}\n", 1)
            if seal.content["v"] >= LIMITED:
                self.large.note(organization.org_id, month_of(hour), rfc3339(hour), text)


def _entries(segments: Segments) -> list[SegmentEntry]:
    return [
        *segments["events"],
        *segments["changes"],
        *segments["verdicts"],
        *segments["statements"],
    ]


def _segments(seal: Seal, entries: Iterable[SegmentEntry]) -> list[Segment]:
    hour, version = seal.content["hour"], seal.content["v"]
    return [Segment(hour, entry, late=False, version=version) for entry in entries]


def _is_shown(content: SealContent, hour_end: str, section: SectionSeal) -> bool:
    """Tell whether an hour's own snapshot shows a section.

    In an hour that did not ask for one, its seal repeats the status of the hour that did.
    """
    if section["status"] == "derived":
        return content["pictured_from"] is not None
    return section["status"] in _READ and section["asked_at"] in (None, hour_end)


def _audit_log(content: SealContent, before: str) -> str:
    status = content["sections"]["audit_events"]["status"]
    if status == "forbidden":
        return "forbidden"
    if status not in ("complete", "partial", "unproven"):
        # Not read in this hour: what the last reading showed still stands.
        return before
    return "proven" if content["watermarks"]["proven"] else "unproven"


def _settled_through(content: SealContent) -> int | None:
    """Return the second up to which the log was waited for, None where nothing was read."""
    streams = content["watermarks"]["streams"].values()
    # A stream that never answered (its scope is missing) holds no events that could settle.
    return min(
        (
            _settled(stream, content["v"])
            for stream in streams
            if stream["closed_through"] is not None
        ),
        default=None,
    )


def _settled(stream: StreamMarks, version: int) -> int:
    if version == _WAITING:
        return (stream["closed_through"] or 0) - _WAITED_S
    return stream["reread_73"] or 0
