"""Statements in the table: numbered per organization, written with what they set, and only added.

One made alone is a row by its number, written in one transaction with the row that it sets. Those
made together are one row an organization, by the last number of them, so that a transaction holds
them all; it marks the counter, and the rows that they set follow. Until these have, whoever reads
them reads those statements too, and whoever speaks next writes them first.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypedDict, cast

from functions.shared.aws.keys import (
    STATEMENT_COUNTER_SK,
    finding_state_sk,
    organization_pk,
    statement_sk,
)
from functions.shared.aws.table import Change, ConditionFailed, Item, Table
from functions.shared.errors import Conflict
from functions.shared.records.fields import MaybeText, part_of
from functions.shared.records.findings import FindingSaid, FindingState, SaidBy
from functions.shared.records.statements import (
    KeptStatement,
    Statement,
    StatementBatch,
    StatementCounter,
    StatementFacts,
    StatementSubject,
)
from functions.shared.records.tables import Key, Stated
from functions.shared.tables.numbering import TRIES, numbered, raised, without_gap

# A transaction has 100 writes: of each organization its counter and one row.
MOST_ORGANIZATIONS: Final = 50
_LAST_N: Final = 99_999_999
# A row may hold a hundred statements.
_ROWS_AT_ONCE: Final = 100

StatementAndNote = tuple[StatementFacts, MaybeText]
"""A statement, and the tenant's own words, which are kept in its row alone."""


class _Row(KeptStatement, Key):
    """A row of the table."""


class _BatchRow(StatementBatch, Key):
    """A row of several."""


class _Counter(StatementCounter, Key):
    """The row that counts them."""


class _Mark(TypedDict):
    """What marks that the rows of findings are to follow."""

    states_behind: int


class _Subject(TypedDict):
    """Which finding a row is about."""

    finding_id: MaybeText
    first_seen_hour: MaybeText


