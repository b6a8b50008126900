"""Begin: decide whether a pack is to be built now, and freeze what it may be built from.

Before step 1 of 6. The chain of seals goes on growing while a pack is built, or built again after
a crash; the last seal that counts is therefore written into the row first.
"""

from datetime import datetime, timedelta

from functions.pack.collect.seal_chain import ends_chain
from functions.pack.context import Context
from functions.shared.aws.queue import Queue, put_off_delay
from functions.shared.aws.table import ConditionFailed
from functions.shared.errors import EvidenceInvalid, PackFailed
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.tables import PackMessage
from functions.shared.tables.packs import Pack

# By then every hour that closes in the ordinary way has its seal.
USUAL_SEALING = timedelta(minutes=20)
# A chain this far behind has an outage; its hours are gaps, and waiting would not help.
_BEHIND = timedelta(hours=3)
# More than the usual twenty minutes together, in fewer steps than Lambda takes for a loop.
_DELAYS_S = (30, 30, 60, 120, 240, 300)


def begin(tenant: str, number: int, context: Context, put_offs: int = 0) -> Pack | None:
    """Return the row of a pack to build now; None where it has ended, or is put off.

    A message that comes twice, or after a crash, finds the row as the first one left it and goes
    on from there. One that was put off as often as may be is built of what is there.

    Args:
        tenant: whose pack it is.
        number: of the pack.
        context: clients and clock.
        put_offs: how often the message was put off.

    Raises:
        PackFailed: the newest seal of an organization is not what it should be.

    Permissions:
        dynamodb:GetItem and UpdateItem; s3:GetObject and s3:ListBucket on the evidence bucket;
        sqs:SendMessage on the pack queue.
    """
    pack = context.packs.need(tenant, number)
    if pack.state == "building":
        return pack
    if pack.state != "queued":
        return None
    cut, end = parse_instant(pack.cut_hour) + HOUR, pack.period.end
    newest = {org: _newest(Chain(context.evidence, tenant, org), cut) for org in pack.org_ids}
    may_come = any(_may_still_come(seal, end, context.now()) for seal in newest.values())
    if may_come and put_off(tenant, number, context.queue, put_offs):
        return None
    sealed_through = {org: seal.content["hour"] if seal else None for org, seal in newest.items()}
    try:
        return context.packs.update(
            pack, expect="queued", state="building", sealed_through=sealed_through
        )
    except ConditionFailed:
        # Another copy of the message began it; what that one froze counts.
        return begin(tenant, number, context, put_offs)


def put_off(tenant: str, number: int, queue: Queue, put_offs: int) -> bool:
    """Have the pack built later; False where it was put off too often for that.

    By a new message: receives of the same one count towards the dead letters.
    """
    delay_s = put_off_delay(put_offs, _DELAYS_S)
    if delay_s is None:
        return False
    message: PackMessage = {"number": number, "tenant_id": tenant, "attempt": put_offs + 1}
    queue.send(message, delay_s=delay_s)
    return True


def _newest(chain: Chain, cut: datetime) -> Seal | None:
    try:
        return chain.last_before(cut)
    except EvidenceInvalid as error:
        raise PackFailed(f"sealed evidence is invalid, so nothing was signed: {error}") from error


def _may_still_come(newest: Seal | None, end: datetime, now: datetime) -> bool:
    """Tell whether the last hours of the period closed so lately that their seals may yet come.

    Args:
        newest: the newest seal, None where there is none.
        end: of the period.
        now: the present.
    """
    if newest is None or now >= end + USUAL_SEALING or ends_chain(newest):
        return False
    return end - _BEHIND <= newest.hour + HOUR < end
