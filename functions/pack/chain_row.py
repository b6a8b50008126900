"""The chain of a tenant's packs: each names the manifest of the one that became ready before it.

One row per tenant holds the chain's head and says which pack is being signed. A pack holds the
chain from the moment its ``previous_*`` are frozen until it is listed, so that no two packs name
the same predecessor. Whoever takes the chain over from a run that died makes that run's listing
fail; it then freezes anew. The row can be rebuilt from the pack rows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack, cast

from functions.shared.aws.keys import PACK_CHAIN_SK, pack_sk, tenant_pk
from functions.shared.aws.table import Change, ConditionFailed, Table
from functions.shared.errors import LeaseHeld, PackFailed
from functions.shared.hours import rfc3339
from functions.shared.records.tables import PackChainHead
from functions.shared.tables.packs import ArchiveFacts, Pack, PackChanges, Packs
from functions.shared.tables.signing_keys import SigningKeys

# Just over the pack function's own longest run: by then the holder is surely gone.
HOLD = timedelta(minutes=16)


@dataclass(frozen=True, slots=True)
class PackChain:
    """The pack chains of all tenants.

    Permissions:
        dynamodb:GetItem and UpdateItem.
    """

    table: Table

    def hold(self, pack: Pack, signing_key_id: str, now: datetime) -> Pack:
        """Hold the chain for a pack and freeze what its manifest says of its predecessor.

        The same pack may hold again, after a crash; as long as no other became ready meanwhile,
        the frozen values are the same.

        Raises:
            LeaseHeld: another pack of this tenant is being signed. Come back later.
            ConditionFailed: the pack is not being built any more, or another copy of its message
                has chosen a key meanwhile.
        """
        try:
            head = self.table.update(
                tenant_pk(pack.tenant_id),
                PACK_CHAIN_SK,
                "SET holder = :number, held_until = :until",
                {":number": pack.number, ":until": rfc3339(now + HOLD), ":now": rfc3339(now)},
                condition="attribute_not_exists(holder) OR holder = :number OR held_until < :now",
            )
        except ConditionFailed as error:
            raise LeaseHeld("another pack of this tenant is being signed") from error
        # Two copies of one message may both hold. They may not sign under two keys: the second one
        # to freeze its key begins again, and finds the first one's.
        last = cast("PackChainHead", head)
        return Packs(self.table).update(
            pack,
            expect="building",
            unchanged="signing_key_id",
            previous_number=last["last_number"] if "last_number" in last else None,
            previous_manifest_sha256=(
                last["last_manifest_sha256"] if "last_manifest_sha256" in last else None
            ),
            signing_key_id=signing_key_id,
        )

    def end(self, pack: Pack, manifest_sha256: str, **facts: Unpack[ArchiveFacts]) -> None:
        """List a pack: it becomes ready and the chain's head, at once, and lets the chain go.

        Args:
            pack: as ``hold`` returned it.
            manifest_sha256: of its manifest.
            **facts: further fields of its row.

        Raises:
            ConditionFailed: another pack took the chain over, or this one is listed already.
            PackFailed: the key it is signed with was revoked meanwhile.
        """
        pk = tenant_pk(pack.tenant_id)
        head = cast("PackChainHead", self.table.get(pk, PACK_CHAIN_SK) or {})
        order = (head["ready_packs"] if "ready_packs" in head else 0) + 1
        ready: PackChanges = {
            "state": "ready",
            "manifest_sha256": manifest_sha256,
            "ready_order": order,
        }
        changes: dict[str, object] = {**ready, **facts}
        listing = Change(
            pk,
            pack_sk(pack.number),
            "SET " + ", ".join(f"#{n} = :{n}" for n in range(len(changes))),
            {f":{n}": value for n, value in enumerate(changes.values())}
            | {":building": "building"},
            "#0 = :building",
            {f"#{n}": name for n, name in enumerate(changes)},
        )
        self._require_key(pack)
        self.table.change_together([listing, _head(pack, manifest_sha256, order)])

    def _require_key(self, pack: Pack) -> None:
        """Demand that the key may still vouch for what it signed.

        Asked just before the transaction, not in it: there, the key's row would be in the listings
        of all tenants, and of two transactions that meet one fails. A key revoked between this
        reading and the transaction behind it, mostly milliseconds, still lists this one pack; the
        verifier refuses it under ``--keys`` all the same.
        """
        key = SigningKeys(self.table).find(str(pack.signing_key_id))
        if key is None or key.revoked_at:
            fate = "revoked" if key else "lost from the register of keys"
            raise PackFailed(
                f"the pack was signed with {pack.signing_key_id}, which was {fate} before the "
                "pack could be listed; nothing was listed. Ask for it again: another key signs it, "
                "and it gets a new number"
            )

    def let_go(self, pack: Pack) -> None:
        """Stop holding the chain, where this pack does."""
        try:
            self.table.update(
                tenant_pk(pack.tenant_id),
                PACK_CHAIN_SK,
                "REMOVE holder, held_until",
                {":number": pack.number},
                condition="holder = :number",
            )
        except ConditionFailed:
            return


def _head(pack: Pack, manifest_sha256: str, order: int) -> Change:
    """Return the change that makes a pack the head, if the head is still its predecessor.

    To hold is not enough: a run that slept while others held, listed and let go must not wake up
    and list what it signed before.
    """
    values = {":number": pack.number, ":sha256": manifest_sha256, ":order": order}
    condition = "holder = :number AND attribute_not_exists(last_manifest_sha256)"
    if pack.previous_manifest_sha256 is not None:
        condition = "holder = :number AND last_manifest_sha256 = :previous"
        values[":previous"] = pack.previous_manifest_sha256
    return Change(
        tenant_pk(pack.tenant_id),
        PACK_CHAIN_SK,
        "SET last_number = :number, last_manifest_sha256 = :sha256, ready_packs = :order "
        "REMOVE holder, held_until",
        values,
        condition,
    )
