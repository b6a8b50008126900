"""Under each row of a sample: the seals, changes and events that it names are the right ones."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support import full_packs, packs
from tests.support.packs import Pack, Row
from tests.tools.sampled import extract, options, pack_file, run_lines, sample, sealed_anew
from tests.tools.verifier import verify

HOURS = [f"2026-04-01T{hour:02d}:00:00Z" for hour in range(24)]
UNDECIDED: Row = dict.fromkeys(("verdict", "event_id", "decided_hour"))


def drawn(folder: Path, pack: Pack, member: str) -> list[tuple[Row, Row]]:
    """Return all rows of a member of a pack that passes, each with what is told of it."""
    rows = sample(pack_file(folder, pack), member, 10_000)["rows"]
    return [(json.loads(row["row"]), row) for row in rows]


def sealed_in(pack: Pack, org_id: str = packs.ORG) -> dict[str, str]:
    """Return the seals of an organization, by hour."""
    rows = pack.rows["coverage.jsonl"]
    return {row["hour"]: row["sha256"] for row in rows if row["org_id"] == org_id}


def of_seals(told: Row) -> dict[str, tuple[str, str | None]]:
    """Return hour and digest of the seals told of a row, by field."""
    return {seal["field"]: (seal["hour"], seal["sha256"]) for seal in told["seals"]}


def test_the_seals_are_those_of_the_hours_that_a_row_names(tmp_path: Path) -> None:
    """Of a stay its first hour, its state and its end; null where the seal is in another pack."""
    pack = full_packs.full()
    sha256 = sealed_in(pack)
    told = {
        (row["user_id"], row["first_seen_at"]): of_seals(told)
        for row, told in drawn(tmp_path, pack, "users")
    }
    assert told["user-1", "2026-03-01T00:00:00Z"] == {
        "first_seen_at": ("2026-03-01T00:00:00Z", None),
        "state_at": (HOURS[3], sha256[HOURS[3]]),
        "removed_at": (HOURS[4], sha256[HOURS[4]]),
    }
    assert told["user-1", HOURS[9]] == {
        "first_seen_at": (HOURS[9], sha256[HOURS[9]]),
        "state_at": ("2026-04-02T23:00:00Z", sha256["2026-04-02T23:00:00Z"]),
    }


@pytest.mark.parametrize(
    ("member", "fields"),
    [
        ("events", ["sealed_hour"]),
        ("changes", ["hour", "decided_hour"]),
        ("findings", ["first_seen_hour", "state_at", "resolved_hour"]),
        ("coverage", ["hour"]),
        ("invites", ["first_seen_at", "state_at", "removed_at"]),
    ],
)
def test_every_kind_of_row_names_its_seals(member: str, fields: list[str], tmp_path: Path) -> None:
    """In every row, with the digest that coverage.jsonl has."""
    pack = full_packs.full()
    sha256 = sealed_in(pack)
    rows = drawn(tmp_path, pack, member)
    assert len(rows) == len(pack.rows[f"{member}.jsonl"])
    for row, told in rows:
        named = [name for name in fields if row[name] is not None]
        assert of_seals(told) == {n: (row[n], sha256.get(row[n])) for n in named}
        assert list(of_seals(told)) == named
    assert any(digest for _, told in rows for _, digest in of_seals(told).values())


def test_an_hour_without_a_seal_is_told_so(tmp_path: Path) -> None:
    """A gap has a row in coverage.jsonl, and no digest."""
    pack = packs.small()
    pack.rows["events.jsonl"] = []
    pack.rows["coverage.jsonl"] = packs.seals(
        [*["complete"] * 10, {"outcome": "gap"}, *["complete"] * 37], "2026-04-01T00"
    )
    told = {row["hour"]: of_seals(told) for row, told in drawn(tmp_path, pack, "coverage")}
    assert told[HOURS[10]] == {"hour": (HOURS[10], None)}
    text = verify(tmp_path / "pack-3.tar.gz", *options("coverage", 48)).text
    assert text.count(f"hour {HOURS[10]}: none in this pack") == 1
    assert text.count("none in this pack") == 1


def test_the_changes_are_those_of_the_same_entity_with_their_events(tmp_path: Path) -> None:
    """In the pack's order, with verdict and event; another entity's are not among them."""
    rows = drawn(tmp_path, full_packs.full(), "users")
    for row, told in rows:
        changes = [
            (change["hour"], change["kind"], change["verdict"]) for change in told["changes"]
        ]
        if row["user_id"] == "user-1":
            assert changes == [
                (HOURS[4], "removed", "explained"),
                (HOURS[9], "added", "explained"),
            ]
            assert told["events"] == [{"event_id": "audit_log-2", "sealed_hour": HOURS[5]}]
        else:
            assert changes == [(HOURS[9], "modified", "unexplained")]
            assert told["events"] == []
    text = verify(tmp_path / "pack-3.tar.gz", *options("users", 3)).text
    assert f"change    {HOURS[4]} users user-1: removed, explained by audit_log-2\n" in text
    assert f"change    {HOURS[9]} users user-2: modified, unexplained\n" in text
    assert f"event     audit_log-2: sealed {HOURS[5]}\n" in text


def test_an_event_has_the_changes_that_it_explains(tmp_path: Path) -> None:
    """And names no event beside itself."""
    for row, told in drawn(tmp_path, full_packs.full(), "events"):
        whose = [(change["hour"], change["entity_id"]) for change in told["changes"]]
        is_named = row["event_id"] == "audit_log-2"
        assert whose == ([(HOURS[4], "user-1"), (HOURS[9], "user-1")] if is_named else [])
        assert told["events"] == []


def test_a_finding_has_the_changes_of_what_it_is_of_and_the_event_that_ended_it(
    tmp_path: Path,
) -> None:
    """An event that is not in this pack says so."""
    pack = full_packs.full()
    ended = {"hour": HOURS[4], "kind": "removed", "event_id": "audit_log-3"}
    pack.rows["findings.jsonl"] = [
        full_packs.finding(
            "f-1", event_id="audit_log-of-march", section="users", entity_id="user-2"
        ),
        full_packs.finding("f-2", entity_id="x", resolved_hour=HOURS[4], resolved_by=ended),
    ]
    pack.rows["api_keys.jsonl"][0]["findings"] = []
    told = {row["finding_id"]: told for row, told in drawn(tmp_path, sealed_anew(pack), "findings")}
    assert told["f-1"]["events"] == [{"event_id": "audit_log-of-march", "sealed_hour": None}]
    assert [change["kind"] for change in told["f-1"]["changes"]] == ["modified"]
    assert told["f-2"]["events"] == [{"event_id": "audit_log-3", "sealed_hour": HOURS[5]}]
    assert told["f-2"]["changes"] == []
    text = verify(tmp_path / "pack-3.tar.gz", *options("findings", 2)).text
    assert "event     audit_log-of-march: not in this pack\n" in text


def test_of_many_changes_twenty_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    """The first ones; with twenty there are no others."""
    pack = full_packs.full()
    pack.rows["users.jsonl"] = [packs.user("user-1"), packs.user("user-2")]
    pack.rows["changes.jsonl"] = [
        full_packs.change(h, "users", user_id, "modified", **UNDECIDED)
        for h in range(23)
        for user_id in (("user-1", "user-2") if h < 20 else ("user-1",))
    ]
    told = {row["user_id"]: told for row, told in drawn(tmp_path, sealed_anew(pack), "users")}
    assert [change["hour"] for change in told["user-1"]["changes"]] == HOURS[:20]
    assert (told["user-1"]["more_changes"], told["user-2"]["more_changes"]) == (3, 0)
    assert len(told["user-2"]["changes"]) == 20
    text = verify(tmp_path / "pack-3.tar.gz", *options("users", 2)).text
    assert text.count("change    and 3 more\n") == 1
    assert f"change    {HOURS[0]} users user-1: modified, without a verdict\n" in text


def test_what_is_called_alike_elsewhere_is_not_mixed_up(tmp_path: Path) -> None:
    """Another organization's user of the same id, and a key called like the user."""
    pack = full_packs.full(org_ids=["org-Alpha", "org-Beta"])
    for name in ("users.jsonl", "events.jsonl"):
        pack.rows[name] += [
            {**row, "org_id": "org-Beta"}
            for row in pack.rows[name]
            if row.get("user_id", "user-2") == "user-2"
        ]
    pack.rows["events.jsonl"][-2]["sealed_hour"] = HOURS[6]
    of_key = full_packs.change(4, "api_keys", "user-1", "added", **UNDECIDED)
    of_beta = full_packs.change(9, "users", "user-2", "removed", event_id="audit_log-3")
    pack.rows["changes.jsonl"] = [
        of_key,
        *pack.rows["changes.jsonl"],
        {**of_beta, "org_id": "org-Beta"},
    ]
    pack = sealed_anew(pack)
    kinds = {}
    for row, told in drawn(tmp_path, pack, "users"):
        kinds[row["org_id"], row["user_id"]] = [change["kind"] for change in told["changes"]]
        seal = of_seals(told)["state_at"]
        assert seal == (row["state_at"], sealed_in(pack, row["org_id"])[row["state_at"]])
        if row["org_id"] == "org-Beta":
            assert told["events"] == [{"event_id": "audit_log-3", "sealed_hour": HOURS[6]}]
    assert kinds == {
        ("org-Alpha", "user-1"): ["removed", "added"],
        ("org-Alpha", "user-2"): ["modified"],
        ("org-Beta", "user-2"): ["removed"],
    }
    assert sealed_in(pack) != sealed_in(pack, "org-Beta")


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq on this machine")
def test_jq_finds_what_the_script_tells(tmp_path: Path) -> None:
    """By the printed lines: seal, changes, event."""
    pack = full_packs.full()
    rows = drawn(tmp_path, pack, "users")
    told = next(told for row, told in rows if row.get("removed_at"))
    seal = next(seal for seal in told["seals"] if seal["field"] == "removed_at")
    [event] = told["events"]
    values = {
        "HOUR": seal["hour"],
        "SECTION": "users",
        "ID": "user-1",
        "EVENT": event["event_id"],
    }
    folder = extract(tmp_path / "pack-3.tar.gz", tmp_path / "extracted")
    sha256, *changes, hour = run_lines("look up", folder, values)
    assert sha256 == seal["sha256"]
    assert [json.loads(change) for change in changes] == told["changes"]
    assert hour == event["sealed_hour"]
