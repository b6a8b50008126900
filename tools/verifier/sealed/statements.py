"""What the tenant said (check 9): one statement after the other, about one thing each."""

from __future__ import annotations

from tools.verifier.base import Malformed, printable
from tools.verifier.manifest_format import Manifest
from tools.verifier.sealed.custody import NumberedRows
from tools.verifier.values.field_types import (
    HASH_OR_NULL,
    TEXT_OR_NULL,
    check_row,
    is_count,
    is_text,
    matching,
    or_null,
)
from tools.verifier.values.instants import hour_number, seconds
from tools.verifier.values.strict_json import JsonObject

STATES = ("open", "acknowledged", "accepted")
STATEMENT = {
    "reason_code": or_null(matching("[a-z_]{1,64}", "a word")),
    "accountable": TEXT_OR_NULL,
    "note_hash": HASH_OR_NULL,
}
# Beside finding_id, first_seen_hour and state, null in what is said of a service account.
OF_FINDING = ("reason_code", "due_date", "review_date", "note_hash")


class StatementRows(NumberedRows):
    """Statements by (org_id, n): one follows the other, up to the number that the seals say.

    `said` is, by organization, the number of the last one that the period's seals hold, `first`
    that of the first one here.
    """

    def __init__(self, manifest: Manifest, name: str, said: dict[str, int]) -> None:
        super().__init__(manifest, name)
        self._said = said
        self.first: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def check(self, row: JsonObject) -> None:
        """Check fields, what it is about, times and number."""
        super().check(row)
        self._check_times(row)
        self._check_words(row)
        n, org, replaces = row["n"], row["org_id"], row["replaces"]
        self.check_number(row)
        if replaces is not None and not (is_count(replaces) and 0 < replaces < n):
            raise Malformed("replaces is neither the number of an earlier one nor null")
        self.in_order((org, f"{n:020d}"), "org_id, n")
        self.first.setdefault(org, n)
        before = self._numbers.get(org, n - 1)
        self._numbers[org] = n
        if n != before + 1:
            raise Malformed(f"statement {before + 1} is missing before it")

    def _check_times(self, row: JsonObject) -> None:
        hour = row["sealed_hour"]
        if hour_number(hour) is None or not self._start <= hour <= self._end:
            raise Malformed("sealed_hour is not an hour of the period")
        self.check_at(row)
        for name in ("due_date", "review_date"):
            day = row[name]
            if day is not None and (not _is_day(day) or day < row["at"][:10]):
                raise Malformed(f"{name} is not a day from the one on when it was said, nor null")

    @staticmethod
    def _check_words(row: JsonObject) -> None:
        finding, hour, account = (
            row[name] for name in ("finding_id", "first_seen_hour", "service_account_id")
        )
        is_of_account = is_text(account) and finding is None and hour is None
        is_of_account &= all(row[name] is None for name in OF_FINDING)
        is_of_finding = is_text(finding) and hour_number(hour) is not None and account is None
        if not is_of_account and not is_of_finding:
            raise Malformed("it is neither of one finding nor of one service account")
        if row["state"] not in (STATES if is_of_finding else (None,)):
            raise Malformed("state is none of open, acknowledged and accepted, of an account null")
        if not is_text(row["by"]):
            raise Malformed("by is no text")
        check_row(row, STATEMENT)

    def finish(self) -> None:
        """Hold the last number of each organization to its seals."""
        for org, n in self._numbers.items():
            # Where the seals tell none, check 10 says why.
            if n != self._said.get(org, n):
                words = f"the last statement is {n}, the seals say {self._said[org]}"
                self.contradicts(f"{printable(org)}: {words}")


def _is_day(day: object) -> bool:
    return type(day) is str and seconds(f"{day}T00:00:00Z") is not None
