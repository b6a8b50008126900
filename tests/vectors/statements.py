"""What the tenant said: changed, left out, invented or misnumbered, checks 7, 9 and 10."""

from collections.abc import Callable
from typing import Any

from tests.support import full_packs, packs
from tests.support.packs import Pack, Row
from tests.vectors.cases import Case, Cases, Expected
from tests.vectors.sealed import Members, members, replaced, without

CASES = Cases()
FILE, SEALED = "statements.jsonl", "sealed/org-Alpha/statements-2026-04.jsonl"
NOT_SEALED = "are others than those that were sealed"


def refuse(name: str, number: int, words: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be refused."""
    CASES.refuse(f"statement_{name}", number, words, told, lambda: make().build())


def in_both(old: bytes, new: bytes) -> Callable[[Members], Members]:
    """Return a change of the bytes of the file and of the sealed member beside it."""
    return lambda data: replaced(SEALED, old, new)(replaced(FILE, old, new)(data))


def without_row(nth: int, *names: str) -> Callable[[Members], Members]:
    """Return the removal of a row from members."""

    def change(data: Members) -> Members:
        changed = dict(data)
        for name in names:
            lines = data[name].splitlines(keepends=True)
            changed[name] = b"".join(lines[:nth] + lines[nth + 1 :])
        return changed

    return change


def told(*statements: Row, **seal: Any) -> Callable[[], Pack]:
    """Return the full pack with other statements, sealed so, and other fields of its last seal."""

    def make() -> Pack:
        pack = full_packs.full()
        last: Row = {"outcome": "complete", **seal}
        outcomes: list[str | Row] = [*["complete"] * 47, last]
        coverage = packs.seals(
            outcomes,
            full_packs.START,
            pack.rows["events.jsonl"],
            previous="ab" * 32,
            changes=pack.rows["changes.jsonl"],
            statements=list(statements),
        )
        return pack.but(rows=pack.rows | {FILE: list(statements), "coverage.jsonl": coverage})

    return make


def one(**facts: Any) -> Callable[[], Pack]:
    """Return the full pack with one statement, sealed as it is."""
    return told(full_packs.statement(1, 3, **facts))


CASES.add(
    "statements_none",
    Case("Nothing was said in the period.", Expected(0), lambda: told()().build()),
)
refuse(
    "changed",
    10,
    "2026-04-01T20:00:00Z: statements.jsonl row 3: it is not what was sealed",
    "A signed statements.jsonl shows an accepted finding as open.",
    members(replaced(FILE, b'"state":"accepted"', b'"state":"open"')),
)
refuse(
    "changed_in_both",
    10,
    f"2026-04-01T20:00:00Z: statements {NOT_SEALED}",
    "An accepted finding is shown as open, and so is the sealed statement beside it.",
    members(in_both(b'"state":"accepted"', b'"state":"open"')),
)
refuse(
    "note_replaced",
    10,
    f"2026-04-01T20:00:00Z: statements {NOT_SEALED}",
    "The hash of what was written beside a statement is another.",
    members(in_both(b"ab" * 32, b"cd" * 32)),
)
refuse(
    "first_left_out",
    10,
    "2026-04-01T03:00:00Z: statements.jsonl row 1: it is not what was sealed",
    "The first statement is left out of statements.jsonl.",
    members(without_row(0, FILE)),
)
refuse(
    "left_out_between",
    9,
    "statement 5 is missing before it",
    "The second of three statements is left out of statements.jsonl.",
    members(without_row(1, FILE)),
)
refuse(
    "last_left_out",
    10,
    "the last statement is 5, the seals say 6",
    "The last statement is left out, and so is the sealed one.",
    members(without_row(2, FILE, SEALED)),
)
refuse(
    "left_out_in_both",
    10,
    f"2026-04-01T03:00:00Z: statements {NOT_SEALED}",
    "The first statement is left out, and so is the sealed one.",
    members(without_row(0, FILE, SEALED)),
)
refuse(
    "absent",
    10,
    "2026-04-01T03:00:00Z: 2 sealed statements are not here",
    "The sealed statements are left out.",
    members(without(SEALED)),
)
refuse(
    "file_absent",
    7,
    "lacks statements.jsonl",
    "There is no statements.jsonl.",
    members(without(FILE)),
)
refuse(
    "invented",
    10,
    "the last statement is 7, the seals say 6",
    "Behind the statements stands one more, which no hour sealed.",
    members(
        lambda data: (
            data | {FILE: data[FILE] + packs.jsonl([full_packs.statement(7, 21, replaces=6)])}
        )
    ),
)
refuse(
    "of_another_hour",
    10,
    "2026-04-01T21:00:00Z: statements.jsonl row 3: it is not what was sealed",
    "A statement is said to be sealed an hour later than it was.",
    members(
        replaced(FILE, b'"sealed_hour":"2026-04-01T20', b'"sealed_hour":"2026-04-01T21'),
    ),
)
refuse(
    "numbers_skipped",
    9,
    "statement 2 is missing before it",
    "An hour sealed statement 3 behind statement 1: somebody left one out before it was sealed.",
    told(full_packs.statement(1, 3), full_packs.statement(3, 3)),
)
refuse(
    "number_of_the_seal_skipped",
    10,
    "2026-04-02T23:00:00Z: 0 statements are sealed, up to number 9, the seal before says 1",
    "A seal says that statements were sealed which none of the hours holds.",
    told(full_packs.statement(1, 3), statements_n=9),
)
refuse(
    "number_of_the_seal_malformed",
    10,
    "2026-04-02T23:00:00Z: statements_n of the seal is not a count",
    "A seal says the number as a text.",
    told(full_packs.statement(1, 3), statements_n="1"),
)
refuse(
    "made_behind_its_hour",
    9,
    "at is not an instant before the end of sealed_hour",
    "A statement was made when the hour that sealed it was over.",
    one(at="2026-04-01T04:00:00Z"),
)
refuse(
    "due_in_the_past",
    9,
    "due_date is not a day from the one on when it was said, nor null",
    "What is due was due the day before it was said.",
    one(due_date="2026-03-31"),
)
refuse(
    "on_no_day",
    9,
    "review_date is not a day",
    "It is to be looked at again on a day that does not exist.",
    one(review_date="2026-06-31"),
)
refuse(
    "of_two_things",
    9,
    "it is neither of one finding nor of one service account",
    "A statement is about a finding and about a service account.",
    one(service_account_id="svc_1"),
)
refuse(
    "of_nothing",
    9,
    "it is neither of one finding nor of one service account",
    "A statement names a finding, but not its first hour.",
    one(first_seen_hour=None),
)
refuse(
    "of_an_unknown_state",
    9,
    "state is none of open, acknowledged and accepted",
    "A finding is said to be closed.",
    one(state="closed"),
)
refuse(
    "with_prose",
    9,
    "note_hash is not 64 lower-case hex digits or null",
    "In the place of the hash stand the words themselves.",
    one(note_hash="ask Ann"),
)
refuse(
    "replacing_a_later_one",
    9,
    "replaces is neither the number of an earlier one nor null",
    "A statement replaces itself.",
    one(replaces=1),
)
for name, given in {
    "due_date": "2026-06-30",
    "review_date": "2026-06-30",
    "reason_code": "other",
    "note_hash": "ab" * 32,
}.items():
    refuse(
        f"of_an_account_with_{name}",
        9,
        "it is neither of one finding nor of one service account",
        f"A statement names who answers for an account, and has a {name}, as one of a finding.",
        told(full_packs.of_account(1, 3, **{name: given})),
    )
refuse(
    "reason_not_a_word",
    9,
    "reason_code is not a word or null",
    "The reason of a statement is a sentence.",
    one(reason_code="Anna said so"),
)
