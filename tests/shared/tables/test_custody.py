"""The custody log in the table: numbered without a gap, what is counted in one entry an hour."""

import pytest

from functions.shared.aws.keys import custody_sk, tenant_pk
from functions.shared.aws.table import Table
from functions.shared.errors import Conflict
from functions.shared.hours import HOUR, parse_instant
from functions.shared.tables import custody as module
from functions.shared.tables.custody import Custody
from tests.support.aws_calls import Killed, killing, watched
from tests.support.race import at_once, meeting

TENANT = "tenant-a"
NOW = parse_instant("2026-04-01T05:20:00Z")


@pytest.fixture
def custody(table: Table) -> Custody:
    """Give a log without an entry."""
    return Custody(table)


def use(custody: Custody, at: object = NOW) -> int:
    """Count a use of a link."""
    return custody.count(TENANT, "link", "link.used", at, "1-abc", number=1)  # type: ignore[arg-type]


def test_entries_are_numbered_per_tenant(custody: Custody) -> None:
    """From one; another tenant's begin with one again."""
    for tenant in (TENANT, TENANT, "tenant-b", TENANT):
        custody.note(tenant, "user-1", "pack.requested", NOW, number=7)
    rows = custody.after(TENANT, 0, 10)
    assert [(row["n"], row["facts"]) for row in rows] == [(n, {"number": 7}) for n in (1, 2, 3)]
    assert [row["n"] for row in custody.after(TENANT, 1, 1)] == [2]
    assert [row["n"] for row in custody.after("tenant-b", 0, 10)] == [1]
    assert custody.after(TENANT, 3, 10) == []


def test_two_who_note_at_once_get_a_number_each(custody: Custody) -> None:
    """One of them begins again."""
    with meeting(2, nth=1) as met:
        raised = at_once(
            lambda: custody.note(TENANT, "user-1", "a", NOW),
            lambda: custody.note(TENANT, "user-2", "b", NOW),
        )
    assert (raised, met) == ([], ["TransactWriteItems"] * 2)
    rows = custody.after(TENANT, 0, 10)
    assert ([row["n"] for row in rows], {row["by"] for row in rows}) == (
        [1, 2],
        {"user-1", "user-2"},
    )


def test_a_crash_leaves_no_number_without_its_entry(custody: Custody) -> None:
    """Before the write there is nothing, behind it all."""
    for hook, n in (("before", 0), ("after", 1)):
        with pytest.raises(Killed), watched(**{hook: killing(2)}):
            custody.note(TENANT, "user-1", "a", NOW)
        assert [row["n"] for row in custody.after(TENANT, 0, 10)] == [*range(1, n + 1)]
    custody.note(TENANT, "user-1", "b", NOW)
    assert [row["action"] for row in custody.after(TENANT, 0, 10)] == ["a", "b"]


def test_what_is_done_again_and_again_is_one_entry_an_hour(custody: Custody) -> None:
    """With a number of its own, how often it was, and when it was last."""
    assert [use(custody), use(custody), use(custody, NOW + HOUR)] == [1, 2, 1]
    custody.count(TENANT, "link", "link.used", NOW + HOUR, "1-other", number=1)
    # A clock that is behind counts where the newest one does.
    assert use(custody, NOW) == 2
    rows = custody.after(TENANT, 0, 10)
    assert [(row["n"], row["at"], row["facts"].get("uses")) for row in rows] == [
        (1, "2026-04-01T05:00:00Z", 2),
        (2, "2026-04-01T06:00:00Z", 2),
        (3, "2026-04-01T06:00:00Z", 1),
    ]
    with watched() as calls:
        use(custody, NOW + HOUR)
    assert calls.names == ["dynamodb.GetItem", "dynamodb.UpdateItem"]


def test_two_first_uses_at_once_are_one_entry(custody: Custody) -> None:
    """Whoever comes second counts up."""
    with meeting(2, nth=1):
        assert at_once(lambda: use(custody), lambda: use(custody)) == []
    (row,) = custody.after(TENANT, 0, 10)
    assert row["facts"]["uses"] == 2


def test_an_entry_whose_forerunner_is_not_there_yet_waits(custody: Custody) -> None:
    """A query may see the second of two transactions, and not the first."""
    for action in ("a", "b", "c"):
        custody.note(TENANT, "user-1", action, NOW)
    custody.table.delete(tenant_pk(TENANT), custody_sk(2))
    assert [row["n"] for row in custody.after(TENANT, 0, 10)] == [1]


def test_who_never_gets_a_number_is_told_to_try_again(
    custody: Custody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written, and nobody waits for ever."""
    monkeypatch.setattr(module, "TRIES", 0)
    with pytest.raises(Conflict, match="try again"):
        custody.note(TENANT, "user-1", "a", NOW)
    with pytest.raises(Conflict, match="try again"):
        use(custody)
    assert custody.after(TENANT, 0, 10) == []
