"""The sealed index of the hour that closes: what is sealed already, and the run of its own events.

Part of step 6 (seal). Runs are put before the seal names them, under names their content has; a
second run of the hour makes the same ones. A chain that begins with seals of version 2 has no index
there: each hour reads some of them back, newest first, until the index holds the whole chain. Until
then ``since`` says from which hour on it does; of the hours before, the segments are read, as ever.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from functions.shared.aws.keys import index_run_key
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.index_run import late_row, merged, n_late, row_of, write_run
from functions.shared.evidence.sealed_index import (
    LAST_LEVEL,
    SealedIndex,
    held_since,
    read_run,
    runs_to_merge,
)
from functions.shared.evidence.seals import BEGINNING, Chain, Seal, read_rows
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.records.events import Event
from functions.shared.records.seals import IndexRun

# What one hour reads back at most: so many seals, and none behind so many events.
SEALS_AT_ONCE = 2000
EVENTS_AT_ONCE = 300_000
_FIRST_VERSION = 3
_UNDER_WAY = 8


@dataclass(frozen=True, slots=True)
class HourIndex:
    """The sealed index as an hour finds it.

    Attributes:
        chain: the organization's seals.
        hour: the hour that closes.
        runs: what the seal before names, and what was read back since.
        since: the first hour whose ids they hold; None: all of the chain.

    Permissions:
        s3:GetObject, s3:PutObject and s3:ListBucket on the evidence bucket.
    """

    chain: Chain
    hour: datetime
    runs: Sequence[IndexRun]
    since: datetime | None

    @classmethod
    def open(cls, chain: Chain, hour: datetime, previous: Seal | None) -> "HourIndex":
        """Open the index that the seal before an hour names, and read some of the past back."""
        if previous is None or previous.content["v"] >= _FIRST_VERSION:
            runs = previous.content["index"] if previous else []
            return cls(chain, hour, runs, held_since(runs))._reaching_back()
        return cls(chain, hour, [], hour)._reaching_back()

    def sealed(self, event_ids: Collection[str], start: datetime) -> dict[str, str]:
        """Return, of these ids, those that are sealed, with the hour that sealed each first.

        Args:
            event_ids: the ids.
            start: where the index does not hold the whole chain, what was sealed before it begins
                is known from the hour of this instant on.
        """
        if not event_ids:
            return {}
        found = SealedIndex(self.chain.bucket, self.runs).find(event_ids)
        if self.since is not None:
            earlier = list(self.chain.sealed_hours(floor_hour(start), self.since))
            for hour, events in _sealed_events(self.chain, earlier[::-1]):
                found |= dict.fromkeys(events.keys() & set(event_ids), hour)
        return {event_id: rfc3339(hour) for event_id, hour in found.items()}

    def sealed_late(self, start: datetime, end: datetime) -> dict[datetime, set[datetime]]:
        """Return which hours sealed events of earlier ones, by the hour in which these happened.

        As far as the index holds the chain; not those that sealed them in time.

        Args:
            start: the first hour in which they happened.
            end: the hour after the last.
        """
        return SealedIndex(self.chain.bucket, self.runs).sealed_late(start, end)

    def after(self, events: Mapping[str, str | None]) -> list[IndexRun]:
        """Put what the hour's own events make of the index; return what its seal names.

        Args:
            events: by id, when each happened; None where that could not be read.
        """
        rows = sorted(_rows_of(events, self.hour))
        if any(run["key"] != self._key(run["sha256"]) for run in self.runs):
            # The month's first hour: so object locks never run out under what a seal still names.
            return [self._put(rows, self.runs, LAST_LEVEL, self.since)]
        if not rows:
            return list(self.runs)
        merging, level = runs_to_merge(self.runs)
        kept = [run for run in self.runs if run not in merging]
        since = held_since(merging) if merging else self.hour if kept else None
        return sorted([*kept, self._put(rows, merging, level, since)], key=_longest_first)

    def _reaching_back(self) -> "HourIndex":
        if self.since is None:
            return self
        hours = list(self.chain.sealed_hours(BEGINNING, self.since))
        rows, reached = list[bytes](), self.since
        for hour, events in _sealed_events(self.chain, hours[: -SEALS_AT_ONCE - 1 : -1]):
            rows += _rows_of(events, hour)
            reached = hour
            if len(rows) >= EVENTS_AT_ONCE:
                break
        since = reached if hours and reached != hours[0] else None
        if since is None and not rows and not self.runs:
            return replace(self, since=None)
        run = self._put(sorted(rows), self.runs, LAST_LEVEL, since)
        return replace(self, runs=[run], since=since)

    def _put(
        self, rows: list[bytes], runs: Sequence[IndexRun], level: int, since: datetime | None
    ) -> IndexRun:
        """Merge rows and runs into one run, some blocks of each in memory at a time."""
        bucket = self.chain.bucket
        with TemporaryDirectory() as folder:
            path = Path(folder) / "run"
            with path.open("wb") as file:
                fences = write_run(merged([[rows], *(read_run(bucket, run) for run in runs)]), file)
            key = self._key(fences.sha256)
            bucket.put_once(key, path, "application/octet-stream")
        return {
            "key": key,
            "late": n_late(rows) + sum(run["late"] for run in runs),
            "level": level,
            "rows": fences.rows,
            "sha256": fences.sha256,
            "since": rfc3339(since) if since else None,
        }

    def _key(self, sha256: str) -> str:
        return index_run_key(self.chain.tenant, self.chain.org, self.hour, sha256)


def _longest_first(run: IndexRun) -> int:
    return -run["level"]


def _rows_of(events: Mapping[str, str | None], hour: datetime) -> Iterator[bytes]:
    """Yield the rows of the events that an hour sealed."""
    for event_id in events:
        yield row_of(event_id, hour)
    # A row counts its hours from 1970 on; version 2 may have sealed what OpenAI told as earlier.
    happened = {at[:13] for at in events.values() if at is not None and at >= "1970"}
    for start in (parse_instant(f"{name}:00:00Z") for name in happened):
        if start + HOUR < hour:
            yield late_row(start, hour)


def _sealed_events(
    chain: Chain, hours: Sequence[datetime]
) -> Iterator[tuple[datetime, Mapping[str, str | None]]]:
    """Yield hours with the events that each sealed, in the order given: when, by id."""

    def read(hour: datetime) -> Mapping[str, str | None]:
        # What cannot be read is not known to be sealed: every pack that should hold it tells of it.
        try:
            seal = chain.seal(hour)
            entries = seal.content["segments"]["events"] if seal else []
            return {
                row["event_id"]: row["occurred_at"]
                for entry in entries
                for row in read_rows(chain.bucket, entry, Event)
            }
        except (EvidenceInvalid, EvidenceMissing):
            return {}

    with ThreadPoolExecutor(_UNDER_WAY) as threads:
        for at in range(0, len(hours), _UNDER_WAY):
            batch = hours[at : at + _UNDER_WAY]
            yield from zip(batch, threads.map(read, batch), strict=True)
