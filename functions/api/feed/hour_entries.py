"""What an hour tells the feed: how it was closed, and all that it sealed first.

Every entry says the digest of the seal that vouches for it: the rows are those that the seal's
segments and registers hold, read and checked against it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from functions.api.context import Context
from functions.api.records import FeedEntry, FeedHour, FeedKind
from functions.shared.evidence.seals import Seal, rows_in
from functions.shared.records.entities import Placement
from functions.shared.records.events import Change, FeedVerdict, ListedEvent, Verdict
from functions.shared.records.fields import shown
from functions.shared.records.findings import Finding, FindingRow
from functions.shared.records.seals import SegmentEntry

# An hour that says nothing by itself.
_WHOLE: Final = "complete"


@dataclass(frozen=True, slots=True)
class HourEntries:
    """The entries of one closed hour, in an order that stays.

    Attributes:
        context: the function's.
        seal: of the hour.
    """

    context: Context
    seal: Seal

    @property
    def n_bytes(self) -> int:
        """Return how many bytes are read for them, inflated: all of the segments and findings."""
        segments = self.seal.content["segments"]
        register = self.seal.register("findings")
        of = (*segments["events"], *segments["changes"], *segments["verdicts"])
        return sum(entry["bytes"] for entry in of) + (register["bytes"] if register else 0)

    def behind(self, offset: int) -> Iterator[FeedEntry]:
        """Yield the entries behind so many."""
        yield from islice(self._entries(), offset, None)

    def _entries(self) -> Iterator[FeedEntry]:
        content = self.seal.content
        if content["outcome"] != _WHOLE:
            statuses = {name: part["status"] for name, part in content["sections"].items()}
            closed: FeedHour = {
                "outcome": content["outcome"],
                "reason": content["reason"],
                "sections": statuses,
            }
            yield self._entry("hour", closed)
        segments = content["segments"]
        yield from self._rows("event", segments["events"], ListedEvent, _event)
        yield from self._rows("change", segments["changes"], Change, lambda row: row)
        yield from self._rows("verdict", segments["verdicts"], Verdict, _verdict)
        yield from self._findings()

    def _rows(
        self,
        kind: FeedKind,
        segments: list[SegmentEntry],
        record: type[Any],
        told: Callable[[Any], Any],
    ) -> Iterator[FeedEntry]:
        for segment in segments:
            body = self.context.segments.body(segment)
            for row in rows_in(body, segment, record):
                yield self._entry(kind, told(row))

    def _findings(self) -> Iterator[FeedEntry]:
        hour = self.seal.content["hour"]
        register = self.seal.register("findings")
        if register is None:
            return
        # One by one: of a register as large as they may be, few rows are of this hour.
        for row in rows_in(self.context.segments.body(register), register, Finding):
            if row["first_seen_hour"] == hour:
                yield self._entry("finding_opened", self._finding(row))
            if row["resolved_hour"] == hour:
                yield self._entry("finding_resolved", self._finding(row))

    def _finding(self, row: Finding) -> FindingRow:
        content = self.seal.content
        placed: Placement = {"org_id": content["org_id"], "state_at": content["hour"]}
        return shown(FindingRow, row, placed)

    def _entry(self, kind: FeedKind, told: Any) -> FeedEntry:
        content = self.seal.content
        return {
            "kind": kind,
            "org_id": content["org_id"],
            "sealed_hour": content["hour"],
            "seal_sha256": self.seal.sha256,
            "data": told,
        }


def _event(row: ListedEvent) -> ListedEvent:
    return shown(ListedEvent, row)


def _verdict(row: Verdict) -> FeedVerdict:
    return shown(FeedVerdict, row)
