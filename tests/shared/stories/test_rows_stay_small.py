"""Nobody can grow a row of the table towards the 400 KB that DynamoDB takes: each kind is tried."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.api.finding_state_rows import FindingStates
from functions.api.share_link_rows import ShareLinks, new_link
from functions.shared.aws.keys import change_sk, organization_pk
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.tables.account_owners import AccountOwners
from functions.shared.tables.connections import MOST_OF_A_TENANT, Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.lifecycle_rows import lifecycle_rows
from functions.shared.tables.packs import Packs
from functions.snapshot.seal.item_size import limit_item_size
from tests.shared.tables.test_connections import connection
from tests.shared.tables.test_packs import pack

NOW = datetime(2026, 4, 1, 6, 1, tzinfo=UTC)
TENANT, ORG = "t" * 64, "org-" + "o" * 64
WIDE = "\U0001f511"
HUGE: list[Any] = [
    "x" * 100_000,
    WIDE * 30_000,
    [WIDE] * 10_000,
    [1] * 20_000,
    [[]] * 20_000,
    {f"n{n}": "v" * 2000 for n in range(50)},
    {"k" * 60_000: 1},
    {f"{n}": {f"{m}": [None] for m in range(50)} for n in range(200)},
    10**4000,
    [1.5] * 10_000,
    "\ud800" * 10_000,
]
DOCUMENT = Path(__file__).parents[3] / "docs" / "decisions" / "0311-no-row-grows.md"


def size(value: Any) -> int:
    """Return the bytes that DynamoDB counts of a value as it travels, or a little more."""
    ((kind, inner),) = value.items()
    if kind == "L":
        return 3 + sum(1 + size(part) for part in inner)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + size(part) for name, part in inner.items())
    return 21 if kind == "N" else len(inner) if kind == "B" else len(str(inner).encode()) or 1


def item_size(item: Mapping[str, Any]) -> int:
    """Return the bytes of a whole item."""
    return sum(len(name.encode()) + size(value) for name, value in item.items())


def write_what_a_tenant_can(table: Table, queue: Queue) -> None:
    """Write the largest row of each kind that a tenant's users can bring about."""
    largest = connection(TENANT, ORG)
    Connections(table).save(largest)
    table.update(
        f"T#{TENANT}",
        f"ORG#{ORG}",
        "SET display_name = :name, known_projects = :projects, admin_key = :key",
        {":name": WIDE * 100, ":projects": ["f" * 64] * 100, ":key": b"k" * 6144},
    )
    entry: Any = {
        "seq": 1,
        "at": "2026-04-01T06:01:00Z",
        "kind": "reconnected",
        "by": "u" * 128,
        "first_hour": "2026-04-01T06:00:00Z",
        "key_last4": "AbCd",
        "org_proof": "proven",
    }
    old = [entry | {"seq": n} for n in range(2, 50)]
    table.put_all(lifecycle_rows(TENANT, ORG, old))
    orgs = [f"org-{n:064d}" for n in range(MOST_OF_A_TENANT)]
    packs = Packs(table)
    made = packs.request(pack(tenant_id=TENANT, org_ids=orgs, month="2026-04"), queue)
    packs.request(pack(tenant_id=TENANT, org_ids=orgs), queue, once=True)
    hour = "2026-04-30T23:00:00Z"
    packs.update(
        made,
        sealed_through=dict.fromkeys(orgs, hour),
        last_seals={org: {"hour": hour, "sha256": "f" * 64} for org in orgs},
        reason="r" * 20 * 1200,
    )
    custody = Custody(table)
    custody.note(TENANT, "u" * 128, "finding.stated", NOW, reason=WIDE * 500, person="p" * 128)
    custody.note(TENANT, "pack", "evidence.unreferenced", NOW, keys=["k" * 1024] * 20)
    for _ in range(30):
        custody.count(TENANT, "link", "link.used", NOW, "1-link", link_id="l" * 64, number=1)
    ShareLinks(table).add(*new_link(TENANT, 1, WIDE * 100, 90, NOW))
    said: Any = {
        "state": "accepted",
        "reason_code": "compensating_control",
        "reason": WIDE * 500,
        "accountable": "a" * 256,
        "due_date": "2026-12-31",
        "review_date": "2026-12-31",
    }
    who = "u" * 128, "2026-04-01T06:01:00Z"
    finding: Any = {"finding_id": "f" * 256, "first_seen_hour": "2026-04-01T05:00:00Z"}
    FindingStates(table, TENANT, ORG).say(finding, said, *who)
    AccountOwners(table, TENANT, ORG).name("s" * 128, "p" * 128, *who)


def write_what_the_organization_can(table: Table) -> None:
    """Write rows of an hour, and of changes whose every value is huge."""
    pk = organization_pk(TENANT, ORG)
    facts: Any = {
        "outcome": "partial",
        "reason": "owner_project_access_refused",
        "sha256": "f" * 64,
        "sections": {f"section_{n}": "unavailable" for n in range(40)},
        "kpi": None,
        "events": 2**53,
        "oldest_event_at": "2026-04-01T05:00:00Z",
        "changes": 2**53,
        "open_findings": 2**53,
    }
    HourRows(table, TENANT, ORG).close(NOW.replace(minute=0), facts)
    for number, value in enumerate(HUGE):
        identity = value if isinstance(value, str) else f"id-{number}"
        at = f"2026-04-01T06:{number:02d}:00Z"
        change = {"before": {"extra": value, "name": value}, "after": value, "fields": value}
        sk = change_sk(at, "api_keys", identity, "modified")
        table.put({**limit_item_size(change), "pk": pk, "sk": sk})


def test_the_largest_row_of_each_kind_is_far_from_what_dynamodb_takes(
    table: Table, pack_queue: Queue
) -> None:
    """Half of it at most; and no kind is missing from the list of what bounds each."""
    write_what_a_tenant_can(table, pack_queue)
    write_what_the_organization_can(table)
    largest: dict[str, int] = {}
    pages = table.client.get_paginator("scan").paginate(TableName=table.name)
    for item in (item for page in pages for item in page["Items"]):
        kind = re.split("(?<=#)", item["sk"]["S"], maxsplit=1)[0]
        largest[kind] = max(largest.get(kind, 0), item_size(item))
    named = set(re.findall("`([A-Z]+#?)`", DOCUMENT.read_text()))
    assert max(largest.values()) < 200_000, largest
    # Rows of keys, of the chain of packs, and of the list of tenants have nothing that could grow.
    assert {kind for kind in largest if kind != TENANT} <= named
    assert named - set(largest) == {"HASHKEY", "PACKCHAIN", "KEY#", "FIRST"}
    print(", ".join(f"{kind} {n // 1024} KB" for kind, n in sorted(largest.items())))
