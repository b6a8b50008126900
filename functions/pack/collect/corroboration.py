"""Corroboration: whatever else says that an hour was sealed, so that a cut tail is no gap.

Part of step 1 of 6 (collect). A chain cannot say what was cut off its end. Others can: the table's
row of the hour, the anchors, the packs made before. None of them is evidence of what the hour held;
but an hour that one of them names must have its seal, and the very one, or the pack fails.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.pack.collect.scope import Scope
from functions.pack.collect.seal_chain import MissingEvidence
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.anchors import Anchor
from functions.shared.evidence.seals import Chain
from functions.shared.hours import parse_instant
from functions.shared.tables.connections import Connections
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Pack


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that an hour was sealed.

    Attributes:
        hour: the hour.
        sha256: of the seal, None where whoever says it does not know.
        source: who says it, in words.
    """

    hour: datetime
    sha256: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Corroboration:
    """Everything that says which hours of a pack's organizations were sealed.

    Attributes:
        scope: the pack's.
        hours: opens the table's rows of a tenant's organization.
        connections: the tenant's organizations.
        packs: rows of the tenant's newest packs.
        anchors: those of the period.

    Permissions:
        dynamodb:GetItem and Query.
    """

    scope: Scope
    hours: Callable[[str, str], HourRows]
    connections: Connections
    packs: Sequence[Pack]
    anchors: Sequence[Anchor]

    def claims(self, org: str) -> Iterator[Claim]:
        """Yield what is said of one organization's hours, from the period's start to the cut."""
        yield from self._of_anchors(org)
        yield from self._of_table(org)
        yield from self._of_packs(org)
        yield from self._of_connection(org)

    def _of_anchors(self, org: str) -> Iterator[Claim]:
        for anchor in self.anchors:
            for head in anchor.heads:
                hour = parse_instant(head.hour)
                if head.org_id == org and hour < self.scope.cut:
                    yield Claim(hour, head.seal_sha256, f"the anchor of {anchor.day}")

    def _of_table(self, org: str) -> Iterator[Claim]:
        rows = self.hours(self.scope.tenant_id, org)
        for row in rows.between(self.scope.period.start, self.scope.cut):
            sha256 = row["sha256"] if "sha256" in row else None
            yield Claim(parse_instant(row["hour"]), sha256, "the table")

    def _of_packs(self, org: str) -> Iterator[Claim]:
        for earlier in self.packs:
            source = f"pack {earlier.number}"
            last = (earlier.last_seals or {}).get(org)
            if last and earlier.state == "ready":
                yield Claim(parse_instant(last["hour"]), last["sha256"], source)
            name = (earlier.sealed_through or {}).get(org)
            through = parse_instant(name) if name else None
            if through and self.scope.period.start <= through < self.scope.cut:
                yield Claim(through, None, source)

    def _of_connection(self, org: str) -> Iterator[Claim]:
        """Yield the first hour of an organization that is connected and has no seal at all."""
        if self.scope.through(org):
            return
        connection = self.connections.find(self.scope.tenant_id, org)
        if connection is None or connection.status == "disconnected":
            return
        first = parse_instant(connection.first_hour)
        if first < self.scope.period.end:
            yield Claim(first, None, "the connection, of which nothing is sealed,")


def confirm(
    chain: Chain,
    sealed: Mapping[datetime, str],
    claims: Iterator[Claim],
    missing: MissingEvidence,
) -> None:
    """Hold the seals that were read to what else is said of them.

    Args:
        chain: the seals, for hours outside those that were read.
        sealed: digests of the seals that were read, by hour.
        claims: about this organization.
        missing: takes what is missing or another one, each hour once.

    Permissions:
        s3:GetObject on the evidence bucket.
    """
    for claim in claims:
        if missing.reports_hour(chain.org, claim.hour):
            continue
        try:
            seal = None if claim.hour in sealed else chain.seal(claim.hour)
        except EvidenceInvalid as error:
            missing.add(chain.org, claim.hour, f"invalid: {error}")
            continue
        sha256 = seal.sha256 if seal else sealed.get(claim.hour)
        if sha256 is None:
            why = f"missing: {claim.source} says that it was sealed, and there is no seal"
            missing.add(chain.org, claim.hour, why)
        elif claim.sha256 is not None and sha256 != claim.sha256:
            why = f"invalid: {claim.source} names another seal ({claim.sha256}) than {sha256}"
            missing.add(chain.org, claim.hour, why)
