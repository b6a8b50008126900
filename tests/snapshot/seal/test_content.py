"""What a seal says of an hour: with a snapshot and without one."""

import hashlib
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from functions.shared.evidence.seals import Seal
from functions.shared.records.registers import HourRegisters
from functions.shared.records.seals import IndexRun, SealContent, Segments, Source
from functions.shared.sections import OPTIONAL
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.records import SectionRead, Snapshot
from functions.snapshot.seal.content import Stored, content_of, content_without_snapshot, kpi
from tests.snapshot.rows import api_key, finding, open_change, project, service_account, user
from tests.support.seal_parts import section_seal

NAME, FROM, TO = "2026-04-01T05:00:00Z", "2026-04-01T06:01:00Z", "2026-04-01T06:02:00Z"
START = datetime(2026, 4, 1, 5, tzinfo=UTC)
EARLIER, LAST = "2026-03-31T00:00:00Z", "2026-04-01T05:01:00Z"
ENTRY: Any = {"key": "k", "rows": 1, "bytes": 2, "sha256": "s", "crc32": 3}


def hour(sections: Any = None, *, lifecycle: Any = (), **content: Any) -> HourToClose:
    """Return an hour; with sections, one after a seal that says something of them."""
    facts: Any = {"sections": sections, "lifecycle_seq": 7, "pictured_from": LAST}
    facts |= {"watermarks": {"streams": {}}, "statements_n": 4, **content}
    previous = Seal(facts, {}, b"", "digest") if sections is not None else None
    return HourToClose("tenant-a", "org-Alpha", START, "proven", lifecycle, previous)


def snapshot(**facts: Any) -> Snapshot:
    """Return a snapshot of an organization that was read whole, but for some facts."""
    names = ("users", "projects", "api_keys")
    lists: Any = {name: SectionRead("complete") for name in names} | facts.pop("lists", {})
    marks = {**audit_marks.initial(), **facts.pop("marks", {})}
    audit: Any = facts.pop("audit_events", SectionRead("complete"))
    return Snapshot(lists, audit, marks, FROM, TO)  # type: ignore[arg-type]


def registers(**rows: Any) -> HourRegisters:
    """Return the registers of an hour."""
    usual: Any = {
        "users": [user(), user("user-gone", removed_at=NAME)],
        "projects": [project()],
        "api_keys": [api_key()],
        "findings": [
            finding("a", "users", "1"),
            finding("b", "users", "1", resolved_hour=NAME),
            finding("c", "users", "2"),
        ],
        "open_changes": [open_change("users", "added", "a")],
    }
    return cast("HourRegisters", usual | rows)


NO_SEGMENTS: Segments = {"events": [], "changes": [], "verdicts": [], "statements": []}
ROOTS: Any = {n: {"root": f"root of {n}", "salt": f"salt of {n}"} for n in ("users", "findings")}
RUNS = [IndexRun(key="k", late=0, level=0, rows=1, sha256="5" * 64, since=None)]
STORED = Stored({"users": ENTRY, "findings": ENTRY}, ROOTS, {}, NO_SEGMENTS, RUNS)
SOURCE: Source = {
    "api_base": "https://api.openai.com/v1",
    "clock": "system",
    "code_sha256": "c0" * 32,
    "key_last4": "wxyz",
    "region": None,
}
UNREAD: Any = section_seal("unread")
NOBODY = hashlib.sha256(b"null\n").hexdigest()


def content(hour_: HourToClose | None = None, **facts: Any) -> SealContent:
    """Return what the seal of an hour says."""
    rows = registers(**facts.pop("rows", {}))
    return content_of(hour_ or hour(), snapshot(**facts), rows, STORED, SOURCE)


