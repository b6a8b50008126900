"""What is sealed of the audit log in the hours that are read again.

Read from sealed segments, never from the table. Only the names of objects are listed, to know
which seals to open; what no seal names counts for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from functions.shared.aws.keys import segments_prefix
from functions.shared.evidence.seals import Chain, Seal, read_rows
from functions.shared.hours import (
    HOUR,
    floor_hour,
    hours_from,
    month_of,
    parse_instant,
    rfc3339,
)
from functions.shared.records.events import Event
from functions.snapshot.fetch.audit.audit_marks import AuditPlan
from functions.snapshot.fetch.audit.windows import Window
from functions.snapshot.records import KnownEvent

# Rows that one reading again is held against; what would be more is left for the next run.
MOST_ROWS = 120_000
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SealedLog:
    """The sealed events of one organization, before an hour.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """

    chain: Chain
    previous: Seal | None
    hour: datetime

    def known(self, plan: AuditPlan) -> tuple[AuditPlan, dict[str, KnownEvent]]:
        """Return what is sealed of the hours that a plan reads again, by id.

        The plan comes back with less to read again where that held too many events.
        """
        known: dict[str, KnownEvent] = {}
        ends: dict[Window, int] = {}
        for window in sorted(set(plan.read_before())):
            n_rows = 0
            for hour in self._sealing_hours(window):
                # What happened in an hour is sealed by it, or by the next where it came late.
                end = int((hour - HOUR).timestamp())
                if n_rows > MOST_ROWS and end > window.lo:
                    ends[window] = end
                    break
                n_rows += self._read(hour, window, known)
        return _shortened(plan, ends), known

    def _sealing_hours(self, window: Window) -> Iterator[datetime]:
        """Yield the hours that sealed events about then, oldest first."""
        start, end = (datetime.fromtimestamp(second, UTC) for second in window)
        first, last = floor_hour(start), min(floor_hour(end - SECOND) + 2 * HOUR, self.hour)
        hours: set[datetime] = set()
        for month in {month_of(hour) for hour in hours_from(first, end)}:
            prefix = segments_prefix(self.chain.tenant, self.chain.org, "events", month)
            for key in self.chain.bucket.keys(prefix, after=f"{prefix}{rfc3339(first)}"):
                hour = _hour_of(key.removeprefix(prefix))
                if hour is None or hour >= last:
                    break
                hours.add(hour)
        yield from sorted(hours)

    def _read(self, hour: datetime, window: Window, known: dict[str, KnownEvent]) -> int:
        at_hand = self.previous is not None and self.previous.hour == hour
        seal = self.previous if at_hand else self.chain.seal(hour)
        n_rows = 0
        for entry in seal.content["segments"]["events"] if seal else []:
            n_rows += entry["rows"]
            for row in read_rows(self.chain.bucket, entry, Event):
                at, details = row["occurred_at"], row["details"]
                extra = details["extra"] if "extra" in details else {}
                # Version 2 put what has no readable time where it was asked for.
                if at is None or "effective_at" in extra:
                    continue
                second = int(parse_instant(at).timestamp())
                if window.lo <= second < window.hi:
                    digest = details["origin_digest"] if "origin_digest" in details else None
                    stream = details["stream"] if "stream" in details else None
                    known[row["event_id"]] = KnownEvent(second, digest, stream)
        return n_rows


def _shortened(plan: AuditPlan, ends: dict[Window, int]) -> AuditPlan:
    streams = {}
    for name, stream in plan.streams.items():
        again = {
            mark: Window(window.lo, min(window.hi, ends.get(window, window.hi)))
            for mark, window in stream.again.items()
        }
        streams[name] = replace(stream, again=again)
    return replace(plan, streams=streams)


def _hour_of(name: str) -> datetime | None:
    try:
        return parse_instant(name[:20])
    except ValueError:
        return None
