"""Collect (step 1 of 6): what the sealed hours of a period say, and where their contents lie.

Reads seals only. Every expected hour becomes a row of the coverage file as it passes; what stays
in memory of an hour is where its event segments lie.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from functions.pack.archive.spool import Spool
from functions.pack.collect.corroboration import Witnesses, confirm
from functions.pack.collect.organization import Organization, Segment
from functions.pack.collect.orphan_objects import strays
from functions.pack.collect.seal_chain import Losses, unsealed_after, unsealed_between, walk
from functions.shared.aws.bucket import Bucket
from functions.shared.canonical import Json, canonical
from functions.shared.evidence.seals import BEGINNING, Chain, Seal
from functions.shared.hours import HOUR, month_of, parse_instant, rfc3339
from functions.shared.period import Period
from functions.shared.tables.packs import Pack, Packs

_READ = ("complete", "partial")
_NOT_GAPS = ("complete", "partial", "paused")


def collect(
    pack: Pack,
    evidence: Bucket,
    late_after: Mapping[str, datetime | None],
    coverage: Spool,
    losses: Losses,
    witnesses: Witnesses,
) -> list[Organization]:
    """Return what the seals say of each organization, sorted by id.

    Args:
        pack: the row, with ``sealed_through`` frozen.
        evidence: the evidence bucket.
        late_after: what ``late_after`` returned.
        coverage: takes a row for every expected hour.
        losses: takes what is missing or invalid.
        witnesses: what else says that hours were sealed.
    """
    sealed_through = pack.sealed_through or {}
    found = []
    for org in sorted(pack.org_ids):
        through = sealed_through.get(org)
        one = _Collecting(
            Organization(org), pack.period, coverage, org in late_after, late_after.get(org)
        )
        chain = Chain(evidence, pack.tenant_id, org)
        if through:
            last = parse_instant(through)
            one.take(walk(chain, one.start, last, losses))
            lost = strays(evidence, pack.tenant_id, org, pack.period, last, one.named)
            one.organization.strays.extend(lost)
        confirm(chain, one.sealed, witnesses.of(org), losses)
        found.append(one.organization)
    return found


def late_after(pack: Pack, packs: Packs) -> dict[str, datetime | None]:
    """Return, by organization, the hour behind which seals may hold events of earlier months.

    That is the cut of the last monthly pack before this one that held the organization; what was
    sealed up to it is in that pack or in an earlier one. Where there is none, everything sealed
    may. Only a monthly pack takes such events, and a revision that takes its place: for any other
    the answer is empty.
    """
    month = _month(pack, packs)
    if month is None:
        return {}
    waiting = set(pack.org_ids)
    cuts: dict[str, datetime | None] = dict.fromkeys(waiting)
    for earlier in packs.monthly_before(pack.tenant_id, month):
        for org in waiting & set(earlier.org_ids):
            cuts[org] = parse_instant(earlier.cut_hour)
        waiting -= set(earlier.org_ids)
        if not waiting:
            break
    return cuts


def _month(pack: Pack, packs: Packs) -> str | None:
    """Return the month whose monthly pack this is, or replaces, itself or through revisions."""
    while pack.replaces is not None:
        pack = packs.need(pack.tenant_id, pack.replaces)
    return pack.month


@dataclass(slots=True)
class _Collecting:
    """One organization's walk: the seals pass by, what is needed later stays."""

    organization: Organization
    period: Period
    coverage: Spool
    takes_late: bool
    late_after: datetime | None
    sealed: dict[datetime, str] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    _gap: int = 0
    _counted: datetime | None = None

    @property
    def start(self) -> datetime:
        """Return the first hour whose seal is needed."""
        if not self.takes_late:
            return self.period.start
        return min(self.period.start, self.late_after + HOUR if self.late_after else BEGINNING)

    def take(self, seals: Iterable[Seal]) -> None:
        """Take the seals, oldest first; the first may lie before the start."""
        previous: Seal | None = None
        for seal in seals:
            for hour in unsealed_between(previous, seal):
                self._take_gap(hour)
            self._take_seal(seal)
            previous = seal
        for hour in unsealed_after(previous, self.period.end):
            self._take_gap(hour)

    def _take_seal(self, seal: Seal) -> None:
        found, content = self.organization, seal.content
        self.sealed[seal.hour] = seal.sha256
        self.named.update(entry["key"] for kind in content["segments"].values() for entry in kind)
        for entry in content["segments"]["events"]:
            self._take_segment(seal, entry)
        if seal.hour >= self.period.start:
            found.verdicts += _segments(seal, "verdicts")
        found.audited_through = _audited_through(content)
        if not self._in_period(seal.hour):
            return
        found.changes += _segments(seal, "changes")
        found.collected.take(seal)
        if not found.seals:
            found.first_previous_sha256 = content["previous_sha256"]
        found.last_seal_sha256 = seal.sha256
        found.last_sealed_hour = content["hour"]
        found.org_proof = content["org_proof"]
        found.audit_log = _audit_log(content, found.audit_log)
        hour_end = rfc3339(seal.hour + HOUR)
        for section, facts in content["sections"].items():
            if facts.get("register"):
                found.registers[section] = facts["register"]
            if section in found.pictured and _shows(seal, hour_end, facts):
                found.pictured[section].append(content["hour"])
        self._cover(seal.hour, content["outcome"], seal)

    def _take_segment(self, seal: Seal, entry: Json) -> None:
        first, last = month_of(self.period.start), month_of(self.period.last_hour)
        late = entry["month"] < first
        due = self.takes_late and (self.late_after is None or seal.hour > self.late_after)
        if first <= entry["month"] <= last or (late and due):
            self.organization.segments.append(Segment(seal.content["hour"], entry, late))

    def _take_gap(self, hour: datetime) -> None:
        if self._in_period(hour):
            self._cover(hour, "gap", None)

    def _in_period(self, hour: datetime) -> bool:
        return self.period.start <= hour < self.period.end

    def _cover(self, hour: datetime, outcome: str, seal: Seal | None) -> None:
        found = self.organization
        found.outcomes[outcome] += 1
        if self._counted != hour - HOUR or outcome in _NOT_GAPS:
            self._gap = 0
        self._gap += outcome not in _NOT_GAPS
        found.longest_gap_hours = max(found.longest_gap_hours, self._gap)
        self._counted = hour
        row = {"hour": rfc3339(hour), "org_id": found.org_id, "outcome": outcome}
        if seal is None:
            self.coverage.row(row | {"run": None, "seal": None, "sha256": None})
        else:
            # Fields are in the order of their names; a seal's are the last three.
            self.coverage.text(canonical(row)[:-1] + b"," + seal.encode()[1:] + b"\n", 1)


def _segments(seal: Seal, kind: str) -> list[Segment]:
    entries = seal.content["segments"].get(kind, [])
    return [Segment(seal.content["hour"], entry, late=False) for entry in entries]


def _shows(seal: Seal, hour_end: str, facts: Json) -> bool:
    """Tell whether an hour's own picture shows a section.

    In an hour that did not ask for one, its seal repeats the status of the hour that did.
    """
    if facts["status"] == "derived":
        return seal.content["pictured_from"] is not None
    return facts["status"] in _READ and facts.get("asked_at") in (None, hour_end)


def _audit_log(content: Json, before: str) -> str:
    status = content["sections"]["audit_events"]["status"]
    if status == "forbidden":
        return "forbidden"
    if status not in ("complete", "partial", "unproven"):
        # Not read in this hour: what the last reading showed still stands.
        return before
    return "proven" if content["frontiers"]["proven"] else "unproven"


def _audited_through(content: Json) -> int | None:
    ends = [stream["closed_through"] for stream in content["frontiers"].get("streams", {}).values()]
    known = [end for end in ends if end is not None]
    # A stream that never answered (its scope is missing) holds no events that could settle.
    return min(known) if known else None
