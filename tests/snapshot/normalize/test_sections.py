"""Lists to sections: their status, what does not fit, and many projects' lists as one."""

from typing import Any

import pytest

from functions.shared.errors import (
    ChangedWhileRead,
    EndpointUnavailable,
    KeyRejected,
    ScopeMissing,
    UpstreamError,
    UpstreamFailed,
)
from functions.shared.records.registers import identity_of, project_of
from functions.snapshot.fetch.optional import OptionalLists
from functions.snapshot.fetch.pull import ProjectKeys, RawSnapshot
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.required import user as user_rule
from functions.snapshot.normalize.sections import (
    MOST_KEPT,
    conflicting,
    failed,
    merge_lists,
    normalize_all,
    section_of,
    sections_of,
    status_of,
)
from functions.snapshot.records import AuditLog, Listing, SectionRead
from tests.snapshot.rows import api_key

PRIVACY = Privacy(b"k" * 32)
AT = 1775001600


def user(user_id: str | None = "user-ann", **facts: Any) -> dict[str, Any]:
    """Return a user as OpenAI lists them."""
    item = {"id": user_id, "email": "ann@x.example", "role": "reader", "added_at": AT}
    return item | facts


def key(key_id: str = "key_1", **facts: Any) -> dict[str, Any]:
    """Return a key as OpenAI lists it."""
    owner = {"type": "user", "user": {"id": "user-ann"}}
    return {"id": key_id, "created_at": AT, "owner": owner, "name": "web"} | facts


def raw(**facts: Any) -> RawSnapshot:
    """Return what was read of an organization with nothing in it."""
    none = Listing([])
    parts = {"users": none, "projects": none, "keys": ProjectKeys({}), "audit_log": AuditLog({})}
    return RawSnapshot(**{**parts, **facts})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ScopeMissing(), "forbidden"),
        (EndpointUnavailable(), "unavailable"),
        (UpstreamFailed(), "failed"),
        (KeyRejected(), "failed"),
    ],
)
def test_what_a_refusal_makes_of_a_section(error: UpstreamError, status: str) -> None:
    """Forbidden and not there are told from what failed."""
    assert status_of(error) == status
    section = failed(error)
    assert (section.status, section.reason) == (status, error.reason)
    assert (section.lasting, list(section.rows)) == (error.lasting, [])


def test_a_whole_list_is_complete() -> None:
    """Whatever of its records is unknown."""
    section = section_of("users", Listing([user(), user("user-bob", role=None)]), PRIVACY)
    assert (section.status, section.reason, section.lasting) == ("complete", None, True)
    assert (len(section.rows), section.unknown, section.covers) == (2, 1, None)


def test_a_list_that_failed_is_no_empty_list() -> None:
    """Without a row it says what it was refused for, with some it is partial."""
    error = ChangedWhileRead()
    assert section_of("users", Listing([], error), PRIVACY) == failed(error)
    section = section_of("users", Listing([user()], KeyRejected()), PRIVACY)
    assert (section.status, section.reason, section.lasting) == ("partial", "key_rejected", True)
    assert not section_of("users", Listing([user()], error), PRIVACY).lasting


@pytest.mark.parametrize(("name", "lasting"), [("users", False), ("projects", True)])
def test_two_contents_under_one_id_are_a_conflict(name: str, lasting: bool) -> None:
    """Both are kept; a project that is listed twice will be so the next time too."""
    item = {"id": "a", "name": "x", "email": "a@x.example", "role": "reader"}
    listing = Listing([item], None, (item | {"name": "y", "role": "owner"},))
    section = section_of(name, listing, PRIVACY)
    assert (section.status, section.reason) == ("partial", "conflicting_duplicates")
    assert section.lasting is lasting
    (conflict,) = section.conflicts
    assert (conflict["id"], len(conflict["rows"]), len(set(conflict["sha256"]))) == ("a", 2, 2)


