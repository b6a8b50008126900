"""Rows of the table: what their schemas say that their types cannot."""

from functions.shared.records.fields import schema_of
from functions.shared.records.tables import PackMessage


def test_packs_are_numbered_from_one() -> None:
    """There is no pack 0, in a message or in a path."""
    assert schema_of(PackMessage)["properties"]["number"] == {"type": "integer", "minimum": 1}
