"""Two days of sealed and anchored hours, and what an insider with every permission can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from functions.pack.anchor.anchor import AnchorContext, anchor
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import hour_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.canonical import Json
from functions.shared.evidence.anchors import Anchor, Anchors
from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant
from functions.shared.records.seals import ObjectEntry, Outcome, SealContent, SegmentEntry
from functions.shared.tables.connections import Connections
from functions.shared.tables.hour_rows import HourRows
from tests.conftest import SettableClock
from tests.support.builders import World
from tests.support.seal_parts import hour_facts

START, END = "2026-04-01T00:00:00Z", "2026-04-02T23:59:59Z"
GAP, EVENTFUL, NEWEST = "2026-04-01T20:00:00Z", "2026-04-01T05:00:00Z", "2026-04-02T23:00:00Z"
MIDDLE, NEXT = "2026-04-01T12:00:00Z", "2026-04-01T13:00:00Z"


@dataclass
class Scene:
    """What there is to tamper with: an organization, another one, and another tenant's."""

    evidence: Bucket
    table: Table
    ours: World
    other: World
    stranger: World

    @classmethod
    def make(cls, evidence: Bucket, table: Table, clock: SettableClock) -> "Scene":
        """Seal two days with a gap, events and two registers, and anchor them daily."""
        worlds = [
            World(evidence, table=table, tenant=tenant, org=org).has_user("user-1").has_key("key-1")
            for tenant, org in (
                ("tenant-a", "org-Alpha"),
                ("tenant-a", "org-Beta"),
                ("tenant-b", "org-Alpha"),
            )
        ]
        scene = cls(evidence, table, *worlds)
        scene.ours.until(EVENTFUL).event("event-1").until(MIDDLE).has_user("user-2").until(GAP)
        scene.ours.chain(["gap"])
        for world in worlds:
            world.until("2026-04-02T00:00:00Z")
        scene.anchor(clock, "2026-04-02T00:40:00Z")
        for world in worlds:
            world.until("2026-04-03T00:00:00Z")
        scene.anchor(clock, "2026-04-03T00:40:00Z")
        clock.set("2026-04-03T01:30:00Z")
        return scene

    def anchor(self, clock: SettableClock, at: str) -> None:
        """Let the daily schedule fire."""
        clock.set(at)
        nobody: list[str] = []
        context = AnchorContext(
            Connections(self.table), self.evidence, None, clock.now, nobody.append
        )
        anchor("tenant-a", context)

    def anchors(self) -> list[Anchor]:
        """Return the tenant's anchors, oldest first."""
        anchors = Anchors(self.evidence, "tenant-a")
        return [anchor for anchor in map(anchors.find, anchors.days()) if anchor]

    # --- what an insider with every permission does -----------------------------------------------

    def seal(self, hour: str) -> Seal:
        """Return an hour's seal as it was sealed."""
        return next(seal for seal in self.ours.seals if seal.hour == parse_instant(hour))

    def put(self, key: str, body: bytes) -> None:
        """Write over an object."""
        self.evidence.client.put_object(Bucket=self.evidence.name, Key=key, Body=body)

    def put_seal(self, hour: str, seal: Seal) -> None:
        """Write over a seal."""
        self.put(self.ours.key_of(hour), seal.encode())

    def remove(self, key: str) -> None:
        """Delete an object with every version of it."""
        client, bucket = self.evidence.client, self.evidence.name
        listing = client.list_object_versions(Bucket=bucket, Prefix=key)
        for version in listing.get("Versions", []):
            client.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])

    def remove_row(self, hour: str) -> None:
        """Delete the table's row of an hour."""
        at = parse_instant(hour)
        self.table.delete(organization_pk("tenant-a", "org-Alpha"), hour_sk(at))

    def write_row(self, hour: str, sha256: str, outcome: Outcome = "complete") -> None:
        """Write the table's row of an hour."""
        rows = HourRows(self.table, "tenant-a", "org-Alpha")
        facts = hour_facts(self.ours.last)
        rows.close(parse_instant(hour), {**facts, "outcome": outcome, "sha256": sha256})

    def segment(self) -> SegmentEntry:
        """Return what the eventful hour's seal says of its segment."""
        return self.seal(EVENTFUL).content["segments"]["events"][0]

    def register(self, hour: str) -> ObjectEntry:
        """Return what an hour's seal says of the users."""
        entry = self.seal(hour).register("users")
        assert entry
        return entry

    def reseal(self, seals: Sequence[Seal], facts: Json) -> list[Seal]:
        """Seal hours anew, the first with other facts, each following the one before it."""
        resealed: list[Seal] = []
        for seal in seals:
            changed = {"previous_sha256": resealed[-1].sha256} if resealed else facts
            content = cast("SealContent", {**seal.content, **changed})
            resealed.append(Seal.of(content, seal.run))
            self.put_seal(content["hour"], resealed[-1])
        return resealed
