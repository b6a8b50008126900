"""What is vendored is what its package published."""

import hashlib
import json
from typing import Any

import pytest

from tests.dashboard.site import DASHBOARD

VENDOR = DASHBOARD / "vendor"
RECORD: dict[str, Any] = json.loads((VENDOR / "vendor.json").read_text())
FILES = [entry for package in RECORD["packages"] for entry in package["files"]]


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"])
def test_each_vendored_file_has_the_recorded_hash(entry: dict[str, Any]) -> None:
    """A changed byte shows."""
    assert _sha256((VENDOR / entry["file"]).read_bytes()) == entry["sha256"]


@pytest.mark.parametrize(
    "entry", [e for e in FILES if "changed" in e], ids=lambda entry: entry["file"]
)
def test_a_changed_file_is_the_published_one_but_for_the_recorded_words(
    entry: dict[str, Any],
) -> None:
    """Undoing the one recorded replacement gives the published file, byte for byte."""
    changed = entry["changed"]
    changed_text = (VENDOR / entry["file"]).read_text()
    assert changed_text.count(changed["here"]) == 1
    published = changed_text.replace(changed["here"], changed["published"])
    assert _sha256(published.encode()) == changed["published_sha256"]


def test_nothing_is_vendored_without_a_record() -> None:
    """Every file is listed, and each package names version, source, integrity and licence."""
    assert {e["file"] for e in FILES} == {p.name for p in VENDOR.iterdir()} - {"vendor.json"}
    for package in RECORD["packages"]:
        assert set(package) >= {"name", "version", "source", "integrity", "licence"}
        assert package["version"] in package["source"]
