"""The walk of a pack: collect -> write -> sign -> publish -> verify -> list.

``build`` takes one message and decides what becomes of the pack; ``walk_of`` is the walk itself.
Nothing can be downloaded before the last line of it.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from functions.pack.archive.spool import Spool
from functions.pack.archive.tar import archive
from functions.pack.begin import begin, put_off
from functions.pack.collect.collect import collect, late_after
from functions.pack.collect.corroboration import Witnesses
from functions.pack.collect.organization import Organization
from functions.pack.collect.seal_chain import Losses
from functions.pack.context import Doors
from functions.pack.fail import fail
from functions.pack.members.anchors import anchors_of
from functions.pack.members.write import write
from functions.pack.publish.publish import publish
from functions.pack.publish.verify import verify
from functions.pack.sign.manifest import manifest
from functions.pack.sign.sign import key_in_force, signature_file
from functions.shared.aws.table import ConditionFailed
from functions.shared.canonical import sha256_hex
from functions.shared.errors import (
    EvidenceConflict,
    KeyUnusable,
    LeaseHeld,
    PackFailed,
    SigningRefused,
)
from functions.shared.evidence.anchors import Anchor
from functions.shared.tables.packs import Pack

_BUSY_DELAY_S = 15
# A tenant's newest packs; older ones are about months that later packs have confirmed.
_PACKS_ASKED = 100
_STRAYS_NAMED = 20


def build(tenant: str, number: int, doors: Doors) -> None:
    """Build a pack, or note in words why it cannot be built.

    What may pass (a throttled service, a crash) is left to raise: the queue hands the message out
    again, and the row says how far the pack had come.
    """
    pack: Pack | None = None
    try:
        pack = begin(tenant, number, doors)
        if pack is None:
            return
        with TemporaryDirectory() as folder:
            walk_of(pack, Path(folder), doors)
    except (LeaseHeld, ConditionFailed):
        # Another pack of the tenant is being signed, or took over from this one, or another copy
        # of this message listed it. The row will say which.
        put_off(doors.packs.need(tenant, number), doors, _BUSY_DELAY_S)
    except (SigningRefused, KeyUnusable) as error:
        _fail(tenant, number, f"the pack could not be signed: {error}", doors)
    except (PackFailed, EvidenceConflict) as error:
        _fail(tenant, number, str(error), doors)


def walk_of(pack: Pack, folder: Path, doors: Doors) -> None:
    """Make the pack whose row this is, from the seals to the list."""
    losses = Losses()
    with Spool(folder / "coverage.jsonl") as coverage:
        late = late_after(pack, doors.packs)
        anchors = anchors_of(pack, doors.evidence, losses)
        witnesses = _witnesses(pack, anchors, doors)
        organizations = collect(pack, doors.evidence, late, coverage, losses, witnesses)
        members = write(
            pack, organizations, coverage.member(), anchors, doors.evidence, folder, losses
        )
    losses.require_none()
    _name_strays(pack, organizations, doors)

    key = key_in_force(doors.keys, pack, doors.now())
    pack = doors.chain.hold(pack, key.key_id, doors.now())
    document = manifest(pack, organizations, members, key)
    signature = doors.signer.sign(key, document)
    facts = {"number": pack.number, "manifest_sha256": sha256_hex(document), "key_id": key.key_id}
    doors.custody.note(pack.tenant_id, pack.requested_by, "pack.signed", doors.now(), **facts)

    finished = archive(folder / "pack.tar.gz", document, signature_file(signature), members)
    object_key, version = publish(pack, finished, doors.archives)
    verify(doors.archives, object_key, version, finished.sha256, key.public_hex, folder)
    doors.chain.end(
        pack,
        sha256_hex(document),
        object_key=object_key,
        object_version=version,
        size_bytes=finished.size,
        archive_sha256=finished.sha256,
        signing_public_hex=key.public_hex,
        last_seals=_last_seals(organizations),
    )


def _witnesses(pack: Pack, anchors: Sequence[Anchor], doors: Doors) -> Witnesses:
    packs, _ = doors.packs.page(pack.tenant_id, limit=_PACKS_ASKED)
    return Witnesses(pack, doors.hours, doors.connections, packs, anchors)


def _name_strays(pack: Pack, organizations: Sequence[Organization], doors: Doors) -> None:
    """Note what lies among the segments and is no evidence: somebody should look why."""
    for one in organizations:
        if one.strays:
            facts = {"org_id": one.org_id, "number": pack.number, "objects": len(one.strays)}
            facts["keys"] = one.strays[:_STRAYS_NAMED]
            doors.custody.note(
                pack.tenant_id, "pack", "evidence.unreferenced", doors.now(), **facts
            )


def _last_seals(organizations: Sequence[Organization]) -> dict[str, dict[str, str]]:
    return {
        one.org_id: {"hour": one.last_sealed_hour, "sha256": one.last_seal_sha256}
        for one in organizations
        if one.last_sealed_hour and one.last_seal_sha256
    }


def _fail(tenant: str, number: int, reason: str, doors: Doors) -> None:
    fail(tenant, number, reason, packs=doors.packs, chain=doors.chain, count=doors.count)
