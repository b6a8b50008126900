"""Verify the chain of seals: every link checked, what is lost named apart from what never was.

Part of step 1 of 6 (collect). Three things look alike from afar and are kept apart: a *gap* (no
seal, and the chain links across it), a *missing* object (a seal or the chain names it, and it is
not there), an *invalid* one (it is there and is not what names it).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from functions.shared.errors import EvidenceInvalid, PackFailed
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import HOUR, floor_hour, hours_from, parse_instant, rfc3339
from functions.shared.prefetch import prefetch

_MAX_NAMED = 20
_CONNECTION_KINDS = ("connected", "reconnected", "disconnected")


@dataclass(slots=True)
class MissingEvidence:
    """Evidence that should be there and is not, or is not what it should be."""

    reports: list[str] = field(default_factory=list)
    _hours: set[tuple[str, str]] = field(default_factory=set)

    def add(self, owner: str, hour: datetime | str, report: str) -> None:
        """Report one object.

        Args:
            owner: an organization, or ``anchor``.
            hour: whose object it is; of an anchor, its day.
            report: ``missing`` or ``invalid``, and what.
        """
        name = hour if isinstance(hour, str) else rfc3339(hour)
        self.reports.append(f"{owner} {name}: {report}")
        self._hours.add((owner, name))

    def reports_hour(self, org: str, hour: datetime) -> bool:
        """Tell whether something of an organization's hour was reported."""
        return (org, rfc3339(hour)) in self._hours

    def require_none(self) -> None:
        """Refuse to go on with evidence lost.

        Raises:
            PackFailed: with the list, the first twenty in full.
        """
        if not self.reports:
            return
        more = len(self.reports) - _MAX_NAMED
        tail = f"; and {more} more" if more > 0 else ""
        raise PackFailed(
            "sealed evidence is missing or invalid, so nothing was signed: "
            + "; ".join(self.reports[:_MAX_NAMED])
            + tail
        )


def verify_chain(
    chain: Chain, start: datetime, through: datetime, missing: MissingEvidence
) -> Iterator[Seal]:
    """Yield the last seal before ``start``, where there is one, and those to ``through``.

    Args:
        chain: the seals.
        start: first hour.
        through: last hour, included.
        missing: takes what is missing or invalid.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """
    # False behind a seal that could not be read: nobody knows what the next one should follow.
    before_is_known = True
    try:
        before = chain.last_before(start)
    except EvidenceInvalid as error:
        missing.add(chain.org, start - HOUR, f"invalid: {error}")
        before, before_is_known = None, False
    if before:
        yield before
    for hour, read in prefetch(chain.seal, chain.sealed_hours(start, through + HOUR)):
        try:
            seal = read.result()
        except EvidenceInvalid as error:
            missing.add(chain.org, hour, f"invalid: {error}")
            before_is_known = False
            continue
        if seal is None:
            missing.add(chain.org, hour, "missing: the seal was listed and cannot be read")
            before_is_known = False
            continue
        if before_is_known and not _follows(seal, before):
            missing.add(chain.org, *_broken_link(seal, before))
        before, before_is_known = seal, True
        yield seal


def _follows(seal: Seal, before: Seal | None) -> bool:
    return seal.content["previous_sha256"] == (before.sha256 if before else None)


def _broken_link(seal: Seal, before: Seal | None) -> tuple[datetime, str]:
    """Return which hour to name where a seal does not follow the one before it, and why."""
    named = seal.content["previous_sha256"]
    if named is None:
        return seal.hour, "invalid: the seal begins a chain, but there are seals before it"
    if before is None:
        return seal.hour, f"missing: the seal before it, {named}"
    first, last = before.hour + HOUR, seal.hour - HOUR
    if first > last:
        was = f"is not the one of {rfc3339(before.hour)}, {before.sha256}"
        return seal.hour, f"missing: the seal it follows, {named}, {was}"
    until = f", here or up to {rfc3339(last)}" if last > first else ""
    return first, f"missing: the seal {named}, which that of {rfc3339(seal.hour)} follows{until}"


def unsealed_between(previous: Seal | None, seal: Seal) -> Iterator[datetime]:
    """Yield the expected hours without a seal between two neighbours of a chain: the gaps.

    Before a chain's first seal nothing is expected, nor while the organization was disconnected;
    the seal before says so, or the one behind, with the time.
    """
    if previous is None or ends_chain(previous):
        return
    yield from hours_from(previous.hour + HOUR, min(seal.hour, _left_in(seal) or seal.hour))


def _left_in(seal: Seal) -> datetime | None:
    """Return the hour in which the organization was disconnected, where a reconnect tells of it."""
    entries = seal.content["lifecycle"]
    if all(entry["kind"] != "reconnected" for entry in entries):
        return None
    ends = [parse_instant(entry["at"]) for entry in entries if entry["kind"] == "disconnected"]
    return floor_hour(ends[0]) if ends else None


def unsealed_after(last: Seal | None, end: datetime) -> Iterator[datetime]:
    """Yield the expected hours from the newest seal up to ``end``, excluded: gaps so far."""
    if last is not None and not ends_chain(last):
        yield from hours_from(last.hour + HOUR, end)


def ends_chain(seal: Seal) -> bool:
    """Tell whether the organization was disconnected when this hour ended."""
    entries = seal.content["lifecycle"]
    kinds = [entry["kind"] for entry in entries if entry["kind"] in _CONNECTION_KINDS]
    return bool(kinds) and kinds[-1] == "disconnected"
