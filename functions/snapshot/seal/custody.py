"""The custody log that an hour seals: what was done before its end and is sealed nowhere yet.

Part of step 5 of 6 (seal). The log is the tenant's: the first of its organizations that closes an
hour seals it, and the seals of the others name the same entry.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.errors import AuditError, EvidenceInvalid
from functions.shared.evidence.custody_log import CustodyLog, CustodyObject
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.observability import CUSTODY_NOT_SEALED, logger
from functions.shared.records.seals import CustodyHead
from functions.shared.records.statements import KeptCustodyEntry

log = logger("snapshot")
# Some 1 MB; what is more goes into the next hours, in order.
MOST_IN_AN_HOUR: Final = 2000


def entries_to_seal(
    entries: Iterable[KeptCustodyEntry], end: datetime, now: datetime
) -> Iterator[KeptCustodyEntry]:
    """Yield entries as far as an hour seals them, by number.

    They end before the first that was made after the hour's end, and before the first that may
    still be counted up: numbers are sealed without a gap, so the rest waits for a later hour.

    Args:
        entries: those that are not sealed, by number.
        end: of the hour.
        now: an organization's last hour may be sealed before its end.
    """
    for entry in entries:
        at = parse_instant(entry["at"])
        if at >= end or ("uses" in entry["facts"] and at + HOUR > now):
            return
        yield entry


def seal_custody(
    sealed: CustodyLog,
    entries: Sequence[KeptCustodyEntry],
    hour: datetime,
    before: CustodyHead | None,
) -> CustodyHead | None:
    """Seal entries unless another run has; return the last one up to an hour, for its seal.

    What is sealed of the log cannot stop an hour: where it cannot be had, the seal names what the
    one before it names, and a later hour goes on.

    Args:
        sealed: what is sealed of it.
        entries: those to seal, behind the one that the organization's last seal names.
        hour: the hour.
        before: what that seal names.
    """
    if not entries:
        return before
    try:
        return _follow(sealed, entries, rfc3339(hour), before)
    except (AuditError, BotoCoreError, ClientError) as error:
        log.warning(CUSTODY_NOT_SEALED, extra={"error": type(error).__name__})
        return before


def _follow(
    sealed: CustodyLog, entries: Sequence[KeptCustodyEntry], hour: str, before: CustodyHead | None
) -> CustodyHead | None:
    # A seal that is the first to name an entry finds out how far others came.
    newest = sealed.newest(hour) if before is None else None
    head, head_hour = (newest.head, newest.hour) if newest else (before, "")
    while unsealed := [entry for entry in entries if head is None or entry["n"] > head["n"]]:
        following = sealed.find(unsealed[0]["n"])
        if following is None:
            if head_hour == hour:
                # One object an hour: what came too late for it waits.
                break
            following = sealed.write(CustodyObject.of(unsealed, hour, head))
        if following.hour > hour:
            break
        if not following.follows(head):
            raise EvidenceInvalid(f"custody entry {following.first} does not follow {head}")
        head, head_hour = following.head, following.hour
    return head
