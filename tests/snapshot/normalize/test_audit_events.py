"""What was read of the audit log: rows, the section's status, and how far the log is known."""

from typing import Any

import pytest

from functions.shared.errors import (
    EndpointUnavailable,
    KeyRejected,
    ParameterRefused,
    ScopeMissing,
    UpstreamError,
    UpstreamFailed,
)
from functions.shared.hashing import email_hash, ip_hash
from functions.shared.hours import parse_instant
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.fetch.pull import PullContext
from functions.snapshot.normalize.audit_events import audit_section, event
from functions.snapshot.normalize.origin_digest import origin_digest
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import MOST_KEPT
from functions.snapshot.records import AuditLog, AuditLogRead

KEY = b"k" * 32
PRIVACY = Privacy(KEY)
HOUR_END = parse_instant("2026-04-01T06:00:00Z")
HI = int(HOUR_END.timestamp())
LO = HI - 2 * 3600
BEGUN = audit_marks.initial()
# An hour ago both streams were read, to a day before.
READ: Any = {
    name: audit_marks.unread()
    | {"closed_through": HI - 3600, "reread_25": LO - 24 * 3600, "backfill_to": LO - 24 * 3600}
    for name in ("organization", "tenant")
}
ANN = email_hash(KEY, "ann@x.example")


def item(event_id: str | None = "audit-1", at: int = HI - 60, **facts: Any) -> dict[str, Any]:
    """Return an event of Ann's session, as OpenAI lists it."""
    person = {"id": "user-ann", "email": "ann@x.example", "name": "Ann Lee"}
    place = {"country": "BE", "city": "Ghent", "asn": 5432}
    session = {"ip_address": "10.1.2.3", "ip_address_details": place, "user": person}
    record = {
        "id": event_id,
        "type": "user.updated",
        "effective_at": at,
        "actor": {"type": "session", "session": session | {"user_agent": "Mozilla/5.0"}},
        "project": {"id": "proj_web", "name": "web"},
        "user.updated": {"id": "user-bob", "changes_requested": {"role": "owner"}},
    }
    return record | facts


def test_an_event_of_a_session() -> None:
    """Who, when, in which project, about what; of the place its country and network."""
    row, lacks = event("organization")(item(), PRIVACY)
    assert row == {
        "event_id": "audit-1",
        "event_type": "user.updated",
        "occurred_at": "2026-04-01T05:59:00Z",
        "actor_type": "session",
        "actor_id": "user-ann",
        "actor_hash": ANN,
        "project_id": "proj_web",
        "target_id": "user-bob",
        "details": {
            "asn": 5432,
            "country": "BE",
            "ip_hash": ip_hash(KEY, "10.1.2.3"),
            "user_agent": "Mozilla/5",
            "payload": {"id": "user-bob", "changes_requested": {"role": "owner"}},
            "stream": "organization",
            "origin_digest": origin_digest(item(), KEY),
        },
    }
    assert not lacks


def test_an_event_of_a_key() -> None:
    """A service account goes before a user; the key is named."""
    rule = event("tenant")
    key = {"id": "key_1", "user": {"id": "user-ann"}, "service_account": {"id": "svc_bot"}}
    row, lacks = rule(item(actor={"api_key": key}), PRIVACY)
    assert (row["actor_type"], row["actor_id"], row["actor_hash"]) == ("api_key", "svc_bot", None)
    assert (row["details"]["actor_key_id"], row["details"]["stream"]) == ("key_1", "tenant")
    assert not lacks
    key = {"id": "key_1", "user": {"id": "user-ann", "email": "ann@x.example"}}
    row, _ = rule(item(actor={"api_key": key}), PRIVACY)
    assert (row["actor_id"], row["actor_hash"]) == ("user-ann", ANN)


def test_the_kind_of_actor_follows_from_what_is_there() -> None:
    """A type that is said goes before it; nobody is nobody."""
    rule = event("organization")
    session = {"session": {"user": {"id": "user-ann"}}}
    assert rule(item(actor=session), PRIVACY)[0]["actor_type"] == "session"
    assert rule(item(actor=session | {"type": "robot"}), PRIVACY)[0]["actor_type"] == "robot"
    row, lacks = rule(item(actor=None), PRIVACY)
    assert (row["actor_type"], row["actor_id"], lacks) == (None, None, True)


def test_what_cannot_be_read_is_unknown_and_kept() -> None:
    """No time is made up for an event without a readable one."""
    rule = event("organization")
    row, lacks = rule(item(at=0, effective_at="soon, says Ann Lee"), PRIVACY)
    assert (row["occurred_at"], lacks) == (None, True)
    assert row["details"]["unreadable"] == ["occurred_at"]
    assert row["details"]["extra"] == {"effective_at": PRIVACY.prose("soon, says Ann Lee")}
    row, lacks = rule(item(type=7), PRIVACY)
    assert (row["event_type"], row["target_id"], lacks) == (None, None, True)
    assert set(row["details"]["extra"]) == {"user.updated"}
    assert "payload" not in row["details"]


