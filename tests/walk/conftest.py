"""The rooms side by side: the hours of the snapshot room, the packs of the pack room."""

from tests.pack.conftest import room
from tests.snapshot.conftest import make_lab

__all__ = ["make_lab", "room"]
