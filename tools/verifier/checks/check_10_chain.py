"""Coverage and the chain of seals (check 10)."""

from __future__ import annotations

from tools.verifier.base import MAX_RUNS, Malformed, printable
from tools.verifier.checks.check_09_rows import Rows
from tools.verifier.manifest_format import COVERAGE, OUTCOMES, Manifest
from tools.verifier.sealed.named_by_seals import NamedBySeals
from tools.verifier.sealed.seal_fields import malformed_field
from tools.verifier.sealed.seals import (
    SEAL_VERSIONS,
    HourRun,
    SealDigests,
    audit_log_status,
    hour_of_disconnection,
    lifecycle_kinds,
    may_hold_long_rows,
    register_counts,
    seal_digest,
    segment_counts,
)
from tools.verifier.spill_to_disk import HourCounts
from tools.verifier.values.instants import hour_name, hour_number, hours_of_month
from tools.verifier.values.strict_json import JsonObject


class CoverageRows(Rows):
    """Recomputes each seal, follows the links, and counts hours against the manifest.

    Attributes:
        orgs: organizations that have hours.
        runs: hours that are not complete.
        n_more_runs: how many such runs there are beyond those.
        counts: hours by outcome.
        digests: of the seals.
        named: what the seals name.
        registers: what the last seals say of registers, by organization and section.
        limited_from: the first hour that version 3 sealed, by organization.
        without_limits: whether version 2 wrote a seal or a register of these hours.
    """

    NOT_GAPS = ("complete", "partial", "paused")

    def __init__(self, manifest: Manifest, name: str, events: HourCounts) -> None:
        super().__init__(manifest, name)
        self.orgs: set[str] = set()
        self.runs: list[HourRun] = []
        self.n_more_runs = 0
        self.counts = dict.fromkeys((*OUTCOMES, "gap"), 0)
        self._longest_gap = 0
        self._events = events
        events.rewind()
        self._first_hour = manifest.second("period_start") // 3600
        self._last_hour = manifest.second("period_end") // 3600
        self._chain = {entry["org_id"]: entry for entry in manifest["chain"]}
        self.digests = SealDigests(self._org_numbers, self._first_hour, self._last_hour)
        self.named = NamedBySeals()
        self.registers: dict[tuple[str, str], tuple[int, int]] = {}
        self.limited_from: dict[str, str] = {}
        self.without_limits = False
        self._org = ""
        self._begin_org("")

    def _begin_org(self, org_id: str) -> None:
        self._org = org_id
        self._hour = 0
        self._gap = 0
        self._n_seals = 0
        self._is_disconnected = False
        self._version = SEAL_VERSIONS[0]
        self._has_late = False
        self._link: str | None = None
        self._registers: dict[str, tuple[int, int]] = {}
        self._last_facts: JsonObject = {}

    def check(self, row: JsonObject) -> None:
        """Check one row of coverage.jsonl: its form for check 9, what it says for check 10."""
        super().check(row)
        hour = hour_number(row["hour"])
        if hour is None:
            raise Malformed("hour is not an hour")
        if type(row["outcome"]) is not str:
            raise Malformed("outcome is not a text")
        org = row["org_id"]
        self.in_order((org, row["hour"]), "org_id, hour")
        if org != self._org:
            self._close_org()
            self._begin_org(org)
            self._link = self._chain[org]["first_previous_sha256"]
            self.orgs.add(org)
            self.digests.put_before(org, self._link)
        self._check_hour(row, hour)

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether its large values are ours; a seal has a limit of its own."""
        return None if row["org_id"] in self.limited_from else False

    def _break(self, hour: int, why: str, org_id: str | None = None) -> None:
        org = printable(self._org if org_id is None else org_id)
        self.contradicts(f"{org} {hour_name(hour)}: {why}")

    def _check_hour(self, row: JsonObject, hour: int) -> None:
        outcome, seal = row["outcome"], row["seal"]
        if not self._first_hour <= hour <= self._last_hour:
            self._break(hour, "the hour is outside the period")
        if outcome not in self.counts:
            self._break(hour, f"unknown outcome {printable(outcome)}")
            outcome = "gap"
        kinds = lifecycle_kinds(seal)
        left = self._hour if self._is_disconnected else hour_of_disconnection(seal)
        self._check_consecutive(hour, left if "reconnected" in kinds else None, kinds)
        self._count(hour, outcome, seal)
        if seal is None and outcome == "gap":
            if row["sha256"] is not None:
                self._break(hour, "a gap has a digest")
        elif type(seal) is not dict:
            self._break(hour, "the seal is missing")
        else:
            self._check_seal(row, seal, hour)
        self._check_segments(seal if type(seal) is dict else {}, hour)
        self._hour = hour
        ends = [kind for kind in kinds if kind in ("connected", "reconnected", "disconnected")]
        self._is_disconnected = bool(ends) and ends[-1] == "disconnected"

    def _check_consecutive(self, hour: int, left: int | None, kinds: list[str]) -> None:
        """Demand that no hour is missing before this one, but while nothing was connected.

        `left` is the hour of the disconnection, if this hour's seal tells of a reconnection.
        """
        if not self._hour:
            if hour > self._first_hour:
                is_told = "reconnected" in kinds and (left is None or left <= self._first_hour)
                if self._link is not None and not is_told:
                    self._break(self._first_hour, f"missing, as all hours to {hour_name(hour)}")
                words = "disconnected" if self._link is not None else "not connected yet"
                self._note(HourRun(self._org, self._first_hour, hour - 1, words))
            return
        if hour == self._hour + 1:
            return
        self._gap = 0
        if left is None or left > self._hour + 1:
            n = hour - self._hour - 1
            also = f", and {n - 1} more up to {hour_name(hour)}" if n > 1 else ""
            self._break(self._hour + 1, f"the hour is missing{also}")
        else:
            self._note(HourRun(self._org, self._hour + 1, hour - 1, "disconnected"))

    def _count(self, hour: int, outcome: str, seal: object) -> None:
        self.counts[outcome] += 1
        self._gap = 0 if outcome in self.NOT_GAPS else self._gap + 1
        self._longest_gap = max(self._longest_gap, self._gap)
        if outcome != "complete":
            reason = seal.get("reason") if isinstance(seal, dict) else None
            text = reason if isinstance(reason, str) else ""
            self._note(HourRun(self._org, hour, hour, outcome, text))

    def _note(self, run: HourRun) -> None:
        if self.runs and run.continues(self.runs[-1]):
            self.runs[-1].last = run.last
        elif len(self.runs) < MAX_RUNS:
            self.runs.append(run)
        else:
            self.n_more_runs += 1

    def _check_seal(self, row: JsonObject, seal: JsonObject, hour: int) -> None:
        digest = seal_digest(seal)
        if digest != row["sha256"]:
            self._break(hour, "the seal's content does not have the digest it is listed under")
        for key in ("hour", "org_id", "outcome"):
            if seal.get(key) != row[key]:
                self._break(hour, f"the seal's {key} is not the row's")
        if seal.get("v") not in SEAL_VERSIONS or type(seal["v"]) is not int:
            self._break(hour, "the seal is not of version 2, 3 or 4, those known here")
        else:
            self._check_version(seal, hour)
        self.without_limits |= may_hold_long_rows(seal)
        self.named.add_sections(self._org, hour, seal)
        self.named.add_source(self._org, row["hour"], seal, row["run"])
        misnamed = self.named.custody.add(self._org, row["hour"], seal)
        if misnamed:
            self._break(hour, misnamed)
        if seal.get("tenant_id") != self.manifest["tenant_id"]:
            self._break(hour, "the seal belongs to another tenant")
        if "previous_sha256" not in seal or seal["previous_sha256"] != self._link:
            self._break(hour, "the seal does not follow the seal before it")
        self._link = digest
        self._n_seals += 1
        self.digests.put(self._org, hour, digest)
        self._last_facts["org_proof"] = seal.get("org_proof")
        self._last_facts["last_sealed_hour"] = row["hour"]
        audit_log = audit_log_status(seal)
        if audit_log:
            self._last_facts["audit_log"] = audit_log
        # In an hour without a picture the seal tells no numbers: those of the last one stand.
        self._registers = register_counts(seal) or self._registers

    def _check_version(self, seal: JsonObject, hour: int) -> None:
        version = seal["v"]
        if version > SEAL_VERSIONS[0]:
            malformed = malformed_field(seal)
            if malformed:
                self._break(hour, malformed)
            self.limited_from.setdefault(self._org, hour_name(hour))
        if version < self._version:
            older = f"the seal is of version {version}"
            self._break(hour, f"{older}, one before it of version {self._version}")
        self._version = max(version, self._version)

    def _check_segments(self, seal: JsonObject, hour: int) -> None:
        """Compare the seal's event segments with the events of this pack that it first sealed.

        Of a calendar month that begins in the period every event is here; of an earlier one, all
        or none: none up to an hour, which an earlier pack tells of, and all behind it. Of the one
        that the period begins within, the sealed members have the segment where not all of it is
        here.
        """
        org = self._org_numbers[self._org]
        for other_org, other_hour, _ in self._events.before(org, hour):
            self._break_unsealed(other_org, other_hour)
        events = self._events.of(org, hour)
        segments = segment_counts(seal, "events")
        kinds = self.named.by_kind()
        others = {kind: segment_counts(seal, kind) for kind in kinds}
        if segments is None or None in others.values():
            self._break(hour, f"the seal's segments of events, {', '.join(kinds)} are malformed")
            return
        miscounted = self.named.add_statements(self._org, seal, others["statements"] or {})
        if miscounted:
            self._break(hour, miscounted)
        for kind, counts in kinds.items():
            for month, (n, digest) in sorted((others[kind] or {}).items()):
                counts.add(org, hour, month, n, digest)
        # Format 2 was not held to that.
        first = self._start[:7] if self.manifest.format > 2 else ""
        self._has_late |= any(month < first for month in events)
        for month in sorted({*events, *segments}):
            n, digest = events.get(month, (0, ""))
            n_sealed, sealed = segments.get(month, (0, None))
            self.named.events.add(org, hour, month, n_sealed, sealed)
            is_due = self._begins_here(month) or (self._has_late and month < first)
            if n > n_sealed or (n < n_sealed and is_due):
                self._break(hour, f"{n} events of {month} are here, the seal has {n_sealed}")
            elif n < n_sealed and month == self._start[:7]:
                self.named.cut_sealed.add(org, hour, month, n_sealed, sealed)
                self.named.cut_shown.add(org, hour, month, n, digest)
            elif n == n_sealed and n and sealed not in (None, digest):
                self._break(hour, f"the events of {month} are others than those that were sealed")

    def _break_unsealed(self, org: int, hour: int) -> None:
        self._break(hour, "events name this hour, which has no row", self._org_ids[org])

    def _begins_here(self, month: str) -> bool:
        hours = hours_of_month(month)
        return hours is not None and self._first_hour <= hours[0] <= self._last_hour

    def _close_org(self) -> None:
        if not self._org:
            return
        stated = self._chain[self._org]
        if self._n_seals and self._link != stated["last_seal_sha256"]:
            self._break(self._hour, "the last seal is not the chain's last_seal_sha256")
        if self._n_seals != stated["seals"]:
            self._break(self._hour, f"{self._n_seals} seals, the chain says {stated['seals']}")
        if stated.get("seals_root") not in (None, self.digests.root(self._org)):
            self._break(self._hour, "the seals do not have the chain's seals_root")
        stated = {**stated, "audit_log": self.manifest["audit_log"][self._org]}
        for key, fact in self._last_facts.items():
            if key in stated and stated[key] != fact:
                values = f"{printable(stated[key])} in the manifest, {printable(fact)} in the seals"
                self._break(self._hour, f"{key}: {values}")
        if self._hour < self._last_hour:
            # The hour in which a tenant disconnects is sealed, so that the chain says why it ends.
            if not self._is_disconnected:
                self._break(self._hour + 1, "missing, as all hours to the end of the period")
            self._note(HourRun(self._org, self._hour + 1, self._last_hour, "disconnected"))
        for section, counts in self._registers.items():
            self.registers[self._org, section] = counts

    def finish(self) -> None:
        """Close the last organization and compare the totals with the manifest."""
        self._close_org()
        for org, hour, _ in self._events.rest():
            self._break_unsealed(org, hour)
        for org_id, stated_chain in self._chain.items():
            if org_id in self.orgs:
                continue
            self._note(HourRun(org_id, self._first_hour, self._last_hour, "not in the pack"))
            if stated_chain["seals"]:
                self.broken.append(f"{printable(org_id)}: the chain has seals, coverage.jsonl none")
        totals = {**self.counts, "expected_hours": self.n, "longest_gap_hours": self._longest_gap}
        for key in COVERAGE:
            stated = self.manifest["coverage"][key]
            if totals[key] != stated:
                self.broken.append(f"coverage.{key}: {totals[key]} found, {stated} stated")

    def notes(self) -> list[str]:
        """Name the hours that are not complete."""
        n_more = self.n_more_runs
        more = [f"hours     and {n_more} more such runs of hours"] if n_more else []
        return [f"hours     {run.words()}" for run in self.runs] + more