def test_a_difference_that_normalizing_drops_is_no_conflict() -> None:
    """Two names of a user are one row."""
    listing = Listing([user(name="Ann")], None, (user(name="Anne"),))
    assert section_of("users", listing, PRIVACY).status == "complete"


def test_records_without_an_id_stand_apart() -> None:
    """Counted as unknown; the first twenty are kept."""
    items = [user(), user(None), user(""), {"email": "b@x.example"}]
    rows, unknown, odd = normalize_all(items, user_rule, PRIVACY)
    assert [row["user_id"] for row in rows] == ["user-ann"]
    without_id: list[Any] = [None, None, None]
    assert (unknown, [row["user_id"] for row in odd]) == (3, without_id)
    many = Listing([user(None) for _ in range(MOST_KEPT + 1)])
    section = section_of("users", many, PRIVACY)
    assert (section.unknown, len(section.odd)) == (MOST_KEPT + 1, MOST_KEPT)


def test_a_key_used_between_two_pages_is_no_conflict() -> None:
    """Only a volatile field differs: that is time passing."""
    first = api_key(last_used_at=None)
    assert conflicting("api_keys", [(first, api_key(last_used_at="2026-04-01T00:00:00Z"))]) == []
    other = api_key(last_used_at=None, name="lab")
    assert len(conflicting("api_keys", [(first, other)] * (MOST_KEPT + 1))) == MOST_KEPT


def part(status: str = "complete", *ids: str, **facts: Any) -> SectionRead[Any]:
    """Return what a project's list of keys made."""
    rows = [api_key(name) for name in ids]
    reason = None if status == "complete" else f"why {status}"
    return SectionRead(status, **{"reason": reason, "rows": rows, **facts})


def test_the_lists_of_whole_projects_are_a_whole_section() -> None:
    """Rows, unknown records and odd ones together."""
    parts = {"b": part("complete", "k2", unknown=1), "a": part("complete", "k1", odd=[api_key()])}
    section = merge_lists("api_keys", parts, [], True)
    assert (section.status, section.reason, section.lasting) == ("complete", None, True)
    assert [identity_of("api_keys", row) for row in section.rows] == ["k2", "k1"]
    assert (section.unknown, section.covers, len(section.odd)) == (1, ["a", "b"], 1)


@pytest.mark.parametrize(
    ("statuses", "rows", "expected"),
    [
        (["complete", "failed"], 0, "partial"),
        (["failed", "failed"], 0, "failed"),
        (["failed", "failed"], 1, "partial"),
        (["forbidden", "forbidden"], 0, "forbidden"),
        (["forbidden", "failed"], 0, "failed"),
        (["complete", "forbidden"], 0, "partial"),
    ],
)
def test_lists_that_fall_short(statuses: list[str], rows: int, expected: str) -> None:
    """Nothing read is failed or forbidden, anything else is partial; the first reason is told."""
    names = [f"k{number}" for number in range(rows)]
    parts = {str(n): part(status, *names) for n, status in enumerate(statuses)}
    short = [one for one in parts.values() if one.status != "complete"]
    section = merge_lists("api_keys", parts, short, True)
    assert (section.status, section.reason) == (expected, short[0].reason)


def test_short_lists_last_only_if_all_do() -> None:
    """One that may mend keeps the hour open."""
    short = [part("failed", lasting=True), part("failed", lasting=False)]
    parts = {"a": short[0], "b": short[1]}
    assert not merge_lists("api_keys", parts, short, True).lasting
    assert merge_lists("api_keys", parts, short[:1], True).lasting


def test_without_all_projects_nothing_is_whole() -> None:
    """It goes before every other reason, and may mend."""
    section = merge_lists("api_keys", {"a": part("failed")}, [part("failed")], False)
    assert (section.status, section.reason) == ("partial", "projects_not_whole")
    assert not section.lasting


