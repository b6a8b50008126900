"""Sealed members of a pack in the making: what its rows would have been sealed as.

Pure, and independent of the product on purpose: it goes from rows of the pack to sealed ones, the
product and the verifier the other way.
"""

import hmac
from typing import Any

from tests.support.pack_rows import (
    Row,
    canonical,
    change_of,
    jsonl,
    merkle_root,
    seal_digest,
    sha256,
    statement_of,
    verdict_of,
)
from tests.support.whole_seals import whole_section

SECTIONS = (
    *("findings", "users", "projects", "api_keys", "admin_keys", "service_accounts"),
    *("invites", "project_users"),
)
_ADDED = ("org_id", "state_at", "findings")
_END = {"findings": "resolved_hour"}
_SALT = "5a" * 32


def sealed_row(section: str, row: Row) -> Row:
    """Return a row of a register from one of the pack."""
    sealed = {name: value for name, value in row.items() if name not in _ADDED}
    if section != "findings" and row.get("state_at") is not None:
        sealed["shown_until"] = row["state_at"]
    return sealed


def sealed_members(
    rows: dict[str, list[Row]], org_ids: list[str], unseen: list[Row]
) -> dict[str, bytes]:
    """Return the members, in order; without those of no rows, but for registers.

    Args:
        rows: of the pack, by member.
        org_ids: its organizations.
        unseen: events that its hours sealed and that happened before its period.
    """
    members: dict[str, bytes] = {}
    sealed_orgs = {row["org_id"] for row in rows["coverage.jsonl"] if row.get("seal")}
    for org in sorted(sealed_orgs.intersection(org_ids)):
        changes = [row for row in rows.get("changes.jsonl", ()) if row.get("org_id") == org]
        decided = sorted(
            (row for row in changes if row.get("decided_hour")), key=lambda row: row["decided_hour"]
        )
        said = [row for row in rows.get("statements.jsonl", ()) if row.get("org_id") == org]
        for kind, parts in (
            ("verdicts", [(row["decided_hour"], verdict_of(row)) for row in decided]),
            ("changes", [(row.get("hour"), change_of(row)) for row in changes]),
            ("statements", [(row.get("sealed_hour"), statement_of(row)) for row in said]),
        ):
            for hour, part in parts:
                if not isinstance(hour, str):
                    continue
                name = f"sealed/{org}/{kind}-{hour[:7]}.jsonl"
                members[name] = members.get(name, b"") + canonical(part) + b"\n"
        hours = {row["sealed_hour"] for row in unseen if row["org_id"] == org}
        for hour in sorted(hours):
            every = [
                {**row, "late": False}
                for row in (*rows["events.jsonl"], *unseen)
                if (row["org_id"], row["sealed_hour"]) == (org, hour)
            ]
            every.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
            name = f"sealed/{org}/events-{unseen[0]['occurred_at'][:7]}.jsonl"
            members[name] = members.get(name, b"") + jsonl(every)
        for section in SECTIONS:
            if f"{section}.jsonl" in rows:
                register = of_register(section, rows[f"{section}.jsonl"], org)
                members[f"sealed/{org}/{section}.jsonl"] = jsonl(register)
    return members


def of_register(section: str, rows: list[Row], org: str) -> list[Row]:
    """Return the sealed rows of one organization."""
    return [sealed_row(section, row) for row in rows if row.get("org_id") == org]


def register_root(rows: list[Row], salt: str | None) -> str:
    """Return the root over sealed rows, each behind the 32 bytes that follow from the salt."""
    leaves = [canonical(row) for row in rows]
    if salt:
        key = bytes.fromhex(salt)
        places = [n.to_bytes(8, "big") for n in range(len(leaves))]
        leaves = [
            hmac.digest(key, n, "sha256") + leaf for n, leaf in zip(places, leaves, strict=True)
        ]
    return merkle_root(leaves)


def name_registers(rows: dict[str, list[Row]], org_ids: list[str]) -> None:
    """Let the last seal of each organization name its registers; its digest is as right as before.

    Where a test has put something else into the seal, that stays.
    """
    for org in org_ids:
        sealed = [row for row in rows.get("coverage.jsonl", ()) if _is_sealed(row, org)]
        if not sealed:
            continue
        last = sealed[-1]
        was_right = last["sha256"] == seal_digest(last["seal"])
        sections = last["seal"]["sections"]
        for section in SECTIONS:
            if f"{section}.jsonl" in rows and isinstance(sections.get(section, {}), dict):
                named = _named(section, rows[f"{section}.jsonl"], org)
                is_new = last["seal"]["v"] > 2
                if last["seal"]["v"] > 3:
                    named["salt"] = _SALT if section not in sections else None
                if is_new and section not in sections:
                    register = of_register(section, rows[f"{section}.jsonl"], org)
                    named["root"] = register_root(register, named.get("salt"))
                facts = {**named, **sections.get(section, {})}
                sections[section] = whole_section(facts) if is_new else facts
        if was_right:
            last["sha256"] = seal_digest(last["seal"])


def name_anew(rows: dict[str, list[Row]], org_ids: list[str]) -> None:
    """Let the last seals name the registers of rows that were changed since."""
    for row in rows.get("coverage.jsonl", ()):
        if row["org_id"] in org_ids and isinstance(row["seal"], dict):
            was_right = row["sha256"] == seal_digest(row["seal"])
            for section in SECTIONS:
                row["seal"]["sections"].pop(section, None)
            if was_right:
                row["sha256"] = seal_digest(row["seal"])
    name_registers(rows, org_ids)


def _is_sealed(row: Row, org: str) -> bool:
    seal = row["seal"]
    return (
        row["org_id"] == org and isinstance(seal, dict) and isinstance(seal.get("sections"), dict)
    )


def _named(section: str, rows: list[Row], org: str) -> Row:
    of_org = [row for row in rows if row.get("org_id") == org]
    body = jsonl(of_register(section, rows, org))
    end = _END.get(section, "removed_at")
    facts: dict[str, Any] = {
        "count": sum(row.get(end) is None for row in of_org),
        "register": {"rows": len(of_org), "sha256": sha256(body)},
        "status": "derived" if section == "findings" else "complete",
    }
    shown = [str(row["state_at"]) for row in of_org if isinstance(row.get("state_at"), str)]
    if shown and len(shown) == len(of_org):
        facts["state_at"] = max(shown)
    return facts
