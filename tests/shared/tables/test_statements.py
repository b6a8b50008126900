"""Statements: a row each, numbered without a gap, written with what they set or not at all."""

from typing import Any

import pytest

from functions.shared.aws.keys import finding_state_sk, organization_pk, statement_sk
from functions.shared.aws.table import Table
from functions.shared.errors import Conflict
from functions.shared.records.statements import StatementFacts
from functions.shared.tables import statements
from functions.shared.tables.statements import Statements
from tests.support.aws_calls import Killed, killing, watched
from tests.support.race import at_once, meeting

TENANT, ORG = "tenant-a", "org-Alpha"
HOUR = "2026-04-01T05:00:00Z"


@pytest.fixture
def said(table: Table) -> Statements:
    """Give the statements of an organization of which nothing was said yet."""
    return Statements(table, TENANT, ORG)


def about(finding_id: str, **facts: Any) -> StatementFacts:
    """Return what is said of a finding."""
    statement: StatementFacts = {
        "finding_id": finding_id,
        "first_seen_hour": HOUR,
        "service_account_id": None,
        "state": "acknowledged",
        "reason_code": None,
        "accountable": None,
        "due_date": None,
        "review_date": None,
        "by": "user-1",
        "at": "2026-04-01T06:01:00Z",
    }
    return {**statement, **facts}  # type: ignore[typeddict-item]


def say(said: Statements, finding_id: str, note: str | None = None) -> int:
    """Say something of a finding; return the statement's number."""
    sk = finding_state_sk(finding_id, HOUR)
    return said.say(about(finding_id), note, sk, {"state": "acknowledged"})["n"]


def test_they_are_numbered_from_one_and_name_what_they_replace(said: Statements) -> None:
    """Numbers are of the organization, what is replaced is of the thing that they are about."""
    assert [say(said, name, f"note on {name}") for name in ("a", "b", "a", "a")] == [1, 2, 3, 4]
    rows = said.after(0, 10)
    assert [(row["n"], row["replaces"]) for row in rows] == [(1, None), (2, None), (3, 1), (4, 3)]
    assert [row["note"] for row in rows] == ["note on a", "note on b", "note on a", "note on a"]
    assert [row["n"] for row in said.after(1, 2)] == [2, 3]
    assert said.after(4, 10) == []


def test_what_an_older_version_kept_is_replaced_by_a_first_statement(said: Statements) -> None:
    """Its row has no number, so there is none to name."""
    sk = finding_state_sk("a", HOUR)
    said.table.put({"pk": organization_pk(TENANT, ORG), "sk": sk, "state": "accepted"})
    assert say(said, "a") == 1
    assert said.after(0, 10)[0]["replaces"] is None
    row = said.table.get(organization_pk(TENANT, ORG), sk)
    assert row is not None
    assert (row["state"], row["n"]) == ("acknowledged", 1)


@pytest.mark.parametrize("names", [("a", "b"), ("a", "a")])
def test_two_who_speak_at_once_get_a_number_each(said: Statements, names: list[str]) -> None:
    """Of one thing, the later one names the earlier one."""
    with meeting(2, nth=1) as met:
        raised = at_once(*(lambda name=name: say(said, name) for name in names))
    assert (raised, met) == ([], ["TransactWriteItems"] * 2)
    rows = said.after(0, 10)
    assert [row["n"] for row in rows] == [1, 2]
    assert rows[1]["replaces"] == (1 if names[0] == names[1] else None)


def test_a_crash_writes_all_of_it_or_nothing(said: Statements) -> None:
    """Never a state without its statement, and never a number twice."""
    say(said, "a")
    # The third call is the one that writes: killed before it, and after it.
    for after_write, hook in ((False, "before"), (True, "after")):
        before = len(said.after(0, 10))
        with pytest.raises(Killed), watched(**{hook: killing(3)}):
            say(said, "a")
        rows = said.after(0, 10)
        row = said.table.get(organization_pk(TENANT, ORG), finding_state_sk("a", HOUR))
        assert row is not None
        assert len(rows) == before + after_write == row["n"]
    assert say(said, "a") == 3


def test_a_row_whose_forerunner_is_not_there_yet_waits(said: Statements) -> None:
    """A query may see the second of two transactions, and not the first."""
    for name in ("a", "b", "c"):
        say(said, name)
    said.table.delete(organization_pk(TENANT, ORG), statement_sk(2))
    assert [row["n"] for row in said.after(0, 10)] == [1]
    assert said.after(1, 10) == []


def test_who_never_gets_a_number_is_told_to_try_again(
    said: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written, and nobody waits for ever."""
    monkeypatch.setattr(statements, "TRIES", 0)
    with pytest.raises(Conflict, match="try again"):
        say(said, "a")
    assert said.after(0, 10) == []
