"""A hand that has no mouse: whatever it needs it goes to by Tab, and sees where it is."""

from typing import Final

from playwright.sync_api import Locator, Page

from tests.dashboard.lead.hand import Hand, figures_of

MOST_STOPS: Final = 400
# Where the focus is: whether it is what was looked for, whether it lies behind that, and what of
# it cannot be seen. The page as a whole, which has the focus after a view went, shows no frame.
FOCUS: Final = """
(target) => {
  const e = document.activeElement;
  if (e === document.body) return { isThere: false, isBehind: false, unseen: null };
  const box = [...e.getClientRects()].find((r) => r.width > 0 && r.height > 0);
  const name = e.dataset.testid ?? e.getAttribute('aria-label') ?? e.outerHTML.slice(0, 60);
  const told = {
    isThere: e === target,
    isBehind: Boolean(target.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
    unseen: null,
  };
  if (!box) return { ...told, unseen: `${name} has no size` };
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  if (left >= right || top >= bottom) return { ...told, unseen: `${name} is out of sight` };
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const isOver = over && (e.contains(over) || over.contains(e));
  if (!isOver) return { ...told, unseen: `${name} is covered` };
  const mark = e.querySelector('.hit') ?? e;
  const { outlineStyle, outlineWidth, stroke } = getComputedStyle(mark);
  const isOutlined = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  const isFramed = mark === e ? isOutlined : stroke !== 'none';
  if (!isFramed && e.id !== 'content') return { ...told, unseen: `${name} has no frame` };
  return told;
}
"""


class Keyboard(Hand):
    """A hand on the keyboard alone.

    Attributes:
        unseen: what had the focus and could not be seen.
    """

    def __init__(self, page: Page) -> None:
        """Begin without a mouse."""
        super().__init__(page)
        self.unseen: list[str] = []

    def press(self, target: Locator) -> None:
        """Go there; Space for a box, Enter for all else."""
        self._go(target)
        is_box = target.get_attribute("type") == "checkbox"
        self._press("Space" if is_box else "Enter")
        self.clicks += 1

    def choose(self, select: Locator, words: str) -> None:
        """Go there, open the list, and type what it begins with."""
        self._go(select)
        self.steps["M"] += 1
        self._key("Space")
        self._type(_beginning(words, select.locator("option").all_inner_texts()))
        self._press("Enter")
        self.clicks += 1

    def write(self, field: Locator, text: str) -> None:
        """Go there, and type."""
        self._go(field)
        self._type(text)

    def date(self, field: Locator, day: str) -> None:
        """Go there, and type its figures."""
        self.write(field, figures_of(day))

    def _go(self, target: Locator) -> None:
        """Press Tab until the focus is there, or Shift and Tab where it lies before."""
        target.wait_for()
        self.steps["M"] += 1
        element = target.element_handle()
        focus = self.page.evaluate(FOCUS, element)
        for _ in range(MOST_STOPS):
            if focus["isThere"]:
                return
            self._key("Shift+Tab" if focus["isBehind"] else "Tab")
            focus = self.page.evaluate(FOCUS, element)
            # What it came to must be seen; whoever scrolls on from there does so on purpose.
            if focus["unseen"] and focus["unseen"] not in self.unseen:
                self.unseen.append(focus["unseen"])
        raise AssertionError(f"{target} is not reached by Tab")

    def _scroll(self) -> None:
        self.page.keyboard.press("PageDown")

    def _type(self, text: str) -> None:
        self.steps["K"] += len(text)
        self.page.keyboard.type(text)

    def _press(self, key: str) -> None:
        self.steps["M"] += 1
        self._key(key)

    def _key(self, key: str) -> None:
        self.steps["K"] += 1 + key.count("+")
        self.page.keyboard.press(key)


def _beginning(words: str, offered: list[str]) -> str:
    """Return as much of a text as tells it from the others that are offered."""
    begins = (words[:n] for n in range(1, len(words)))
    alone = (b for b in begins if sum(each.lower().startswith(b.lower()) for each in offered) == 1)
    return next(alone, words)
