"""The manifest: the one document that is signed; it commits to every byte of every file.

Part of step 3 of 6 (sign); pure. The documented keys come first, in the documented order; ours
follow. Two spaces of indent and one key a line, so that a person and ``sed`` can read it.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from functions.pack.archive.spool import Member
from functions.pack.collect.collection_report import GENERATOR
from functions.pack.collect.organization import Organization
from functions.shared.canonical import Json
from functions.shared.hashing import NORMALIZATION, SCHEME
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.tables.packs import Pack
from functions.shared.tables.signing_keys import SigningKey

# How long an audit event may take to appear in OpenAI's log; every hour of it is read again.
SETTLING = timedelta(hours=72)
_OUTCOMES = ("complete", "partial", "failed", "missed", "paused")
_COUNTED = {
    "user_count": "users.jsonl",
    "project_count": "projects.jsonl",
    "api_key_count": "api_keys.jsonl",
    "event_count": "events.jsonl",
}
_DIGESTED = {
    "users_sha256": "users.jsonl",
    "projects_sha256": "projects.jsonl",
    "api_keys_sha256": "api_keys.jsonl",
    "events_sha256": "events.jsonl",
}


def manifest(
    pack: Pack,
    organizations: Sequence[Organization],
    members: Sequence[Member],
    key: SigningKey,
) -> bytes:
    """Return the exact bytes of ``manifest.json``.

    Args:
        pack: the row, with its predecessor frozen.
        organizations: as collected, sorted by id.
        members: the files, in their order.
        key: the one that will sign.
    """
    document = _documented(pack, members, key) | _added(pack, organizations, members, key)
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _documented(pack: Pack, members: Sequence[Member], key: SigningKey) -> Json:
    by_name = {member.name: member for member in members}
    return {
        "schema_version": 2,
        "module": "openai_admin",
        "pack_id": str(pack.number),
        "tenant_id": pack.tenant_id,
        "period_start": pack.period_start,
        "period_end": pack.period_end,
        "org_ids": sorted(pack.org_ids),
        **{name: by_name[file].rows for name, file in _COUNTED.items()},
        **{name: by_name[file].sha256 for name, file in _DIGESTED.items()},
        "signing_public_hex": key.public_hex,
    }


def _added(
    pack: Pack,
    organizations: Sequence[Organization],
    members: Sequence[Member],
    key: SigningKey,
) -> Json:
    settled_through = _settled_through(pack, organizations)
    previous = pack.previous_number
    replaces = {} if pack.replaces is None else {"replaces": str(pack.replaces)}
    return {
        "created_at": pack.created_at,
        "kind": pack.kind,
        **replaces,
        "profile": pack.profile,
        "cut_hour": pack.cut_hour,
        "settled_through": settled_through,
        "settled": settled_through is not None and settled_through > pack.period_end,
        "files": [member.entry() for member in members],
        "coverage": _coverage(organizations),
        "chain": [_chain(one) for one in organizations],
        "audit_log": {one.org_id: one.audit_log for one in organizations},
        "previous_pack_id": None if previous is None else str(previous),
        "previous_manifest_sha256": pack.previous_manifest_sha256,
        "hash_scheme": _hash_scheme(),
        "signing_key_id": key.key_id,
        "generator": GENERATOR,
    }


def _coverage(organizations: Sequence[Organization]) -> Json:
    """Count hours; what the outcomes leave of the expected ones are gaps."""
    outcomes: Counter[str] = Counter()
    for one in organizations:
        outcomes += one.outcomes
    return {
        "expected_hours": outcomes.total(),
        **{name: outcomes[name] for name in _OUTCOMES},
        "longest_gap_hours": max((one.longest_gap_hours for one in organizations), default=0),
    }


def _chain(organization: Organization) -> Json:
    return {
        "org_id": organization.org_id,
        "org_proof": organization.org_proof,
        "first_previous_sha256": organization.first_previous_sha256,
        "last_seal_sha256": organization.last_seal_sha256,
        "last_sealed_hour": organization.last_sealed_hour,
        "seals": organization.seals,
    }


def _settled_through(pack: Pack, organizations: Sequence[Organization]) -> str | None:
    """Return the instant before which no further event can come; None where nothing is settled.

    Not the cut alone decides, but how far the audit logs were really read by then. A log that
    the key may not read will not bring anything more.
    """
    ends = [parse_instant(pack.cut_hour) + HOUR]
    for one in organizations:
        if one.audit_log == "forbidden":
            continue
        if one.audited_through is None:
            return None
        ends.append(datetime.fromtimestamp(one.audited_through, UTC))
    return rfc3339(min(ends) - SETTLING)


def _hash_scheme() -> Json:
    algorithm, _, key_id = SCHEME.partition(":")
    return {"algorithm": algorithm, "key_id": key_id, "normalization": NORMALIZATION}
