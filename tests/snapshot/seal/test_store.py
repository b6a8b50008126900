"""Objects named by their content: what is there already counts by its rows, not by its bytes."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import register_key, segment_key
from functions.shared.canonical import Lines
from functions.shared.errors import EvidenceConflict
from functions.shared.evidence.merkle import rows_root
from functions.shared.evidence.seal_versions import source_of
from functions.shared.evidence.seals import (
    Chain,
    Seal,
    entry_of,
    read_rows,
    segment_entry_of,
)
from functions.shared.records.entities import User
from functions.shared.records.events import Event
from functions.shared.records.registers import HourRegisters
from functions.shared.records.seals import NotShown
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.seal.content import content_without_snapshot
from functions.snapshot.seal.index import HourIndex
from functions.snapshot.seal.store import Store
from tests.snapshot.rows import change, event, user

HOUR = HourToClose("tenant-a", "org-Alpha", datetime(2026, 4, 2, 5, tzinfo=UTC), "none", [], None)
ROWS = [user("a"), user("b")]
REGISTERS: HourRegisters = {
    "users": ROWS,
    "projects": [],
    "api_keys": [],
    "findings": [],
    "open_changes": [],
}
NOBODY = source_of({})
CHANGE = change("users", "added", "a")


def no_index(evidence: Bucket) -> HourIndex:
    """Return the index of a chain that begins with this hour."""
    return HourIndex.open(Chain(evidence, "tenant-a", "org-Alpha"), HOUR.start, None)


def test_rows_that_another_zlib_packed_are_as_good(evidence: Bucket) -> None:
    """A runtime may be updated within a month, and a register may become what it was before."""
    lines, changes = Lines.of(ROWS), Lines.of([CHANGE])
    register = register_key("tenant-a", "org-Alpha", HOUR.start, "users", lines.sha256)
    segment = segment_key("tenant-a", "org-Alpha", "changes", "2026-04", HOUR.start, changes.sha256)
    evidence.put_once(register, gzip.compress(lines.body, mtime=0))
    evidence.put_once(segment, gzip.compress(changes.body, mtime=0))
    store = Store(evidence, "tenant-a", "org-Alpha")
    stored = store.put(HOUR, REGISTERS, [], [CHANGE], [], {}, no_index(evidence))
    assert stored.registers["users"] == entry_of(register, lines)
    assert stored.segments["changes"] == [segment_entry_of(segment, "2026-04", changes)]
    assert store.load(stored.registers["users"], User) == ROWS


def test_nothing_open_is_no_register(evidence: Bucket) -> None:
    """An hour without an open change stores none, and its seal names none."""
    store = Store(evidence, "tenant-a", "org-Alpha")
    entries, roots = store.put_registers(HOUR, REGISTERS)
    assert set(entries) == set(roots) == set(REGISTERS) - {"open_changes"}


def test_rows_that_another_run_is_still_writing_are_a_conflict(
    evidence: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to compare with yet: the order comes again."""

    def busy(*_: object) -> bool:
        raise EvidenceConflict("is being written by another run")

    monkeypatch.setattr(Bucket, "put_once", busy)
    with pytest.raises(EvidenceConflict):
        Store(evidence, "tenant-a", "org-Alpha").put_registers(HOUR, REGISTERS)


@pytest.mark.parametrize("there", [b"no gzip", gzip.compress(b'{"id":"other"}\n', mtime=0)])
def test_other_rows_under_the_name_are_a_conflict(evidence: Bucket, there: bytes) -> None:
    """Nothing is sealed that names them."""
    key = register_key("tenant-a", "org-Alpha", HOUR.start, "users", Lines.of(ROWS).sha256)
    evidence.put_once(key, there)
    with pytest.raises(EvidenceConflict):
        Store(evidence, "tenant-a", "org-Alpha").put_registers(HOUR, REGISTERS)


def test_a_segment_is_of_the_month_in_which_its_events_occurred(evidence: Bucket) -> None:
    """Whatever the month of the hour that seals them."""
    store = Store(evidence, "tenant-a", "org-Alpha")
    events = [event("user.added", "user-a"), event("user.added", "user-b")]
    events[0]["occurred_at"] = "2026-03-31T23:59:59Z"
    stored = store.put(HOUR, REGISTERS, events, [], [], {}, no_index(evidence))
    assert [entry["month"] for entry in stored.segments["events"]] == ["2026-03", "2026-04"]
    [run] = stored.index
    # And one that tells that something of an earlier hour was sealed late.
    assert run["rows"] == len({event["event_id"] for event in events}) + 1