def test_nobody_is_named_in_payload_and_unknown_fields() -> None:
    """Of texts that nobody documented only the hashes are kept."""
    payload = {"id": "user-bob", "note": "by Ann Lee"}
    row, _ = event("organization")(
        item(surprise="Ann Lee was here") | {"user.updated": payload}, PRIVACY
    )
    assert row["details"]["payload"] == {"id": "user-bob", "note": PRIVACY.prose("by Ann Lee")}
    assert row["details"]["extra"] == {"surprise": PRIVACY.prose("Ann Lee was here")}


def test_ids_are_told_as_they_are_and_odd_types_are_not() -> None:
    """What an event is about must be found in the lists; a type is no place for a sentence."""
    rule = event("organization")
    odd = {"user.updated": {"id": "a@x.example"}}
    row, _ = rule(item(project={"id": "10.1.2.3"}) | odd, PRIVACY)
    assert (row["project_id"], row["target_id"]) == ("10.1.2.3", "a@x.example")
    row, _ = rule(item(type="says Ann Lee") | {"says Ann Lee": {"id": "Ann"}}, PRIVACY)
    assert row["event_type"] == PRIVACY.field_name("says Ann Lee")
    assert row["target_id"] == PRIVACY.prose("Ann")
    assert set(row["details"]["extra"]) == {"user.updated"}


def section(log: AuditLog, *sealed: str, skew_s: float = 0.0, **marks: Any) -> Any:
    """Return section and watermarks of an hour that asked for the last two hours."""
    before: Any = {**BEGUN, **marks}
    plan = audit_marks.audit_plan(before, HOUR_END)
    context = PullContext(before, plan, HOUR_END, (HOUR_END, HOUR_END), skew_s, frozenset(), True)
    return audit_section(log, context, PRIVACY, lambda ids, second: ids & set(sealed))


def read(*events: dict[str, Any], through: int = HI, **facts: Any) -> AuditLogRead:
    """Return what one stream gave."""
    return AuditLogRead(list(events), through, whole=through >= HI, **facts)


def log(main: AuditLogRead, tenant: AuditLogRead | None = None, **past: Any) -> AuditLog:
    """Return what both streams gave."""
    return AuditLog({"organization": main, "tenant": tenant or read()}, **past)


def test_a_log_read_whole_is_complete() -> None:
    """Oldest first, what is sealed already left out; W stands at the hour's end."""
    events = [item("b", HI - 60), item("a", HI - 60), item("c", HI - 90), item("d")]
    result, after = section(log(read(*events)), "d")
    assert (result.status, result.reason, result.lasting) == ("complete", None, True)
    assert [row["event_id"] for row in result.rows] == ["c", "a", "b"]
    assert after["proven"]
    assert after["streams"]["organization"]["closed_through"] == HI
    assert after["streams"]["tenant"]["backfill_to"] == LO


def test_an_empty_log_is_unproven_until_an_event_was_seen() -> None:
    """It may be off."""
    result, after = section(log(read()))
    assert (result.status, result.reason, after["proven"]) == ("unproven", "no_event_seen", False)
    result, _ = section(log(read()), proven=True)
    assert result.status == "complete"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ScopeMissing(), "forbidden"),
        (EndpointUnavailable(), "unavailable"),
        (ParameterRefused(), "failed"),
    ],
)
def test_a_refused_log_is_no_empty_log(error: UpstreamError, status: str) -> None:
    """However much of it was read before; no watermark moves."""
    for through in (LO, LO + 60):
        result, after = section(log(read(through=through, error=error)))
        assert (result.status, result.reason) == (status, error.reason)
        assert (list(result.rows), after) == ([], BEGUN)


def test_a_refused_tenant_stream_takes_nothing_from_the_other() -> None:
    """Its watermarks stay where they were."""
    refused = read(through=LO, error=ParameterRefused())
    result, after = section(log(read(item()), refused))
    assert result.status == "complete"
    assert after["streams"]["tenant"] == BEGUN["streams"]["tenant"]


def test_a_log_that_ended_early_is_partial() -> None:
    """W stands where it ended; nothing read at all is a failure."""
    error = UpstreamFailed()
    result, after = section(log(read(item(), through=LO + 60, error=error)))
    assert (result.status, result.reason, result.lasting) == ("partial", "server_error", False)
    assert after["streams"]["organization"]["closed_through"] == LO + 60
    result, after = section(log(read(through=LO, error=error)))
    assert (result.status, result.reason, after) == ("failed", "server_error", BEGUN)
    lasting = read(item(), through=LO + 60, error=KeyRejected())
    assert section(log(lasting))[0].lasting
    assert not section(log(lasting, read(through=LO + 9, error=error)))[0].lasting


