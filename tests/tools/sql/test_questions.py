"""Thirty questions over a day of an office: both sources answer alike, and name their seals."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.tools.sql.evidence import QUERIES, Evidence, Row, require_the_same, rows
from tests.tools.sql.office import END, FAILED
from tools.sql.build import FOLDER

LAST = f"{END[:13]}:00:00Z"


def answer(told: Evidence, name: str) -> list[Row]:
    """Return the pack's answer to a question."""
    (path,) = [path for path in QUERIES if path.stem == name]
    return rows(told.of_pack, path.read_text())


def test_there_are_thirty_questions_each_in_plain_english() -> None:
    """Twenty of an auditor, ten of a security lead; the first line is the question."""
    asked = [path.read_text().splitlines()[0] for path in QUERIES]
    assert all(line.startswith("-- ") and line.endswith("?") for line in asked)
    assert len({*asked}) == 30
    of = [path.stem.partition("-")[0] for path in QUERIES]
    assert (of.count("auditor"), of.count("lead")) == (20, 10)


def test_both_sources_have_the_same_rows(told: Evidence) -> None:
    """Every view, and every answer in its order."""
    require_the_same(told)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_every_row_names_the_seal_that_it_rests_on(path: Path, told: Evidence) -> None:
    """Organization, hour and digest are those of the seal object in the bucket."""
    answered, seals = rows(told.of_pack, path.read_text()), told.seals()
    assert answered
    for row in answered:
        assert list(row)[-2:] == ["seal_hour", "seal_sha256"]
        assert seals[row["org_id"], row["seal_hour"]] == row["seal_sha256"], row


@pytest.mark.parametrize("name", ["users", "projects", "api_keys", "findings", "changes", "events"])
def test_the_lists_are_those_of_the_api(name: str, told: Evidence) -> None:
    """The same rows, field by field, as far as both show them."""
    ours = rows(told.of_pack, f"FROM {name}")
    theirs = {_identity(name, row): row for row in told.api[name]}
    if name == "events":
        # The API's list has history from before the period, too.
        theirs = {
            key: row for key, row in theirs.items() if key[0] in {r["event_id"] for r in ours}
        }
    assert len(ours) > 2
    assert {_identity(name, row) for row in ours} == theirs.keys()
    for row in ours:
        api = theirs[_identity(name, row)]
        shown = [field for field, value in api.items() if not isinstance(value, dict | list)]
        compared = [field for field in shown if field in row]
        assert len(compared) > 6
        assert {f: row[f] for f in compared} == {f: api[f] for f in compared}


def _identity(name: str, row: Row) -> tuple[Any, ...]:
    fields = {
        "users": ("user_id", "first_seen_at"),
        "projects": ("project_id", "first_seen_at"),
        "api_keys": ("key_id", "first_seen_at"),
        "findings": ("finding_id", "first_seen_hour"),
        "changes": ("hour", "section", "entity_id", "kind"),
        "events": ("event_id",),
    }[name]
    return tuple(row[field] for field in fields)


def test_what_is_said_of_findings_is_what_the_api_says(told: Evidence) -> None:
    """The last statement of each: state, who answers for it, by when, and its number."""
    said = {
        (row["finding_id"], row["first_seen_hour"]): row
        for row in answer(told, "auditor-15-findings-and-decisions")
    }
    stated = [row for row in told.api["findings"] if row["stated"]["n"]]
    assert len(stated) == 2
    for row in stated:
        ours = said[row["finding_id"], row["first_seen_hour"]]
        assert ours["statement"] == row["stated"]["n"]
        for field in ("state", "reason_code", "accountable", "due_date"):
            assert ours[field] == row["stated"][field]
    assert sum(row["statement"] is not None for row in said.values()) == 2


