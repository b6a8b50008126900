"""Who can do what: the path to each right, as of an hour, found, narrowed and linked to."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from functions.shared.access_graph.rules import SECTIONS, WAYS
from tests.dashboard.conftest import sign_in
from tests.dashboard.lead_world import lead_world
from tests.dashboard.rights_world import PATH
from tests.dashboard.site import DASHBOARD, Site
from tests.dashboard.test_hostile_names import PAYLOADS
from tests.dashboard.world import World, organization

WORDS = (DASHBOARD / "app" / "rights-words.js").read_text()
HOUR = "2026-04-13T10:00:00Z"


@pytest.fixture
def world() -> World:
    """Return a company with groups and roles."""
    return lead_world()


def test_each_way_and_each_step_of_a_path_has_words() -> None:
    """The table that rights are derived by has no more and no fewer."""
    for name, codes in (("WAYS", WAYS), ("STEPS", SECTIONS)):
        table = re.search(rf"const {name} = {{\n(.*?)\n}};", WORDS, re.DOTALL)
        assert table
        assert set(re.findall(r"^  (\w+):", table[1], re.MULTILINE)) == set(codes)


@pytest.mark.browser
def test_a_right_is_told_with_the_path_to_it(page: Page, site: Site) -> None:
    """Through which group and role; found by any word of it."""
    sign_in(page, site, "#access?q=people")
    rows = page.get_by_test_id("table-access").get_by_test_id("row")
    expect(rows).to_have_count(2)
    for text in ("user-0006", "On-boarding", "can make owners", "api.users.write"):
        expect(rows.first).to_contain_text(text)
    expect(rows.first.get_by_test_id("access-step")).to_have_text(
        ["is a member of", "group People", "the group has it", "role On-boarding"]
    )


@pytest.mark.browser
@pytest.mark.slow
def test_the_address_holds_the_search_the_filter_and_the_hour(page: Page, site: Site) -> None:
    """Reload and Back show the same; whoever is chosen is shown alone, in the same hour."""
    sign_in(page, site, "#access")
    rows = page.get_by_test_id("table-access").get_by_test_id("row")
    expect(page.get_by_test_id("access-sentence")).to_have_text(
        "38 can do something, for 93 reasons. 3 can make anybody an owner."
    )
    page.get_by_test_id("access-search").fill("people")
    expect(rows).to_have_count(2)
    page.get_by_test_id("access-filter-entity_type").select_option("user")
    page.get_by_test_id("access-as-of").fill(HOUR[:16])
    page.get_by_test_id("access-as-of").blur()
    expect(page.get_by_test_id("access-seal")).to_contain_text("2026-04-13 10:00–11:00")
    expect(page).to_have_url(
        re.compile(r"#access\?q=people&entity_type=user&as_of=2026-04-13T10%3A00%3A00Z$")
    )
    page.reload()
    expect(rows).to_have_count(2)
    expect(page.get_by_test_id("access-as-of")).to_have_value(HOUR[:16])
    rows.first.get_by_test_id("access-who").click()
    expect(rows).to_have_count(8)
    expect(page.get_by_test_id("access-as-of")).to_have_value(HOUR[:16])
    expect(page.get_by_test_id("access-search")).to_have_value("")
    page.go_back()
    expect(page.get_by_test_id("access-search")).to_have_value("people")


@pytest.mark.browser
@pytest.mark.slow
def test_people_keys_users_and_hours_lead_to_it(page: Page, site: Site) -> None:
    """Each to what is about it."""
    site.world.lists["/orgs/org-northwind/hours"] = [
        {"sha256": "4e" * 32, "outcome": "complete", "sections": {}, "events": 0, "changes": 0}
    ]
    sign_in(page, site, "#people")
    page.get_by_test_id("people-can").first.click()
    expect(page).to_have_url(re.compile(r"#access\?entity_id=user-0002$"))
    expect(page.get_by_test_id("table-access")).to_contain_text("Cost analyst")
    for address, link, says in (
        ("key?id=key_0001&org_id=org-northwind", "key-owner-can", "entity_id=user-"),
        ("users", "user-can", "entity_id=user-0001"),
    ):
        page.evaluate("(view) => { location.hash = view; }", address)
        page.get_by_test_id(link).first.click()
        expect(page).to_have_url(re.compile(f"#access\\?org_id=org-northwind&{says}"))
    page.evaluate("location.hash = 'coverage'")
    page.get_by_test_id("coverage-hour").first.click()
    page.get_by_test_id("hour-access").click()
    expect(page.get_by_test_id("access-seal")).to_contain_text("2026-04-15 00:00–01:00")
    page.get_by_test_id("access-newest").click()
    expect(page.get_by_test_id("access-seal")).to_contain_text("The newest")


@pytest.mark.browser
@pytest.mark.slow
def test_what_is_not_known_is_said_before_the_list(page: Page, site: Site) -> None:
    """A list that was not read, an hour that was not sealed, a service that cannot answer."""
    site.world.sections["org-northwind"] = {"group_members": "forbidden"}
    sign_in(page, site, "#access")
    notice = page.get_by_test_id("access-notice")
    expect(notice).to_contain_text("able to do more than is told. Not read whole: group members")
    refusal = {"title": "Not usable", "detail": "The hour was not sealed; the nearest are …"}
    site.world.refuse[f"GET {PATH}"] = (400, refusal)
    page.get_by_test_id("refresh").click()
    expect(page.get_by_test_id("access-problem")).to_contain_text("was not sealed")
    expect(page.get_by_test_id("access-none")).to_have_count(0)
    site.world.refuse.clear()
    page.get_by_test_id("access-problem").get_by_role("button").click()
    expect(page.get_by_test_id("access-sentence")).to_be_visible()
    page.get_by_test_id("access-search").fill("nobody of that name")
    expect(page.get_by_test_id("access-none")).to_contain_text("Nobody can do that")


@pytest.mark.browser
@pytest.mark.slow
def test_of_several_organizations_one_is_asked_for(page: Page, site: Site) -> None:
    """Nobody's rights are joined across two; without any there is a way to connect one."""
    site.world.organizations.append(organization("org-contoso", display_name="Contoso"))
    sign_in(page, site, "#access?level=owner")
    page.get_by_test_id("access-which").get_by_role("link", name="Contoso").click()
    expect(page.get_by_test_id("access-none")).to_be_visible()
    assert ("GET /orgs/org-contoso/access", None) in site.world.requests
    page.get_by_test_id("org-filter").select_option("org-northwind")
    expect(page.get_by_test_id("table-access").get_by_test_id("row")).to_have_count(3)
    site.world.organizations = []
    page.get_by_test_id("org-filter").select_option("")
    page.get_by_test_id("refresh").click()
    expect(page.get_by_test_id("access-empty")).to_contain_text("Connect one")


