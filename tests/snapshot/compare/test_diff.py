"""Register and snapshot to register and changes, for any story."""

import itertools
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from functions.shared.records.entities import ApiKey, User
from functions.shared.records.registers import present, stable_fields
from functions.snapshot.compare.diff import Difference, diff
from tests.snapshot.rows import api_key, user_state

HOURS = [f"2026-04-01T{hour:02d}:00:00Z" for hour in range(24)]
SNAPSHOTS = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["reader", "owner", None])),
    max_size=8,
)


def _step(register: list[Any], roles: dict[str, Any], hour: str, whole: bool) -> Difference:
    states = [user_state(name, role=role) for name, role in roles.items()]
    return diff("users", register, states, hour, removes=lambda _: whole)


@given(SNAPSHOTS)
def test_replaying_the_changes_gives_the_last_snapshot(snapshots: list[dict[str, Any]]) -> None:
    """Changes lose nothing: played back, they lead to what was seen last."""
    register: list[Any] = []
    state: dict[str, Any] = {}
    for hour, roles in zip(HOURS, snapshots, strict=False):
        difference = _step(register, roles, hour, whole=True)
        register = difference.register
        for change in difference.changes:
            if change["kind"] == "removed":
                del state[change["entity_id"]]
            else:
                assert change["after"] is not None
                state[change["entity_id"]] = change["after"]["role"]
        assert state == roles
        users = cast("list[User]", register)
        assert {row["user_id"]: row["role"] for row in present(users)} == roles


@given(SNAPSHOTS)
def test_what_is_not_whole_removes_nothing(snapshots: list[dict[str, Any]]) -> None:
    """However short the lists, nobody is taken for gone."""
    register: list[Any] = []
    for hour, roles in zip(HOURS, snapshots, strict=False):
        register = _step(register, roles, hour, whole=False).register
        assert all(row["removed_at"] is None for row in register)
    assert {row["user_id"] for row in register} == {name for roles in snapshots for name in roles}


@given(SNAPSHOTS)
def test_roles_held_have_no_gap(snapshots: list[dict[str, Any]]) -> None:
    """Within an episode one role begins where the other ends, and no two in a row are equal."""
    register: list[Any] = []
    for hour, roles in zip(HOURS, snapshots, strict=False):
        register = _step(register, roles, hour, whole=True).register
    for row in register:
        held = row["roles_held"]
        assert held[0]["from"] == row["first_seen_at"]
        assert held[-1]["to"] == row["removed_at"]
        assert held[-1]["role"] == row["role"]
        for one, next_one in itertools.pairwise(held):
            assert one["to"] == next_one["from"]
            assert one["role"] != next_one["role"]


@given(SNAPSHOTS)
def test_an_equal_snapshot_is_an_equal_register(snapshots: list[dict[str, Any]]) -> None:
    """Seeing the same again changes no byte of the register."""
    register: list[Any] = []
    for hour, roles in zip(HOURS, snapshots, strict=False):
        register = _step(register, roles, hour, whole=True).register
    if snapshots:
        again = _step(register, snapshots[-1], "2026-04-02T00:00:00Z", whole=True)
        assert again.register == register
        assert again.changes == []


def test_use_of_a_key_is_no_change() -> None:
    """Volatile fields are facts of the register, never changes."""
    first = api_key("k", last_used_at=None)
    register = diff("api_keys", [], [first], HOURS[0], removes=lambda _: True).register
    used = api_key("k", last_used_at="2026-04-01T01:30:00Z")
    after = diff("api_keys", register, [used], HOURS[1], removes=lambda _: True)
    assert after.changes == []
    (key,) = cast("list[ApiKey]", after.register)
    assert key["last_used_at"] == "2026-04-01T01:30:00Z"


def test_an_episode_from_its_beginning_to_its_end() -> None:
    """Who leaves and returns has two; the roles held end with the stay."""
    first = diff("users", [], [user_state(role="reader")], HOURS[0], removes=lambda _: True)
    assert first.register == [
        {
            **user_state(role="reader"),
            "first_seen_at": HOURS[0],
            "removed_at": None,
            "roles_held": [{"role": "reader", "from": HOURS[0], "to": None}],
        }
    ]
    (added,) = first.changes
    stable = stable_fields("users", user_state(role="reader"))
    assert added == {
        "hour": HOURS[0],
        "section": "users",
        "entity_id": "user-ann",
        "kind": "added",
        "fields": sorted(stable),
        "before": None,
        "after": stable,
    }
    owner = diff(
        "users", first.register, [user_state(role="owner")], HOURS[1], removes=lambda _: True
    )
    (modified,) = owner.changes
    assert (modified["kind"], modified["fields"]) == ("modified", ["role"])
    assert (modified["before"], modified["after"]) == ({"role": "reader"}, {"role": "owner"})
    gone = diff("users", owner.register, [], HOURS[2], removes=lambda _: True)
    (row,) = cast("list[User]", gone.register)
    assert row["removed_at"] == HOURS[2]
    assert row["roles_held"] == [
        {"role": "reader", "from": HOURS[0], "to": HOURS[1]},
        {"role": "owner", "from": HOURS[1], "to": HOURS[2]},
    ]
    (removed,) = gone.changes
    assert (removed["kind"], removed["after"]) == ("removed", None)
    assert removed["before"] == stable_fields("users", user_state(role="owner"))
    back = diff("users", gone.register, [user_state()], HOURS[3], removes=lambda _: True)
    assert [one["first_seen_at"] for one in back.register] == [HOURS[0], HOURS[3]]
    assert [change["kind"] for change in back.changes] == ["added"]


