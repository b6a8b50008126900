"""A security lead's job: find what leaks, hand it out, close it with a reason, show that it was.

Told once, for whichever hand does it.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from functions.shared.hours import HOUR
from functions.shared.tables.packs import Pack
from tests.dashboard.lead.hand import Hand
from tests.dashboard.lead.stage import Stage
from tests.dashboard.site import Site

Row = dict[str, Any]
# By what was found of a key: who answers, and by when.
HANDED_OUT: Final = (
    ("Orphan API key", "team:platform", "2026-04-05"),
    ("Stale API key", "team:owners-of-keys", "2026-04-30"),
    ("API key never used", "team:owners-of-keys", "2026-04-30"),
    ("API key in an archived project", "team:platform", "2026-04-10"),
    ("API key of a disabled user", "team:people", "2026-04-10"),
)
# Whatever nobody answers for then: admin keys, invites, owners.
THE_REST: Final = ("team:identity", "2026-04-08")
ACCEPTED: Final = "Accepted: it stays as it is, and here is why"
REASON: Final = "it is needed as it is"
CODE: Final = "business_need"
# What is behind the page runs on this machine, too.
WAIT_MS: Final = 180_000
NOTE: Final = "year-end run"
REVIEW: Final = "2026-07-01"


@dataclass
class Lead:
    """The lead, at the page.

    Attributes:
        hand: of the lead.
        site: where the page is served.
        seen: texts of the rows that were looked at before anything was said of them.
    """

    hand: Hand
    site: Site
    seen: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        """Return the page."""
        return self.hand.page

    def sign_in(self) -> None:
        """Come in, and read the sentence that the page begins with."""
        self.page.goto(self.site.url)
        self.hand.press(self._part("sign-in"))
        self._part("now-sentence").wait_for()
        self.hand.views[:] = ["now"]
        self.hand.read()

    def hand_out(self) -> None:
        """Find what there is, by kind, and say of each who answers for it and until when."""
        hand = self.hand
        says(self._part("now-sentence"), "nobody answers for any of them")
        for kind in HANDED_OUT:
            self.hand_out_keys(*kind)
        hand.press(self._part("nav-now"))
        hand.press(self._part("tile-unassigned"))
        says(self._part("findings-count"), "all of them")
        hand.press(self._part("select-all"))
        self._look_at(self._rows("findings"))
        self._say(*THE_REST)

    def hand_out_keys(self, kind: str, team: str, day: str) -> None:
        """Say of all keys of which this was found who answers for them, and until when."""
        hand = self.hand
        hand.press(self._part("nav-keys"))
        hand.choose(self._part("keys-filter-finding"), kind)
        says(self._part("keys-count"), "all of them")
        hand.press(self._part("select-all"))
        says(self._part("keys-bulk"), "open finding")
        self._look_at(self._rows("keys"))
        self._say(team, day)

    def look_again(self) -> None:
        """Come back, and see how it stands."""
        self.hand.press(self._part("nav-now"))
        self.hand.press(self._part("refresh"))
        expect(self._part("refresh")).to_be_enabled(timeout=WAIT_MS)
        self.hand.read()

    def accept(self, n: int) -> None:
        """Close with a reason what has to stay."""
        hand = self.hand
        hand.press(self._part("nav-findings"))
        hand.write(self._part("findings-search"), "seeded")
        expect(self._rows("findings")).to_have_count(n, timeout=WAIT_MS)
        hand.press(self._part("select-all"))
        self._look_at(self._rows("findings"))
        hand.press(self._part("bulk-state"))
        self._accept()

    def accept_one(self, kind: str) -> None:
        """Close one with a reason, from its own line."""
        hand = self.hand
        hand.press(self._part("nav-findings"))
        hand.choose(self._part("findings-filter-kind"), kind)
        expect(self._rows("findings")).to_have_count(1, timeout=WAIT_MS)
        hand.read()
        hand.press(self._rows("findings").get_by_test_id("finding-state"))
        self._accept()

    def make_pack(self, stage: Stage) -> Pack:
        """Have the pack of the month made by the stage, and wait until it is ready."""
        hand = self.hand
        hand.press(self._part("nav-packs"))
        last = stage.fixture.clock.instant - HOUR
        says(self._part("pack-period"), f"to {last:%Y-%m-%d %H}:59:59 UTC")
        hand.press(self._part("pack-generate"))
        says(self._part("table-packs"), "queued")
        with hand.away():
            (pack,) = stage.build_packs()
        says(self._part("table-packs"), "ready")
        return pack

    def closed(self, folder: Path) -> tuple[list[str], list[Row]]:
        """Look at what was closed, and save the proofs; return both."""
        hand = self.hand
        hand.press(self._part("nav-closed"))
        rows = self._part("table-closed").get_by_test_id("row")
        rows.first.wait_for()
        more = self._part("closed-more")
        while more.is_visible():
            hand.press(more)
        texts = rows.all_inner_texts()
        hand.read(len(texts))
        with self.page.expect_download(timeout=WAIT_MS) as caught:
            hand.press(self._part("closed-proofs"))
        path = folder / caught.value.suggested_filename
        caught.value.save_as(path)
        return texts, [json.loads(line) for line in path.read_text().splitlines()]

    def _part(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    def _rows(self, table: str) -> Locator:
        return self._part(f"table-{table}").get_by_test_id("row")

    def _look_at(self, rows: Locator) -> None:
        """Read every row of a table, screen by screen."""
        rows.first.wait_for()
        seen: dict[str, str] = {}
        is_more = True
        while is_more:
            for index, text in rows.evaluate_all(
                "(rows) => rows.map((row) => [row.ariaRowIndex, row.innerText])"
            ):
                seen[index] = text
            is_more = self.hand.scrolls()
        self.hand.read(len(seen))
        self.seen += seen.values()

    def _say(self, team: str, day: str) -> None:
        hand = self.hand
        hand.press(self._part("bulk-state"))
        hand.write(self._part("finding-dialog-accountable"), team)
        hand.date(self._part("finding-dialog-due"), day)
        hand.press(self._part("finding-dialog-submit"))
        expect(self._part("finding-dialog")).to_have_count(0, timeout=WAIT_MS)

    def _accept(self) -> None:
        hand = self.hand
        hand.choose(self._part("finding-dialog-state"), ACCEPTED)
        hand.choose(self._part("finding-dialog-code"), REASON)
        hand.write(self._part("finding-dialog-reason"), NOTE)
        hand.date(self._part("finding-dialog-review"), REVIEW)
        hand.press(self._part("finding-dialog-submit"))
        expect(self._part("finding-dialog")).to_have_count(0, timeout=WAIT_MS)


def says(part: Locator, text: str) -> None:
    """Wait until a part of the page says something."""
    expect(part).to_contain_text(text, timeout=WAIT_MS)
