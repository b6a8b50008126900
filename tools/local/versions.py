"""Versions of the product and of what it seals, to tell whether a state can be read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from functions.pack.sign.manifest import FORMAT
from functions.shared.evidence.seal_versions import VERSION
from tools.local.settings import ROOT

Versions = Mapping[str, int]
"""The number of each format: ``seal`` and ``pack``."""


def product() -> str:
    """Return the product's version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def formats() -> dict[str, int]:
    """Return the newest number of each format that this version writes; it reads all below."""
    return {"seal": VERSION, "pack": FORMAT}


def told(version: str, numbers: Versions) -> str:
    """Return a version and its formats in words."""
    listed = ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))
    return f"version {version or 'of before 0.1.0'} ({listed or 'formats not said'})"


def is_newer(numbers: Versions) -> bool:
    """Tell whether a state has a format that this version cannot read."""
    known = formats()
    return any(number > known.get(name, 0) for name, number in numbers.items())
