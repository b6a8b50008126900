"""Rows of anchors.jsonl for tests of the verifier, over the seals of ``tests.support.packs``.

Independent of the product, as the packs are.
"""

from typing import Any

from tests.support import packs
from tests.support.packs import Row


def sealed(row: Row) -> Row:
    """Give an anchor's row the digest of its document."""
    return row | {"sha256": packs.sha256(packs.canonical(row["document"]))}


def anchor(at: str, head: Row, previous: str | None, **facts: Any) -> Row:
    """Return an anchor made at an instant, with one head: a row of coverage.jsonl."""
    document = {
        "v": 1,
        "tenant_id": packs.TENANT,
        "at": at,
        "heads": [
            {"org_id": packs.ORG, "hour": head["hour"], "seal_sha256": head["sha256"]},
            {"org_id": "org-of-no-concern", "hour": head["hour"], "seal_sha256": "ef" * 32},
        ],
        "previous_anchor_sha256": previous,
    }
    row: Row = {"at": at, "day": at[:10], "authority": None, "reason": None, "token": None}
    return sealed(row | {"document": document} | facts)


def three(coverage: list[Row]) -> list[Row]:
    """Return the anchors of three days: before the first hour, in the middle, behind the last."""
    before = {"hour": "2026-03-31T23:00:00Z", "sha256": coverage[0]["seal"]["previous_sha256"]}
    first = anchor("2026-04-01T00:40:00Z", before, "cd" * 32)
    second = anchor("2026-04-02T00:40:00Z", coverage[23], first["sha256"])
    return [first, second, anchor("2026-04-03T00:40:00Z", coverage[47], second["sha256"])]


def ours() -> list[Row]:
    """Return the anchors that the small pack's are."""
    return three(packs.small().rows["coverage.jsonl"])


def last_hour() -> Row:
    """Return the coverage row of the small pack's last hour."""
    return packs.small().rows["coverage.jsonl"][47]
