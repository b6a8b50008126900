"""What the pack function reaches: tables, buckets, the signer, its own queue and the clock."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.pack.chain_row import PackChain
from functions.pack.sign.sign import Signer
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import Queue
from functions.shared.clock import Clock
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Packs
from functions.shared.tables.signing_keys import SigningKeys


@dataclass(frozen=True, slots=True)
class Context:
    """What the pack function reaches.

    Attributes:
        packs: the pack rows.
        chain: the packs' chain.
        keys: the registry of signing keys.
        signer: signs manifests.
        custody: the custody log.
        evidence: bucket of sealed objects, read only.
        archives: bucket of finished packs.
        hours: opens the table's hour rows of a tenant's organization.
        connections: the tenants' organizations.
        queue: the function's own; a pack that must wait is a new message.
        now: the clock.
        count: adds to a metric that an alarm watches.
    """

    packs: Packs
    chain: PackChain
    keys: SigningKeys
    signer: Signer
    custody: Custody
    evidence: Bucket
    archives: Bucket
    hours: Callable[[str, str], HourRows]
    connections: Connections
    queue: Queue
    now: Clock
    count: Callable[[str], None]
