"""Cursors: good for one tenant's one list, and opaque to whoever has them."""

import base64
import json

import pytest

from functions.api.cursor import Cursors
from functions.shared.canonical import canonical
from functions.shared.errors import BadRequest, NotFound

OURS = Cursors("tenant-a", "users", 2)


def forged(document: object) -> str:
    """Return a text in the form of a cursor."""
    return base64.urlsafe_b64encode(canonical(document)).decode().rstrip("=")


def opened(text: str) -> dict[str, object]:
    """Return what a cursor holds."""
    result: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return result


def test_a_position_comes_back_and_none_is_none() -> None:
    """An empty cursor is none; texts of any kind and length up to a key's are kept."""
    assert OURS.read(OURS.write("org-first", "é" * 500)) == ["org-first", "é" * 500]
    assert OURS.read(None) is None
    assert OURS.read("") is None
    assert "tenant-a" not in str(opened(OURS.write("a", "b")))


def test_another_tenants_cursor_is_not_there() -> None:
    """It answers like one that never was."""
    with pytest.raises(NotFound):
        Cursors("tenant-b", "users", 2).read(OURS.write("a", "b"))


@pytest.mark.parametrize(
    "change",
    [
        *({"l": "projects"}, {"p": ["a"]}, {"p": ["a", "b", "c"]}, {"p": ["a", 1]}, {"p": "ab"}),
        *({"p": ["a", "x" * 1001]}, {"p": ["a", "é" * 501]}, {"p": ["a", "\ud800"]}),
        *({"t": None}, {"t": 7}),
    ],
    ids=str,
)
def test_a_cursor_of_something_else_is_refused(change: dict[str, object]) -> None:
    """Another list's, another length, or what no key can hold."""
    with pytest.raises(BadRequest):
        OURS.read(forged(opened(OURS.write("a", "b")) | change))


@pytest.mark.parametrize("text", ["!", "é", "x" * 2049, "e30", "W10", "bnVsbA", "eyJhIjoxfXs", "x"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    """Not base64, not JSON, not an object, too long."""
    with pytest.raises(BadRequest):
        OURS.read(text)
    with pytest.raises(BadRequest):
        OURS.read(forged([]))
