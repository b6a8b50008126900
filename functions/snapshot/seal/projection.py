"""Project (step 6 of 6): what a seal says, into the table, for finding and looking.

Everything here can be rebuilt from sealed objects, and is written the same however often: a crash
in the middle is repaired by the next hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import change_sk, event_lookup, event_sk, hour_sk, organization_pk
from functions.shared.aws.table import Item, Table
from functions.shared.canonical import Json
from functions.shared.evidence.seals import Chain, Seal, read_rows
from functions.shared.tables.hour_rows import HourRows
from functions.snapshot.reconcile.rules import change_id
from functions.snapshot.seal.item_size import fit

_VERDICT = ("verdict", "reason", "event_id")


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
        rows = [self._event(seal, row) for row in self._rows(segments["events"])]
        verdicts = {row["change_id"]: row for row in self._rows(segments.get("verdicts", []))}
        rows += [self._change(row, verdicts) for row in self._rows(segments["changes"])]
        if rows:
            self.table.put_all([fit(row) for row in rows])
        for verdict in verdicts.values():
            self._decide(verdict)
        HourRows(self.table, self.tenant, self.org).close(seal.hour, hour_facts(seal))

    def _rows(self, entries: Sequence[Json]) -> list[Json]:
        return [row for entry in entries for row in read_rows(self.bucket, entry)]

    def _event(self, seal: Seal, event: Json) -> Item:
        # Whether it came late is a pack's to say.
        return {name: value for name, value in event.items() if name != "late"} | {
            "pk": organization_pk(self.tenant, self.org),
            "sk": event_sk(event["occurred_at"], event["event_id"]),
            "lookup": event_lookup(self.tenant, self.org, event["event_id"]),
            "org_id": self.org,
            "sealed_hour": seal.content["hour"],
        }

    def _change(self, change: Json, verdicts: dict[str, Json]) -> Item:
        """Return a change's row with its first verdict, which is then no longer to be written."""
        verdict = verdicts.pop(change_id(change), {})
        found = {name: verdict.get(name) for name in _VERDICT}
        pk = organization_pk(self.tenant, self.org)
        return change | found | {"pk": pk, "sk": _change_sk(change), "org_id": self.org}

    def _decide(self, verdict: Json) -> None:
        """Write a later verdict into the row of a change that an earlier hour sealed."""
        self.table.update(
            organization_pk(self.tenant, self.org),
            _change_sk(verdict),
            "SET verdict = :verdict, #reason = :reason, event_id = :event_id",
            fit({f":{name}": verdict[name] for name in _VERDICT}),
            names={"#reason": "reason"},
        )


def _change_sk(row: Json) -> str:
    return change_sk(row["hour"], row["section"], row["entity_id"], row["kind"])


def hour_facts(seal: Seal) -> Item:
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
    }


def sealed_event_ids(bucket: Bucket, chain: Chain, start: datetime, end: datetime) -> set[str]:
    """Return the ids of all events sealed by the hours of ``start <= hour < end``."""
    ids: set[str] = set()
    for hour in chain.sealed_hours(start, end):
        seal = chain.seal(hour)
        for entry in seal.content["segments"]["events"] if seal else []:
            ids.update(row["event_id"] for row in read_rows(bucket, entry))
    return ids