def test_what_a_security_lead_asks(told: Evidence) -> None:
    """Of each question what the story says."""
    orphans = answer(told, "lead-01-working-keys-without-owner")
    assert [(row["key_id"], row["reason"], row["still_works"]) for row in orphans] == [
        ("key_bot-key", "service_account_gone", True)
    ]
    removed = {row["key_id"]: row for row in answer(told, "lead-02-who-removed-this-key")}
    assert removed["key_new"]["verdict"] == "explained"
    assert removed["key_new"]["event_type"] == "api_key.deleted"
    assert removed["key_new"]["actor_id"]
    (overdue,) = answer(told, "lead-03-what-is-overdue")
    assert (overdue["due_date"], overdue["accountable"]) == ("2026-04-01", "team:platform-2")
    used = {row["project_id"]: row for row in answer(told, "lead-04-never-used-by-project")}
    assert used["proj_web"]["keys"] == used["proj_web"]["never_used"] == 2
    (ann,) = [r for r in answer(told, "lead-05-old-keys-by-owner") if r["owner_id"] == "user-ann"]
    assert (ann["old_keys"], ann["oldest"]) == (13, "2025-11-01T10:00:00Z")
    (made,) = answer(told, "lead-06-new-admin-keys")
    assert (made["first_seen_at"], made["verdict"]) == ("2026-04-01T05:00:00Z", "explained")
    unexplained = answer(told, "lead-07-unexplained-changes")
    assert ("users", "user-zoe", "removed") in [
        (row["section"], row["entity_id"], row["kind"]) for row in unexplained
    ]
    by_person = answer(told, "lead-08-findings-by-person")
    assert [(row["accountable"], row["due_date"]) for row in by_person] == [
        ("team:platform-2", "2026-04-01"),
        ("team:platform-2", "2026-06-30"),
        (None, None),
    ]
    (flash,) = answer(told, "lead-09-short-lived-keys")
    assert (flash["made_at"], flash["gone_at"]) == ("2026-04-01T06:10:00Z", "2026-04-01T06:30:00Z")
    owners = answer(told, "lead-10-owners-now")
    assert [(row["user_id"], row["owner_since"]) for row in owners] == [
        ("user-olga", "2026-04-01T02:00:00Z"),
        ("user-ben", "2026-04-01T04:00:00Z"),
    ]


def test_what_an_auditor_asks(told: Evidence) -> None:
    """Of some questions what the story says."""
    (hour,) = answer(told, "auditor-07-hours-not-whole")
    assert (hour["hour"], hour["outcome"]) == (FAILED, "failed")
    counts = {row["outcome"]: row["hours"] for row in answer(told, "auditor-06-whole-population")}
    assert counts == {"complete": 24, "failed": 1}
    population = {row["list"]: row["n_rows"] for row in answer(told, "auditor-05-population")}
    for name, field in (
        ("users", "user_count"),
        ("api_keys", "api_key_count"),
        ("events", "event_count"),
    ):
        assert population[name] == told.manifest[field]
    (chain,) = answer(told, "auditor-16-chain-and-anchors")
    assert (chain["n_seals"], chain["broken_links"], chain["anchors_that_fit"]) == (25, 0, 1)
    assert chain["anchors_that_do_not"] == 0
    for row in answer(told, "auditor-09-events-each-once"):
        assert row["events"] == row["ids"]
        assert row["events"] <= row["events_told_by_the_seal"]
    cron = [row for row in answer(told, "auditor-12-who-could-administer") if row["how"] == "owner"]
    assert {row["id"] for row in cron} == {"user-olga", "user-ben"}


def test_who_had_access_in_an_hour_of_ones_choice(told: Evidence) -> None:
    """Before somebody came, while they were there, after they left; each time their seal."""
    connection, people = told.of_pack, {}
    for hour in ("2026-04-01T03:00:00Z", "2026-04-01T05:00:00Z", LAST):
        connection.execute("SET VARIABLE hour = $hour", {"hour": hour})
        there = answer(told, "auditor-11-access-on-a-day")
        assert {row["seal_hour"] for row in there} == {hour}
        people[hour] = {row["user_id"]: row["role"] for row in there}
    connection.execute("RESET VARIABLE hour")
    assert set(people["2026-04-01T03:00:00Z"]) == {"user-olga", "user-ann", "user-zoe"}
    assert people["2026-04-01T05:00:00Z"]["user-ben"] == "owner"
    assert set(people[LAST]) == {"user-olga", "user-ann", "user-ben"}


def test_the_page_lists_every_question() -> None:
    """In the words of its file, and no other."""
    page = (FOLDER.parents[1] / "docs" / "sql.md").read_text()
    listed = re.findall(r"^\| (.*\?) \| `([\w-]+)` \|$", page, re.MULTILINE)
    asked = [(path.read_text().splitlines()[0].removeprefix("-- "), path.stem) for path in QUERIES]
    assert listed == asked
