"""Fixtures of packs that are made of what the snapshot function sealed."""

from tests.snapshot.conftest import make_fixture

__all__ = ["make_fixture"]
