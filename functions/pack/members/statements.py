"""statements.jsonl and custody.jsonl: what the tenant said and did, as the hours sealed it.

Part of step 2 of 6 (write).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization
from functions.pack.collect.seal_chain import MissingEvidence
from functions.pack.collect.sealed_rows import SealedRows
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.custody_log import CustodyLog, CustodyObject
from functions.shared.hours import rfc3339
from functions.shared.period import Period
from functions.shared.prefetch import prefetch
from functions.shared.records.seals import CustodyHead
from functions.shared.records.statements import SealedStatement, StatementRow


class _Place(TypedDict):
    """What the pack adds: whose it is, and the hour that sealed it."""

    org_id: str
    sealed_hour: str


def write_statements(
    organizations: Sequence[Organization], sealed_rows: SealedRows, folder: Path
) -> Member:
    """Write the statements by (organization, number); hour after hour they are numbered so."""
    with Spool(folder / "statements.jsonl") as spool:
        for organization in organizations:
            org = organization.org_id
            parts = sealed_rows.of_segments(
                org, "statements", organization.statements, SealedStatement
            )
            for segment, rows in parts:
                place: _Place = {"org_id": org, "sealed_hour": segment.hour}
                for row in rows:
                    # As it was sealed, whatever fields it has.
                    statement: StatementRow = {**row, **place}
                    spool.add_row(statement)
        return spool.finish()


def write_custody(
    organizations: Sequence[Organization],
    log: CustodyLog,
    period: Period,
    missing: MissingEvidence,
    folder: Path,
) -> list[Member]:
    """Write the custody log, once for all organizations; no file where no seal names an entry.

    It begins with the last object sealed before the period, so that it can be seen that none of the
    period is left out in front.
    """
    heads = [head for organization in organizations for head in organization.custody]
    if not heads:
        return []
    first, last = min(head["n"] for head in heads), max(heads, key=lambda head: head["n"])
    start = rfc3339(period.start)
    with Spool(folder / "custody.jsonl") as spool:
        try:
            for sealed in _objects(log, first, last, start):
                spool.add_bytes(sealed.body)
        except EvidenceMissing as error:
            missing.add("custody", start, f"missing: {error}")
        except EvidenceInvalid as error:
            missing.add("custody", start, f"invalid: {error}")
        return [spool.finish()]


def _objects(log: CustodyLog, first: int, last: CustodyHead, start: str) -> Iterator[CustodyObject]:
    """Yield the objects from that of an entry, or the last one before the period, to a head's."""
    numbers = log.numbers()
    begin = bisect_right(numbers, first) - 1
    while begin > 0 and log.need(numbers[begin]).hour >= start:
        begin -= 1
    if begin < 0 or (begin == 0 and numbers[0] > 1 and log.need(numbers[0]).hour >= start):
        raise EvidenceMissing(f"the custody log up to entry {first}")
    before: CustodyHead | None = None
    for _, read in prefetch(log.need, numbers[begin : bisect_right(numbers, last["n"])]):
        sealed = read.result()
        if before is not None and not sealed.follows(before):
            raise EvidenceInvalid(f"custody entry {sealed.first} does not follow {before['n']}")
        before = sealed.head
        yield sealed
    if before != last:
        raise EvidenceInvalid(f"the custody log does not end with entry {last['n']} as sealed")
