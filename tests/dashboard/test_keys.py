"""Keys: found, sorted, handed out many at once, and each with its life."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.busy import busy
from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import World, api_key, change, event

pytestmark = pytest.mark.browser


@pytest.fixture
def world() -> World:
    """Return a Monday's work."""
    return busy()


def test_keys_are_searched_sorted_and_handed_out_at_once(page: Page, site: Site) -> None:
    """What each had been told before stays; the address holds search and order."""
    sign_in(page, site, "#keys")
    rows = page.get_by_test_id("table-keys").get_by_test_id("row")
    for text in ("key_0000", "sk-proj-...0000", "yes", "Checkout", "ben…", "orphan: service"):
        expect(rows.first).to_contain_text(text)
    page.get_by_test_id("keys-search").fill("nightly")
    expect(rows).to_have_count(4)
    head = page.get_by_role("columnheader", name="Name")
    page.get_by_test_id("sort-name").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.get_by_test_id("sort-name").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(rows.first).to_contain_text("nightly export 4")
    expect(page).to_have_url(f"{site.url}/#keys?q=nightly&sort=-name")
    page.get_by_test_id("select-all").check()
    expect(page.get_by_test_id("keys-bulk")).to_contain_text("4 keys selected, 6 open findings")
    page.get_by_test_id("bulk-state").click()
    page.get_by_test_id("finding-dialog-accountable").fill("team:platform")
    page.get_by_test_id("finding-dialog-submit").click()
    expect(page.get_by_test_id("finding-dialog")).to_have_count(0)
    expect(page.get_by_test_id("keys-bulk")).to_have_count(0)
    sent = [body for request, body in site.world.requests if request == "PUT /findings/states"]
    states = sent[0]["states"] if sent[0] else []
    assert len(sent) == 1 and len(states) == 6
    assert {each["accountable"] for each in states} == {"team:platform"}
    assert {each["state"] for each in states} == {"acknowledged"}
    assert {each["due_date"] for each in states} > {None}


@pytest.mark.slow
def test_a_key_tells_its_life_and_what_to_do(page: Page, site: Site) -> None:
    """What was sealed of it, with the seal; a note to copy; a proof where there is one."""
    lists = site.world.lists
    lists["/api-keys"].append(api_key(1, key_id="key_0099"))
    lists["/events"] = [event(1, target_id="key_0001"), event(2, target_id="key_0002")]
    lists["/changes"] = [change(1, section="api_keys", entity_id="key_0001", kind="added")]
    seal = {"sha256": "4e" * 32, "outcome": "complete", "sections": {}, "events": 0, "changes": 0}
    lists["/orgs/org-northwind/hours"] = [seal]
    site.world.proof = (200, {"entity": "key_0001"})
    sign_in(page, site, "#keys")
    page.get_by_test_id("key-link").nth(1).click()
    view = page.get_by_test_id("room-key")
    entries = page.get_by_test_id("life-entry")
    expect(entries).to_have_count(7)
    for text in ("Found: Orphan API key", "Audit log: api_key.created", "Created", "Last used"):
        expect(page.get_by_test_id("timeline")).to_contain_text(text)
    entries.filter(has_text="Found: Orphan").locator("summary").click()
    expect(page.get_by_test_id("life-digest")).to_have_text("4e" * 32)
    for text in ("nightly export 1", "sk-proj-...0001", "Data platform", "its service account is"):
        expect(page.get_by_test_id("note")).to_have_value(_holding(text))
    expect(page.get_by_test_id("at-openai")).to_have_attribute("rel", "noopener noreferrer")
    with page.expect_download() as caught:
        page.get_by_test_id("proof-save").click()
    assert caught.value.suggested_filename == "openai-audit-proof-key_0001.json"
    page.go_back()
    expect(page.get_by_test_id("room-keys")).to_be_visible()
    site.world.proof = None
    page.go_forward()
    expect(view).to_be_visible()
    expect(page.get_by_test_id("proof")).to_have_count(0)


def _holding(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))