@dataclass(frozen=True, slots=True)
class Statements:
    """What a tenant says of the findings and service accounts of one of its organizations.

    Permissions:
        dynamodb:Query for ``after``; also GetItem for ``unset``; also PutItem and UpdateItem for
        ``say`` and ``say_together``.
    """

    table: Table
    tenant: str
    org: str

    @property
    def _pk(self) -> str:
        return organization_pk(self.tenant, self.org)

    def say(
        self, said: StatementFacts, note: MaybeText, sk: str, sets: Mapping[str, object]
    ) -> Statement:
        """Keep a statement under the next number, together with the row that it sets.

        Args:
            said: the statement.
            note: the tenant's own words, kept in its row alone.
            sk: of the row that says what holds now; it gets the number, too.
            sets: fields of that row.

        Raises:
            Conflict: too many others were made at the same moment; try again.
        """
        for _ in range(TRIES):
            n_before = self._counted()
            replaced = self._replaced(sk)
            n = (n_before or 0) + 1
            statement: Statement = {**said, "n": n, "replaces": replaced}
            row: _Row = {**statement, "note": note, "pk": self._pk, "sk": statement_sk(n)}
            changes = [
                numbered(self._pk, STATEMENT_COUNTER_SK, {}, n, n_before),
                numbered(self._pk, sk, sets, n, replaced),
            ]
            try:
                self.table.create_together([row], changes)
            except ConditionFailed:
                # Somebody else was given this number, or said something of the same thing.
                continue
            return statement
        raise too_many()

    def _counted(self) -> int | None:
        """Return how many there are, every row that they set having followed; None: never any."""
        counter = self._counter()
        if counter is not None and "states_behind" in counter:
            self._follow(counter)
        return counter["n"] if counter else None

    def _counter(self) -> _Counter | None:
        return cast("_Counter | None", self.table.get(self._pk, STATEMENT_COUNTER_SK))

    def _replaced(self, sk: str) -> int | None:
        before = cast("Stated | None", self.table.get(self._pk, sk))
        return before["n"] if before and "n" in before else None

    def batch(self, sayings: Sequence[StatementAndNote]) -> tuple[Mapping[str, object], Change]:
        """Return the row that keeps statements under the next numbers, and the counter's change."""
        n_before = self._counted()
        many: list[KeptStatement] = []
        for n, (said, note) in enumerate(sayings, start=(n_before or 0) + 1):
            replaced = self._replaced(_finding_sk(said))
            many.append({**said, "n": n, "replaces": replaced, "note": note})
        last = many[-1]["n"]
        # By the last number: so a query from any number on finds those of the row behind it. An
        # older version takes the last one's number for a gap, and waits.
        row: _BatchRow = {"n": last, "many": many, "pk": self._pk, "sk": statement_sk(last)}
        mark: _Mark = {"states_behind": n_before or 0}
        return row, numbered(self._pk, STATEMENT_COUNTER_SK, mark, last, n_before)

    def follow(self) -> None:
        """Write what the last statements say into the rows of their findings."""
        counter = self._counter()
        if counter is not None and "states_behind" in counter:
            self._follow(counter)

    def _follow(self, counter: _Counter) -> None:
        for statement in self.after(counter["states_behind"], _LAST_N):
            state = state_of(statement)
            if state is None:
                continue
            about: _Subject = {
                "finding_id": statement["finding_id"],
                "first_seen_hour": statement["first_seen_hour"],
            }
            sets = {**about, **part_of(FindingSaid, state), **part_of(SaidBy, state)}
            # Where a later one has come meanwhile, that one holds.
            with suppress(ConditionFailed):
                self._update(raised(self._pk, _finding_sk(statement), sets, statement["n"]))
        names, values = {"#n": "n"}, {":n": counter["n"]}
        with suppress(ConditionFailed):
            self.table.update(
                self._pk,
                STATEMENT_COUNTER_SK,
                "REMOVE states_behind",
                values,
                names=names,
                condition="#n = :n",
            )

    def _update(self, change: Change) -> None:
        self.table.update(
            change.pk,
            change.sk,
            change.expression,
            change.values,
            names=change.names,
            condition=change.condition,
        )

    def unset(self) -> Sequence[KeptStatement]:
        """Return the statements whose findings' rows may not say yet what they say, in order."""
        counter = self._counter()
        if counter is None or "states_behind" not in counter:
            return ()
        return self.after(counter["states_behind"], _LAST_N)

    def after(self, n: int, most: int) -> Sequence[KeptStatement]:
        """Return the statements behind a number, in order, as far as none between is missing.

        Args:
            n: of the last statement that is sealed.
            most: as many at most.
        """
        return list(islice(without_gap(n, self._rows_after(n)), most))

    def _rows_after(self, n: int) -> Iterator[KeptStatement]:
        between, sk = (statement_sk(n + 1), statement_sk(_LAST_N)), None
        while True:
            page = self.table.page(self._pk, between=between, after=sk, limit=_ROWS_AT_ONCE)
            for item in page.items:
                yield from (each for each in _statements_in(item) if each["n"] > n)
            sk = page.last_sk
            if sk is None:
                return


def say_together(
    table: Table, tenant: str, sayings: Mapping[str, Sequence[StatementAndNote]]
) -> None:
    """Keep statements about findings, by organization, all of them or none.

    Args:
        table: the table.
        tenant: whose.
        sayings: of each organization; of 50 organizations at most, and of each some 100.

    Raises:
        Conflict: too many others were made at the same moment; try again.
    """
    every = {org: Statements(table, tenant, org) for org in sayings}
    for _ in range(TRIES):
        batches = [every[org].batch(sayings[org]) for org in sayings]
        try:
            table.create_together([row for row, _ in batches], [change for _, change in batches])
        except ConditionFailed:
            continue
        for statements in every.values():
            statements.follow()
        return
    raise too_many()


def too_many() -> Conflict:
    """Return the refusal of whoever never came to speak."""
    return Conflict("others say something of this organization at this moment; try again")


def _statements_in(item: Item) -> list[KeptStatement]:
    if "many" in item:
        return cast("StatementBatch", item)["many"]
    return [cast("KeptStatement", item)]


def _finding_sk(said: StatementSubject) -> str:
    return finding_state_sk(str(said["finding_id"]), str(said["first_seen_hour"]))


def state_of(statement: KeptStatement) -> FindingState | None:
    """Return what a statement says of a finding, None where it is about something else."""
    if statement["state"] is None:
        return None
    return {
        "state": statement["state"],
        "reason_code": statement["reason_code"],
        "reason": statement["note"],
        "accountable": statement["accountable"],
        "due_date": statement["due_date"],
        "review_date": statement["review_date"],
        "by": statement["by"],
        "at": statement["at"],
        "n": statement["n"],
    }
