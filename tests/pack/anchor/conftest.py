"""What anchoring reaches, and chains to anchor."""

import pytest

from functions.pack.anchor.anchor import AnchorContext
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.tables.connections import Connections
from tests.conftest import SettableClock
from tests.support.builders import World

DAY_1 = "2026-04-02"


@pytest.fixture
def counted() -> list[str]:
    """Give the list of metrics that were added to."""
    return []


@pytest.fixture
def context(
    table: Table, evidence: Bucket, clock: SettableClock, counted: list[str]
) -> AnchorContext:
    """Open what anchoring reaches, on the 2nd of April at 00:40."""
    clock.set(f"{DAY_1}T00:40:00Z")
    return AnchorContext(Connections(table), evidence, None, clock.now, counted.append)


@pytest.fixture
def world(evidence: Bucket, table: Table) -> World:
    """An organization with the hours of the 1st of April."""
    return World(evidence, table=table).has_user("user-1").chain(["complete"] * 24)
