"""What cannot be asked in SQL is refused in one line that says what to do."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support import packs
from tests.tools.sql.evidence import Evidence, opened, write_members


def test_a_folder_that_holds_no_pack(tmp_path: Path) -> None:
    """Nothing was extracted there."""
    with pytest.raises(duckdb.Error, match="extract the pack there first"):
        opened("pack.sql", pack=str(tmp_path))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"profile": "core"}, "not a pack of profile full"),
        ({"profile": None}, "not a pack of profile full"),
        ({"format": 4}, "newer format"),
    ],
)
def test_a_pack_that_these_views_are_not_of(
    facts: dict[str, Any], why: str, tmp_path: Path
) -> None:
    """No row of profile core is bound to a seal; of a newer format nobody knows."""
    write_members(packs.april().build(), tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))
    with pytest.raises(duckdb.Error, match=why):
        opened("pack.sql", pack=str(tmp_path))


def bucket_facts(told: Evidence, **facts: str) -> dict[str, str]:
    """Return the variables of the views of the bucket."""
    manifest = told.manifest
    own = {name: manifest[name] for name in ("period_start", "period_end")}
    return own | {"bucket": str(told.bucket), "tenant": manifest["tenant_id"]} | facts


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"tenant": "tenant-b"}, "no seal of this tenant"),
        ({"period_start": "2026-04-01"}, "a period is whole hours"),
        ({"period_end": "2026-04-30T23:30:00Z"}, "a period is whole hours"),
        ({"bucket": "nowhere"}, "no seal of this tenant"),
    ],
)
def test_a_bucket_that_has_nothing_to_say(told: Evidence, facts: dict[str, str], why: str) -> None:
    """A wrong name is told from an empty answer."""
    with pytest.raises(duckdb.Error, match=why):
        opened("bucket.sql", **bucket_facts(told, **facts))


def test_variables_that_are_not_set() -> None:
    """They are named."""
    with pytest.raises(duckdb.Error, match="set the variables bucket, tenant"):
        opened("bucket.sql")


def copied(told: Evidence, folder: Path) -> Path:
    """Return the last seal of a copy of the bucket's seals."""
    for path in told.bucket.rglob("seals/*.json"):
        copy = folder / path.relative_to(told.bucket)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return max(folder.rglob("seals/*.json"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((b'"org_id":"org-office"', b'"org_id":"org-others"'), "of another tenant, organization"),
        ((b'"tenant_id":"tenant-a"', b'"tenant_id":"tenant-b"'), "of another tenant, organization"),
        (
            (b"tenant=tenant-a/org=org-office/reg", b"tenant=tenant-b/org=org-office/reg"),
            "names an object",
        ),
        (
            (b"tenant=tenant-a/org=org-office/reg", b"tenant=tenant-a/org=org-o*/reg"),
            "names an object",
        ),
    ],
)
def test_a_planted_seal_leads_nowhere_else(
    told: Evidence, change: tuple[bytes, bytes], why: str, tmp_path: Path
) -> None:
    """Neither a seal under another's key, nor one that names another's objects."""
    path = copied(told, tmp_path)
    assert change[0] in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(*change))
    with pytest.raises(duckdb.Error, match=why):
        opened("bucket.sql", **bucket_facts(told, bucket=str(tmp_path)))


def test_an_object_that_a_seal_names_and_that_is_lost(told: Evidence, tmp_path: Path) -> None:
    """It is no empty list."""
    copied(told, tmp_path)
    with pytest.raises(duckdb.Error, match="registers/month="):
        opened("bucket.sql", **bucket_facts(told, bucket=str(tmp_path)))
