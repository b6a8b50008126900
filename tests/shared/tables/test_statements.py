"""Statements: a row each, numbered without a gap, written with what they set or not at all."""

from typing import Any

import pytest

from functions.api.finding_state_rows import FindingStates
from functions.shared.aws.keys import (
    STATEMENT_COUNTER_SK,
    finding_state_sk,
    organization_pk,
    statement_sk,
)
from functions.shared.aws.table import Table
from functions.shared.errors import Conflict
from functions.shared.records.statements import StatementFacts
from functions.shared.tables import statements
from functions.shared.tables.statements import MOST_ORGANIZATIONS, Statements, say_together
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
    sets = {"finding_id": finding_id, "first_seen_hour": HOUR, "state": "acknowledged"}
    return said.say(about(finding_id), note, sk, sets | {"reason": note})["n"]


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


# --- many at once -----------------------------------------------------------------------------


OTHER = "org-Beta"


def say_all(table: Table, **names: str) -> None:
    """Say something of findings of organizations, named by letters, all of it together."""
    orgs = {"ours": ORG, "theirs": OTHER}
    sayings = {
        orgs[whose]: [(about(name), f"note on {name}") for name in letters]
        for whose, letters in names.items()
    }
    say_together(table, TENANT, sayings)


def held(table: Table, org: str = ORG) -> dict[str, tuple[int | None, str | None]]:
    """Return number and note of what is said of each finding, as a list shows it."""
    states = FindingStates(table, TENANT, org).all()
    return {finding: (state["n"], state["reason"]) for (finding, _), state in states.items()}


def counter_of(said: Statements) -> dict[str, Any]:
    """Return the counter's row."""
    row = said.table.get(organization_pk(TENANT, said.org), STATEMENT_COUNTER_SK)
    assert row is not None
    return row


def test_many_are_numbered_like_others_and_read_from_any_number(said: Statements) -> None:
    """Between those made alone, in several organizations at once, each with what it replaces."""
    say(said, "a")
    say_all(said.table, ours="abc", theirs="x")
    say(said, "b")
    say_all(said.table, ours="ca")
    rows = said.after(0, 10)
    assert [(row["n"], row["finding_id"], row["replaces"]) for row in rows] == [
        *((1, "a", None), (2, "a", 1), (3, "b", None), (4, "c", None)),
        *((5, "b", 3), (6, "c", 4), (7, "a", 2)),
    ]
    assert [row["n"] for row in Statements(said.table, TENANT, OTHER).after(0, 10)] == [1]
    for n in range(8):
        assert list(said.after(n, 10)) == rows[n:]
        assert list(said.after(n, 2)) == rows[n : n + 2]
    assert rows[3]["note"] == "note on c"
    assert held(said.table) == {"a": (7, "note on a"), "b": (5, None), "c": (6, "note on c")}
    assert "states_behind" not in counter_of(said)


def test_fifty_organizations_fit_in_a_transaction(said: Statements) -> None:
    """DynamoDB takes a hundred writes: two an organization, however many statements."""
    every = {f"org-Gamma{n}": [(about("a"), None)] for n in range(MOST_ORGANIZATIONS)}
    with watched() as calls:
        say_together(said.table, TENANT, every)
    assert calls.count("TransactWriteItems") == 1
    assert held(said.table, "org-Gamma49") == {"a": (1, None)}


@pytest.mark.slow
def test_a_hundred_with_the_longest_notes_fit_in_a_row(said: Statements) -> None:
    """The body of a request is 64 KiB; a row of the table may have 400 KB."""
    say_together(
        said.table, TENANT, {ORG: [(about(f"f{n}"), "\U0001f511" * 500) for n in range(100)]}
    )
    assert len(said.after(0, 1000)) == len(held(said.table)) == 100


def test_killed_at_each_call_all_of_them_hold_or_none(said: Statements) -> None:
    """Lists show them at once, whoever comes next names the right one; no number is given twice."""
    say(said, "a")
    n_calls = len(watch_all(said.table).names)
    for call in range(1, n_calls + 1):
        before, n_before = held(said.table), len(said.after(0, 1000))
        n_theirs = len(Statements(said.table, TENANT, OTHER).after(0, 1000))
        with pytest.raises(Killed), watched(before=killing(call)):
            say_all(said.table, ours="ab", theirs="x")
        rows, shown = said.after(0, 1000), held(said.table)
        n_said = len(rows) - n_before
        assert n_said in (0, 2)
        theirs = Statements(said.table, TENANT, OTHER).after(0, 1000)
        assert len(theirs) - n_theirs == n_said // 2
        assert held(said.table, OTHER)["x"][0] == len(theirs)
        ours = {row["finding_id"]: row["n"] for row in rows}
        assert {name: n for name, (n, _) in shown.items()} == ours
        assert n_said or shown == before
    last = {row["finding_id"]: row["n"] for row in said.after(0, 1000)}
    n = say(said, "b")
    rows = said.after(0, 1000)
    assert (rows[-1]["n"], rows[-1]["replaces"]) == (n, last["b"])
    assert [row["n"] for row in rows] == list(range(1, n + 1))
    assert "states_behind" not in counter_of(said)


def watch_all(table: Table) -> Any:
    """Return the calls that two organizations' statements take."""
    with watched() as calls:
        say_all(table, ours="ab", theirs="x")
    return calls


def test_two_who_say_many_at_once_follow_one_another(said: Statements) -> None:
    """And of the same findings the later ones hold, and name the earlier ones."""
    with meeting(2, nth=1) as met:
        raised = at_once(*(lambda: say_all(said.table, ours="ab") for _ in range(2)))
    assert (raised, met) == ([], ["TransactWriteItems"] * 2)
    rows = said.after(0, 10)
    assert [(row["n"], row["replaces"]) for row in rows] == [(1, None), (2, None), (3, 1), (4, 2)]
    assert held(said.table) == {"a": (3, "note on a"), "b": (4, "note on b")}


def test_what_was_said_later_is_not_undone_by_what_follows(said: Statements) -> None:
    """Who writes the rows of earlier statements late finds the later one in its place."""
    say_all(said.table, ours="ab")
    pk = organization_pk(TENANT, ORG)
    behind = {":n": 0}
    said.table.update(pk, STATEMENT_COUNTER_SK, "SET states_behind = :n", behind)
    counter = said._counter()
    say(said, "a", "later")
    assert counter is not None
    said._follow(counter)
    assert held(said.table) == {"a": (3, "later"), "b": (2, "note on b")}
