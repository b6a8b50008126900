"""Register and picture to register and changes, for any story."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.snapshot.compare.diff import Difference, diff

HOURS = [f"2026-04-01T{hour:02d}:00:00Z" for hour in range(24)]
PICTURES = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["reader", "owner", None])),
    max_size=8,
)


def _rows(picture: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"user_id": name, "role": role} for name, role in picture.items()]


def _step(register: list[Any], picture: dict[str, Any], hour: str, whole: bool) -> Difference:
    return diff("users", register, _rows(picture), hour, removes=lambda _: whole)


@given(PICTURES)
def test_replaying_the_changes_gives_the_last_picture(pictures: list[dict[str, Any]]) -> None:
    """Changes lose nothing: played back, they lead to what was seen last."""
    register: list[Any] = []
    state: dict[str, Any] = {}
    for hour, picture in zip(HOURS, pictures, strict=False):
        difference = _step(register, picture, hour, whole=True)
        register = difference.register
        for change in difference.changes:
            if change["kind"] == "removed":
                del state[change["entity_id"]]
            elif change["kind"] == "added":
                state[change["entity_id"]] = change["after"]["role"]
            else:
                state[change["entity_id"]] = change["after"]["role"]
        assert state == picture
        present = {row["user_id"]: row["role"] for row in register if row["removed_at"] is None}
        assert present == picture


@given(PICTURES)
def test_what_is_not_whole_removes_nothing(pictures: list[dict[str, Any]]) -> None:
    """However short the lists, nobody is taken for gone."""
    register: list[Any] = []
    for hour, picture in zip(HOURS, pictures, strict=False):
        register = _step(register, picture, hour, whole=False).register
        assert all(row["removed_at"] is None for row in register)
    assert {row["user_id"] for row in register} == {name for p in pictures for name in p}


@given(PICTURES)
def test_roles_held_have_no_gap(pictures: list[dict[str, Any]]) -> None:
    """Within an episode one role begins where the other ends, and no two in a row are equal."""
    register: list[Any] = []
    for hour, picture in zip(HOURS, pictures, strict=False):
        register = _step(register, picture, hour, whole=True).register
    for row in register:
        held = row["roles_held"]
        assert held[0]["from"] == row["first_seen_at"]
        assert held[-1]["to"] == row["removed_at"]
        assert held[-1]["role"] == row["role"]
        for one, next_one in itertools.pairwise(held):
            assert one["to"] == next_one["from"]
            assert one["role"] != next_one["role"]


@given(PICTURES)
def test_an_equal_picture_is_an_equal_register(pictures: list[dict[str, Any]]) -> None:
    """Seeing the same again changes no byte of the register."""
    register: list[Any] = []
    for hour, picture in zip(HOURS, pictures, strict=False):
        register = _step(register, picture, hour, whole=True).register
    if pictures:
        again = _step(register, pictures[-1], "2026-04-02T00:00:00Z", whole=True)
        assert again.register == register
        assert again.changes == []


def test_use_of_a_key_is_no_change() -> None:
    """Volatile fields are facts of the register, never changes."""
    first = {"key_id": "k", "last_used_at": None}
    register = diff("api_keys", [], [first], HOURS[0], removes=lambda _: True).register
    used = {"key_id": "k", "last_used_at": "2026-04-01T01:30:00Z"}
    after = diff("api_keys", register, [used], HOURS[1], removes=lambda _: True)
    assert after.changes == []
    assert after.register[0]["last_used_at"] == "2026-04-01T01:30:00Z"
