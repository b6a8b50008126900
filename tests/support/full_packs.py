"""A pack with every member of profile full, for tests: the rows beyond those of ``packs.small``.

Pure, and independent of the product on purpose.
"""

import json
from typing import Any

from tests.support import packs
from tests.support.pack_rows import ORG, Row, canonical, hour, seals, sha256
from tests.support.pack_sealed import name_registers
from tests.support.packs import Pack

START = "2026-04-01T00"
_STAY: Row = {
    "first_seen_at": "2026-03-01T00:00:00Z",
    "removed_at": None,
    "added_not_before": None,
    "removed_not_before": None,
    "state_at": "2026-04-02T23:00:00Z",
}


def change(hours: int, section: str, entity_id: str, kind: str, **facts: Any) -> Row:
    """Return a row of changes.jsonl of the hour this many after the first."""
    values = {"role": "reader"}
    row: Row = {
        "org_id": ORG,
        "hour": hour(START, hours),
        "section": section,
        "entity_id": entity_id,
        "kind": kind,
        "fields": ["role"],
        "before": None if kind == "added" else values,
        "after": None if kind == "removed" else values,
        "verdict": "explained",
        "reason": None,
        "event_id": "audit_log-2",
        "decided_hour": hour(START, hours + 1),
    }
    return {**row, **facts}


def finding(finding_id: str, **facts: Any) -> Row:
    """Return a row of findings.jsonl."""
    row: Row = {
        "org_id": ORG,
        "finding_id": finding_id,
        "kind": "stale_key",
        "reason": "not_used_for_90_days",
        "severity": "medium",
        "section": "api_keys",
        "entity_id": "key_1",
        "still_works": True,
        "first_seen_hour": "2026-03-01T00:00:00Z",
        "resolved_hour": None,
        "resolved_by": None,
        "change_hour": None,
        "event_id": None,
        "state_at": "2026-04-02T23:00:00Z",
    }
    return {**row, **facts}


def statement(n: int, hours: int, **facts: Any) -> Row:
    """Return a row of statements.jsonl, said and sealed in the hour this many after the first."""
    row: Row = {
        "org_id": ORG,
        "n": n,
        "at": hour(START, hours)[:14] + "40:00Z",
        "by": "sub-of-ada",
        "finding_id": "f-1",
        "first_seen_hour": "2026-03-01T00:00:00Z",
        "service_account_id": None,
        "state": "acknowledged",
        "reason_code": None,
        "accountable": "user-2",
        "due_date": "2026-06-30",
        "review_date": None,
        "note_hash": None,
        "replaces": None,
        "sealed_hour": hour(START, hours),
    }
    return {**row, **facts}


def of_account(n: int, hours: int, **facts: Any) -> Row:
    """Return a row of statements.jsonl that names who answers for a service account."""
    nothing = dict.fromkeys(("finding_id", "first_seen_hour", "state", "due_date"))
    return statement(n, hours, service_account_id="svc_1", **nothing | facts)


def custody(sealed: list[int], first: int = 1, previous: str | None = None) -> list[Row]:
    """Return rows of custody.jsonl, each sealed in the hour this many after the first."""
    rows: list[Row] = []
    for n, hours in enumerate(sealed, start=first):
        row: Row = {
            "n": n,
            "at": hour(START, hours)[:14] + "40:00Z",
            "by": "sub-of-ada",
            "action": "pack.requested",
            "facts": {"number": n},
            "previous_sha256": previous,
            "sealed_hour": hour(START, hours),
        }
        rows.append(row)
        previous = sha256(canonical(row))
    return rows


def with_custody(rows: list[Row], heads: dict[int, int] | None = None, **facts: Any) -> Pack:
    """Return the full pack with a custody log, its last entry named from the hour that sealed it.

    Args:
        rows: of custody.jsonl.
        heads: by hour after the first, the number of the entry that its seal names from then on;
            None for what the rows say.
        facts: fields of the last hour's seal.
    """
    pack, outcomes = full(), list[str | Row]()
    last: Row = {}
    digests: dict[int, Row] = {
        row["n"]: {"n": row["n"], "sha256": sha256(canonical(row))} for row in rows
    }
    head: Row | None = None
    for at in range(48):
        due = [row["n"] for row in rows if row["sealed_hour"] <= hour(START, at)]
        named = due[-1] if due and heads is None else (heads or {}).get(at)
        head = digests[named] if named else head
        last = {"outcome": "complete", "custody": head}
        outcomes.append(last)
    last.update(facts)
    coverage = seals(
        outcomes,
        START,
        pack.rows["events.jsonl"],
        previous="ab" * 32,
        changes=pack.rows["changes.jsonl"],
        statements=pack.rows["statements.jsonl"],
    )
    changed = {**pack.rows, "custody.jsonl": rows, "coverage.jsonl": coverage}
    name_registers(changed, [ORG])
    return pack.but(rows=changed)


