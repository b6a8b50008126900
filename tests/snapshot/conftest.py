"""A laboratory for each test of the snapshot room."""

import pytest

from functions.shared.objects import Bucket
from functions.shared.queue import Queue
from functions.shared.table import Table
from functions.shared.vault import Vault
from tests.conftest import SettableClock
from tests.lab import Lab, LabMaker
from tools.openai_simulator import World


@pytest.fixture
def make_lab(
    table: Table,
    evidence: Bucket,
    work: Bucket,
    snapshot_queue: Queue,
    secrets_vault: Vault,
    clock: SettableClock,
) -> LabMaker:
    """Give a function that opens a laboratory on a world."""

    def make(world: World) -> Lab:
        return Lab(table, evidence, work, snapshot_queue, secrets_vault, clock, world)

    return make
