"""Write (step 2 of 6): the pack's files, row by row, the same bytes for the same pack row.

Reads registers and event segments as the seals name them, each checked against the digest in its
seal. One segment at a time is in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from functions.pack import rows
from functions.pack.collect import SECTIONS, Organization, Segment
from functions.pack.readme import readme
from functions.pack.spool import Member, Spool
from functions.pack.walk import Losses
from functions.shared.canonical import Json
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.hours import rfc3339
from functions.shared.objects import Bucket
from functions.shared.packs import Pack
from functions.shared.seals import read_rows

Read = Callable[[Organization, str, Json], list[Json]]


def write(
    pack: Pack,
    organizations: Sequence[Organization],
    coverage: Member,
    evidence: Bucket,
    folder: Path,
    losses: Losses,
) -> list[Member]:
    """Write the files and return them in the manifest's order.

    Args:
        pack: the row.
        organizations: as collected, sorted by id.
        coverage: as collected.
        evidence: the evidence bucket.
        folder: where the files go.
        losses: takes what is missing or invalid; the rest is read all the same.

    Permissions:
        s3:GetObject on the evidence bucket.
    """

    def read(organization: Organization, hour: str, entry: Json) -> list[Json]:
        try:
            return read_rows(evidence, entry)
        except EvidenceMissing as error:
            losses.add(organization.org_id, hour, f"missing: {error}")
        except EvidenceInvalid as error:
            losses.add(organization.org_id, hour, f"invalid: {error}")
        return []

    members = [_entities(pack, section, organizations, folder, read) for section in SECTIONS]
    members.append(_events(pack, organizations, folder, read))
    if pack.profile == "full":
        members += [coverage, _readme(pack, folder)]
    return members


def _entities(
    pack: Pack, section: str, organizations: Sequence[Organization], folder: Path, read: Read
) -> Member:
    with Spool(folder / f"{section}.jsonl") as spool:
        for one in organizations:
            findings = _register(pack, one, "findings", read) if section == "api_keys" else []
            for row in rows.episodes(
                one.org_id,
                section,
                _register(pack, one, section, read),
                one.pictured[section],
                pack.period_start,
                findings,
            ):
                spool.row(row)
        return spool.member()


def _register(pack: Pack, organization: Organization, section: str, read: Read) -> list[Json]:
    entry = organization.registers.get(section)
    return read(organization, rfc3339(pack.period.last_hour), entry) if entry else []


def _events(pack: Pack, organizations: Sequence[Organization], folder: Path, read: Read) -> Member:
    with Spool(folder / "events.jsonl") as spool:
        for one in organizations:
            for _, segments in groupby(one.segments, key=lambda segment: segment.hour):
                found = [row for part in segments for row in _of_segment(pack, one, part, read)]
                found.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
                for row in found:
                    spool.row(row)
        return spool.member()


def _of_segment(
    pack: Pack, organization: Organization, segment: Segment, read: Read
) -> Iterator[Json]:
    return rows.events(
        organization.org_id,
        segment.hour,
        read(organization, segment.hour, segment.entry),
        pack.period_start,
        pack.period_end,
        late=segment.late,
    )


def _readme(pack: Pack, folder: Path) -> Member:
    with Spool(folder / "README.txt") as spool:
        spool.text(readme(pack).encode())
        return spool.member()
