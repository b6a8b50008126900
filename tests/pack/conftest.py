"""What the pack function's tests share: its context over moto, a signing key, requests."""

import json
import tarfile
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pytest

from functions.pack.chain_row import PackChain
from functions.pack.context import Context
from functions.pack.flow import build
from functions.pack.keys.create import create_signing_key
from functions.pack.sign.sign import WrappedSeed, signing_key_in_force
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Pack, Packs
from functions.shared.tables.signing_keys import SigningKey, SigningKeys
from tests.conftest import SettableClock


@dataclass(slots=True)
class PackFunction:
    """The function with what it reaches, and what a tenant and an auditor would do with it."""

    context: Context
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
        now = self.context.now()
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
        return self.context.packs.request(replace(pack, **facts), self.context.queue, once=once)

    def build(self, pack: Pack) -> Pack:
        """Handle one message of the pack's, and return its row."""
        build(pack.tenant_id, pack.number, self.context)
        return self.context.packs.need(pack.tenant_id, pack.number)

    def make(self, start: str, end: str, **facts: Any) -> Pack:
        """Request and build."""
        return self.build(self.request(start, end, **facts))

    def signing_key(self, pack: Pack) -> SigningKey:
        """Return the key that a pack would be signed with now."""
        return signing_key_in_force(
            self.context.keys,
            parse_instant(pack.created_at),
            pack.signing_key_id,
            self.context.now(),
        )

    def archive(self, pack: Pack) -> bytes:
        """Download a ready pack."""
        assert pack.state == "ready", pack.reason
        assert pack.object_key
        return self.context.archives.need(pack.object_key)

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
def function(
    table: Table,
    evidence: Bucket,
    packs_bucket: Bucket,
    signing_kms_key: KmsKey,
    pack_queue: Queue,
    clock: SettableClock,
) -> PackFunction:
    """Open the pack function on the 1st of April, 06:01, with its first signing key made."""
    return open_function(table, evidence, packs_bucket, signing_kms_key, pack_queue, clock)


def open_function(
    table: Table,
    evidence: Bucket,
    packs_bucket: Bucket,
    signing_kms_key: KmsKey,
    pack_queue: Queue,
    clock: SettableClock,
) -> PackFunction:
    """Open the pack function over what there is, and make its first signing key."""
    counted: list[str] = []
    keys = SigningKeys(table)
    key = create_signing_key(keys, signing_kms_key)
    context = Context(
        packs=Packs(table),
        chain=PackChain(table),
        keys=keys,
        signer=WrappedSeed(signing_kms_key),
        custody=Custody(table),
        evidence=evidence,
        archives=packs_bucket,
        hours=lambda tenant, org: HourRows(table, tenant, org),
        connections=Connections(table),
        queue=pack_queue,
        now=clock.now,
        count=counted.append,
    )
    return PackFunction(context, key, table, counted)