def test_an_event_without_a_time_is_of_the_month_that_seals_it(evidence: Bucket) -> None:
    """Among its events it stands where the hour begins: the last thing that is known of it."""
    store = Store(evidence, "tenant-a", "org-Alpha")
    kinds = {"user.added": None, "a": "2026-04-02T04:59:59Z", "z": "2026-04-02T05:00:01Z"}
    events = [event(kind, "user-a", occurred_at=at) for kind, at in kinds.items()]
    [entry] = store.put(HOUR, REGISTERS, events, [], [], {}, no_index(evidence)).segments["events"]
    assert entry["month"] == "2026-04"
    rows = read_rows(evidence, entry, Event)
    assert [row["event_type"] for row in rows] == ["a", "user.added", "z"]
    assert rows[1]["occurred_at"] is None


def test_the_seal_that_was_first_is_the_hours(evidence: Bucket) -> None:
    """A second run gets the first one's seal; bytes that are not there are a conflict."""
    store = Store(evidence, "tenant-a", "org-Alpha")
    content = content_without_snapshot(HOUR, "missed", "not_pictured", NOBODY, [], [])
    first = store.put_seal(content, {"attempt": 1})
    other = content_without_snapshot(HOUR, "paused", "paused", NOBODY, [], [])
    again = store.put_seal(other, {"attempt": 2})
    assert (again.sha256, again.run) == (first.sha256, {"attempt": 1})


def test_a_seal_under_way_is_a_conflict(evidence: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run is writing it: nobody knows yet what it says."""

    def busy(*_: object) -> bool:
        raise EvidenceConflict("is being written by another run")

    monkeypatch.setattr(Bucket, "put_once", busy)
    store = Store(evidence, "tenant-a", "org-Alpha")
    with pytest.raises(EvidenceConflict):
        store.put_seal(content_without_snapshot(HOUR, "missed", "not_pictured", NOBODY, [], []), {})


def test_ids_that_a_picture_does_not_show_are_written_once_a_month(evidence: Bucket) -> None:
    """The hour after names the same object and puts nothing."""
    store = Store(evidence, "tenant-a", "org-Alpha")
    stored = store.put(HOUR, REGISTERS, [], [], [], {"users": [{"id": "a"}]}, no_index(evidence))
    entry = stored.not_shown["users"]
    assert read_rows(evidence, entry, NotShown) == [{"id": "a"}]
    content = content_without_snapshot(HOUR, "missed", "not_pictured", NOBODY, [], [])
    content["sections"]["users"]["not_shown"] = entry
    after = replace(HOUR, start=HOUR.start + timedelta(hours=1), previous=Seal.of(content, {}))
    evidence.client.delete_object(Bucket=evidence.name, Key=entry["key"])
    assert store.put_not_shown(after, {"users": [{"id": "a"}]}) == {"users": entry}
    assert evidence.get(entry["key"]) is None


def test_a_register_without_salt_gets_its_root_and_is_not_written_again(evidence: Bucket) -> None:
    """The bytes are at hand; the month's first hour alone writes them anew."""
    store = Store(evidence, "tenant-a", "org-Alpha", lambda: b"key")
    entries, roots = store.put_registers(HOUR, REGISTERS)
    content = content_without_snapshot(HOUR, "missed", "not_pictured", NOBODY, [], [])
    for name, entry in entries.items():
        content["sections"][name]["register"] = entry
        evidence.client.delete_object(Bucket=evidence.name, Key=entry["key"])
    after = replace(HOUR, start=HOUR.start + timedelta(hours=1), previous=Seal.of(content, {}))
    assert store.put_registers(after, REGISTERS) == (entries, roots)
    assert evidence.get(entries["users"]["key"]) is None
    content["sections"]["users"]["root"] = "as it was"
    after = replace(after, previous=Seal.of(content, {}))
    assert store.put_registers(after, REGISTERS)[1]["users"] == roots["users"]
    carried = {"root": "as it was", "salt": "ab" * 32}
    content["sections"]["users"] |= carried  # type: ignore[typeddict-item]
    after = replace(after, previous=Seal.of(content, {}))
    assert store.put_registers(after, REGISTERS)[1]["users"] == carried


def test_salts_follow_from_the_tenant_s_key_and_the_rows(evidence: Bucket) -> None:
    """The same in every run; without a key the rows stand plain, and no proof can be made."""
    of_key = Store(evidence, "tenant-a", "org-Alpha", lambda: b"key").put_registers(HOUR, REGISTERS)
    again = Store(evidence, "tenant-a", "org-Alpha", lambda: b"key").put_registers(HOUR, REGISTERS)
    other = Store(evidence, "tenant-a", "org-Alpha", lambda: b"other").put_registers(
        HOUR, REGISTERS
    )
    assert of_key == again
    salts = [of_key[1]["users"]["salt"], other[1]["users"]["salt"], of_key[1]["projects"]["salt"]]
    assert len(set(salts)) == 3
    assert None not in salts
    plain = Store(evidence, "tenant-a", "org-Alpha").put_registers(HOUR, REGISTERS)[1]["users"]
    assert plain == {"root": rows_root(Lines.of(ROWS).body), "salt": None}