def test_the_first_seal_of_an_organization() -> None:
    """Whose hour it is, what was read, and what is known of everything."""
    seal = content(hour(lifecycle=[{"seq": 1, "at": NAME, "kind": "connected"}]))
    sections = seal.pop("sections")  # type: ignore[misc]
    assert seal == {
        "v": 4,
        "tenant_id": "tenant-a",
        "org_id": "org-Alpha",
        "org_proof": "proven",
        "hour": NAME,
        "outcome": "complete",
        "reason": None,
        "lifecycle": [{"seq": 1, "at": NAME, "kind": "connected"}],
        "lifecycle_seq": 1,
        "statements_n": 0,
        "previous_sha256": None,
        "source": SOURCE,
        "segments": NO_SEGMENTS,
        "index": RUNS,
        "custody": None,
        "watermarks": audit_marks.initial(),
        "kpi": {
            "users": 1,
            "billable_users": 1,
            "active_projects": 1,
            "api_keys": 1,
            "stale_keys": 0,
        },
        "pictured_from": FROM,
        "pictured_to": TO,
    }
    assert set(sections) == {
        *("users", "projects", "api_keys", "audit_events", *OPTIONAL),
        *("findings", "open_changes"),
    }
    assert sections["users"] == UNREAD | {
        "status": "complete",
        "count": 1,
        "state_at": NAME,
        "picture_sha256": NOBODY,
        "register": ENTRY,
        **ROOTS["users"],
        "baseline": NAME,
        "complete_at": FROM,
    }
    assert sections["projects"]["register"] is None
    assert sections["findings"] == UNREAD | {
        "status": "derived",
        "count": 2,
        "state_at": NAME,
        "register": ENTRY,
        **ROOTS["findings"],
    }
    assert (sections["open_changes"]["count"], sections["open_changes"]["register"]) == (1, None)


def test_a_seal_goes_on_from_the_one_before() -> None:
    """Its digest, and the last entry that was sealed."""
    seal = content(hour({}))
    assert (seal["previous_sha256"], seal["lifecycle_seq"], seal["lifecycle"]) == ("digest", 7, [])
    entry = {"seq": 8, "at": NAME, "kind": "paused"}
    assert content(hour({}, lifecycle=[entry]))["lifecycle_seq"] == 8
    assert content()["lifecycle_seq"] == 0


def test_the_audit_log_is_a_section_without_a_register() -> None:
    """Its count is of the events that the hour sealed."""
    events: Any = [{"event_id": "a"}, {"event_id": "b"}]
    audit: Any = SectionRead("partial", "window_budget", rows=events, unknown=1)
    seal = content(audit_events=audit)
    assert seal["sections"]["audit_events"] == UNREAD | {
        "status": "partial",
        "reason": "window_budget",
        "count": 2,
        "unknown": 1,
    }
    assert (seal["outcome"], seal["reason"]) == ("partial", "window_budget")


def test_records_that_did_not_fit_are_kept() -> None:
    """Where there are any."""
    conflict: Any = {"id": "a", "sha256": ["x", "y"], "rows": [{}, {}]}
    section: Any = SectionRead("partial", odd=[user()], conflicts=[conflict], unknown=3)
    seal = content(lists={"users": section, "groups": section}, audit_events=section)
    for name in ("users", "groups", "audit_events"):
        facts = seal["sections"][name]
        assert (facts["odd"], facts["conflicts"]) == ([user()], [conflict])
        assert facts["unknown"] == 3
    users = content()["sections"]["users"]
    assert (users["odd"], users["conflicts"]) == ([], [])


KNOWN = UNREAD | {
    "register": ENTRY,
    "root": "r",
    "salt": "s",
    "baseline": EARLIER,
    "complete_at": LAST,
    "asked_at": EARLIER,
    "state_at": EARLIER,
}


def test_a_baseline_is_the_first_whole_snapshot_and_stays() -> None:
    """Whole or not, the newest whole one is told beside it."""
    users = content(hour({"users": KNOWN}))["sections"]["users"]
    assert (users["baseline"], users["complete_at"]) == (EARLIER, FROM)
    cut: Any = {"users": SectionRead("partial", "deadline")}
    users = content(hour({"users": KNOWN}), lists=cut)["sections"]["users"]
    assert (users["status"], users["reason"]) == ("partial", "deadline")
    assert (users["baseline"], users["complete_at"]) == (EARLIER, LAST)
    users = content(hour({}), lists=cut)["sections"]["users"]
    assert (users["baseline"], users["complete_at"]) == (None, None)


def test_an_optional_section_that_was_asked_for() -> None:
    """Counted by its register."""
    marks: Any = {"optional": {"groups": {"asked_at": TO, "status": "x", "reason": "y"}}}
    rows: Any = {"groups": [{"removed_at": None}, {"removed_at": NAME}, {"removed_at": None}]}
    whole: Any = {"groups": SectionRead("complete", unknown=2)}
    groups = content(lists=whole, marks=marks, rows=rows)["sections"]["groups"]
    assert groups == UNREAD | {
        "status": "complete",
        "reason": None,
        "count": 2,
        "unknown": 2,
        "picture_sha256": NOBODY,
        "asked_at": TO,
        "state_at": NAME,
        "baseline": NAME,
        "complete_at": FROM,
    }


