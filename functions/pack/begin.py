"""Begin: decide whether a pack is to be built now, and freeze what it may be built from.

Before step 1 of 6. The chain of seals goes on growing while a pack is built, or built again after
a crash; the last seal that counts is therefore written into the row first.
"""

from datetime import datetime, timedelta

from functions.pack.collect.seal_chain import ends_chain
from functions.pack.context import Doors
from functions.shared.aws.table import ConditionFailed
from functions.shared.errors import EvidenceInvalid, PackFailed
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import HOUR, parse_instant
from functions.shared.tables.packs import Pack

# By then every hour that closes in the ordinary way has its seal.
USUAL_SEALING = timedelta(minutes=20)
# A chain this far behind has an outage; its hours are gaps, and waiting would not help.
_BEHIND = timedelta(hours=3)
_WAIT_S = 30


def begin(tenant: str, number: int, doors: Doors) -> Pack | None:
    """Return the row of a pack to build now; None where it has ended, or is put off.

    A message that comes twice, or after a crash, finds the row as the first one left it and goes
    on from there.

    Raises:
        PackFailed: the newest seal of an organization is not what it should be.

    Permissions:
        dynamodb:GetItem and UpdateItem; s3:GetObject and s3:ListBucket on the evidence bucket;
        sqs:SendMessage on the pack queue.
    """
    pack = doors.packs.need(tenant, number)
    if pack.state == "building":
        return pack
    if pack.state != "queued":
        return None
    newest = {org: _newest(pack, org, doors) for org in pack.org_ids}
    if any(_on_its_way(pack, seal, doors.now()) for seal in newest.values()):
        put_off(pack, doors, _WAIT_S)
        return None
    sealed_through = {org: seal.content["hour"] if seal else None for org, seal in newest.items()}
    try:
        return doors.packs.update(
            pack, expect="queued", state="building", sealed_through=sealed_through
        )
    except ConditionFailed:
        # Another copy of the message began it; what that one froze counts.
        return begin(tenant, number, doors)


def put_off(pack: Pack, doors: Doors, delay_s: int) -> None:
    """Have the pack built later, by a new message: receives count towards the dead letters."""
    doors.queue.send({"number": pack.number, "tenant_id": pack.tenant_id}, delay_s=delay_s)


def _newest(pack: Pack, org: str, doors: Doors) -> Seal | None:
    chain = Chain(doors.evidence, pack.tenant_id, org)
    try:
        return chain.last_before(parse_instant(pack.cut_hour) + HOUR)
    except EvidenceInvalid as error:
        raise PackFailed(f"sealed evidence is invalid, so nothing was signed: {error}") from error


def _on_its_way(pack: Pack, newest: Seal | None, now: datetime) -> bool:
    """Tell whether the last hours of the period closed so lately that their seals may yet come."""
    end = pack.period.end
    if newest is None or now >= end + USUAL_SEALING or ends_chain(newest):
        return False
    return end - _BEHIND <= newest.hour + HOUR < end
