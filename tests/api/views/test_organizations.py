"""Organizations: list, and one."""

from tests.api.conftest import OURS, Api, MakeLab
from tools.openai_simulator import World

ONE = {"org_id": OURS}


def test_an_organization_shows_its_last_hour_and_never_its_key(sealed: Api) -> None:
    """List and single show the same."""
    body = sealed.get("/orgs/{org_id}", path=ONE)
    assert body == sealed.get("/orgs")["items"][0]
    assert (body["last_hour"], body["outcome"]) == ("2026-04-01T04:00:00Z", "complete")
    assert body["status"] == "connected"
    assert "admin_key" not in body


def test_the_list_of_organizations_pages_and_keeps_disconnected_ones(
    api: Api, lab_of: MakeLab
) -> None:
    """A tombstone says how it comes back."""
    for org in ("org-aaa", "org-bbb", "org-ccc"):
        lab_of(World(org), "tenant-a").connect("2026-04-01T01:00:30Z")
    fixture = lab_of(World("org-bbb"), "tenant-a")
    fixture.change("disconnected", "2026-04-01T01:30:00Z", status="disconnected", admin_key=b"")
    rows = [row for page in api.pages("/orgs", 2) for row in page]
    assert [row["org_id"] for row in rows] == ["org-aaa", "org-bbb", "org-ccc"]
    assert rows[1]["status"] == "disconnected"
    assert "Connect it again" in rows[1]["hints"][0]
