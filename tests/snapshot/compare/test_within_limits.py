"""A snapshot within limits: rows, what did not fit into a list, and registers of version 2."""

from typing import Any, cast

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.limits import ODD, ROLES, SEAL, WORD, Wholes, word
from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.shared.records.registers import HourRegisters
from functions.shared.sections import OPTIONAL
from functions.snapshot.compare.within_limits import registers_within_limits, within_limits
from functions.snapshot.fetch.audit.audit_marks import MOST_OVERFLOW, initial
from functions.snapshot.lifecycle import MOST_IN_A_SEAL
from functions.snapshot.normalize.sections import MOST_KEPT, conflict_of
from functions.snapshot.records import REQUIRED_LISTS, SectionRead, Snapshot
from tests.snapshot.rows import HOUR, member, project, user, user_state

LONG = "i" * (WORD + 1)


def snapshot(audit: SectionRead[Any] | None = None, **lists: SectionRead[Any]) -> Snapshot:
    """Return a snapshot of these lists."""
    nothing: SectionRead[EventState] = SectionRead("complete")
    return Snapshot(lists, audit or nothing, initial(), HOUR, HOUR)


def test_ids_that_belong_together_still_do() -> None:
    """A member's id is made of two, and the projects that were read are known by theirs."""
    row = member(LONG, "user-1")
    members = SectionRead("complete", rows=[row], covers=[LONG])
    kept = within_limits(snapshot(project_users=members), Wholes()).lists["project_users"]
    (kept_row,) = cast("list[Any]", kept.rows)
    assert kept_row["membership_id"] == f"{word(LONG)}/user-1"
    assert kept.covers == [kept_row["project_id"]]


def fat(number: int) -> EntityState:
    """Return a project of some 20 KB, within the limits of a row."""
    extra = {f"f{n}": f"{number} {'t' * 80}" for n in range(200)}
    return project(f"proj_{number}", extra=extra)


def test_what_did_not_fit_into_a_list_fits_into_a_seal() -> None:
    """The largest of the odd rows become large, with the digests that the conflict has."""
    pair = (fat(1), fat(2))
    section = SectionRead(
        "partial", odd=[fat(n) for n in range(20)], conflicts=[conflict_of("proj_1", pair)] * 20
    )
    wholes = Wholes()
    kept = within_limits(snapshot(projects=section), wholes).lists["projects"]
    rows = [*kept.odd, *(row for conflict in kept.conflicts for row in conflict["rows"])]
    assert sum(len(canonical(row)) for row in rows) <= ODD
    (conflict, *_) = kept.conflicts
    places = [cast("Any", row)["$large"]["sha256"] for row in conflict["rows"]]
    assert places == conflict["sha256"] == [sha256_hex(canonical(row)) for row in pair]
    assert set(places) <= wholes.named
    small = SectionRead("partial", odd=[user_state()])
    assert within_limits(snapshot(users=small), wholes).lists["users"].odd == [user_state()]


def test_a_seal_at_every_bound_is_a_row_that_is_read() -> None:
    """Each section's odd rows, lifecycle entries, overflow, segments of thirty years."""
    entry = {"key": "k" * 250, "rows": 2**50, "bytes": 2**50, "sha256": "0" * 64, "crc32": 2**32}
    section = SectionRead(
        "partial",
        odd=[fat(n) for n in range(MOST_KEPT)],
        conflicts=[conflict_of(LONG, (fat(n), fat(n + 1))) for n in range(MOST_KEPT)],
    )
    names = (*REQUIRED_LISTS, *OPTIONAL, "audit_events")
    kept = within_limits(snapshot(projects=section), Wholes()).lists["projects"]
    facts: Any = {"odd": kept.odd, "conflicts": kept.conflicts, "r" * 300: [entry, entry]}
    segment = {**entry, "month": "2026-04", "root": "0" * 64}
    seal = {
        "sections": dict.fromkeys([*names, "findings", "open_changes"], facts),
        "segments": {"events": [segment] * 360, "other": [segment] * 3},
        "index": [entry] * 30,
        "lifecycle": [{"by": "u" * 64, "at": HOUR, "kind": "k" * 20, "x": "y" * 120}]
        * MOST_IN_A_SEAL,
        "watermarks": {"overflow": [2**33] * MOST_OVERFLOW * 2, "optional": "o" * 2000},
    }
    assert len(canonical(seal)) < SEAL - 8192


def test_a_register_of_version_2_is_cut_as_a_picture_is() -> None:
    """The same name is the same large value on both sides; roles are the newest."""
    roles = [{"role": "reader", "from": HOUR, "to": HOUR}] * (ROLES + 5)
    last = {"role": LONG, "from": HOUR, "to": None}
    before = cast(
        "HourRegisters",
        {
            "users": [user(roles_held=[*roles, last])],
            "projects": [project(name="n" * 9000, extra={"$large": 1})],
            "api_keys": [],
            "open_changes": [],
        },
    )
    wholes = Wholes()
    after = registers_within_limits(before, ["users", "projects"], wholes)
    state = {name: value for name, value in project(name="n" * 9000).items() if name != "extra"}
    read: Any = SectionRead("complete", rows=[cast("EntityState", state)])
    (seen,) = cast(
        "list[Any]", within_limits(snapshot(projects=read), wholes).lists["projects"].rows
    )
    assert cast("Any", after["projects"][0])["name"] == seen["name"]
    assert set(cast("Any", after["projects"][0])["extra"]) == {"$large"}
    held = after["users"][0]["roles_held"]
    assert (len(held), held[-1]["role"]) == (ROLES, word(LONG))
    assert after["api_keys"] is before["api_keys"]
