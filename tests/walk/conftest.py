"""Fixtures of both functions: the hours that snapshot seals, the packs that pack builds."""

from tests.pack.conftest import room
from tests.snapshot.conftest import make_lab

__all__ = ["make_lab", "room"]
