"""The rows of an evidence pack, for tests: plain dicts, canonical bytes, chains of seals.

Pure, and independent of the product on purpose.
"""

import hashlib
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.whole_seals import whole

Row = dict[str, Any]
TENANT = "tenant-a"
ORG = "org-Alpha"


def canonical(value: object) -> bytes:
    """Return canonical JSON: sorted keys, no white space, UTF-8, lone surrogates escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")


def sha256(data: bytes) -> str:
    """Return the SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()


def jsonl(rows: list[Row]) -> bytes:
    """Return rows as canonical JSON lines."""
    return b"".join(canonical(row) + b"\n" for row in rows)


def hour(text: str, plus: int = 0) -> str:
    """Return the name of the hour `plus` hours after the one named `text` (`2026-04-01T05`)."""
    at = datetime.strptime(text[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC) + timedelta(hours=plus)
    return at.strftime("%Y-%m-%dT%H:00:00Z")


def user(user_id: str, **facts: Any) -> Row:
    """Return a row of users.jsonl."""
    row: Row = {
        "org_id": ORG,
        "user_id": user_id,
        "email_hash": "hmac:" + "0" * 64,
        "email_prefix": "anna",
        "role": "reader",
        "roles_held": [{"role": "reader", "from": "2026-04-01T00:00:00Z", "to": None}],
        "added_at": "2025-12-01T09:00:00Z",
        "is_service_account": False,
        "first_seen_at": "2026-03-01T00:00:00Z",
        "removed_at": None,
        "added_not_before": None,
        "removed_not_before": None,
        "state_at": "2026-04-02T23:00:00Z",
    }
    return {**row, **facts}


def project(project_id: str, **facts: Any) -> Row:
    """Return a row of projects.jsonl."""
    row: Row = {
        "org_id": ORG,
        "project_id": project_id,
        "name": "Research",
        "status": "active",
        "created_at": "2025-12-01T09:00:00Z",
        "archived_at": None,
        "first_seen_at": "2026-03-01T00:00:00Z",
        "removed_at": None,
        "added_not_before": None,
        "removed_not_before": None,
        "state_at": "2026-04-02T23:00:00Z",
    }
    return {**row, **facts}


def api_key(key_id: str, **facts: Any) -> Row:
    """Return a row of api_keys.jsonl."""
    row: Row = {
        "org_id": ORG,
        "project_id": "proj_1",
        "key_id": key_id,
        "name": "build",
        "redacted_value": "sk-...abc",
        "type": "user",
        "owner_type": "user",
        "owner_id": "user-1",
        "owner_hash": None,
        "owner_project_access": "active",
        "created_at": "2025-12-01T09:00:00Z",
        "last_used_at": None,
        "expires_at": None,
        "first_seen_at": "2026-03-01T00:00:00Z",
        "removed_at": None,
        "added_not_before": None,
        "removed_not_before": None,
        "state_at": "2026-04-02T23:00:00Z",
        "findings": [],
    }
    return {**row, **facts}


def event(event_id: str, occurred_at: str | None, sealed_hour: str, **facts: Any) -> Row:
    """Return a row of events.jsonl."""
    row: Row = {
        "org_id": ORG,
        "event_id": event_id,
        "event_type": "project.created",
        "occurred_at": occurred_at,
        "sealed_hour": sealed_hour,
        "actor_type": "session",
        "actor_id": "user-1",
        "actor_hash": None,
        "project_id": None,
        "target_id": "proj_1",
        "late": False,
        "details": {"data": {"name": "Research"}},
    }
    return {**row, **facts}


def seals(
    outcomes: list[str | Row],
    start: str,
    events: list[Row] = (),  # type: ignore[assignment]
    org_id: str = ORG,
    previous: str | None = None,
    tenant_id: str = TENANT,
    changes: list[Row] = (),  # type: ignore[assignment]
    statements: list[Row] = (),  # type: ignore[assignment]
) -> list[Row]:
    """Return the coverage rows of one organization: a chain of seals, hour by hour.

    An item is an outcome; or `{"skip": n}` for hours without a row (an interval not connected); or
    an object whose keys replace those of the seal.
    """
    rows: list[Row] = []
    at = 0
    said_n = statements[0]["n"] - 1 if statements else 0
    for item in outcomes:
        if isinstance(item, dict) and "skip" in item:
            at += item["skip"]
            continue
        name = hour(start, at)
        at += 1
        facts: Row = {"outcome": item} if isinstance(item, str) else item
        if facts.get("outcome") == "gap":
            gap = {"hour": name, "org_id": org_id, "outcome": "gap"}
            rows.append({**gap, "run": None, "seal": None, "sha256": None})
            continue
        months: dict[str, list[Row]] = {}
        for row in events:
            if (row["org_id"], row["sealed_hour"]) == (org_id, name):
                months.setdefault((row["occurred_at"] or name)[:7], []).append(row)
        mine = [row for row in changes if row["org_id"] == org_id]
        changed = [change_of(row) for row in mine if row["hour"] == name]
        said = [
            statement_of(row)
            for row in statements
            if (row["org_id"], row["sealed_hour"]) == (org_id, name)
        ]
        said_n += len(said)
        decided = [verdict_of(row) for row in mine if row["decided_hour"] == name]
        seal: Row = {
            "v": 3,
            "tenant_id": tenant_id,
            "org_id": org_id,
            "hour": name,
            "outcome": "complete",
            "reason": None,
            "lifecycle": [],
            "statements_n": said_n,
            "org_proof": "proven",
            "sections": {},
            "segments": {
                "events": [segment(*month, facts.get("v", 3)) for month in months.items()],
                "changes": [_entry(name, changed)] if changed else [],
                "verdicts": [_entry(name, decided)] if decided else [],
                "statements": [_entry(name, said)] if said else [],
            },
            "previous_sha256": previous,
            **facts,
        }
        if seal["v"] == 2:
            del seal["statements_n"], seal["segments"]["statements"]
        elif seal["v"] in (3, 4):
            seal = whole(seal)
        previous = seal_digest(seal)
        rows.append(
            {
                "hour": name,
                "org_id": org_id,
                "outcome": seal["outcome"],
                "run": {"requests": 12, "attempt": 1},
                "seal": seal,
                "sha256": previous,
            }
        )
    return rows


def _entry(hour_name: str, rows: list[Row]) -> Row:
    """Return what a seal says of rows that an hour sealed."""
    facts = {"key": "k/c", "month": hour_name[:7], "root": None}
    return {**facts, **_stored(rows)}


def _stored(rows: list[Row]) -> Row:
    """Return what a seal says of the object with these rows."""
    body = jsonl(rows)
    crc32 = zlib.crc32(body)
    return {"rows": len(rows), "bytes": len(body), "sha256": sha256(body), "crc32": crc32}


def change_of(row: Row) -> Row:
    """Return what was sealed of a change, from a row of changes.jsonl."""
    names = ("hour", "section", "entity_id", "kind", "fields", "before", "after")
    return {name: row.get(name) for name in names}


def statement_of(row: Row) -> Row:
    """Return what was sealed of a statement, from a row of statements.jsonl."""
    return {name: value for name, value in row.items() if name not in ("org_id", "sealed_hour")}


def verdict_of(row: Row) -> Row:
    """Return the verdict that was sealed on a change, from a row of changes.jsonl."""
    names = ("hour", "section", "entity_id", "kind", "verdict", "reason", "event_id")
    facts = {name: row.get(name) for name in names}
    return {**facts, "change_id": "c" * 24, "decided_hour": row.get("decided_hour")}


def seal_digest(seal: Row) -> str:
    """Return a seal's digest: of version 2 it is over the content, since then over a header."""
    content_sha256 = sha256(canonical(seal))
    if seal["v"] == 2:
        return content_sha256
    header = {key: seal[key] for key in ("v", "org_id", "hour", "previous_sha256")}
    if seal["v"] > 3:
        header["sections_root"] = sections_root(seal["sections"])
    return sha256(canonical({**header, "content_sha256": content_sha256}))


def sections_root(sections: Row) -> str:
    """Return what the header of version 4 names: the root over the sections that have a salt."""
    names = sorted(name for name, facts in sections.items() if facts.get("salt"))
    leaves = []
    for index, name in enumerate(names):
        facts = sections[name]
        leaf = {key: facts[key] for key in ("complete_at", "root", "state_at", "status")}
        place = {"index": index, "of": len(names), "section": name}
        leaves.append(canonical({**leaf, **place, "rows": facts["register"]["rows"]}))
    return merkle_root(leaves)


def merkle_root(leaves: list[bytes]) -> str:
    """Return the tree hash of RFC 6962, by halves, as its section 2.1 defines it."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0] if leaves else b"")
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    halves = merkle_root(leaves[:split]), merkle_root(leaves[split:])
    return sha256(b"\1" + b"".join(map(bytes.fromhex, halves)))


def segment(month: str, events: list[Row], version: int = 3) -> Row:
    """Return what a seal says of a segment: rows as a pack of their month shows them."""
    rows = [{**row, "late": False} for row in events]
    facts = {"key": f"k/{month}", "month": month}
    if version > 2:
        facts["root"] = merkle_root([canonical(row) for row in rows])
    return {**facts, **_stored(rows)}


def lifecycle(*kinds: str) -> Row:
    """Return what an hour's seal says when the connection changed in it."""
    return {"lifecycle": [{"seq": 1, "at": "2026-04-01T00:30:00Z", "kind": k} for k in kinds]}


def longest_gap(coverage: list[Row]) -> int:
    """Return the longest run of consecutive hours of one organization without a picture."""
    longest = n = 0
    last: tuple[str, str] | None = None
    for row in coverage:
        follows = last == (row["org_id"], hour(row["hour"], -1))
        gap = row["outcome"] in ("failed", "missed", "gap")
        n = (n + 1 if follows else 1) if gap else 0
        longest = max(longest, n)
        last = (row["org_id"], row["hour"])
    return longest