def admin_key(key_id: str, **facts: Any) -> Row:
    """Return a row of admin_keys.jsonl."""
    row: Row = {
        "org_id": ORG,
        "key_id": key_id,
        "name": "audit",
        "redacted_value": "sk-admin-...wxyz",
        "type": "admin",
        "owner_type": "user",
        "owner_id": "user-2",
        "owner_role": "owner",
        "created_at": "2026-02-01T09:00:00Z",
        "last_used_at": None,
        "ever_used": False,
        "expires_at": None,
        "has_expiry": False,
        "is_own": True,
    }
    return {**row, **_STAY, **facts}


def service_account(account_id: str, **facts: Any) -> Row:
    """Return a row of service_accounts.jsonl."""
    row: Row = {
        "org_id": ORG,
        "project_id": "proj_1",
        "service_account_id": account_id,
        "name": "bot",
        "role": "member",
        "created_at": "2026-02-01T09:00:00Z",
        "person_id": None,
    }
    return {**row, **_STAY, **facts}


def invite(invite_id: str, **facts: Any) -> Row:
    """Return a row of invites.jsonl."""
    row: Row = {
        "org_id": ORG,
        "invite_id": invite_id,
        "email_hash": "hmac:" + "1" * 64,
        "email_prefix": "carl",
        "role": "owner",
        "status": "pending",
        "created_at": "2026-03-30T09:00:00Z",
        "expires_at": "2026-04-06T09:00:00Z",
        "accepted_at": None,
        "projects": [],
    }
    return {**row, **_STAY, **facts}


def project_user(user_id: str, **facts: Any) -> Row:
    """Return a row of project_users.jsonl."""
    row: Row = {
        "org_id": ORG,
        "project_id": "proj_1",
        "membership_id": f"proj_1/{user_id}",
        "user_id": user_id,
        "email_hash": "hmac:" + "0" * 64,
        "email_prefix": "anna",
        "role": "member",
        "added_at": "2026-02-01T09:00:00Z",
    }
    return {**row, **_STAY, **facts}


def sections(registers: dict[str, tuple[int, int]]) -> Row:
    """Return a seal's sections: of each member, how many are there and how many rows there are."""
    return {
        name.removesuffix(".jsonl"): {
            "count": count,
            "picture_sha256": None,
            "register": {"rows": rows},
            "root": None,
        }
        for name, (count, rows) in registers.items()
    }


def full(**changes: Any) -> Pack:
    """Return the small pack with changes, findings, all optional registers and both documents."""
    small = packs.small()
    changed = [
        change(4, "users", "user-1", "removed"),
        change(9, "users", "user-1", "added"),
        change(9, "users", "user-2", "modified", verdict="unexplained", event_id=None),
    ]
    said = [
        statement(4, 3),
        of_account(5, 3, replaces=1),
        statement(*(6, 20), state="accepted", reason_code="other", note_hash="ab" * 32, replaces=4),
    ]
    further: dict[str, list[Row]] = {
        "statements.jsonl": said,
        "changes.jsonl": changed,
        "findings.jsonl": [
            finding("f-1"),
            finding(
                "f-2",
                resolved_hour="2026-04-01T04:00:00Z",
                resolved_by={
                    "hour": "2026-04-01T04:00:00Z",
                    "kind": "removed",
                    "fields": [],
                    "event_id": None,
                },
            ),
        ],
        "admin_keys.jsonl": [admin_key("key_9")],
        "service_accounts.jsonl": [service_account("svc_1")],
        "invites.jsonl": [
            invite("invite_1", removed_at="2026-04-01T09:00:00Z", state_at="2026-04-01T08:00:00Z")
        ],
        "project_users.jsonl": [project_user("user-2")],
    }
    coverage = seals(
        ["complete"] * 48,
        START,
        small.rows["events.jsonl"],
        previous="ab" * 32,
        changes=changed,
        statements=said,
    )
    first, *_ = further["findings.jsonl"]
    of_key = {name: first[name] for name in ("finding_id", "kind", "reason", "severity")}
    small.rows["api_keys.jsonl"][0]["findings"] = [of_key]
    texts = {
        "collection.json": json.dumps({"endpoints": []}).encode() + b"\n",
        "controls.json": json.dumps({"files": []}).encode() + b"\n",
        "README.txt": b"Read me.\n",
    }
    rows = {**small.rows, "coverage.jsonl": coverage, **further}
    name_registers(rows, [ORG])
    return small.but(rows=rows, texts=texts).but(**changes)


def without(pack: Pack, member: str) -> Pack:
    """Return the pack without one member, signed like that."""
    return pack.but(rows={name: rows for name, rows in pack.rows.items() if name != member})
