"""A month of sealed objects, written directly: 744 hours, 2 organizations, a million events.

Nothing of the snapshot function is used. The same number of events gives the same objects
everywhere.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.folder_s3 import FolderS3
from benchmarks.month_events import Events
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.aws.keys import register_key, seal_key, segment_key
from functions.shared.canonical import Json, Lines, sha256_hex
from functions.shared.evidence.merkle import rows_root
from functions.shared.evidence.seal_versions import VERSION
from functions.shared.evidence.seals import Seal, entry_of, segment_entry_of
from functions.shared.hours import HOUR, hours_from, month_end, month_start, rfc3339
from functions.shared.records.seals import (
    LifecycleEntry,
    ObjectEntry,
    Run,
    SealContent,
    SectionSeal,
    SegmentEntry,
    StreamMarks,
)

TENANT = "tenant-bench"
ORGS = ("org-BenchAlpha", "org-BenchBeta")
MONTH = "2026-03"
EVENTS = 1_000_000
BUCKET = "evidence"
_OPTIONAL = ("admin_keys", "invites", "groups", "roles", "service_accounts", "project_users")
# How busy the hours of a day are, from midnight UTC.
_DAY = (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 10, 11, 12, 12, 11, 9, 7, 5, 4, 3, 3, 2)


@dataclass
class SealedMonth:
    """One organization's month, sealed hour by hour.

    Attributes:
        evidence: where the objects go.
        org: the organization.
        n: its events.
    """

    evidence: Bucket
    org: str
    n: int
    _events: Events = field(init=False)
    _previous: str | None = None
    _registers: dict[str, ObjectEntry] = field(default_factory=dict)
    _roots: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Invent the people, the projects and the keys."""
        self._events = Events(ORGS.index(self.org) + 1)

    def seal(self) -> None:
        """Write registers, segments and seals."""
        first = month_start(MONTH)
        rows = {"users": self._users(), "projects": self._projects(), "api_keys": self._keys()}
        rows |= {"findings": self._findings()}
        for section, section_rows in rows.items():
            lines = Lines.of(section_rows)
            key = register_key(TENANT, self.org, first, section, lines.sha256)
            self.evidence.put_once(key, pack_gzip(lines.body), "application/gzip")
            self._registers[section] = entry_of(key, lines)
            self._roots[section] = rows_root(lines.body)
        for hour, n in zip(
            hours_from(first, month_end(MONTH)), events_per_hour(self.n), strict=True
        ):
            self._seal(hour, self._segment(hour, n) if n else [])

    def _segment(self, hour: datetime, n: int) -> list[SegmentEntry]:
        body = "".join(f"{row}\n" for row in self._events.rows(self.org, hour, n)).encode()
        lines = Lines(body, n, sha256_hex(body), 0)
        key = segment_key(TENANT, self.org, "events", MONTH, hour, lines.sha256)
        self.evidence.put_once(key, pack_gzip(body), "application/gzip")
        return [segment_entry_of(key, MONTH, lines)]

    def _seal(self, hour: datetime, events: list[SegmentEntry]) -> None:
        end, is_first = rfc3339(hour + HOUR), self._previous is None
        connected: LifecycleEntry = {
            "seq": 1,
            "at": rfc3339(hour + timedelta(minutes=30)),
            "kind": "connected",
        }
        stream: StreamMarks = {
            "closed_through": int((hour + HOUR).timestamp()),
            "reread_25": None,
            "reread_73": None,
            "patrol": None,
            "backfill_to": None,
            "backfill_done": True,
            "overflow": [],
        }
        content: SealContent = {
            "v": VERSION,
            "tenant_id": TENANT,
            "org_id": self.org,
            "org_proof": "proven",
            "hour": rfc3339(hour),
            "outcome": "complete",
            "reason": None,
            "lifecycle": [connected] if is_first else [],
            "lifecycle_seq": 1,
            "statements_n": 0,
            "previous_sha256": self._previous,
            "source": {
                "api_base": "https://api.openai.com/v1",
                "clock": "system",
                "code_sha256": "c0" * 32,
                "key_last4": "wxyz",
                "region": "eu-central-1",
            },
            "sections": self._sections(hour),
            "segments": {"events": events, "changes": [], "verdicts": [], "statements": []},
            "index": [],
            "custody": None,
            "watermarks": {
                "proven": True,
                "streams": {"organization": stream, "tenant": stream},
                "archived_keys_at": end,
                "optional": {},
            },
            "kpi": {
                "users": 200,
                "billable_users": 200,
                "active_projects": 40,
                "api_keys": 800,
                "stale_keys": 20,
            },
            "pictured_from": end,
            "pictured_to": end,
        }
        run: Run = {"attempt": 0, "requests": 57, "retries": 0, "concurrency": 32, "skew_s": 0}
        seal = Seal.of(content, run)
        self.evidence.put_once(seal_key(TENANT, self.org, hour), seal.encode())
        self._previous = seal.sha256

    def _sections(self, hour: datetime) -> dict[str, SectionSeal]:
        sections: dict[str, SectionSeal] = {
            name: {
                **_section("derived" if name == "findings" else "complete"),
                "count": entry["rows"],
                "register": entry,
                "root": self._roots[name],
                "picture_sha256": None if name == "findings" else entry["sha256"],
                "baseline": rfc3339(month_start(MONTH)),
                "complete_at": rfc3339(hour + HOUR),
                "state_at": rfc3339(hour),
            }
            for name, entry in self._registers.items()
        }
        sections["audit_events"] = {**_section("complete"), "count": 0, "lag_hours": 0}
        for name in _OPTIONAL:
            sections[name] = {**_section("forbidden"), "reason": "scope_missing"}
        return sections

    def _users(self) -> list[Json]:
        since = rfc3339(month_start(MONTH))
        return sorted(
            (
                {
                    "user_id": user,
                    "email_hash": hashed,
                    "email_prefix": "anna",
                    "role": "reader",
                    "roles_held": [{"role": "reader", "from": since, "to": None}],
                    "added_at": "2026-01-05T09:00:00Z",
                    "is_service_account": False,
                    "first_seen_at": since,
                    "removed_at": None,
                }
                for user, hashed in self._events.people
            ),
            key=lambda row: str(row["user_id"]),
        )

    def _projects(self) -> list[Json]:
        return sorted(
            (
                {
                    "project_id": project,
                    "name": f"Project {project[5:9]}",
                    "status": "active",
                    "created_at": "2026-01-06T09:00:00Z",
                    "archived_at": None,
                    "extra": {},
                    "first_seen_at": rfc3339(month_start(MONTH)),
                    "removed_at": None,
                }
                for project in self._events.projects
            ),
            key=lambda row: str(row["project_id"]),
        )

    def _keys(self) -> list[Json]:
        owner, hashed = self._events.people[0]
        return sorted(
            (
                {
                    "project_id": self._events.projects[number % len(self._events.projects)],
                    "key_id": key,
                    "name": f"Key {number}",
                    "redacted_value": "sk-proj-abc***xyz",
                    "type": "project",
                    "owner_type": "user",
                    "owner_id": owner,
                    "owner_hash": hashed,
                    "owner_project_access": "active",
                    "created_at": "2026-01-07T09:00:00Z",
                    "last_used_at": "2026-03-01T09:00:00Z",
                    "expires_at": None,
                    "extra": {},
                    "first_seen_at": rfc3339(month_start(MONTH)),
                    "removed_at": None,
                }
                for number, key in enumerate(self._events.keys)
            ),
            key=lambda row: str(row["key_id"]),
        )

    def _findings(self) -> list[Json]:
        return [
            {
                "finding_id": f"stale_key-{key}",
                "kind": "stale_key",
                "reason": "not_used_for_90_days",
                "severity": "medium",
                "section": "api_keys",
                "entity_id": key,
                "still_works": True,
                "first_seen_hour": rfc3339(month_start(MONTH)),
                "resolved_hour": None,
                "resolved_by": None,
            }
            for key in sorted(self._events.keys)[::40]
        ]


