"""Fail: a pack ends without an archive, and its row says why, in words for the tenant."""

from collections.abc import Callable

from functions.pack.chain_row import PackChain
from functions.shared.observability import FAILED_PACKS
from functions.shared.tables.packs import ENDED, Packs


def fail(
    tenant: str,
    number: int,
    reason: str,
    *,
    packs: Packs,
    chain: PackChain,
    count: Callable[[str], None],
) -> None:
    """Record that a pack failed, where it has not ended otherwise.

    Whatever a crash leaves out is done by the next try: the row is written last. An alarm may so
    be raised twice, and is never lost.

    Raises:
        ConditionFailed: another copy of the message moved the pack on meanwhile. Look again.

    Permissions:
        dynamodb:GetItem and UpdateItem.
    """
    pack = packs.find(tenant, number)
    if pack is None or pack.state in ENDED:
        return
    chain.let_go(pack)
    count(FAILED_PACKS)
    packs.update(pack, expect=pack.state, state="failed", reason=reason)
