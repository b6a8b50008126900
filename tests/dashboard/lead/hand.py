"""A person's hand on the page: what it does, and how long that takes by the keystroke-level model.

The model is that of S. K. Card, T. P. Moran and A. Newell, "The Keystroke-Level Model for User
Performance Time with Interactive Systems", Communications of the ACM 23 (7), 1980, pages 396 to
410, with its own constants: a key of an average typist who is no secretary (their figure 1), which
here a button of the mouse takes, too; pointing; a hand from the keyboard to the mouse or back; a
mental step. Mental steps stand before every click, every key of the keyboard that does something,
and every text that is typed (their rule 0; none is taken away by rules 1 to 4), and one for each
thing that is read. How long the page itself takes is measured and added.
"""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page

# Whether the page is where it was a tenth of a second ago.
STOOD_STILL: Final = (
    "() => new Promise((tell) => { const y = scrollY;"
    " setTimeout(() => tell(scrollY === y), 100); })"
)
SECONDS: Final = {"K": 0.28, "P": 1.1, "H": 0.4, "M": 1.35}


class Hand(ABC):
    """A hand on the page.

    Attributes:
        page: the page.
        steps: how often each operator of the model was needed.
        clicks: of the mouse; by keyboard the keys that press something.
        views: those that were open, one after the other.
    """

    def __init__(self, page: Page) -> None:
        """Begin at a page that is open; the time counts from now on."""
        self.page = page
        self.steps: Counter[str] = Counter()
        self.clicks = 0
        self.views: list[str] = []
        self._since = time.monotonic()
        self._away_s = 0.0
        page.on("framenavigated", self._went)

    @property
    def minutes(self) -> float:
        """Return how long it all took, with the page's own time."""
        by_model = sum(SECONDS[name] * n for name, n in self.steps.items())
        return (by_model + time.monotonic() - self._since - self._away_s) / 60

    @property
    def account(self) -> str:
        """Return in a line what it took."""
        steps = ", ".join(f"{self.steps[name]} {name}" for name in SECONDS)
        return (
            f"{self.clicks} clicks, {len(self.views)} pages ({' '.join(self.views)}), "
            f"{self.minutes:.1f} minutes by the keystroke-level model ({steps})"
        )

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let time pass that is nobody's work."""
        since = time.monotonic()
        yield
        self._away_s += time.monotonic() - since

    def _went(self, frame: Frame) -> None:
        view = urlsplit(frame.url).fragment.partition("?")[0]
        if view and self.views[-1:] != [view]:
            self.views.append(view)

    def read(self, n: int = 1) -> None:
        """Read some things."""
        self.steps["M"] += n

    def scrolls(self) -> bool:
        """Go a screen on; tell whether there was one."""
        before = self.page.evaluate("scrollY")
        self._scroll()
        self.steps["K"] += 1
        self.page.wait_for_function(STOOD_STILL)
        return bool(self.page.evaluate("scrollY") > before)

    @abstractmethod
    def _scroll(self) -> None:
        """Go a screen on."""

    @abstractmethod
    def press(self, target: Locator) -> None:
        """Press a button, follow a link, tick a box."""

    @abstractmethod
    def choose(self, select: Locator, words: str) -> None:
        """Choose what is called so."""

    @abstractmethod
    def write(self, field: Locator, text: str) -> None:
        """Type a text into an empty field."""

    @abstractmethod
    def date(self, field: Locator, day: str) -> None:
        """Type a day, ``2026-04-30``, as the page's language has it."""


class Mouse(Hand):
    """A hand that points, and types where there is something to type."""

    def __init__(self, page: Page) -> None:
        """Begin with the hand on the mouse."""
        super().__init__(page)
        self._on_keys = False

    def press(self, target: Locator) -> None:
        """Point and click."""
        self._point(target)
        target.click()
        self._clicked()

    def choose(self, select: Locator, words: str) -> None:
        """Two clicks: the list opens, and one of it is chosen."""
        self._point(select)
        self._clicked()
        self.steps.update("MP")
        self._clicked()
        select.select_option(label=words)

    def write(self, field: Locator, text: str) -> None:
        """Click into the field, and type."""
        self._point(field)
        field.click()
        self._clicked()
        self._type(text)

    def date(self, field: Locator, day: str) -> None:
        """Click on the first part of the day, and type its figures."""
        self._point(field)
        field.click(position={"x": 12, "y": 14})
        self._clicked()
        self._type(figures_of(day))

    def _scroll(self) -> None:
        self.page.mouse.wheel(0, self.page.evaluate("innerHeight * 0.85"))

    def _type(self, text: str) -> None:
        self.steps.update({"H": 1, "M": 1, "K": len(text)})
        self._on_keys = True
        self.page.keyboard.type(text)

    def _point(self, target: Locator) -> None:
        target.wait_for()
        self.steps.update({"M": 1, "P": 1, "H": int(self._on_keys), "K": _screens_away(target)})
        self._on_keys = False

    def _clicked(self) -> None:
        self.clicks += 1
        self.steps["K"] += 1


def figures_of(day: str) -> str:
    """Return the keys for a day in American English: month, day, year."""
    year, month, number = day.split("-")
    return month + number + year


def _screens_away(target: Locator) -> int:
    """Return by how many turns of the wheel, each a screen, it has to come into sight."""
    far: float = target.evaluate(
        "(e) => { const { top, bottom } = e.getBoundingClientRect();"
        " return Math.max(0, -top, bottom - innerHeight) / innerHeight; }"
    )
    return ceil(far)
