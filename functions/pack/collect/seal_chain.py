"""Walk the chain of seals: every link checked, what is lost named apart from what never was.

Part of step 1 of 6 (collect). Three things look alike from afar and are kept apart: a *gap* (no
seal, and the chain links across it), a *missing* object (a seal or the chain names it, and it is
not there), an *invalid* one (it is there and is not what names it).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from functions.pack.archive.prefetch import ahead
from functions.shared.errors import EvidenceInvalid, PackFailed
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import HOUR, floor_hour, hours_from, parse_instant, rfc3339

_NAMED = 20
_ENDS = ("connected", "reconnected", "disconnected")


@dataclass(slots=True)
class Losses:
    """Evidence that should be there and is not, or is not what it should be."""

    found: list[str] = field(default_factory=list)
    _hours: set[tuple[str, str]] = field(default_factory=set)

    def add(self, org: str, hour: datetime | str, what: str) -> None:
        """Name one."""
        name = hour if isinstance(hour, str) else rfc3339(hour)
        self.found.append(f"{org} {name}: {what}")
        self._hours.add((org, name))

    def names(self, org: str, hour: datetime) -> bool:
        """Tell whether something of an organization's hour was named."""
        return (org, rfc3339(hour)) in self._hours

    def require_none(self) -> None:
        """Refuse to go on with evidence lost.

        Raises:
            PackFailed: with the list, the first twenty in full.
        """
        if not self.found:
            return
        more = len(self.found) - _NAMED
        tail = f"; and {more} more" if more > 0 else ""
        raise PackFailed(
            "sealed evidence is missing or invalid, so nothing was signed: "
            + "; ".join(self.found[:_NAMED])
            + tail
        )


def walk(chain: Chain, start: datetime, through: datetime, losses: Losses) -> Iterator[Seal]:
    """Yield the last seal before ``start``, where there is one, and those to ``through``.

    Args:
        chain: the seals.
        start: first hour.
        through: last hour, included.
        losses: takes what is missing or invalid.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """
    known = True
    try:
        before = chain.last_before(start)
    except EvidenceInvalid as error:
        losses.add(chain.org, start - HOUR, f"invalid: {error}")
        before, known = None, False
    if before:
        yield before
    for hour, read in ahead(chain.seal, chain.sealed_hours(start, through + HOUR)):
        try:
            seal = read.result()
        except EvidenceInvalid as error:
            losses.add(chain.org, hour, f"invalid: {error}")
            known = False
            continue
        if seal is None:
            losses.add(chain.org, hour, "missing: the seal was listed and cannot be read")
            known = False
            continue
        if known and seal.content["previous_sha256"] != (before.sha256 if before else None):
            losses.add(chain.org, *_broken(seal, before))
        before, known = seal, True
        yield seal


def _broken(seal: Seal, before: Seal | None) -> tuple[datetime, str]:
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
    left = [parse_instant(entry["at"]) for entry in entries if entry["kind"] == "disconnected"]
    return floor_hour(left[0]) if left else None


def unsealed_after(last: Seal | None, end: datetime) -> Iterator[datetime]:
    """Yield the expected hours from the newest seal up to ``end``, excluded: gaps so far."""
    if last is not None and not ends_chain(last):
        yield from hours_from(last.hour + HOUR, end)


def ends_chain(seal: Seal) -> bool:
    """Tell whether the organization was disconnected when this hour ended."""
    kinds = [entry["kind"] for entry in seal.content["lifecycle"] if entry["kind"] in _ENDS]
    return bool(kinds) and kinds[-1] == "disconnected"