def _section(status: str) -> SectionSeal:
    return {
        "status": status,
        "reason": None,
        "count": None,
        "unknown": 0,
        "lag_hours": None,
        "picture_sha256": None,
        "not_shown": None,
        "odd": [],
        "conflicts": [],
        "register": None,
        "root": None,
        "salt": None,
        "baseline": None,
        "complete_at": None,
        "asked_at": None,
        "state_at": None,
    }


def events_per_hour(n: int) -> Iterator[int]:
    """Yield how many of a month's events fall into each of its hours, by the time of day."""
    hours = list(hours_from(month_start(MONTH), month_end(MONTH)))
    weight_of_day, weight_so_far, n_so_far = sum(_DAY[hour.hour] for hour in hours), 0, 0
    for hour in hours:
        weight_so_far += _DAY[hour.hour]
        until = n * weight_so_far // weight_of_day
        yield until - n_so_far
        n_so_far = until


def _seal_organization(folder: Path, org: str, n: int) -> None:
    SealedMonth(Bucket(FolderS3(folder), BUCKET), org, n).seal()  # type: ignore[arg-type]


def write(folder: Path, n: int) -> None:
    """Seal a month of ``n`` events below a folder, unless it is there."""
    marker = folder / "month.json"
    if marker.is_file() and json.loads(marker.read_text()) == {"events": n}:
        return
    with ProcessPoolExecutor(len(ORGS)) as pool:
        halves = (n // 2, n - n // 2)
        for future in [
            pool.submit(_seal_organization, folder, *organization_and_n)
            for organization_and_n in zip(ORGS, halves, strict=True)
        ]:
            future.result()
    marker.write_text(json.dumps({"events": n}))
