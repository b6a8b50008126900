"""What the connect function reaches."""

from dataclasses import dataclass

from functions.connect.check import Endpoint
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.clock import Clock
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hashing_keys import HashKeys


@dataclass(frozen=True, slots=True)
class Context:
    """What the function reaches.

    Attributes:
        kms: the secrets key.
        snapshots: the snapshot function's queue.
    """

    connections: Connections
    hash_keys: HashKeys
    kms: KmsKey
    custody: Custody
    snapshots: Queue
    openai: Endpoint
    clock: Clock
