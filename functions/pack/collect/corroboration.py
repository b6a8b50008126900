"""Witnesses: whatever says that an hour was sealed, so that a cut tail is not taken for a gap.

Part of step 1 of 6 (collect). A chain cannot say what was cut off its end. Others can: the table's
row of the hour, the anchors, the packs made before. None of them is evidence of what the hour held;
but an hour that one of them names must have its seal, and the very one, or the pack fails.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.pack.collect.seal_chain import Losses
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.anchors import Anchor
from functions.shared.evidence.seals import Chain
from functions.shared.hours import HOUR, parse_instant
from functions.shared.tables.connections import Connections
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Pack


@dataclass(frozen=True, slots=True)
class Witness:
    """One statement that an hour was sealed.

    Attributes:
        hour: the hour.
        sha256: of the seal, None where the witness does not know.
        who: says it, in words.
    """

    hour: datetime
    sha256: str | None
    who: str


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Everything that says which hours of a pack's organizations were sealed.

    Attributes:
        pack: the row, with ``sealed_through`` frozen.
        hours: opens the table's rows of a tenant's organization.
        connections: the tenant's organizations.
        packs: rows of the tenant's newest packs.
        anchors: those of the period.

    Permissions:
        dynamodb:GetItem and Query.
    """

    pack: Pack
    hours: Callable[[str, str], HourRows]
    connections: Connections
    packs: Sequence[Pack]
    anchors: Sequence[Anchor]

    def of(self, org: str) -> Iterator[Witness]:
        """Yield what is said of one organization's hours, from the period's start to the cut."""
        until = parse_instant(self.pack.cut_hour) + HOUR
        for anchor in self.anchors:
            for head in anchor.heads:
                if head.org_id == org and parse_instant(head.hour) < until:
                    who = f"the anchor of {anchor.day}"
                    yield Witness(parse_instant(head.hour), head.seal_sha256, who)
        rows = self.hours(self.pack.tenant_id, org)
        for row in rows.between(self.pack.period.start, until):
            yield Witness(parse_instant(row["hour"]), row.get("sha256"), "the table")
        yield from self._packs(org, until)
        yield from self._connection(org)

    def _packs(self, org: str, until: datetime) -> Iterator[Witness]:
        for earlier in self.packs:
            who = f"pack {earlier.number}"
            last = (earlier.last_seals or {}).get(org)
            if last and earlier.state == "ready":
                yield Witness(parse_instant(last["hour"]), last["sha256"], who)
            through = (earlier.sealed_through or {}).get(org)
            if through and self.pack.period.start <= parse_instant(through) < until:
                yield Witness(parse_instant(through), None, who)

    def _connection(self, org: str) -> Iterator[Witness]:
        """Yield the first hour of an organization that is connected and has no seal at all."""
        if (self.pack.sealed_through or {}).get(org):
            return
        place = self.connections.find(self.pack.tenant_id, org)
        if place is None or place.status == "disconnected":
            return
        first = parse_instant(place.first_hour)
        if first < self.pack.period.end:
            yield Witness(first, None, "the connection, of which nothing is sealed,")


def confirm(
    chain: Chain, sealed: Mapping[datetime, str], witnesses: Iterator[Witness], losses: Losses
) -> None:
    """Hold the seals that were found to what the witnesses say.

    Args:
        chain: the seals, for hours outside those that were walked.
        sealed: digests of the seals that were walked, by hour.
        witnesses: of this organization.
        losses: takes what is missing or another one, each hour once.

    Permissions:
        s3:GetObject on the evidence bucket.
    """
    for witness in witnesses:
        if losses.names(chain.org, witness.hour):
            continue
        try:
            seal = None if witness.hour in sealed else chain.seal(witness.hour)
        except EvidenceInvalid as error:
            losses.add(chain.org, witness.hour, f"invalid: {error}")
            continue
        found = seal.sha256 if seal else sealed.get(witness.hour)
        if found is None:
            why = f"missing: {witness.who} says that it was sealed, and there is no seal"
            losses.add(chain.org, witness.hour, why)
        elif witness.sha256 is not None and found != witness.sha256:
            why = f"invalid: {witness.who} names another seal ({witness.sha256}) than {found}"
            losses.add(chain.org, witness.hour, why)
