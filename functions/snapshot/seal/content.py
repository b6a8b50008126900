"""Seal (step 5 of 6): what an hour's seal says, from the seal before it and what was seen.

Pure, but for ``commit``, which writes the one object that closes the hour.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import seal_key
from functions.shared.canonical import Json
from functions.shared.errors import EvidenceConflict
from functions.shared.evidence.seals import VERSION, Chain, Seal
from functions.shared.hours import HOUR, rfc3339
from functions.shared.sections import OPTIONAL
from functions.snapshot.findings.api_keys import is_stale
from functions.snapshot.hour_to_close import Closing
from functions.snapshot.records import COMPLETE, FAILED, REQUIRED, Picture, Section

# What is worked out from the others, and kept as registers too.
DERIVED = ("findings", "open_changes")
_CARRIED = ("register", "baseline", "complete_at", "asked_at")


def content_of(
    closing: Closing,
    picture: Picture,
    registers: Mapping[str, Sequence[Json]],
    entries: Mapping[str, Json],
    segments: Json,
) -> Json:
    """Return the content of the seal of a pictured hour.

    Args:
        closing: the hour.
        picture: what was seen of it.
        registers: rows by section, as stored.
        entries: what the seal says of each stored register.
        segments: ``{"events": […], "changes": […], "verdicts": […]}``, as stored.
    """
    outcome, reason = picture.outcome
    sections: Json = {}
    for name in REQUIRED:
        seen = picture.sections[name]
        sections[name] = {
            "status": seen.status,
            "reason": seen.reason,
            "count": _count(name, seen.rows, registers),
            "unknown": seen.unknown,
            **_kept(seen),
        }
        if name in registers:
            baseline = closing.baseline(name)
            if baseline is None and seen.status == COMPLETE:
                baseline = rfc3339(closing.hour)
            sections[name] |= {"register": entries.get(name), "baseline": baseline}
            sections[name]["complete_at"] = _complete_at(closing, name, seen.status, picture)
    for name in OPTIONAL:
        sections[name] = _optional(closing, picture, registers, entries, name)
    sections["findings"] = {
        "status": "derived",
        "reason": None,
        "count": sum(row["resolved_hour"] is None for row in registers["findings"]),
        "unknown": 0,
        "register": entries.get("findings"),
    }
    sections["open_changes"] = {
        "status": "derived",
        "reason": None,
        "count": len(registers.get("open_changes", ())),
        "unknown": 0,
        "register": entries.get("open_changes"),
    }
    facts: Json = {
        "sections": sections,
        "segments": segments,
        "frontiers": picture.frontiers,
        "kpi": kpi(registers, picture, closing.hour),
        "pictured_from": picture.pictured_from,
        "pictured_to": picture.pictured_to,
    }
    return _content(closing, outcome, reason, facts)


def _complete_at(closing: Closing, name: str, status: str, picture: Picture) -> str | None:
    """Return the instant of a section's newest whole picture, None while there is none."""
    if status == COMPLETE:
        return picture.pictured_from
    return closing.last_shown(name) if closing.baseline(name) else None


def _kept(seen: Section) -> Json:
    """Return the records that did not fit, where there are any."""
    odd: Json = {"odd": seen.odd} if seen.odd else {}
    return odd | ({"conflicts": seen.conflicts} if seen.conflicts else {})


