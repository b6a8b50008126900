"""Project (step 6 of 6): what a seal says, into the table, where it can be found.

An hour is a row, and so is each change in it; events have none, however many there are. All of it
can be rebuilt from sealed objects, and is written the same however often: a crash in the middle is
repaired by the next hour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import change_sk, hour_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.canonical import strict_loads
from functions.shared.evidence.seals import Seal, read_body, read_rows
from functions.shared.records.events import (
    Change,
    Event,
    ListedChange,
    ListedVerdict,
    Verdict,
    placed_at,
)
from functions.shared.records.fields import part_of
from functions.shared.records.seals import SegmentEntry
from functions.shared.records.tables import ClosedHour, HourFacts, Key
from functions.shared.tables.hour_rows import HourRows
from functions.snapshot.reconcile.change_facts import change_id
from functions.snapshot.seal.item_size import limit_item_size

Row = TypeVar("Row")

_NO_VERDICT: ListedVerdict = {"verdict": None, "reason": None, "event_id": None}


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
        return row is None or cast("ClosedHour", row)["state"] != "sealed"

    def project(self, seal: Seal) -> None:
        """Write the rows of a seal; the hour's own row is last and ends the lease."""
        segments = seal.content["segments"]
        verdicts = {row["change_id"]: row for row in self._rows(segments["verdicts"], Verdict)}
        # A change's first verdict is written with it, and then no more.
        items = [
            limit_item_size(self._change(change, verdicts.pop(change_id(change), None)))
            for change in self._rows(segments["changes"], Change)
        ]
        if items:
            self.table.put_all(items)
        for verdict in verdicts.values():
            self._decide(verdict)
        facts = hour_facts(seal, self._oldest_event_at(segments["events"]))
        HourRows(self.table, self.tenant, self.org).close(seal.hour, facts)

    def _rows(self, entries: Sequence[SegmentEntry], record: type[Row]) -> Iterator[Row]:
        for entry in entries:
            yield from read_rows(self.bucket, entry, record)

    def _oldest_event_at(self, entries: Sequence[SegmentEntry]) -> str | None:
        """Return when the first of an hour's events happened, None of an hour without any."""
        if not entries:
            return None
        # Segments are of a month each, their rows oldest first.
        body = read_body(self.bucket, min(entries, key=lambda entry: entry["month"]))
        oldest: Event = strict_loads(body[: body.index(b"\n")])
        return placed_at(oldest)

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


def hour_facts(seal: Seal, oldest_event_at: str | None) -> HourFacts:
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
        "oldest_event_at": oldest_event_at,
        "changes": sum(entry["rows"] for entry in segments["changes"]),
        "open_findings": content["sections"]["findings"]["count"],
        "lag_hours": content["sections"]["audit_events"]["lag_hours"],
    }
