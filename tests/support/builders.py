"""A sealed world, told as a story: writes seals, registers and segments straight into a bucket.

For tests of whatever reads evidence. Nothing of the snapshot function is used, so that an error
there does not hide here::

    world = World(evidence)
    world.has_user("user-1", role="owner")
    world.chain(["complete", "complete", "missed"])
    world.event("event-1").chain(["complete"])

A story may hold outcomes, ``gap`` (no seal, and the next one links across it), ``disconnect`` (the
hour of it), ``away`` (an hour not connected) and ``reconnect`` (the first hour closed after it).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self, cast

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.aws.keys import register_key, seal_key, segment_key
from functions.shared.aws.table import Table
from functions.shared.canonical import Json, Lines
from functions.shared.evidence.seal_versions import VERSION, source_of, without_source
from functions.shared.evidence.seals import Seal, entry_of, segment_entry_of
from functions.shared.hours import HOUR, month_of, parse_instant, rfc3339
from functions.shared.records.seals import (
    IndexRun,
    LifecycleEntry,
    ObjectEntry,
    Outcome,
    Run,
    SealContent,
    SectionSeal,
    SegmentEntry,
)
from functions.shared.tables.connections import Connections
from functions.shared.tables.hour_rows import HourRows
from tests.support.seal_parts import connection, hour_facts, salted, section_seal, watermarks
from tests.support.version_2 import sealed_in

FIRST_HOUR = "2026-04-01T00:00:00Z"
SECTIONS = ("users", "projects", "api_keys")
_ID = {"users": "user_id", "projects": "project_id", "api_keys": "key_id"}
_LIFECYCLE = {"disconnect": "disconnected", "reconnect": "reconnected"}


class World:
    """One organization of one tenant, sealed hour by hour.

    Attributes:
        hour: the next hour to close.
        seals: those written, oldest first.
        version: of the seals from now on: the newest, or 2.
        index: of event ids, as the seals from now on name it.
        run: the block beside every seal from now on; what is of the source is sealed.
    """

    def __init__(
        self,
        evidence: Bucket,
        *,
        table: Table | None = None,
        tenant: str = "tenant-a",
        org: str = "org-Alpha",
        first_hour: str = FIRST_HOUR,
    ) -> None:
        """Begin with nobody in the organization; with a table, write its rows as well."""
        self.evidence, self.table = evidence, table
        self.tenant, self.org = tenant, org
        self.hour = parse_instant(first_hour)
        self.seals: list[Seal] = []
        self.audit_status = "complete"
        self.version = VERSION
        self.index: list[IndexRun] = []
        self.run: Run = {"attempt": 0, "requests": 7}
        self._rows: dict[str, list[Json]] = {name: [] for name in (*SECTIONS, "findings")}
        self._registers: dict[str, ObjectEntry | None] = dict.fromkeys(self._rows)
        self._roots: dict[str, Json] = {}
        self._shown: dict[str, str] = {}
        self._events: list[Json] = []
        self._seq = 0
        self._read_through: int | None = None
        if table:
            Connections(table).save(connection(tenant, org, self.hour))

    def has_user(self, user_id: str, **facts: Any) -> Self:
        """Let a user be there from the next hour on; a second time, change the last stay."""
        role = facts.get("role", "reader")
        stay = {
            "user_id": user_id,
            "email_hash": f"{len(user_id):064x}",
            "email_prefix": "anna",
            "role": role,
            "roles_held": [{"role": role, "from": rfc3339(self.hour), "to": None}],
            "added_at": "2026-01-05T09:00:00Z",
            "is_service_account": False,
        }
        return self._has("users", user_id, stay | facts)

    def has_project(self, project_id: str, **facts: Any) -> Self:
        """Let a project be there from the next hour on."""
        stay: Json = {
            "project_id": project_id,
            "name": f"Project {project_id}",
            "status": "active",
            "created_at": "2026-01-06T09:00:00Z",
            "archived_at": None,
            "extra": {},
        }
        return self._has("projects", project_id, stay | facts)

    def has_key(self, key_id: str, **facts: Any) -> Self:
        """Let an API key be there from the next hour on."""
        stay: Json = {
            "project_id": "proj-1",
            "key_id": key_id,
            "name": f"Key {key_id}",
            "redacted_value": "sk-proj-abc***xyz",
            "type": "project",
            "owner_type": "user",
            "owner_id": "user-1",
            "owner_hash": f"{6:064x}",
            "owner_project_access": "active",
            "created_at": "2026-01-07T09:00:00Z",
            "last_used_at": "2026-03-31T09:00:00Z",
            "expires_at": None,
            "extra": {},
        }
        return self._has("api_keys", key_id, stay | facts)

    def loses(self, section: str, entity_id: str) -> Self:
        """Let the next hour's snapshot be the first without something."""
        for row in self._rows[section]:
            if row[_ID[section]] == entity_id and row["removed_at"] is None:
                row["removed_at"] = rfc3339(self.hour)
                if self.version == VERSION and section in self._shown:
                    row["shown_until"] = self._shown[section]
        return self

    def finding(self, kind: str, key_id: str, *, resolved: bool = False) -> Self:
        """Open a finding on a key with the next hour, or resolve it."""
        if resolved:
            mine = (
                row for row in self._rows["findings"] if row["finding_id"] == f"{kind}-{key_id}"
            )
            next(mine)["resolved_hour"] = rfc3339(self.hour)
            return self
        self._rows["findings"].append(
            {
                "finding_id": f"{kind}-{key_id}",
                "kind": kind,
                "reason": "not_used_for_90_days",
                "severity": "medium",
                "section": "api_keys",
                "entity_id": key_id,
                "still_works": True,
                "first_seen_hour": rfc3339(self.hour),
                "resolved_hour": None,
                "resolved_by": None,
            }
        )
        return self

    def event(self, event_id: str, occurred_at: str | None = None, **facts: Any) -> Self:
        """Let the next hour be the one that first seals an event, which occurred in it or then."""
        self._events.append(
            {
                "event_id": event_id,
                "event_type": "api_key.created",
                "occurred_at": occurred_at or rfc3339(self.hour + timedelta(minutes=20)),
                "actor_type": "session",
                "actor_id": "user-1",
                "actor_hash": f"{6:064x}",
                "project_id": "proj-1",
                "target_id": "key-1",
                "details": {"stream": "organization"},
            }
            | facts
        )
        return self

    def chain(self, story: Iterable[str]) -> Self:
        """Close one hour after the other as the story says."""
        for word in story:
            if word not in ("gap", "away"):
                self._close(word)
            self.hour += HOUR
        return self

    def until(self, hour: str, outcome: str = "complete") -> Self:
        """Close the hours up to this one, which is then the next."""
        return self.chain([outcome] * ((parse_instant(hour) - self.hour) // HOUR))

    @property
    def last(self) -> Seal:
        """Return the newest seal."""
        return self.seals[-1]

    def key_of(self, hour: datetime | str) -> str:
        """Return the object key of an hour's seal."""
        name = hour if isinstance(hour, str) else rfc3339(hour)
        return seal_key(self.tenant, self.org, parse_instant(name))

    def _has(self, section: str, entity_id: str, stay: Json) -> Self:
        stays = [row for row in self._rows[section] if row[_ID[section]] == entity_id]
        for row in stays:
            if row["removed_at"] is None:
                row.update(stay)
                return self
        self._rows[section].append(stay | {"first_seen_at": rfc3339(self.hour), "removed_at": None})
        self._rows[section].sort(key=lambda row: (row[_ID[section]], row["first_seen_at"]))
        return self

    def _close(self, word: str) -> None:
        outcome = cast("Outcome", {"disconnect": "paused", "reconnect": "complete"}.get(word, word))
        oldest = min((row["occurred_at"] for row in self._events), default=None)
        content = self._content(word, outcome)
        seal = sealed_in(self.version, content, without_source(self.run))
        self.evidence.put_once(self.key_of(self.hour), seal.encode())
        self.seals.append(seal)
        if self.table:
            facts = hour_facts(seal, oldest if seal.content["segments"]["events"] else None)
            HourRows(self.table, self.tenant, self.org).close(self.hour, facts)

    def _content(self, word: str, outcome: Outcome) -> SealContent:
        is_read = outcome in ("complete", "partial")
        pictured = rfc3339(self.hour + HOUR) if is_read else None
        segments = self._store_events() if is_read else []
        if is_read:
            self._registers = {name: self._store(name) for name in self._rows}
            self._shown |= dict.fromkeys((*SECTIONS, "findings"), rfc3339(self.hour))
            self._read_through = int((self.hour + HOUR).timestamp())
        return {
            "v": VERSION,
            "tenant_id": self.tenant,
            "org_id": self.org,
            "org_proof": "proven",
            "hour": rfc3339(self.hour),
            "outcome": outcome,
            "reason": None if outcome == "complete" else f"{word}_in_this_story",
            "lifecycle": self._lifecycle(word),
            "lifecycle_seq": self._seq,
            "statements_n": 0,
            "previous_sha256": self.last.sha256 if self.seals else None,
            "source": source_of(self.run),
            "sections": self._sections(outcome),
            "segments": {"events": segments, "changes": [], "verdicts": [], "statements": []},
            "index": self.index,
            "custody": None,
            "watermarks": watermarks(self._read_through, proven=self.audit_status == "complete"),
            "kpi": None,
            "pictured_from": pictured,
            "pictured_to": pictured,
        }

    def _lifecycle(self, word: str) -> list[LifecycleEntry]:
        kind = _LIFECYCLE.get(word) or (None if self.seals else "connected")
        if kind is None:
            return []
        self._seq += 1
        return [{"seq": self._seq, "at": rfc3339(self.hour + timedelta(minutes=30)), "kind": kind}]

    def _sections(self, outcome: Outcome) -> dict[str, SectionSeal]:
        status = outcome if outcome in ("complete", "partial") else "failed"
        audit = self.audit_status if status in ("complete", "partial") else status
        sections = {name: self._section(name, status) for name in SECTIONS}
        return sections | {
            "audit_events": section_seal(audit),
            "findings": self._section("findings", "derived"),
        }

    def _section(self, name: str, status: str) -> SectionSeal:
        facts: Any = {"register": self._registers[name], "state_at": self._shown.get(name)}
        facts |= self._roots.get(name, {})
        return {**section_seal(status), **facts}

    def _store(self, section: str) -> ObjectEntry:
        lines = Lines.of(self._rows[section])
        key = register_key(self.tenant, self.org, self.hour, section, lines.sha256)
        entry = entry_of(key, lines)
        self._roots[section] = salted(lines)
        if entry != self._registers[section]:
            self.evidence.put_once(key, pack_gzip(lines.body), "application/gzip")
        return entry

    def _store_events(self) -> list[SegmentEntry]:
        by_month: dict[str, list[Json]] = defaultdict(list)
        for row in sorted(self._events, key=lambda row: (row["occurred_at"], row["event_id"])):
            packed = {"late": False, "org_id": self.org, "sealed_hour": rfc3339(self.hour)}
            by_month[month_of(parse_instant(row["occurred_at"]))].append(row | packed)
        self._events = []
        return [self._store_month(month, rows) for month, rows in sorted(by_month.items())]

    def _store_month(self, month: str, rows: list[Json]) -> SegmentEntry:
        lines = Lines.of(rows)
        key = segment_key(self.tenant, self.org, "events", month, self.hour, lines.sha256)
        self.evidence.put_once(key, pack_gzip(lines.body), "application/gzip")
        return segment_entry_of(key, month, lines)