def test_a_list_that_may_hide_something_proves_nothing() -> None:
    """Its project is not covered."""
    parts = {"a": part(), "b": part()}
    section = merge_lists("api_keys", parts, [], True, ["b"])
    assert (section.status, section.reason) == ("partial", "owner_project_access_refused")
    assert (section.lasting, section.covers) == (True, ["a"])


def test_one_key_in_two_projects_is_a_conflict() -> None:
    """The first one counts; both are kept."""
    parts = {
        "a": SectionRead("complete", rows=[api_key("k", project_id="a")]),
        "b": SectionRead("complete", rows=[api_key("k", project_id="b")]),
    }
    section = merge_lists("api_keys", parts, [], True)
    assert (section.status, section.reason) == ("partial", "conflicting_duplicates")
    assert (section.lasting, len(section.rows), len(section.conflicts)) == (False, 1, 1)
    same = {"a": part("complete", "k"), "b": part("complete", "k")}
    assert merge_lists("api_keys", same, [], True).status == "complete"


def test_keys_of_archived_projects_need_not_be_listed() -> None:
    """No answer there is no shortfall, a failure is; of an active project both are."""
    lists = {"old": Listing([], EndpointUnavailable()), "web": Listing([key()])}
    keys = sections_of(raw(keys=ProjectKeys(lists, ["web"])), PRIVACY)["api_keys"]
    assert (keys.status, keys.covers) == ("complete", ["web"])
    keys = sections_of(raw(keys=ProjectKeys(lists, ["web", "old"])), PRIVACY)["api_keys"]
    assert (keys.status, keys.reason) == ("partial", "unavailable")
    lists["old"] = Listing([], UpstreamFailed())
    keys = sections_of(raw(keys=ProjectKeys(lists, ["web"])), PRIVACY)["api_keys"]
    assert (keys.status, keys.reason) == ("partial", "server_error")


def test_keys_without_the_parameter_are_partial() -> None:
    """OpenAI hides keys of who lost access there."""
    keys = ProjectKeys({"web": Listing([key()])}, ["web"], without_any={"web"})
    section = sections_of(raw(keys=keys), PRIVACY)["api_keys"]
    assert (section.reason, section.covers) == ("owner_project_access_refused", [])


def test_without_projects_there_is_nobody_to_ask() -> None:
    """What stopped that list stops the lists of the projects."""
    refused = raw(
        projects=Listing([], ScopeMissing()),
        optional=OptionalLists({}, {"service_accounts": {}}),
    )
    sections = sections_of(refused, PRIVACY)
    assert {name: section.status for name, section in sections.items()} == {
        "users": "complete",
        "projects": "forbidden",
        "api_keys": "forbidden",
        "service_accounts": "forbidden",
    }
    some = raw(projects=Listing([{"id": "p"}], ChangedWhileRead()))
    assert sections_of(some, PRIVACY)["api_keys"].reason == "projects_not_whole"


def test_optional_sections_are_there_when_they_were_asked_for() -> None:
    """An endpoint that no project has is unavailable; one that some lack is partial."""
    account = {"id": "svc_bot", "role": "member", "created_at": AT}
    lists = {"a": Listing([account]), "b": Listing([], EndpointUnavailable())}
    nowhere = {"a": Listing([], EndpointUnavailable())}
    optional = OptionalLists(
        {"groups": Listing([{"id": "g"}])}, {"service_accounts": lists, "project_users": nowhere}
    )
    sections = sections_of(raw(optional=optional), PRIVACY)
    assert set(sections) == {
        *("users", "projects", "api_keys"),
        *("groups", "service_accounts", "project_users"),
    }
    assert (sections["groups"].status, sections["groups"].unknown) == ("complete", 1)
    accounts = sections["service_accounts"]
    assert (accounts.status, accounts.covers) == ("partial", ["a"])
    assert [project_of(row) for row in accounts.rows] == ["a"]
    assert sections["project_users"].status == "unavailable"
    none = raw(optional=OptionalLists({}, {"service_accounts": {}}))
    assert sections_of(none, PRIVACY)["service_accounts"].status == "complete"
