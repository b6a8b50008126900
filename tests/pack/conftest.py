"""What the pack room's tests share: its doors over moto, a signing key, requests for packs."""

import json
import tarfile
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pytest

from functions.pack.context import Doors
from functions.pack.flow import build
from functions.pack.keys.create import mint
from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import Vault
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import HOUR, floor_hour, rfc3339
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.pack_chain import PackChain
from functions.shared.tables.packs import Pack, Packs
from functions.shared.tables.signing_keys import SigningKey, SigningKeys
from tests.conftest import SettableClock


@dataclass(slots=True)
class PackRoom:
    """The room with its doors open, and what a tenant and an auditor would do with it."""

    doors: Doors
    key: SigningKey
    table: Table
    counted: list[str] = field(default_factory=list)

    def request(
        self,
        start: str,
        end: str,
        *,
        tenant: str = "tenant-a",
        orgs: tuple[str, ...] = ("org-Alpha",),
        once: bool = False,
        **facts: Any,
    ) -> Pack:
        """Request a pack, on demand unless ``month`` is given."""
        now = self.doors.now()
        pack = Pack(
            tenant_id=tenant,
            number=0,
            state="queued",
            kind="monthly" if "month" in facts else "on_demand",
            profile="full",
            period_start=start,
            period_end=end,
            org_ids=sorted(orgs),
            cut_hour=rfc3339(floor_hour(now) - HOUR),
            created_at=rfc3339(now),
            requested_by="user-sub-1",
        )
        return self.doors.packs.request(replace(pack, **facts), self.doors.queue, once=once)

    def build(self, pack: Pack) -> Pack:
        """Handle one message of the pack's, and return its row."""
        build(pack.tenant_id, pack.number, self.doors)
        return self.doors.packs.need(pack.tenant_id, pack.number)

    def made(self, start: str, end: str, **facts: Any) -> Pack:
        """Request and build."""
        return self.build(self.request(start, end, **facts))

    def archive(self, pack: Pack) -> bytes:
        """Download a ready pack."""
        assert pack.state == "ready", pack.reason
        assert pack.object_key
        return self.doors.archives.need(pack.object_key)

    def members(self, pack: Pack) -> dict[str, bytes]:
        """Return a ready pack's members in order."""
        with tarfile.open(fileobj=BytesIO(self.archive(pack)), mode="r:gz") as tar:
            return {
                member.name: opened.read()
                for member in tar.getmembers()
                if (opened := tar.extractfile(member))
            }

    def manifest(self, pack: Pack) -> dict[str, Any]:
        """Return a ready pack's manifest."""
        return dict(json.loads(self.members(pack)["manifest.json"]))

    def rows(self, pack: Pack, name: str) -> list[dict[str, Any]]:
        """Return the rows of one of a ready pack's files."""
        return [json.loads(line) for line in self.members(pack)[name].splitlines()]


@pytest.fixture
def room(
    table: Table,
    evidence: Bucket,
    packs_bucket: Bucket,
    signing_vault: Vault,
    pack_queue: Queue,
    clock: SettableClock,
) -> PackRoom:
    """Open the pack room on the 1st of April, 06:01, with its first signing key minted."""
    counted: list[str] = []
    keys = SigningKeys(table)
    key = mint(keys, signing_vault)
    doors = Doors(
        packs=Packs(table),
        chain=PackChain(table),
        keys=keys,
        signer=WrappedSeed(signing_vault),
        custody=Custody(table),
        evidence=evidence,
        archives=packs_bucket,
        hours=lambda tenant, org: HourRows(table, tenant, org),
        connections=Connections(table),
        queue=pack_queue,
        now=clock.now,
        count=counted.append,
    )
    return PackRoom(doors, key, table, counted)
