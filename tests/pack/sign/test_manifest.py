"""The manifest: counts, digests, and until when an event may still come."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.pack.archive.spool import Member
from functions.pack.collect.organization import Organization
from functions.pack.sign.manifest import manifest
from functions.shared.records.fields import fields_of
from functions.shared.records.packs import DocumentedManifest, FurtherManifest, ManifestLarge
from functions.shared.tables.packs import Pack
from functions.shared.tables.signing_keys import SigningKey

KEY = SigningKey("key-1", "cd" * 32, b"wrapped", "1970-01-01T00:00:00Z")
PACK = Pack(
    tenant_id="tenant-a",
    number=7,
    state="building",
    kind="monthly",
    profile="core",
    period_start="2026-04-01T00:00:00Z",
    period_end="2026-04-30T23:59:59Z",
    org_ids=["org-Beta", "org-Alpha"],
    cut_hour="2026-05-04T02:00:00Z",
    created_at="2026-05-04T03:14:00Z",
    requested_by="schedule",
    previous_number=6,
    previous_manifest_sha256="ef" * 32,
)
MEMBERS = [
    Member(f"{name}.jsonl", Path(name), n, 10 * n, f"{n:064x}", 0)
    for n, name in enumerate(("users", "projects", "api_keys", "events"), 1)
]
SETTLED = 1777604400  # 2026-05-01T03:00:00Z


def document(*organizations: Organization, **facts: Any) -> Any:
    """Return the manifest of a pack of these organizations."""
    return json.loads(manifest(replace(PACK, **facts), organizations, MEMBERS, None, KEY))


def test_large_values_are_counted_behind_the_files() -> None:
    """They are not listed."""
    facts: ManifestLarge = {"members": 2, "bytes": 9000, "names_sha256": "0" * 64}
    made = json.loads(manifest(PACK, [], MEMBERS, facts, KEY))
    assert made["large"] == facts
    assert list(made).index("large") == list(made).index("files") + 1


def organization(org: str = "org-Alpha", **facts: Any) -> Organization:
    """Return an organization whose audit log was read up to the cut."""
    return Organization(org, **{"audit_log": "proven", "settled_through": SETTLED, **facts})


def test_documented_keys_come_first_in_their_order() -> None:
    """The others follow; ``replaces`` is a revision's, ``large`` stands where something is."""
    keys = [*fields_of(DocumentedManifest), *fields_of(FurtherManifest)]
    for name in ("large", "replaces"):
        keys.remove(name)
    assert list(document()) == keys
    assert document(replaces=5)["replaces"] == "5"


def test_files_are_counted_and_digested() -> None:
    """Each by its own member."""
    facts = document()
    counts = [facts[f"{name}_count"] for name in ("user", "project", "api_key", "event")]
    assert counts == [1, 2, 3, 4]
    digests = [facts[f"{name}_sha256"] for name in ("users", "projects", "api_keys", "events")]
    assert digests == [f"{n:064x}" for n in (1, 2, 3, 4)]
    assert facts["files"][3] == {
        "name": "events.jsonl",
        "rows": 4,
        "bytes": 40,
        "sha256": f"{4:064x}",
    }
    assert facts["org_ids"] == ["org-Alpha", "org-Beta"]
    assert (facts["pack_id"], facts["previous_pack_id"]) == ("7", "6")
    assert document(previous_number=None)["previous_pack_id"] is None


def test_hours_of_all_organizations_are_counted() -> None:
    """What the outcomes leave are gaps; the longest gap is one organization's."""
    alpha, beta = organization(longest_gap_hours=2), organization("org-Beta", longest_gap_hours=3)
    alpha.outcomes.update({"complete": 5, "gap": 2, "partial": 1})
    beta.outcomes.update({"complete": 1, "missed": 3, "paused": 4, "failed": 6})
    facts = document(alpha, beta)
    assert facts["coverage"] == {
        "expected_hours": 22,
        "complete": 6,
        "partial": 1,
        "failed": 6,
        "missed": 3,
        "paused": 4,
        "longest_gap_hours": 3,
    }
    assert [chain["seals"] for chain in facts["chain"]] == [6, 14]
    assert document()["coverage"]["longest_gap_hours"] == 0


@pytest.mark.parametrize(
    ("audited", "settled_through"),
    [
        ({}, "2026-05-01T03:00:00Z"),
        ({"settled_through": SETTLED - 3600}, "2026-05-01T02:00:00Z"),
        ({"settled_through": SETTLED + 3600}, "2026-05-01T03:00:00Z"),
        ({"settled_through": None}, None),
        ({"settled_through": None, "audit_log": "forbidden"}, "2026-05-01T03:00:00Z"),
    ],
)
def test_what_was_read_again_72_hours_before_the_cut_is_settled(
    audited: dict[str, Any], settled_through: str | None
) -> None:
    """A log that was never read settles nothing; one that is forbidden brings nothing."""
    facts = document(organization("org-Beta"), organization(**audited))
    assert facts["settled_through"] == settled_through
    assert facts["settled"] is (settled_through is not None)


def test_a_period_is_settled_when_its_last_second_is() -> None:
    """Not before."""
    facts = document(organization(), cut_hour="2026-05-03T22:00:00Z")
    assert (facts["settled_through"], facts["settled"]) == ("2026-04-30T23:00:00Z", False)
    facts = document(organization(), cut_hour="2026-05-03T23:00:00Z")
    assert (facts["settled_through"], facts["settled"]) == ("2026-05-01T00:00:00Z", True)
