"""Rules of the page's own sources, read from its files."""

import re
from pathlib import Path

import pytest

from tests.dashboard.site import DASHBOARD

SCRIPTS = sorted([*DASHBOARD.glob("app/*.js"), *DASHBOARD.glob("parts/**/*.js")])
FORBIDDEN = re.compile(
    r"[iI]nnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|"
    r"document\.cookie|javascript:|style=|import\("
)
TOKENS = (DASHBOARD / "styles" / "tokens.css").read_text()
ON_SOFT = ("good", "warn", "bad", "info")
PAIRS = [
    *[
        (ink, ground)
        for ink in ("ink", "muted", "link")
        for ground in ("page", "surface", "sunken")
    ],
    *[(tone, f"{tone}-soft") for tone in ON_SOFT],
    *[(tone, ground) for tone in ("warn", "bad") for ground in ("surface", "sunken")],
    ("on-accent", "accent"),
]


def test_every_import_leads_to_a_file() -> None:
    """A script that is not there would show an empty page."""
    for script in SCRIPTS:
        for name in re.findall(r"from '([^']+)'|import\('([^']+)'\)", script.read_text()):
            assert (script.parent / "".join(name)).is_file(), (script.name, name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(DASHBOARD).as_posix())
def test_no_script_writes_markup_evaluates_text_or_keeps_a_token(script: Path) -> None:
    """What would need a weaker policy, or would outlive the tab, is not in the sources."""
    text = script.read_text()
    assert FORBIDDEN.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)) == []
    assert len(text.splitlines()) < 300


def test_the_document_holds_no_inline_code_and_names_only_its_own_origin() -> None:
    """Every script and style is a file of this folder."""
    text = (DASHBOARD / "index.html").read_text()
    assert "<style" not in text
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    linked_names = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert all((DASHBOARD / name.removeprefix("/")).is_file() for name in linked_names)


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_keeps_the_contrast_of_wcag_aa(scheme: str, ink: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3) for each pair of colours that meets on the page."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    colours = dict(
        re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark)
    )
    first, second = sorted((_luminance(colours[ink]), _luminance(colours[ground])))
    assert (second + 0.05) / (first + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
