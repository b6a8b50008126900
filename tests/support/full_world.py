"""A sealed world with everything a seal may name: changes, verdicts and the optional registers.

As independent of the snapshot function as ``builders.World``::

    world = FullWorld(evidence).has("invites", {"invite_id": "invite-1", …})
    world.chain(["complete"]).change("users", "user-2", "added").chain(["complete"])
    world.verdict("2026-04-01T01:00:00Z", "users", "user-2", "added", "explained", "event-1")
"""

from typing import Any, Self

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.aws.keys import segment_key
from functions.shared.canonical import Json, Lines
from functions.shared.evidence.custody_log import CustodyLog, CustodyObject
from functions.shared.evidence.seals import segment_entry_of
from functions.shared.hours import HOUR, month_of, rfc3339
from functions.shared.records.seals import (
    CustodyHead,
    Outcome,
    SealContent,
    SectionSeal,
    SegmentEntry,
)
from functions.shared.records.statements import KeptCustodyEntry
from tests.support.builders import World
from tests.support.seal_parts import section_seal


class FullWorld(World):
    """One organization, its hours sealed with changes, verdicts and optional registers.

    Attributes:
        asked: optional sections that the next hours ask for; the others' status is repeated.
        custody: the entry of the tenant's custody log that the next seals name.
    """

    def __init__(self, evidence: Bucket, **facts: Any) -> None:
        """Begin with nobody in the organization and no optional section ever read."""
        super().__init__(evidence, **facts)
        self.run = {"attempt": 0, "requests": 7, "pages": 6, "retries": 1, "skew_s": 0}
        self.asked: set[str] = set()
        self._changes: list[Json] = []
        self._verdicts: list[Json] = []
        self._said: list[Json] = []
        self._said_n = 0
        self.custody: CustodyHead | None = None
        self._asked_at: dict[str, str] = {}

    def has_row(self, section: str, /, **facts: Any) -> Self:
        """Let a row be in an optional register from the next hour on; it is asked for from then."""
        stay: Json = {"first_seen_at": rfc3339(self.hour), "removed_at": None, "extra": {}}
        self._rows.setdefault(section, []).append(stay | facts)
        return self.reads(section)

    def reads(self, section: str) -> Self:
        """Let an optional section be read from the next hour on, whatever it holds."""
        self._rows.setdefault(section, [])
        self._registers.setdefault(section, None)
        self.asked.add(section)
        return self

    def change(self, section: str, entity_id: str, kind: str, **facts: Any) -> Self:
        """Let the next hour seal a change."""
        values = {"role": "reader"}
        row = {
            "hour": rfc3339(self.hour),
            "section": section,
            "entity_id": entity_id,
            "kind": kind,
            "fields": ["role"],
            "before": None if kind == "added" else values,
            "after": None if kind == "removed" else values,
        }
        self._changes.append(row | facts)
        return self

    def verdict(
        self,
        hour: str,
        section: str,
        entity_id: str,
        kind: str,
        verdict: str,
        event_id: str | None = None,
        reason: str | None = None,
    ) -> Self:
        """Let the next hour seal a verdict on a change."""
        self._verdicts.append(
            {
                "change_id": "c" * 24,
                "hour": hour,
                "section": section,
                "entity_id": entity_id,
                "kind": kind,
                "verdict": verdict,
                "reason": reason,
                "event_id": event_id,
                "decided_hour": rfc3339(self.hour),
            }
        )
        return self

    def says(self, **facts: Any) -> Self:
        """Let the tenant say something of a finding, sealed by the next hour."""
        self._said_n += 1
        statement = {
            "n": self._said_n,
            "at": rfc3339(self.hour),
            "by": "sub-of-ada",
            "finding_id": "f" * 24,
            "first_seen_hour": "2026-04-01T00:00:00Z",
            "service_account_id": None,
            "state": "acknowledged",
            "reason_code": None,
            "accountable": "team:platform-2",
            "due_date": None,
            "review_date": None,
            "note_hash": None,
            "replaces": None,
        }
        self._said.append(statement | facts)
        return self

    def notes(self, *actions: str) -> Self:
        """Seal custody entries with the next hour, whose seal names the last."""
        n = self.custody["n"] if self.custody else 0
        entries: list[KeptCustodyEntry] = [
            {"n": n, "at": rfc3339(self.hour), "by": "sub-of-ada", "action": action, "facts": {}}
            for n, action in enumerate(actions, start=n + 1)
        ]
        log = CustodyLog(self.evidence, self.tenant)
        sealed = CustodyObject.of(entries, rfc3339(self.hour), self.custody)
        self.custody = log.write(sealed).head
        return self

    def _content(self, word: str, outcome: Outcome) -> SealContent:
        content = super()._content(word, outcome)
        content["segments"]["changes"] = self._segments("changes", self._changes)
        content["segments"]["verdicts"] = self._segments("verdicts", self._verdicts)
        content["segments"]["statements"] = self._segments("statements", self._said)
        content["statements_n"] = self._said_n
        content["custody"] = self.custody
        self._changes, self._verdicts, self._said = [], [], []
        for name, section in content["sections"].items():
            rows = self._rows.get(name)
            if outcome in ("complete", "partial") and rows is not None:
                ended = "resolved_hour" if name == "findings" else "removed_at"
                section["count"] = sum(row[ended] is None for row in rows)
        return content

    def _sections(self, outcome: Outcome) -> dict[str, SectionSeal]:
        sections = super()._sections(outcome)
        is_read = outcome in ("complete", "partial")
        for name in self._rows.keys() - sections.keys():
            if is_read and name in self.asked:
                self._asked_at[name] = rfc3339(self.hour + HOUR)
                self._shown[name] = rfc3339(self.hour)
            root: Any = self._roots.get(name, {})
            sections[name] = {
                **section_seal("complete" if is_read else "failed"),
                "asked_at": self._asked_at.get(name),
                "register": self._registers[name],
                "state_at": self._shown.get(name),
                **root,
            }
        return sections

    def _segments(self, kind: str, rows: list[Json]) -> list[SegmentEntry]:
        if not rows:
            return []
        month, lines = month_of(self.hour), Lines.of(rows)
        key = segment_key(self.tenant, self.org, kind, month, self.hour, lines.sha256)
        self.evidence.put_once(key, pack_gzip(lines.body), "application/gzip")
        return [segment_entry_of(key, month, lines)]