def test_rows_and_changes_are_ordered_by_id() -> None:
    """Whatever the order of the list."""
    keys = [api_key("b"), api_key("a"), api_key("c")]
    result = diff("api_keys", [], keys, HOURS[0], removes=lambda _: True)
    assert [key["key_id"] for key in cast("list[ApiKey]", result.register)] == ["a", "b", "c"]
    assert [change["entity_id"] for change in result.changes] == ["a", "b", "c"]


def test_only_what_the_list_proves_is_removed() -> None:
    """Row by row."""
    keys = [api_key("a"), api_key("b", project_id="lab")]

    def of_lab(row: Any) -> bool:
        return bool(row["project_id"] == "lab")

    result = diff("api_keys", keys, [], HOURS[0], removes=of_lab)
    assert [change["entity_id"] for change in result.changes] == ["b"]
    assert result.register[0] == keys[0]


def test_a_description_that_was_sealed_readable_did_not_change() -> None:
    """Now it is sealed as a hash; what its hash says later is a change again."""
    hashed, other = f"text:{'1' * 64}", f"text:{'2' * 64}"

    def changed(before: str | None, after: str | None) -> bool:
        state: Any = {"role_id": "r", "name": "auditor", "description": after}
        episode = state | {"first_seen_at": HOURS[0], "removed_at": None, "description": before}
        result = diff("roles", [episode], [state], HOURS[1], removes=lambda _: True)
        assert result.register == [episode | {"description": after}]
        return bool(result.changes)

    assert not changed("for auditors", hashed)
    assert changed(hashed, other)
    assert changed(None, hashed)
    assert changed("for auditors", None)
    assert not changed(hashed, hashed)


OWNER = user_state(role="owner")
UNREAD = user_state(role=None, unreadable=["role"])
READER = user_state(role="reader")


def follow(*states: Any, before: Any = ()) -> list[Difference]:
    """Return what each of some states of Ann in a row makes of what was known of her."""
    register: list[Any] = list(before)
    found = []
    for hour, state in zip(HOURS, states, strict=False):
        found.append(diff("users", register, [state], hour, removes=lambda _: True))
        register = found[-1].register
    return found


def modified(found: list[Difference]) -> list[tuple[Any, Any]]:
    """Return before and after of each change but the first, by which she came."""
    changes = [change for one in found[1:] for change in one.changes]
    return [(change["before"], change["after"]) for change in changes]


def test_what_cannot_be_read_is_no_change_and_hides_none() -> None:
    """The row keeps what was read last, and says so; the next reading is held against that."""
    found = follow(OWNER, UNREAD, READER)
    (row,) = found[1].register
    assert (cast("User", row)["role"], row["unreadable"]) == ("owner", ["role"])
    assert modified(found) == [({"role": "owner"}, {"role": "reader"})]
    assert modified(follow(OWNER, UNREAD, OWNER)) == []
    (row,) = follow(OWNER, UNREAD, OWNER)[2].register
    assert (row["unreadable"], len(cast("User", row)["roles_held"])) == ([], 1)


def test_what_is_read_for_the_first_time_is_no_change() -> None:
    """Nobody knows that it was otherwise before; the stay has a part of which no role is known."""
    found = follow(UNREAD, UNREAD, OWNER)
    assert modified(found) == []
    (row,) = found[2].register
    held = [(part["role"], part["from"]) for part in cast("User", row)["roles_held"]]
    assert held == [(None, HOURS[0]), ("owner", HOURS[2])]
    # What OpenAI says that there is none of is known.
    assert modified(follow(user_state(role=None), OWNER)) == [({"role": None}, {"role": "owner"})]


def test_a_users_flags_change_and_the_use_of_their_keys_does_not() -> None:
    """Each flag is one field of the change (C13)."""
    off = user_state(enabled=False, banned=True, is_scim_managed=True)
    (change,) = follow(OWNER, off | {"role": "owner"})[1].changes
    assert change["fields"] == ["banned", "enabled", "is_scim_managed"]
    used = OWNER | {"api_key_last_used_at": HOURS[0]}
    assert modified(follow(OWNER, used)) == []


def test_fields_that_a_version_did_not_have_are_a_baseline() -> None:
    """Rows of version 2 know of no flags and of nothing unreadable."""
    old: Any = follow(OWNER)[0].register[0]
    for name in ("enabled", "banned", "is_scim_managed", "api_key_last_used_at", "unreadable"):
        del old[name]
    off = OWNER | {"enabled": False, "banned": True, "is_scim_managed": True}
    found = follow(off, off | {"role": None, "unreadable": ["role"]}, before=[old])
    assert [change for one in found for change in one.changes] == []
    (row,) = found[1].register
    assert (cast("User", row)["enabled"], cast("User", row)["role"]) == (False, "owner")
