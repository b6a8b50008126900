"""Where everything lies: keys begin with the tenant, and no id leaves its own."""

import hashlib

import pytest

from functions.shared.aws import keys
from functions.shared.errors import MalformedOrganization, NotFound
from functions.shared.hours import parse_instant

HOUR = parse_instant("2026-04-01T05:00:00Z")
T, O = "tenant-a", "org-AbC"  # noqa: E741
PREFIX = "tenant=tenant-a/org=org-AbC/"


def test_objects_lie_under_their_tenant_and_organization() -> None:
    """As docs and queries name them; they never change."""
    assert keys.seal_key(T, O, HOUR) == f"{PREFIX}seals/2026-04-01T05:00:00Z.json"
    assert keys.register_key(T, O, HOUR, "users", "ab") == (
        f"{PREFIX}registers/month=2026-04/section=users/ab.jsonl.gz"
    )
    assert keys.segment_key(T, O, "events", "2026-03", HOUR, "ab") == (
        f"{PREFIX}events/month=2026-03/2026-04-01T05:00:00Z-ab.jsonl.gz"
    )
    assert keys.anchor_key(T, "2026-04-01") == "tenant=tenant-a/anchors/2026-04-01.json"
    assert keys.checkpoint_key(T, O, HOUR) == f"attempts/{PREFIX}2026-04-01T05:00:00Z.json.gz"
    assert keys.pack_key(T, 3, "ab") == "tenant=tenant-a/pack-3/ab/pack-3.tar.gz"


def test_rows_lie_under_their_tenant() -> None:
    """Sort keys are in the order of what they name."""
    assert (keys.tenant_pk(T), keys.organization_pk(T, O)) == (
        "T#tenant-a",
        "T#tenant-a#O#org-AbC",
    )
    assert keys.connection_sk(O) == "ORG#org-AbC"
    assert keys.hour_sk(HOUR) == "HOUR#2026-04-01T05:00:00Z"
    assert keys.lifecycle_sk(7) == "LIFE#00000007"
    assert keys.change_sk("h", "users", "u", "added") == "CH#h#users#u#added"
    assert keys.account_owner_sk("svc") == "ANSWERS#svc"
    assert keys.finding_state_sk("f", "h") == "STATE#f#h"
    assert keys.pack_sk(12) == "PACK#00000012"
    assert keys.pack_month_sk("2026-04") == "PACKMONTH#2026-04"
    assert keys.pack_like_sk("ab") == "PACKLIKE#ab"
    assert keys.custody_sk(7) == "CUSTODY#N0000000007"
    # Entries of older versions come before it.
    assert keys.custody_sk(1) > f"{keys.CUSTODY_PREFIX}2026-04-01T05:00:00Z#u"
    assert keys.share_link_sk(3, "l") == "LINK#00000003#l"
    assert keys.share_token_pk("ab") == "SHARE#ab"
    assert keys.signing_key_sk("key-1") == "KEY#key-1"


def test_shards_are_sixteen_and_stable() -> None:
    """A tenant's and an organization's never move."""
    assert keys.SHARDS == 16
    assert {keys.shard_of(str(n)) for n in range(400)} == {f"{n:02d}" for n in range(16)}
    number = int.from_bytes(hashlib.sha256(b"tenant-a").digest()[:4], "big") % 16
    assert keys.tenants_pk(T) == f"TENANTS#{number:02d}"
    number = int.from_bytes(hashlib.sha256(b"tenant-a/org-AbC").digest()[:4], "big") % 16
    assert keys.due_shard(T, O) == f"DUE#{number:02d}"


@pytest.mark.parametrize("size", [255, 256, 257])
def test_a_long_id_stands_in_a_key_by_its_digest(size: int) -> None:
    """Up to 256 bytes as it is; counted in UTF-8."""
    for identity in ("x" * size, "é" * (size // 2) + "x" * (size % 2)):
        digest = f"sha256:{hashlib.sha256(identity.encode()).hexdigest()}"
        in_key = identity if size <= 256 else digest
        assert keys.change_sk("h", "s", identity, "k") == f"CH#h#s#{in_key}#k"


def test_an_id_that_utf_8_cannot_hold_stands_by_its_digest() -> None:
    """A lone surrogate."""
    digest = hashlib.sha256(b"a\xed\xa0\x80").hexdigest()
    assert keys.change_sk("h", "s", "a\ud800", "k") == f"CH#h#s#sha256:{digest}#k"


@pytest.mark.parametrize("org", ["org-ab", "org-" + "x" * 65, "org-a/b", "orgx", "org-abc\n", 7])
def test_what_is_no_organization_makes_no_key(org: object) -> None:
    """Three to 64 letters, digits, dashes and underscores."""
    with pytest.raises(MalformedOrganization):
        keys.organization_id(org)
    assert keys.organization_id("org-abc") == "org-abc"
    assert keys.organization_id("org-" + "x" * 64) == "org-" + "x" * 64


@pytest.mark.parametrize("tenant", ["", "-a", "a#b", "x" * 65, "a/b", None])
def test_what_is_no_tenant_makes_no_key(tenant: object) -> None:
    """Up to 64 letters, digits, dashes and underscores, the first a letter or digit."""
    with pytest.raises(NotFound):
        keys.tenant_id(tenant)
    assert keys.tenant_id("x" * 64) == "x" * 64
