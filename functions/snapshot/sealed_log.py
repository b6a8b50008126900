"""What is sealed of the audit log in the hours that are read again.

Read from sealed segments, never from the table. Only the names of objects are listed, to know
which seals to open; what no seal names counts for nothing.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from sys import intern

from functions.shared.aws.keys import segments_prefix
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.seals import Chain, Seal, read_body, rows_in
from functions.shared.hours import (
    HOUR,
    floor_hour,
    hours_from,
    month_of,
    parse_instant,
    rfc3339,
)
from functions.shared.records.events import Event
from functions.snapshot.fetch.audit.audit_marks import PATROL, AuditPlan
from functions.snapshot.fetch.audit.windows import Window
from functions.snapshot.records import KnownEvent

# Rows that one reading again is held against; what would be more is left for the next run. Where
# an hour's late events lie among more than a few times as many, the last of them are not compared.
MOST_ROWS, MOST_AMONG = 120_000, 600_000
SECOND = timedelta(seconds=1)
_OCCURRED_AT = b',"occurred_at":'

SealedLate = Callable[[datetime, datetime], Mapping[datetime, Collection[datetime]]]
"""From the first hour and the one after the last: which hours sealed late what happened then."""


@dataclass(frozen=True, slots=True)
class SealedLog:
    """The sealed events of one organization, before an hour.

    Attributes:
        chain: the organization's seals.
        previous: the last of them.
        hour: the hour that closes.
        sealed_late: asks the sealed index.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """

    chain: Chain
    previous: Seal | None
    hour: datetime
    sealed_late: SealedLate

    def known(self, plan: AuditPlan) -> tuple[AuditPlan, dict[str, KnownEvent]]:
        """Return what is sealed of the hours that a plan reads again, by id.

        The plan comes back with less to read again where that held too many events. What was
        sealed late, and history, is looked for where the patrol goes.
        """
        known: dict[str, KnownEvent] = {}
        streams = plan.streams.values()
        patrolled = {stream.again[PATROL] for stream in streams if PATROL in stream.again}
        ends: dict[Window, int] = {}
        for window in sorted(set(plan.read_before())):
            end = self._read_window(window, known, with_late=window in patrolled)
            if end is not None:
                ends[window] = end
        return _shortened(plan, ends), known

    def _read_window(
        self, window: Window, known: dict[str, KnownEvent], *, with_late: bool
    ) -> int | None:
        """Read what is sealed of a window; return up to where, where that were too many rows."""
        first = floor_hour(datetime.fromtimestamp(window.lo, UTC))
        end = floor_hour(datetime.fromtimestamp(window.hi, UTC) - SECOND) + HOUR
        in_time = self._hours_with_events(first, end)
        late = self.sealed_late(first, end) if with_late else {}
        read = set[datetime]()
        n_rows = 0
        for hour in hours_from(first, end):
            if n_rows > MOST_ROWS and hour > first:
                return int(hour.timestamp())
            # What happened in an hour is sealed by it, or by the next where it came a little late.
            sealing = {hour, hour + HOUR} & in_time
            for name in sorted(sealing.union(late.get(hour, ())) - read):
                if n_rows > MOST_AMONG:
                    break
                read.add(name)
                # What cannot be read is not compared: every pack that should hold it tells of it.
                with suppress(EvidenceInvalid, EvidenceMissing):
                    n_rows += self._read(name, window, known)
        return None

    def _hours_with_events(self, first: datetime, end: datetime) -> set[datetime]:
        """Return which hours, from one to that after another, sealed events of these months."""
        hours: set[datetime] = set()
        last = min(end + HOUR, self.hour)
        for prefix in self._prefixes(first, end):
            for key in self.chain.bucket.keys(prefix, after=f"{prefix}{rfc3339(first)}"):
                hour = _hour_of(key.removeprefix(prefix))
                if hour is None or hour >= last:
                    break
                hours.add(hour)
        return hours

    def _prefixes(self, first: datetime, end: datetime) -> tuple[str, ...]:
        months = sorted({month_of(hour) for hour in hours_from(first, end)})
        tenant, org = self.chain.tenant, self.chain.org
        return tuple(segments_prefix(tenant, org, "events", month) for month in months)

    def _read(self, hour: datetime, window: Window, known: dict[str, KnownEvent]) -> int:
        at_hand = self.previous is not None and self.previous.hour == hour
        seal = self.previous if at_hand else self.chain.seal(hour)
        prefixes = self._prefixes(*(datetime.fromtimestamp(second, UTC) for second in window))
        n_rows = 0
        for entry in seal.content["segments"]["events"] if seal else []:
            if not entry["key"].startswith(prefixes):
                continue
            n_rows += entry["rows"]
            near = _near(read_body(self.chain.bucket, entry), window)
            for row in rows_in(near, entry, Event):
                at, details = row["occurred_at"], row["details"]
                extra = details["extra"] if "extra" in details else {}
                # Version 2 put what has no readable time where it was asked for.
                if at is None or "effective_at" in extra:
                    continue
                second = int(parse_instant(at).timestamp())
                if window.lo <= second < window.hi:
                    digest = details["origin_digest"] if "origin_digest" in details else None
                    stream = details["stream"] if "stream" in details else None
                    # One text for all rows of a type: memory.
                    kind = intern(row["event_type"]) if row["event_type"] else None
                    known[row["event_id"]] = KnownEvent(second, digest, stream, kind)
        return n_rows


def _near(rows: bytes, window: Window) -> bytes:
    """Return those of some rows that may lie in a window, without reading each as JSON.

    A day that the patrol asks for may be sealed among a month of history.
    """
    start, end = (rfc3339(datetime.fromtimestamp(at, UTC)).encode() for at in window)
    return b"".join(line for line in BytesIO(rows) if _may_lie_in(line, start, end))


def _may_lie_in(line: bytes, start: bytes, end: bytes) -> bool:
    # The last such name in a row is the row's own: text and null follow, and in a text no quote
    # stands without a backslash. Whatever has no time there is read.
    at = line.rfind(_OCCURRED_AT)
    text = line[at + len(_OCCURRED_AT) :]
    return at < 0 or not text.startswith(b'"') or start <= text[1:21] < end


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
