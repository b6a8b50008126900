"""Hold what is read again of the audit log against what is sealed of it.

Step 1 of 6, part: audit events. Whoever can alter OpenAI's log may rewrite or remove an entry after
it was sealed. An entry is *changed* where its digest is another by the same numbered schema; it is
*gone* where two whole readings of its stream lack it, and the log still shows something older.
Where only the other stream shows it still, it is gone from its own if that shows others of its
type: a type that OpenAI moves to the other stream takes all of them along.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from functions.shared.canonical import Json
from functions.shared.errors import UpstreamError
from functions.snapshot.fetch.audit.audit_log import StreamReader, WindowBudget
from functions.snapshot.fetch.audit.audit_page import instants
from functions.snapshot.fetch.audit.windows import Stretch, Window
from functions.snapshot.records import STREAMS, AlteredEntries, AuditLogRead, KnownEvent

# New events that one hour may hold: what they need in memory, raw and as rows, is bounded by it.
MOST_EVENTS, MOST_BYTES = 120_000, 160 * 1024 * 1024
# History leaves the fresh part of the next run its capacity.
MOST_OF_HISTORY = 60_000
# For a second reading: windows cut down to a second, and a page of a hundred asked for five times.
_FEW_REQUESTS, _EVENTS_A_REQUEST = 50, 20


@dataclass(slots=True)
class Capacity:
    """How much an hour may still take of new events."""

    events: int = MOST_EVENTS
    n_bytes: int = MOST_BYTES
    _taken: int = 0

    def take(self, events: list[Json]) -> None:
        """Take capacity for events."""
        self._taken += len(events)
        self.events -= len(events)
        self.n_bytes -= sum(len(repr(event)) for event in events)

    @property
    def is_left(self) -> bool:
        """Tell whether an hour may hold more."""
        return self.events > 0 and self.n_bytes > 0

    @property
    def is_left_for_history(self) -> bool:
        """Tell whether an hour may hold more of what is not urgent."""
        return self._taken < MOST_OF_HISTORY and self.n_bytes > MOST_BYTES // 2 and self.is_left


@dataclass(slots=True)
class LogWatch:
    """What is sealed of the hours that are read again, and what reading them showed.

    Attributes:
        known: by id, what is sealed.
        digest: gives an entry's digest, ``<number of the schema>:<hex>``.
        capacity: for events that are not sealed.
    """

    known: Mapping[str, KnownEvent]
    digest: Callable[[Json], str]
    capacity: Capacity = field(default_factory=Capacity)
    _shown: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in STREAMS})
    _changed: set[str] = field(default_factory=set)
    _gone: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in STREAMS})

    def keep(self, stream: str, events: list[Json]) -> list[Json]:
        """Return the events that are not known to be sealed; compare the others."""
        new = []
        for event in events:
            identity = event.get("id")
            sealed = self.known.get(identity) if isinstance(identity, str) else None
            if sealed is None:
                new.append(event)
                continue
            self._shown[stream].add(str(identity))
            if sealed.stream == stream and self._differs(sealed, event):
                self._changed.add(str(identity))
        self.capacity.take(new)
        return new

    def _differs(self, sealed: KnownEvent, event: Json) -> bool:
        if sealed.origin_digest is None:
            return False
        now = self.digest(event)
        # By another schema the two cannot be compared.
        return now != sealed.origin_digest and _schema(now) == _schema(sealed.origin_digest)

    def seconds(self, stream: str, window: Window) -> list[int]:
        """Return the seconds of the events of a stream that are known within a window."""
        return [
            known.second
            for known in self.known.values()
            if known.stream == stream and _within(known, window)
        ]

    async def look_for_gone(
        self, name: str, reader: StreamReader, asked: Window, read: AuditLogRead, requests: int
    ) -> None:
        """Read again where a whole reading lacked what is sealed; note what is lacking still.

        Args:
            name: the stream.
            reader: of the stream.
            asked: what was read again.
            read: what that gave.
            requests: what that took; the second reading may take twice as many, and always as many
                as so many events can need: what is lost among many would never be told otherwise.
        """
        closed = Window(asked.lo, read.closed_through)
        of_stream = {
            identity: known
            for identity, known in self.known.items()
            if known.stream == name and _within(known, closed)
        }
        still = of_stream.keys() & self._shown[name]
        kinds = {of_stream[identity].event_type for identity in still}
        missing = {
            identity: known.second
            for identity, known in of_stream.items()
            if identity not in still
            and (known.event_type in kinds or not self._is_shown(identity))
            and known.second not in read.overflow
        }
        if not missing:
            return
        lo, hi = min(missing.values()), max(missing.values()) + 1
        shown: set[str] = set()
        seconds: list[int] = []

        def note(events: list[Json]) -> list[Json]:
            shown.update(str(event.get("id")) for event in events)
            seconds.extend(instants(events))
            return []

        part = Window(lo, hi)
        n_known = sum(_within(known, part) for known in self.known.values())
        budget = WindowBudget(max(2 * requests, _FEW_REQUESTS + n_known // _EVENTS_A_REQUEST))
        stretch = Stretch(lo, hi, known=self.seconds(name, part), known_to=hi)
        again = await replace(reader, keep=note).read(stretch, budget)
        # OpenAI keeps its log for a time only: an end of it that is lost is not altered.
        try:
            oldest = hi if await reader.nothing_before(lo, budget) else lo - 1
        except UpstreamError:
            return
        oldest = min([oldest, *seconds])
        self._gone[name] |= {
            identity
            for identity in missing.keys() - shown
            if oldest < missing[identity] < again.closed_through
            and missing[identity] not in again.overflow
        }

    def _is_shown(self, identity: str) -> bool:
        return any(identity in shown for shown in self._shown.values())

    @property
    def altered(self) -> AlteredEntries:
        """Return the ids of what the log shows otherwise, or no longer."""
        gone = {identity for names in self._gone.values() for identity in names}
        nowhere = {identity for identity in gone if not self._is_shown(identity)}
        return {
            "changed": sorted(self._changed),
            "gone": sorted(nowhere),
            "gone_from": {stream: sorted(ids - nowhere) for stream, ids in self._gone.items()},
        }


def _within(known: KnownEvent, window: Window) -> bool:
    return window.lo <= known.second < window.hi


def _schema(digest: str) -> str:
    return digest.partition(":")[0]