def test_a_spent_budget_is_no_error() -> None:
    """The next run goes on from there, in this hour or the next; a full hour is closed at once."""
    result, _ = section(log(read(item(), through=LO + 60)))
    assert (result.status, result.reason, result.lasting) == ("partial", "window_budget", False)
    result, _ = section(log(read(item(), through=LO + 60), full=True))
    assert (result.status, result.reason, result.lasting) == ("partial", "hour_full", True)


def test_the_hour_before_must_be_read_again_whole() -> None:
    """Else another try may mend it; nothing lags."""
    again = {"organization": {"overlap": AuditLogRead([item("late")], LO, None, (), False)}}
    result, _ = section(log(read(item()), again=again), streams=READ)
    assert (result.status, result.reason, result.lasting) == ("partial", "window_budget", False)
    assert [row["event_id"] for row in result.rows] == ["audit-1", "late"]


def test_a_clock_that_is_far_off_moves_no_watermark() -> None:
    """Fifteen minutes are far; what was read is kept all the same."""
    for skew_s in (901.0, -901.0):
        result, after = section(log(read(item())), skew_s=skew_s)
        assert (result.status, result.reason, result.lasting) == ("partial", "clock_skew", False)
        assert len(result.rows) == 1
        assert after == {**BEGUN, "proven": True}
    assert section(log(read(item())), skew_s=900.0)[0].status == "complete"


def test_a_second_that_could_not_be_read_is_said_once() -> None:
    """In the hour that met it; it stays named in the watermarks."""
    result, after = section(log(read(item(), overflow=(HI - 60,))))
    assert (result.status, result.reason) == ("partial", "second_overflow")
    assert after["streams"]["organization"]["overflow"] == [HI - 60]
    streams: Any = {name: dict(stream) for name, stream in BEGUN["streams"].items()}
    streams["organization"]["overflow"] = [HI - 60]
    result, _ = section(log(read(item(), overflow=(HI - 60,))), streams=streams)
    assert result.status == "complete"


def test_one_event_with_two_contents_is_a_conflict() -> None:
    """The first is the row; both are kept, of twenty events at most."""
    twice = [item("a"), item("a", type="user.added")]
    result, _ = section(log(read(*twice)))
    assert (result.status, result.reason) == ("partial", "conflicting_duplicates")
    assert [row["event_type"] for row in result.rows] == ["user.updated"]
    assert result.conflicts[0]["id"] == "a"
    many = [item(f"e{n}", type=kind) for kind in ("x", "y") for n in range(MOST_KEPT + 1)]
    result, _ = section(log(read(*many)))
    assert len(result.conflicts) == MOST_KEPT


def test_both_streams_may_show_an_event() -> None:
    """That is no contradiction; the organization's row goes first."""
    result, _ = section(log(read(item()), read(item())))
    assert result.status == "complete"
    assert [row["details"]["stream"] for row in result.rows] == ["organization"]


def test_the_past_is_sealed_with_the_rest() -> None:
    """B moves to where it was read to; what has no id is counted and kept apart."""
    past = {"organization": AuditLogRead([item("old", LO - 60), item(None)], LO - 3600)}
    result, after = section(log(read(item()), past=past, past_ends={"organization"}))
    assert [row["event_id"] for row in result.rows] == ["old", "audit-1"]
    assert (result.unknown, len(result.odd)) == (1, 1)
    stream = after["streams"]["organization"]
    assert (stream["backfill_to"], stream["backfill_done"]) == (LO - 3600, True)
    assert len(section(log(read(*[item(None)] * (MOST_KEPT + 1))))[0].odd) == MOST_KEPT


def test_what_is_new_is_held_against_the_last_hours_and_the_rest_against_all() -> None:
    """An event without a time may have been sealed by any hour; so may one that came late."""
    asked: list[tuple[set[str], int]] = []

    def sealed_ids(ids: set[str], second: int) -> set[str]:
        asked.append((ids, second))
        return ids & {"old"}

    marks: Any = {**BEGUN, "streams": READ}
    plan = audit_marks.audit_plan(marks, HOUR_END)
    pictured = (HOUR_END, HOUR_END)
    context = PullContext(marks, plan, HOUR_END, pictured, 0.0, frozenset(), True)
    again = {"organization": {"reread_25": AuditLogRead([item("late")], LO)}}
    past = {"organization": AuditLogRead([item("old")], LO - 3600)}
    new = read(item("a"), item("b", effective_at="soon"))
    result, _ = audit_section(log(new, again=again, past=past), context, PRIVACY, sealed_ids)
    assert asked == [({"a", "b", "late", "old"}, 0)]
    assert sorted(row["event_id"] for row in result.rows) == ["a", "b", "late"]
    asked.clear()
    audit_section(log(read(item("a"), item(None))), context, PRIVACY, sealed_ids)
    assert asked == [({"a"}, LO)]
