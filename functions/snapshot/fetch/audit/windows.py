"""Which windows of time to ask the audit log for next, from what was answered before.

Pure. A ``Stretch`` is a part of the log to be read without a hole. It hands out windows from one
end on, each sized so that a page should hold it: by the events that are sealed already, else by the
density seen. What was closed counts as far as it reaches from that end without a hole, so the part
next to it always goes first, and a reading that ends early has lost nothing.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

# A page holds 100. Beside what is known there are few late events; a guess needs more room.
KNOWN_FILL, GUESSED_FILL = 99, 85.0
# Known windows of so few seconds may be full: cut between seconds, they seldom are.
_SHORT_S = 10
# After a window that held next to nothing, the next may be this much longer.
_GROWTH = 8
# Windows whose events decide about the density: more are steadier, fewer follow a burst faster.
_MEMORY = 0.95
_PRIOR = 10
# A page of events of one second or two, out of a window longer than this, is a burst.
_BURST_IN = 8
# How much of a window that was a little too full is asked for instead.
_LESS = 0.85
# Windows under way where a page is well filled, and how many events fill it well.
_AT_ONCE, _FEW = 8, 30


class Window(NamedTuple):
    """Seconds ``lo <= t < hi``."""

    lo: int
    hi: int

    @property
    def length(self) -> int:
        """Return how many seconds it has."""
        return self.hi - self.lo


@dataclass(slots=True)
class _Piece:
    """What is not asked for yet: cut to size as the reading comes to it, or as it stands."""

    lo: int
    hi: int
    as_it_stands: bool = False


@dataclass(slots=True)
class Stretch:
    """A part ``[lo, hi)`` of the audit log, read from its start; backward from its end.

    Attributes:
        lo: epoch second, included.
        hi: epoch second, excluded.
        backward: newest part first.
        known: seconds of events that are sealed already, up to ``known_to``.
        known_to: up to where ``known`` tells what a window will hold; None: nowhere.
        rate: events a second expected elsewhere; None: not known, the whole is tried at once.
    """

    lo: int
    hi: int
    backward: bool = False
    known: Iterable[int] = ()
    known_to: int | None = None
    rate: float | None = None
    _sorted: list[int] = field(init=False)
    _known_fill: int = KNOWN_FILL
    _pieces: list[_Piece] = field(init=False)
    _asked: set[Window] = field(default_factory=set)
    _fill: float = 1.0
    _dense_in_row: int = 0
    _last: int = 0
    _seen: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        """Begin with all of it unasked."""
        self._sorted = sorted(self.known)
        # As many windows as are needed anyway, each with as much room for what came late; but for
        # two events, since they are cut between seconds.
        n_windows = max(1, ceil(len(self._sorted) / KNOWN_FILL))
        self._known_fill = min(KNOWN_FILL, ceil(len(self._sorted) / n_windows) + 2)
        self._pieces = [_Piece(*self._turned(self.lo, self.hi))] if self.lo < self.hi else []
        if self.rate is not None:
            expected = self.rate * (self.hi - self.lo)
            weight = min(GUESSED_FILL * _PRIOR, max(1.0, expected))
            self._remember(weight, weight / max(self.rate, 1e-9))
            # The past is felt for one window at a time.
            self._last = 0 if self.backward else int(expected)
        self._last = max(self._last, len(self._sorted))

    # Inside, time runs in the direction of the reading.
    def _turned(self, lo: int, hi: int) -> Window:
        return Window(-hi, -lo) if self.backward else Window(lo, hi)

    @property
    def edge(self) -> int:
        """Return the second up to which all is closed; backward, from which on."""
        end = self._turned(self.lo, self.hi).hi
        open_at = [piece.lo for piece in self._pieces] + [window.lo for window in self._asked]
        edge = min(open_at, default=end)
        return -edge if self.backward else edge

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing is left to be read."""
        return not self._pieces and not self._asked

    @property
    def at_once(self) -> int:
        """Return how many windows may be under way: where little is found, one finds out more."""
        return _AT_ONCE if self._last >= _FEW else 1

    def next(self) -> Window | None:
        """Return the window to ask for, the one nearest to the start; None: nothing to ask now."""
        if not self._pieces:
            return None
        piece = self._pieces[0]
        stop = piece.hi if piece.as_it_stands else min(piece.hi, self._stop(piece.lo))
        window = Window(piece.lo, stop)
        if stop == piece.hi:
            self._pieces.pop(0)
        else:
            piece.lo = stop
        self._asked.add(window)
        return self._turned(*window)

    def _stop(self, lo: int) -> int:
        left, start = 0, lo
        if self.known_to is not None and not self.backward and lo < self.known_to:
            first = bisect_left(self._sorted, lo)
            stop = self._after(first, self._known_fill)
            if stop is not None:
                full = self._after(first, self._known_fill + 1)
                if full is not None and full <= lo + _SHORT_S:
                    stop = full
                return max(lo + 1, stop)
            left, start = len(self._sorted) - first, self.known_to
        if self.rate is None:
            return self._turned(self.lo, self.hi).hi
        left_for = max(0.0, GUESSED_FILL * self._fill - left)
        return max(lo + 1, start + round(min(left_for / max(self.rate, 1e-9), 2**33)))

    def _after(self, first: int, n_events: int) -> int | None:
        """Return the second before which so many known events fit, None where all do."""
        at = first + max(1, int(n_events * self._fill))
        return self._sorted[at] if at < len(self._sorted) else None

    def closed(self, window: Window, n_events: int) -> None:
        """Take it that a window was answered whole."""
        asked = self._take(window)
        self._fill = min(1.0, self._fill * 1.25)
        self._dense_in_row = 0
        self._last = n_events
        if self._is_known(asked):
            return
        length = asked.length
        if length == 1 and n_events > KNOWN_FILL:
            # A burst says nothing of the seconds around it.
            return
        if self.rate is None or n_events * 4 < length * self.rate:
            # Next to nothing: what was dense before is over.
            floor = 0.0 if self.rate is None else self.rate / _GROWTH
            self._seen = (0.0, 0.0)
            self._remember(1.0, 1.0 / max((n_events + 1) / length, floor))
        else:
            self._remember(n_events, length)

    def dense(self, window: Window, instants: Iterable[int]) -> None:
        """Take it that a window has more events than a page; it is read again in parts.

        Args:
            window: as ``next`` gave it; longer than a second.
            instants: times of the events that its page showed.
        """
        asked = self._take(window)
        # How dense it is shows when a part of it was closed.
        self._last = 0
        if self._is_known(asked):
            # Where something came late, more may have.
            self._known_fill = max(KNOWN_FILL // 2, self._known_fill - 1)
            self._halve(asked)
            return
        length = asked.length
        if self.rate is not None and length > 1 + 1.05 * GUESSED_FILL * self._fill / self.rate:
            # Asked for before the density was known as well as now.
            self._give_back(_Piece(*asked))
            return
        times = list(instants)
        span = max(1, max(times) - min(times)) if times else length
        # Whichever end the page showed: its events span so long, and there are more than it holds.
        rate = max(len(times) / span, (len(times) + 1) / length)
        self._dense_in_row += 1
        if times and self._dense_in_row == 1 and span == 1 and length > _BURST_IN:
            # One burst: what stands before and behind it may be next to nothing.
            self._around(asked, *self._turned(min(times), max(times) + 1))
            return
        if self.rate is not None and rate < 1.5 * self.rate and self._dense_in_row == 1:
            # A little too many by chance: the rest of it goes to the next window.
            self._remember(len(times) + 1, length)
            middle = asked.lo + max(1, int(length * _LESS))
            self._give_back(_Piece(middle, asked.hi))
            self._give_back(_Piece(asked.lo, middle, as_it_stands=True))
            return
        # A page may show a thin choice of the window: halving, once more each time, always ends.
        rate = max(rate, GUESSED_FILL * 2 ** (self._dense_in_row - 1) / max(1, length - 1))
        self._seen = (0.0, 0.0)
        self._remember(GUESSED_FILL, GUESSED_FILL / rate)
        self._give_back(_Piece(*asked))

    def unreadable(self, window: Window) -> None:
        """Take it that a window's answer was too large or could not be read: ask for halves."""
        asked = self._take(window)
        self._fill = max(1 / KNOWN_FILL, self._fill / 2)
        self._halve(asked)

    def unanswered(self, window: Window) -> None:
        """Take it that a window was not answered; it stays open."""
        self._give_back(_Piece(*self._take(window)))

    def _take(self, window: Window) -> Window:
        asked = self._turned(*window)
        self._asked.remove(asked)
        return asked

    def _is_known(self, asked: Window) -> bool:
        return self.known_to is not None and not self.backward and asked.lo < self.known_to

    def _around(self, asked: Window, lo: int, hi: int) -> None:
        lo, hi = max(lo, asked.lo), min(hi, asked.hi)
        if hi < asked.hi:
            self._give_back(_Piece(hi, asked.hi))
        self._give_back(_Piece(lo, hi, as_it_stands=True))
        if asked.lo < lo:
            self._give_back(_Piece(asked.lo, lo, as_it_stands=True))

    def _halve(self, asked: Window) -> None:
        middle = (asked.lo + asked.hi) // 2
        self._give_back(_Piece(middle, asked.hi, as_it_stands=True))
        self._give_back(_Piece(asked.lo, middle, as_it_stands=True))

    def _give_back(self, piece: _Piece) -> None:
        at = bisect_left([other.lo for other in self._pieces], piece.lo)
        after = self._pieces[at] if at < len(self._pieces) else None
        joins = after is not None and after.lo == piece.hi
        if after is not None and joins and not (piece.as_it_stands or after.as_it_stands):
            after.lo = piece.lo
        else:
            self._pieces.insert(at, piece)

    def _remember(self, n_events: float, seconds: float) -> None:
        events, length = self._seen
        self._seen = (events * _MEMORY + n_events, length * _MEMORY + seconds)
        self.rate = max(self._seen[0], 0.5) / self._seen[1]
