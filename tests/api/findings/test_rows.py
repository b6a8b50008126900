"""What a finding is about, and who resolved it: read for the page's rows alone, out of evidence."""

from typing import Any

import pytest

from functions.api.findings import actors, rows
from functions.api.sealed_events import Budget
from functions.shared.aws.bucket import Bucket
from tests.api.conftest import Api, MakeLab
from tests.api.findings.conftest import many_findings

Row = dict[str, Any]
NONE = dict.fromkeys(
    ("name", "redacted_value", "project_id", "project_name", "owner_id", "owner_prefix")
)


def rows_of(api: Api, **query: str) -> dict[tuple[str, str], Row]:
    """Return the findings by kind and entity."""
    listed = api.get("/findings", {"limit": "100", **query})["items"]
    return {(row["kind"], row["entity_id"]): row for row in listed}


def test_a_finding_says_what_it_is_about(told: Api) -> None:
    """Name, redacted value, project and owner, as the registers have them; of who left, too."""
    listed = rows_of(told, state="all")
    assert listed["orphan_key", "key_old"]["subject"] == {
        "name": "old",
        "redacted_value": listed["stale_key", "key_old"]["subject"]["redacted_value"],
        "project_id": "proj_web",
        "project_name": "The web",
        "owner_id": "user-ann",
        "owner_prefix": "a",
    }
    assert listed["orphan_key", "key_old"]["subject"]["redacted_value"].startswith("sk-proj-...")
    assert listed["admin_key_old", "key_adm_root"]["subject"] == NONE | {
        "name": "root",
        "redacted_value": "sk-admin-...0000",
        "owner_id": "user-olga",
        "owner_prefix": "ol",
    }
    invited = listed["owner_invite_pending", "invite-eve"]["subject"]
    assert invited == NONE | {"owner_prefix": "e"}


def test_what_no_register_tells_of_is_null(api: Api, lab_of: MakeLab) -> None:
    """A person is an owner and has no name; the log is about nothing that a list shows."""
    world = many_findings()
    world.at("2026-04-01T00:10:00Z").hidden().user_joins("mia", role="owner")
    for nick in ("nan", "oda"):
        world.at("2026-01-02T00:00:00Z").user_joins(nick, role="owner")
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    many = rows_of(api)["many_owners", ""]
    assert (many["section"], many["subject"]) == ("users", NONE)


def test_who_resolved_a_finding_is_the_events_actor(told: Api) -> None:
    """Null where no event tells of it, and where nothing but the time resolved it."""
    gone = rows_of(told, state="resolved")
    by = gone["stale_key", "key_ci"]["resolved_by"]
    event = told.get("/events", {"event_id": by["event_id"]})["items"][0]
    assert (by["actor_id"], event["actor_id"]) == ("user-olga", "user-olga")
    unlogged = gone["stale_key", "key_old"]["resolved_by"]
    assert (unlogged["kind"], unlogged["actor_id"]) == ("removed", None)


def test_a_page_reads_the_registers_that_its_rows_are_about(
    told: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of open findings no event."""
    read: list[str] = []
    need = Bucket.need

    def noted(self: Bucket, key: str) -> bytes:
        read.append(key)
        return need(self, key)

    monkeypatch.setattr(Bucket, "need", noted)
    told.get("/findings", {"kind": "owner_invite_pending"})
    assert {key.split("section=")[1].split("/")[0] for key in read} == {"findings", "invites"}
    read.clear()
    told.get("/findings", {"kind": "admin_key_old"})
    told.get("/findings", {"kind": "admin_key_old", "limit": "1"})
    assert sorted(key.split("section=")[1].split("/")[0] for key in read) == ["admin_keys", "users"]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_join_to_the_whole_list_however_little_one_may_look_up(
    told: Api, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """Short pages, each with a row at least; nothing is null for want of a budget."""
    whole = told.get("/findings", {"state": "all", "limit": "100"})["items"]
    monkeypatch.setattr(rows, "Budget", lambda: Budget(n_bytes=1))
    monkeypatch.setattr(actors, "_SMALL_INDEX", 0)
    monkeypatch.setattr(actors, "_FEW_IDS", 1)
    pages = told.pages("/findings", limit, state="all")
    assert [row for page in pages for row in page] == whole
    assert all(pages)
    assert limit < 100 or len(pages) > 2


def test_two_organizations_are_told_each_of_its_own_registers(api: Api, lab_of: MakeLab) -> None:
    """The same ids stand for other things in each."""
    for org, name in (("org-second", "Second"), ("org-first", "First")):
        world = many_findings(org, name)
        fixture = lab_of(world, "tenant-a")
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.tick("2026-04-01T00:00:00Z")
    listed = [row for page in api.pages("/findings", 2, kind="stale_key") for row in page]
    names = {(row["org_id"], row["subject"]["project_name"]) for row in listed}
    assert names == {("org-first", "First"), ("org-second", "Second")}
