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
from functions.shared.evidence.row_trees import seals_root
from functions.shared.hashing import NORMALIZATION, SCHEME
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.packs import (
    DocumentedManifest,
    FurtherManifest,
    HashScheme,
    HourOutcome,
    LargeNamed,
    Manifest,
    ManifestChain,
    ManifestCoverage,
    ManifestLarge,
    Replacement,
)
from functions.shared.tables.packs import Pack
from functions.shared.tables.signing_keys import SigningKey

# Of what we add to the documented pack: 3 has sealed members, and what is absent is missed. Packs
# without the key are of format 2.
FORMAT = 3
# How long an audit event may take to appear in OpenAI's log; every hour of it is read again.
SETTLING = timedelta(hours=72)


def manifest(
    pack: Pack,
    organizations: Sequence[Organization],
    members: Sequence[Member],
    large: ManifestLarge | None,
    key: SigningKey,
) -> bytes:
    """Return the exact bytes of ``manifest.json``.

    Args:
        pack: the row, with its predecessor frozen.
        organizations: as collected, sorted by id.
        members: the files, in their order.
        large: of the large values beside them, None without any.
        key: the one that will sign.
    """
    document: Manifest = {
        **_documented(pack, members, key.public_hex),
        **_further(pack, organizations, members, large, key.key_id),
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _documented(pack: Pack, members: Sequence[Member], public_hex: str) -> DocumentedManifest:
    files = {member.name: member for member in members}
    users, projects = files["users.jsonl"], files["projects.jsonl"]
    api_keys, events = files["api_keys.jsonl"], files["events.jsonl"]
    return {
        "schema_version": 2,
        "module": "openai_admin",
        "pack_id": str(pack.number),
        "tenant_id": pack.tenant_id,
        "period_start": pack.period_start,
        "period_end": pack.period_end,
        "org_ids": sorted(pack.org_ids),
        "user_count": users.rows,
        "project_count": projects.rows,
        "api_key_count": api_keys.rows,
        "event_count": events.rows,
        "users_sha256": users.sha256,
        "projects_sha256": projects.sha256,
        "api_keys_sha256": api_keys.sha256,
        "events_sha256": events.sha256,
        "signing_public_hex": public_hex,
    }


def _further(
    pack: Pack,
    organizations: Sequence[Organization],
    members: Sequence[Member],
    large: ManifestLarge | None,
    key_id: str,
) -> FurtherManifest:
    settled_through = _settled_through(pack.cut_hour, organizations)
    previous = pack.previous_number
    named: LargeNamed = {} if large is None else {"large": large}
    replacement: Replacement = {} if pack.replaces is None else {"replaces": str(pack.replaces)}
    return {
        "format": FORMAT,
        "created_at": pack.created_at,
        "kind": pack.kind,
        **replacement,
        "profile": pack.profile,
        "cut_hour": pack.cut_hour,
        "settled_through": settled_through,
        "settled": settled_through is not None and settled_through > pack.period_end,
        "files": [member.entry() for member in members],
        **named,
        "coverage": _coverage(organizations),
        "chain": [_chain(organization) for organization in organizations],
        "audit_log": {
            organization.org_id: organization.audit_log for organization in organizations
        },
        "previous_pack_id": None if previous is None else str(previous),
        "previous_manifest_sha256": pack.previous_manifest_sha256,
        "hash_scheme": _hash_scheme(),
        "signing_key_id": key_id,
        "generator": GENERATOR,
    }


def _coverage(organizations: Sequence[Organization]) -> ManifestCoverage:
    """Count hours; what the outcomes leave of the expected ones are gaps."""
    outcomes: Counter[HourOutcome] = Counter()
    for organization in organizations:
        outcomes += organization.outcomes
    gaps = [organization.longest_gap_hours for organization in organizations]
    return {
        "expected_hours": outcomes.total(),
        "complete": outcomes["complete"],
        "partial": outcomes["partial"],
        "failed": outcomes["failed"],
        "missed": outcomes["missed"],
        "paused": outcomes["paused"],
        "longest_gap_hours": max(gaps, default=0),
    }


def _chain(organization: Organization) -> ManifestChain:
    return {
        "org_id": organization.org_id,
        "org_proof": organization.org_proof,
        "first_previous_sha256": organization.first_previous_sha256,
        "last_seal_sha256": organization.last_seal_sha256,
        "last_sealed_hour": organization.last_sealed_hour,
        "seals": organization.n_seals,
        "seals_root": seals_root(organization.seal_digests),
    }


def _settled_through(cut_hour: str, organizations: Sequence[Organization]) -> str | None:
    """Return the instant before which no further event is waited for; None: nothing is settled.

    Not the cut alone decides, but how far the audit logs were really read again by then. A log
    that the key may not read will not bring anything more.
    """
    ends = [parse_instant(cut_hour) + HOUR - SETTLING]
    for organization in organizations:
        if organization.audit_log == "forbidden":
            continue
        if organization.settled_through is None:
            return None
        ends.append(datetime.fromtimestamp(organization.settled_through, UTC))
    return rfc3339(min(ends))


def _hash_scheme() -> HashScheme:
    algorithm, _, key_id = SCHEME.partition(":")
    return {"algorithm": algorithm, "key_id": key_id, "normalization": NORMALIZATION}