@pytest.mark.browser
@pytest.mark.slow
def test_the_file_has_what_the_view_shows(page: Page, site: Site, tmp_path: Path) -> None:
    """The search included, which is the page's own; a path as JSON."""
    sign_in(page, site, "#access?q=finance")
    with page.expect_download() as caught:
        page.get_by_test_id("access-csv").click()
    caught.value.save_as(tmp_path / "access.csv")
    text = (tmp_path / "access.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["way"] for row in rows] == ["group_role"]
    assert "group_0002" in rows[0]["path"]


@pytest.mark.browser
@pytest.mark.slow
def test_names_of_others_are_text(page: Page, site: Site) -> None:
    """The page's fixture fails on a dialog, a violation or a foreign request."""
    site.world.lists[PATH] = [
        grant | {"entity_id": f"{n}{text}", "role_name": text, "permissions": [text] * 5}
        for n, (text, grant) in enumerate(zip(PAYLOADS, site.world.lists[PATH], strict=False))
    ]
    for name in ("/groups", "/service-accounts"):
        for row, text in zip(site.world.lists[name], PAYLOADS, strict=False):
            row["name"] = text
    page.set_viewport_size({"width": 1280, "height": 6000})  # only rows near it are there
    sign_in(page, site, "#access")
    table = page.get_by_test_id("table-access")
    expect(table).to_contain_text("evil\\u202Egpj.exe")
    for details in table.locator("summary").all():
        details.click()
    assert not re.search("[\u202e\u200b\u2028\x1b]", page.inner_text("#page"))
    made = page.evaluate("document.querySelectorAll('#page :is(script, iframe, link)').length")
    assert made == 0
