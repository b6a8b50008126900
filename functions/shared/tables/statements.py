"""Statements in the table: a row each, numbered per organization, written with what they set.

They lie in the organization's partition, by number, and are only ever added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from functions.shared.aws.keys import STATEMENT_COUNTER_SK, organization_pk, statement_sk
from functions.shared.aws.table import ConditionFailed, Table
from functions.shared.errors import Conflict
from functions.shared.records.fields import MaybeText
from functions.shared.records.statements import (
    KeptStatement,
    Statement,
    StatementCounter,
    StatementFacts,
)
from functions.shared.records.tables import Key, Stated
from functions.shared.tables.numbering import TRIES, numbered, without_gap

_LAST_N: Final = 99_999_999


class _Row(KeptStatement, Key):
    """A row of the table."""


class _Counter(StatementCounter, Key):
    """The row that counts them."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What a tenant says of the findings and service accounts of one of its organizations.

    Permissions:
        dynamodb:Query for ``after``; dynamodb:GetItem, PutItem and UpdateItem for ``say``.
    """

    table: Table
    tenant: str
    org: str

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
        pk = organization_pk(self.tenant, self.org)
        for _ in range(TRIES):
            counter = cast("_Counter | None", self.table.get(pk, STATEMENT_COUNTER_SK))
            before = cast("Stated | None", self.table.get(pk, sk))
            replaced = before["n"] if before and "n" in before else None
            n_before = counter["n"] if counter else None
            statement: Statement = {**said, "n": (n_before or 0) + 1, "replaces": replaced}
            row: _Row = {**statement, "note": note, "pk": pk, "sk": statement_sk(statement["n"])}
            changes = [
                numbered(pk, STATEMENT_COUNTER_SK, {}, statement["n"], n_before),
                numbered(pk, sk, sets, statement["n"], replaced),
            ]
            try:
                self.table.create_together([row], changes)
            except ConditionFailed:
                # Somebody else was given this number, or said something of the same thing.
                continue
            return statement
        raise Conflict("others say something of this organization at this moment; try again")

    def after(self, n: int, most: int) -> Sequence[KeptStatement]:
        """Return the statements behind a number, in order, as far as none between is missing.

        Args:
            n: of the last statement that is sealed.
            most: as many at most.
        """
        pk = organization_pk(self.tenant, self.org)
        between = (statement_sk(n + 1), statement_sk(_LAST_N))
        page = self.table.page(pk, between=between, limit=most)
        return list(without_gap(n, cast("list[KeptStatement]", page.items)))
