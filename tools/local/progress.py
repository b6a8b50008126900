"""Show how far a long run is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
from typing import TextIO

_WIDTH = 30


class Bar:
    """A bar of `total` steps on standard error.

    Args:
        total: steps there will be.
        stream: where it is drawn.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._stream = sys.stderr if stream is None else stream
        self._on_terminal = self._stream.isatty()

    def advance(self, what: str) -> None:
        """Count one step and show it."""
        self._done = min(self._done + 1, self._total)
        if self._on_terminal:
            filled = _WIDTH * self._done // self._total
            bar = "█" * filled + "·" * (_WIDTH - filled)
            self._stream.write(f"\r{bar} {self._done}/{self._total} {what:<32}")
        elif self._done % 12 == 0 or self._done == self._total:
            self._stream.write(f"{self._done}/{self._total} {what}\n")
        self._stream.flush()

    def close(self) -> None:
        """End the bar's line."""
        if self._on_terminal:
            self._stream.write("\n")
            self._stream.flush()
