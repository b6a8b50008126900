"""An organization of a tenant, the same one of another tenant, and a pack of each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.canonical import canonical
from tests.api.conftest import Api, Body
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction, open_function
from tests.support.full_world import FullWorld
from tests.tools.verifier import Verdict, verify

ORG, HOUR = "org-Alpha", "2026-04-01T02:00:00Z"
PERIOD = ("2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z")
CANARIES = ("user-canary", "Project proj-canary", "key-canary", "invite-canary")


@dataclass
class Proven:
    """The API over sealed hours, and what signs them."""

    api: Api
    function: PackFunction
    world: FullWorld
    folder: Path

    def proof(self, **query: str) -> Body:
        """Return a proof of the user of an hour, or of what the query says."""
        return self.api.get("/proof", {"entity": "user-1", "org_id": ORG, "as_of": HOUR} | query)

    def check(self, proof: Any, *arguments: str, key: str | None = None) -> Verdict:
        """Check a proof, or its bytes, as an auditor does."""
        path = self.folder / "proof.json"
        path.write_bytes(proof if isinstance(proof, bytes) else canonical(proof))
        pinned = self.function.key.public_hex if key is None else key
        return verify(path, "--proof", *arguments, key=pinned)

    def sign(self, **facts: Any) -> None:
        """Have a pack made."""
        pack = self.function.make(*PERIOD, **facts)
        assert pack.state == "ready", pack.reason


@pytest.fixture
def proven(
    api: Api,
    table: Table,
    evidence: Bucket,
    packs_bucket: Bucket,
    signing_kms_key: KmsKey,
    pack_queue: Queue,
    clock: SettableClock,
    tmp_path: Path,
) -> Proven:
    """Give six sealed hours of a tenant, not signed yet, and the same of another tenant."""
    for tenant in ("tenant-b", "tenant-a"):
        world = FullWorld(evidence, table=table, tenant=tenant)
        world.has_user("user-1").has_project("proj-1").has_key("key-1")
        world.has_user("user-0-canary").has_user("user-canary").has_project("proj-canary")
        world.has_key("key-canary").has_row("invites", invite_id="invite-canary", email_hash=None)
        world.chain(["complete"] * 2).loses("users", "user-canary").chain(["complete"] * 4)
    function = open_function(table, evidence, packs_bucket, signing_kms_key, pack_queue, clock)
    return Proven(api, function, world, tmp_path)
