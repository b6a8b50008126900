"""The whole of normalizing: sections, watermarks, and whether it is our organization at all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from functions.shared.errors import ChangedWhileRead, KeyRejected, UpstreamError
from functions.shared.hashing import id_hash
from functions.shared.hours import parse_instant
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.fetch.optional import OptionalLists
from functions.snapshot.fetch.pull import ProjectKeys, PullContext, RawSnapshot
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.snapshot import failed_snapshot, normalize
from functions.snapshot.records import AuditLog, AuditLogRead, Listing, Snapshot

KEY = b"k" * 32
PRIVACY = Privacy(KEY)
HOUR_END = parse_instant("2026-04-01T06:00:00Z")
HI = int(HOUR_END.timestamp())
PICTURED = (HOUR_END + timedelta(minutes=1), HOUR_END + timedelta(minutes=2))
MARKS = audit_marks.initial()


def read(
    *,
    archived: bool = True,
    error: UpstreamError | None = None,
    event: dict[str, Any] | None = None,
    names: Sequence[str] = ("Ann Lee",),
    **facts: Any,
) -> Snapshot:
    """Return the snapshot of an organization with one project and one group."""
    recent = AuditLogRead([event] if event else [], HI)
    raw = RawSnapshot(
        users=Listing(
            [{"id": f"user-{number}", "name": name} for number, name in enumerate(names)],
            None if names else ChangedWhileRead(),
        ),
        projects=Listing([{"id": "proj_web"}], error),
        keys=ProjectKeys({"proj_web": Listing([])}, ["proj_web"], archived),
        audit_log=AuditLog({"organization": recent, "tenant": AuditLogRead([], HI)}),
        optional=OptionalLists({"groups": Listing([{"id": "g"}])}, {"project_users": {}}),
    )
    known: Any = {"known_projects": frozenset(), "org_proven": False} | facts
    plan = audit_marks.audit_plan(MARKS, HOUR_END)
    context = PullContext(MARKS, plan, HOUR_END, PICTURED, 0.0, **known)
    return normalize(raw, context, PRIVACY, lambda ids, second: set())


def test_all_that_was_asked_for_is_in_the_snapshot() -> None:
    """Lists, audit log, when it was taken, and how far everything is known."""
    snapshot = read()
    assert set(snapshot.lists) == {"users", "projects", "api_keys", "groups", "project_users"}
    assert snapshot.audit_events.status == "unproven"
    assert snapshot.pictured_from == "2026-04-01T06:01:00Z"
    assert snapshot.pictured_to == "2026-04-01T06:02:00Z"
    marks = snapshot.watermarks
    assert marks["streams"]["organization"]["closed_through"] == HI
    assert marks["archived_keys_at"] == "2026-04-01T06:00:00Z"
    assert set(marks["optional"]) == {"groups", "project_users"}


@pytest.mark.parametrize("facts", [{"archived": False}, {"error": ChangedWhileRead()}])
def test_archived_keys_count_as_read_only_where_all_were_asked_for(facts: dict[str, Any]) -> None:
    """Not without asking, not without all projects."""
    assert read(**facts).watermarks["archived_keys_at"] is None


def test_no_users_name_changes_what_an_event_says() -> None:
    """Whoever is called as a role or a field is, and whether or not the users could be read."""
    payload = {"id": "role_1a2b3c4d", "role": "reader", "kind": 1, "level": 2}
    event = {"id": "e", "type": "role.assignment.created", "effective_at": HI - 1}
    event |= {"role.assignment.created": payload, "note": "by Ann Lee"}
    details = []
    for names in (["Ann Lee"], ["reader", "kind", "level"], []):
        (row,) = read(event=event, names=names).audit_events.rows
        details.append(row["details"])
    assert details[0] == details[1] == details[2]
    assert details[0]["payload"] == payload
    assert details[0]["extra"] == {"note": PRIVACY.prose("by Ann Lee")}


def test_strangers_are_quarantined() -> None:
    """A key that shows no known project may be another organization's: nothing of it is kept."""
    snapshot = read(known_projects=frozenset({"another"}))
    assert {section.reason for section in snapshot.sections.values()} == {"quarantined"}
    assert set(snapshot.lists) == {"users", "projects", "api_keys", "groups", "project_users"}
    assert (snapshot.outcome, snapshot.watermarks) == (("failed", "quarantined"), MARKS)
    assert all(not section.rows for section in snapshot.sections.values())


def test_nobody_is_suspected_without_cause() -> None:
    """A known project is shown, none was ever known, OpenAI checks, or the list was cut."""
    strange = frozenset({"another"})
    ours = frozenset({id_hash(KEY, "proj_web"), "another"})
    for snapshot in (
        read(known_projects=ours),
        read(known_projects=frozenset[str]()),
        read(known_projects=strange, org_proven=True),
        read(known_projects=strange, error=ChangedWhileRead()),
    ):
        assert snapshot.lists["users"].status == "complete"


def test_what_stops_a_run_as_a_whole_fails_every_section() -> None:
    """The three required lists, the log, and the optional ones that were asked for."""
    snapshot = failed_snapshot(KeyRejected(), MARKS, PICTURED, ["groups"])
    assert set(snapshot.sections) == {"users", "projects", "api_keys", "audit_events", "groups"}
    assert snapshot.outcome == ("failed", "key_rejected")
    assert (snapshot.final, snapshot.watermarks) == (True, MARKS)
    assert snapshot.pictured_to == "2026-04-01T06:02:00Z"