def _optional(
    closing: Closing,
    picture: Picture,
    registers: Mapping[str, Sequence[Json]],
    entries: Mapping[str, Json],
    name: str,
) -> Json:
    """Return what the seal says of an optional section.

    In an hour that did not ask for it, status and reason are those of the last hour that did;
    ``asked_at`` is that hour's end. Its register is carried.
    """
    seen = picture.sections.get(name)
    last = picture.frontiers.get("optional", {}).get(name, {})
    outcome, reason = picture.outcome
    if seen is None and (outcome == FAILED or not last):
        # Nothing at all could be read in this hour: not that either.
        seen = Section(FAILED, reason)
    status, why = (seen.status, seen.reason) if seen else (last["status"], last["reason"])
    baseline = closing.baseline(name)
    if baseline is None and status == COMPLETE:
        baseline = rfc3339(closing.hour)
    rows = registers.get(name)
    return {
        "status": status,
        "reason": why,
        "count": None if rows is None else sum(row["removed_at"] is None for row in rows),
        "unknown": seen.unknown if seen else 0,
        "asked_at": last.get("asked_at"),
        "register": entries.get(name),
        "baseline": baseline,
        "complete_at": _complete_at(closing, name, seen.status if seen else "", picture),
        **(_kept(seen) if seen else {}),
    }


def content_without_picture(closing: Closing, outcome: str, reason: str) -> Json:
    """Return the content of the seal of an hour that nobody pictured: everything is carried."""
    before = closing.previous.content["sections"] if closing.previous else {}
    sections: Json = {}
    for name in (*REQUIRED, *OPTIONAL, *DERIVED):
        carried = before.get(name, {"register": None, "baseline": None})
        kept = {part: carried[part] for part in _CARRIED if part in carried}
        status = "derived" if name in DERIVED else "failed"
        sections[name] = {"status": status, "reason": reason, "count": None, "unknown": 0} | kept
    facts: Json = {
        "sections": sections,
        "segments": {"events": [], "changes": [], "verdicts": []},
        "frontiers": closing.frontiers,
        "kpi": None,
        "pictured_from": None,
        "pictured_to": None,
    }
    return _content(closing, outcome, reason, facts)


def _content(closing: Closing, outcome: str, reason: str | None, facts: Json) -> Json:
    return {
        "v": VERSION,
        "tenant_id": closing.tenant,
        "org_id": closing.org,
        "org_proof": closing.org_proof,
        "hour": rfc3339(closing.hour),
        "outcome": outcome,
        "reason": reason,
        "lifecycle": list(closing.lifecycle),
        "lifecycle_seq": _last_seq(closing),
        "previous_sha256": closing.previous.sha256 if closing.previous else None,
        **facts,
    }


def _last_seq(closing: Closing) -> int:
    if closing.lifecycle:
        return int(closing.lifecycle[-1]["seq"])
    return int(closing.previous.content["lifecycle_seq"]) if closing.previous else 0


def _count(name: str, seen: Sequence[Json], registers: Mapping[str, Sequence[Json]]) -> int:
    if name not in registers:
        return len(seen)
    return sum(row["removed_at"] is None for row in registers[name])


def kpi(registers: Mapping[str, Sequence[Json]], picture: Picture, hour: datetime) -> Json:
    """Return the figures of an hour; None for a section that could not be read whole."""
    present = {
        name: [row for row in registers[name] if row["removed_at"] is None]
        for name in ("users", "projects", "api_keys")
    }
    figures = {
        "users": len(present["users"]),
        "billable_users": sum(not row["is_service_account"] for row in present["users"]),
        "active_projects": sum(row["status"] == "active" for row in present["projects"]),
        "api_keys": len(present["api_keys"]),
        "stale_keys": sum(is_stale(row, hour + HOUR) for row in present["api_keys"]),
    }
    source = {"billable_users": "users", "active_projects": "projects", "stale_keys": "api_keys"}
    return {
        name: figure if picture.sections[source.get(name, name)].status == COMPLETE else None
        for name, figure in figures.items()
    }


def commit(bucket: Bucket, chain: Chain, content: Json, run: Json) -> Seal:
    """Write the seal; where another run was first, return that run's seal.

    Permissions:
        s3:PutObject and s3:GetObject on the evidence bucket.
    """
    seal = Seal.of(content, run)
    hour = seal.hour
    try:
        bucket.put_once(seal_key(chain.tenant, chain.org, hour), seal.encode())
    except EvidenceConflict:
        winner = chain.seal(hour)
        if winner is None:
            raise
        return winner
    return seal