def test_an_optional_section_that_was_not_due_is_told_as_it_was() -> None:
    """With the end of the hour that asked; its register is carried."""
    marks: Any = {"optional": {"groups": {"asked_at": LAST, "status": "complete", "reason": None}}}
    groups = content(hour({"groups": KNOWN}), marks=marks)["sections"]["groups"]
    assert (groups["status"], groups["reason"], groups["count"]) == ("complete", None, None)
    assert (groups["asked_at"], groups["complete_at"], groups["unknown"]) == (LAST, LAST, 0)
    assert (groups["picture_sha256"], groups["state_at"]) == (None, EARLIER)


def test_an_optional_section_that_was_never_read_is_failed() -> None:
    """So is every one in an hour that could read nothing."""
    groups = content()["sections"]["groups"]
    assert (groups["status"], groups["reason"], groups["asked_at"]) == ("failed", None, None)
    failed: Any = SectionRead("failed", "server_error")
    lists = dict.fromkeys(["users", "projects", "api_keys"], failed)
    marks: Any = {"optional": {"groups": {"asked_at": LAST, "status": "complete", "reason": None}}}
    groups = content(lists=lists, audit_events=failed, marks=marks)["sections"]["groups"]
    assert (groups["status"], groups["reason"], groups["asked_at"]) == (
        *("failed", "server_error", LAST),
    )


def test_an_hour_without_a_snapshot_carries_everything() -> None:
    """Registers, baselines, watermarks; of nothing there is a count."""
    findings = UNREAD | {"register": ENTRY, "root": "r"}
    read = {"status": "complete", "picture_sha256": "p", "not_shown": ENTRY, "odd": [user()]}
    sections: Any = {"users": KNOWN | read, "findings": findings}
    marks = audit_marks.initial()
    marks["streams"]["tenant"]["closed_through"] = int(START.timestamp()) - 3600
    before = hour(sections, watermarks=marks)
    seal = content_without_snapshot(before, "missed", "not_pictured", SOURCE, RUNS, [ENTRY])
    assert (seal["outcome"], seal["reason"]) == ("missed", "not_pictured")
    assert (seal["watermarks"], seal["source"]) == (marks, SOURCE)
    assert (seal["kpi"], seal["pictured_from"], seal["pictured_to"]) == (None, None, None)
    told = NO_SEGMENTS | {"statements": [ENTRY]}, RUNS, None
    assert (seal["segments"], seal["index"], seal["custody"]) == told
    facts = {"reason": "not_pictured", "count": None, "unknown": 0}
    assert seal["sections"]["users"] == KNOWN | facts | {"status": "failed"}
    assert seal["sections"]["findings"] == {**findings, "status": "derived", **facts}
    assert seal["sections"]["groups"] == UNREAD | facts | {"status": "failed"}
    log = seal["sections"]["audit_events"]
    assert log == UNREAD | facts | {"status": "failed", "lag_hours": 2}
    assert set(seal["sections"]) == set(content()["sections"])


def test_before_anything_was_read_there_are_no_watermarks() -> None:
    """Each is null, and no lag is told."""
    for before in (hour(), hour({})):
        seal = content_without_snapshot(before, "paused", "paused", SOURCE, [], [])
        assert seal["watermarks"] == audit_marks.initial()
        assert seal["sections"]["audit_events"]["lag_hours"] is None


FULL = datetime(2026, 4, 1, 6, tzinfo=UTC)


def test_the_figures_of_an_hour() -> None:
    """Persons are billed (C14), and active projects; a key is stale after ninety days."""
    flags = {"bot": True, "x": None, "svc_a": None, "svc_b": False}
    odd = project("odd", status=None, unreadable=["status"])
    rows = registers(
        users=[user(), *(user(name, is_service_account=flag) for name, flag in flags.items())],
        service_accounts=[service_account("svc_a"), service_account("svc_b", removed_at=NAME)],
        projects=[project(), project("old", status="archived"), project("o", removed_at=NAME), odd],
        api_keys=[api_key(), api_key("k", last_used_at=EARLIER.replace("2026", "2025"))],
    )
    assert kpi(rows, snapshot(), FULL) == {
        "users": 5,
        "billable_users": 2,
        "active_projects": 1,
        "api_keys": 2,
        "stale_keys": 1,
    }


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("users", {"users", "billable_users"}),
        ("projects", {"active_projects"}),
        ("api_keys", {"api_keys", "stale_keys"}),
    ],
)
def test_a_figure_of_a_list_that_was_not_whole_is_none(name: str, unknown: set[str]) -> None:
    """An unknown number is no number."""
    figures = kpi(registers(), snapshot(lists={name: SectionRead("partial")}), FULL)
    assert {figure for figure, value in figures.items() if value is None} == unknown
