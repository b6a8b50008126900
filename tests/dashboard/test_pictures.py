"""The guide's pictures, taken again."""

import re
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.dashboard.lead_world import lead_world
from tests.dashboard.pictures import FOLDER, PICTURES, SIZE, opened, take
from tests.dashboard.site import serve

GUIDE = (FOLDER.parent / "lead.md").read_text()


def test_the_guide_has_each_picture_and_each_has_words() -> None:
    """None is left over, none is missing, and none is without a text for who cannot see it."""
    shown = re.findall(r"!\[([^\]]+)\]\(pictures/([a-z-]+)\.png\)", GUIDE)
    assert sorted(name for _, name in shown) == sorted(PICTURES)
    assert all(len(words) > 20 for words, _ in shown)
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(PICTURES)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_500_000


@pytest.mark.browser
@pytest.mark.slow
def test_the_pictures_are_taken_again(browser: Browser, tmp_path: Path) -> None:
    """Each of the same size; a view that can no longer be opened has none."""
    with serve(lead_world()) as site:
        take(opened(browser, site), tmp_path)
    for name in PICTURES:
        head = (tmp_path / f"{name}.png").read_bytes()[16:24]
        assert head == (FOLDER / f"{name}.png").read_bytes()[16:24]
        assert struct.unpack(">II", head) == (SIZE["width"], SIZE["height"])
