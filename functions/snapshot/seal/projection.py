"""Project (step 6 of 6): what a seal says, into the table, where it can be found.

Everything here can be rebuilt from sealed objects, and is written the same however often: a crash
in the middle is repaired by the next hour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import change_sk, event_lookup, event_sk, hour_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.evidence.seals import Seal, read_rows
from functions.shared.records.events import (
    Change,
    Event,
    ListedChange,
    ListedEvent,
    ListedVerdict,
    Verdict,
    placed_at,
)
from functions.shared.records.fields import part_of
from functions.shared.records.seals import SegmentEntry
from functions.shared.records.tables import HourFacts, Key
from functions.shared.tables.hour_rows import HourRows
from functions.snapshot.reconcile.change_facts import change_id
from functions.snapshot.seal.item_size import limit_item_size

Row = TypeVar("Row")

_NO_VERDICT: ListedVerdict = {"verdict": None, "reason": None, "event_id": None}


class EventItem(ListedEvent, Key):
    """An audit event in the table; ``lookup`` finds it by its id."""

    lookup: str


class ChangeItem(ListedChange, Key):
    """A change in the table."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The table's view of one organization of one tenant.

    Permissions:
        dynamodb:GetItem, PutItem, UpdateItem and BatchWriteItem on the table; s3:GetObject on the
        evidence bucket, to rebuild.
    """

    table: Table
    bucket: Bucket
    tenant: str
    org: str

    def is_missing(self, hour: datetime) -> bool:
        """Tell whether the row of a sealed hour was never written."""
        row = self.table.get(organization_pk(self.tenant, self.org), hour_sk(hour))
        return row is None or row["state"] != "sealed"

    def project(self, seal: Seal) -> None:
        """Write the rows of a seal; the hour's own row is last and ends the lease."""
        segments = seal.content["segments"]
        events = self._rows(segments["events"], Event)
        items = [limit_item_size(self._event(row, seal)) for row in events]
        verdicts = {row["change_id"]: row for row in self._rows(segments["verdicts"], Verdict)}
        for change in self._rows(segments["changes"], Change):
            # Its first verdict is written with it, and then no more.
            verdict = verdicts.pop(change_id(change), None)
            items.append(limit_item_size(self._change(change, verdict)))
        if items:
            self.table.put_all(items)
        for verdict in verdicts.values():
            self._decide(verdict)
        HourRows(self.table, self.tenant, self.org).close(seal.hour, hour_facts(seal))

    def _rows(self, entries: Sequence[SegmentEntry], record: type[Row]) -> Iterator[Row]:
        for entry in entries:
            yield from read_rows(self.bucket, entry, record)

    def _event(self, event: Event, seal: Seal) -> EventItem:
        # Whether it came late is a pack's to say.
        return {
            **part_of(ListedEvent, event),
            "org_id": self.org,
            "sealed_hour": seal.content["hour"],
            "pk": organization_pk(self.tenant, self.org),
            "sk": event_sk(placed_at(event), event["event_id"]),
            "lookup": event_lookup(self.tenant, self.org, event["event_id"]),
        }

    def _change(self, change: Change, verdict: Verdict | None) -> ChangeItem:
        return {
            **change,
            **(part_of(ListedVerdict, verdict) if verdict else _NO_VERDICT),
            "org_id": self.org,
            "pk": organization_pk(self.tenant, self.org),
            "sk": change_sk(change["hour"], change["section"], change["entity_id"], change["kind"]),
        }

    def _decide(self, verdict: Verdict) -> None:
        """Write a later verdict into the row of a change that an earlier hour sealed."""
        self.table.update(
            organization_pk(self.tenant, self.org),
            change_sk(verdict["hour"], verdict["section"], verdict["entity_id"], verdict["kind"]),
            "SET verdict = :verdict, #reason = :reason, event_id = :event_id",
            limit_item_size(
                {
                    ":verdict": verdict["verdict"],
                    ":reason": verdict["reason"],
                    ":event_id": verdict["event_id"],
                }
            ),
            names={"#reason": "reason"},
        )


def hour_facts(seal: Seal) -> HourFacts:
    """Return what the hour's row shows: at most 1 KB, one write unit."""
    content = seal.content
    segments = content["segments"]
    return {
        "outcome": content["outcome"],
        "reason": content["reason"],
        "sha256": seal.sha256,
        "sections": {
            name: section["status"]
            for name, section in content["sections"].items()
            if section["status"] != "derived"
        },
        "kpi": content["kpi"],
        "events": sum(entry["rows"] for entry in segments["events"]),
        "changes": sum(entry["rows"] for entry in segments["changes"]),
        "open_findings": content["sections"]["findings"]["count"],
        "lag_hours": content["sections"]["audit_events"]["lag_hours"],
    }
