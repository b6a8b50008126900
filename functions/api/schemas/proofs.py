"""The proof of one row, as it is answered. Pure."""

from typing import TypedDict

from functions.shared.evidence.row_trees import ProvenSection
from functions.shared.records.fields import Count, Digest, Text
from functions.shared.records.seals import SealHeader


class ProofOfRow(TypedDict):
    """A row as it was sealed, what blinds it, and its path to its section's root."""

    blinding: Digest
    index: Count
    path: list[Digest]
    text: Text


class ProofOfSection(TypedDict):
    """What the seal says of the row's section, and its path to the header's ``sections_root``."""

    facts: ProvenSection
    path: list[Digest]


class ProofOfPack(TypedDict):
    """What a pack signs, and the path of the seal's digest to its chain's ``seals_root``."""

    index: Count
    manifest: Text
    path: list[Digest]
    signature: Text


class RowProof(TypedDict):
    """The proof of one row; ``pack`` is null while no pack holds the hour."""

    format: Count
    pack: ProofOfPack | None
    row: ProofOfRow
    seal: SealHeader
    section: ProofOfSection
