"""Fixtures of both functions: the hours that snapshot seals, the packs that pack builds."""

from tests.pack.conftest import function
from tests.snapshot.conftest import make_fixture

__all__ = ["function", "make_fixture"]
