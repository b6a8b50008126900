"""How a pack comes to be: collect -> write -> sign -> publish -> verify -> list.

``build`` takes one message and decides what becomes of the pack; ``build_pack`` is the whole way.
Nothing can be downloaded before the last line of it.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from functions.pack.archive.tar import archive
from functions.pack.begin import begin, put_off
from functions.pack.collect.anchors import read_anchors
from functions.pack.collect.collect import collect
from functions.pack.collect.corroboration import Corroboration
from functions.pack.collect.large_values import LargeValues
from functions.pack.collect.late_events import late_after
from functions.pack.collect.organization import Collection, Organization
from functions.pack.collect.scope import Scope
from functions.pack.collect.seal_chain import MissingEvidence
from functions.pack.collect.sealed_members import SealedMembers
from functions.pack.collect.sealed_rows import SealedRows
from functions.pack.context import Context
from functions.pack.fail import fail
from functions.pack.members.explain import explain
from functions.pack.members.write import write
from functions.pack.publish.publish import publish
from functions.pack.publish.verify import verify
from functions.pack.sign.manifest import manifest
from functions.pack.sign.sign import signature_file, signing_key_in_force
from functions.shared.aws.table import ConditionFailed
from functions.shared.canonical import sha256_hex
from functions.shared.errors import (
    EvidenceConflict,
    EvidenceNewer,
    KeyUnusable,
    LeaseHeld,
    PackFailed,
    SigningRefused,
)
from functions.shared.evidence.anchors import Anchors
from functions.shared.evidence.custody_log import CustodyLog
from functions.shared.hours import parse_instant
from functions.shared.records.statements import CustodyFacts
from functions.shared.tables.packs import Pack

# A tenant's newest packs; older ones are about months that later packs have confirmed.
_MAX_PACKS_ASKED = 100
_MAX_ORPHANS_NAMED = 20


def build(tenant: str, number: int, context: Context, put_offs: int = 0) -> None:
    """Build a pack, or note in words why it cannot be built.

    What may pass (a throttled service, a crash, another pack in the way that was waited for too
    often) is left to raise: the queue hands the message out again, and the row says how far the
    pack had come.
    """
    try:
        pack = begin(tenant, number, context, put_offs)
        if pack:
            with TemporaryDirectory() as folder, LargeValues(Path(folder) / "large.db") as large:
                build_pack(pack, Path(folder), large, context)
    except (LeaseHeld, ConditionFailed):
        # Another pack of the tenant is being signed, or took over from this one, or another copy
        # of this message listed it. The row will say which.
        if not put_off(tenant, number, context.queue, put_offs):
            raise
    except (SigningRefused, KeyUnusable) as error:
        _fail(tenant, number, f"the pack could not be signed: {error}", context)
    except (PackFailed, EvidenceConflict, EvidenceNewer) as error:
        _fail(tenant, number, str(error), context)


def build_pack(pack: Pack, folder: Path, large: LargeValues, context: Context) -> None:
    """Make the pack whose row this is, from the seals to the list."""
    scope = Scope(
        pack.tenant_id,
        sorted(pack.org_ids),
        pack.period,
        pack.cut_hour,
        pack.sealed_through or {},
        late_after(pack, context.packs),
    )
    kept = SealedMembers(folder) if pack.profile == "full" else None
    sealed_rows = SealedRows(context.evidence, scope.period, MissingEvidence(), large, kept)
    collection = _collect(scope, folder, context, sealed_rows)
    custody = CustodyLog(context.evidence, pack.tenant_id)
    members, wholes = write(collection, custody, sealed_rows, pack.profile, folder), None
    if kept:
        members += explain(pack, collection.organizations, members, sealed_rows, folder)
        members += kept.finish()
        wholes = large.write(context.evidence, pack.tenant_id, sealed_rows.missing, folder)
    sealed_rows.missing.require_none()
    _note_orphan_objects(pack.tenant_id, pack.number, collection.organizations, context)

    asked_at, now = parse_instant(pack.created_at), context.now()
    key = signing_key_in_force(context.keys, asked_at, pack.signing_key_id, now)
    pack = context.chain.hold(pack, key.key_id, now)
    facts = wholes.facts if wholes else None
    document = manifest(pack, collection.organizations, members, facts, key)
    signature = context.signer.sign(key, document)
    _note_signature(pack, document, key.key_id, context)

    entries = wholes.entries if wholes else None
    sealed = signature_file(signature)
    finished = archive(folder / "pack.tar.gz", document, sealed, members, entries)
    object_key, version = publish(pack.tenant_id, pack.number, finished, context.archives)
    verify(context.archives, object_key, version, finished.sha256, key.public_hex, folder)
    context.chain.end(
        pack,
        sha256_hex(document),
        object_key=object_key,
        object_version=version,
        size_bytes=finished.size,
        archive_sha256=finished.sha256,
        signing_public_hex=key.public_hex,
        last_seals=collection.last_seals,
    )


def _collect(scope: Scope, folder: Path, context: Context, sealed_rows: SealedRows) -> Collection:
    missing, large = sealed_rows.missing, sealed_rows.large
    anchors = read_anchors(
        Anchors(context.evidence, scope.tenant_id), scope.period, scope.cut, missing
    )
    packs, _ = context.packs.page(scope.tenant_id, limit=_MAX_PACKS_ASKED)
    corroboration = Corroboration(scope, context.hours, context.connections, packs, anchors)
    return collect(scope, context.evidence, corroboration, folder, missing, large)


def _note_orphan_objects(
    tenant: str, number: int, organizations: Sequence[Organization], context: Context
) -> None:
    """Note what lies among the segments and is no evidence: somebody should look why."""
    for organization in organizations:
        keys = organization.orphan_objects
        if keys:
            facts: CustodyFacts = {
                "org_id": organization.org_id,
                "number": number,
                "objects": len(keys),
                "keys": keys[:_MAX_ORPHANS_NAMED],
            }
            context.custody.note(tenant, "pack", "evidence.unreferenced", context.now(), **facts)


def _note_signature(pack: Pack, document: bytes, key_id: str, context: Context) -> None:
    facts: CustodyFacts = {
        "number": pack.number,
        "manifest_sha256": sha256_hex(document),
        "key_id": key_id,
    }
    context.custody.note(pack.tenant_id, pack.requested_by, "pack.signed", context.now(), **facts)


def _fail(tenant: str, number: int, reason: str, context: Context) -> None:
    fail(tenant, number, reason, packs=context.packs, chain=context.chain, count=context.count)
