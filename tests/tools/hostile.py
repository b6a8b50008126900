"""Bad packs by name, and the one assertion about all of them.

For packs with members that the folders of tests/vectors do not have.
"""

from collections.abc import Callable
from pathlib import Path

from tests.tools.verifier import verify_bytes

Make = Callable[[], bytes]


class Cases(dict[str, tuple[int, str, Make]]):
    """Names of bad packs; for each the check that refuses it, its words, and how to make it."""

    def case(self, name: str, number: int, words: str, make: Make) -> None:
        """Register a pack that check `number` must refuse with these words."""
        assert name not in self
        self[name] = (number, words, make)

    def refuse(self, name: str, folder: Path) -> None:
        """Assert exit 1, the check's number, its words, and never the word of acceptance."""
        number, words, make = self[name]
        verdict = verify_bytes(make(), folder)
        assert verdict.code == 1, verdict.text
        assert min(verdict.failed) == number, verdict.text
        assert words in verdict.failed[number]
        assert verdict.last_line.startswith(f"FAILED  check {number}")
        assert "VALID" not in verdict.text
        assert all(" " <= c <= "~" or c == "\n" for c in verdict.text)
