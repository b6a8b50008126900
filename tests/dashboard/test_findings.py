"""The view of findings: what to look at in words, what resolved it, and what an admin says."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from functions.shared.records.statements import REASON_CODES
from functions.shared.sections import BY_NAME
from functions.snapshot.findings.audit_log import LOG_ENTRY_CHANGED, LOG_ENTRY_GONE
from functions.snapshot.findings.between_pictures import HAPPENINGS
from functions.snapshot.findings.full_registers import REGISTER_FULL
from functions.snapshot.findings.register import NEEDS
from functions.snapshot.reconcile import verdicts
from functions.snapshot.reconcile.findings import EVENT_WITHOUT_CHANGE, UNEXPLAINED_CHANGE
from tests.dashboard.conftest import sign_in
from tests.dashboard.site import DASHBOARD, Site
from tests.dashboard.world import Json, finding

pytestmark = pytest.mark.browser
WORDS = (DASHBOARD / "app" / "finding-words.js").read_text()
DOCUMENTED = (DASHBOARD.parent / "docs" / "findings.md").read_text()
_OF_NO_SECTION = {LOG_ENTRY_CHANGED, LOG_ENTRY_GONE, REGISTER_FULL}
KINDS = {*NEEDS, *_OF_NO_SECTION, *HAPPENINGS, UNEXPLAINED_CHANGE, EVENT_WITHOUT_CHANGE}
PATH = f"/orgs/org-northwind/findings/{1:024x}/state"


def table_of(name: str) -> set[str]:
    """Return the codes that a table of the page's words has words for."""
    table = re.search(rf"const {name} = {{\n(.*?)\n}};", WORDS, re.DOTALL)
    assert table
    return set(re.findall(r"^  (\w+):", table[1], re.MULTILINE))


def told_reasons() -> set[str]:
    """Return the fixed reasons of the documentation's table, which a test holds to the code."""
    rows = [line.split("|") for line in DOCUMENTED.splitlines() if line.startswith("|")]
    cells = [row[2] for row in rows if re.search("high|medium|low", row[3])]
    return {code for cell in cells for code in re.findall("`([a-z_0-9]+[a-z0-9])`", cell)}


def test_every_kind_and_reason_the_service_finds_has_words() -> None:
    """Read from the code: a new kind without words fails here; words for no kind fail too."""
    assert table_of("KINDS") == KINDS
    assert len(told_reasons()) > 10
    assert table_of("REASONS") == told_reasons()
    assert table_of("REASON_CODES") == set(REASON_CODES)


def test_every_verdict_and_section_has_words() -> None:
    """What a change can be called, and why."""
    constants = {name: value for name, value in vars(verdicts).items() if name.isupper()}
    words = {verdicts.EXPLAINED, verdicts.UNEXPLAINED, verdicts.CANNOT_TELL}
    texts = {value for value in constants.values() if isinstance(value, str)}
    assert table_of("VERDICTS") == words
    assert table_of("VERDICT_REASONS") == texts - words - {verdicts.NO_TRACE}
    assert table_of("ENTITIES") == {*BY_NAME, "audit_events"}


@pytest.mark.slow
def test_no_code_is_shown_where_there_are_words(page: Page, site: Site) -> None:
    """One finding of each kind, and of each reason."""
    named = [finding(n, kind) for n, kind in enumerate(sorted(KINDS))]
    named += [
        finding(100 + n, reason=reason)
        for n, reason in enumerate(
            [
                *sorted(told_reasons()),
                *("no_event_for_role", "no_trace_of_user_added"),
                *("entries_3", "entries_3_from_tenant_stream"),
            ]
        )
    ]
    site.world.lists["/findings"], site.world.page_size = named, 100
    page.set_viewport_size({"width": 1280, "height": 12_000})
    sign_in(page, site, "#findings")
    rows = _rows(page)
    expect(rows).to_have_count(len(named))
    for text in rows.get_by_test_id("finding").all_inner_texts():
        title, reason, *_ = text.splitlines()
        assert "_" not in title + reason


def _rows(page: Page) -> Locator:
    return page.get_by_test_id("table-findings").get_by_test_id("row")


def _about(page: Page, entity_id: str) -> Locator:
    return _rows(page).filter(has_text=entity_id)


def _show(page: Page, what: str) -> None:
    page.get_by_test_id("findings-filter-state").select_option(what)


def test_open_findings_say_what_about_what_and_since_when(page: Page, site: Site) -> None:
    """Severity is a word and a colour; one that no longer works says so."""
    sign_in(page, site, "#findings?state=open")
    rows = _rows(page)
    expect(rows).to_have_count(5)
    hidden = _about(page, "user-0007")
    for text in (
        *("high", "Change without an audit event", "the audit log has no event for it: removed"),
        *("changed in 2026-04-08 22:00–23:00", "2026-04-11 23:00–00:00"),
    ):
        expect(hidden).to_contain_text(text)
    red = hidden.locator(".badge").first.evaluate("(e) => getComputedStyle(e).color")
    assert red == "rgb(165, 32, 26)"
    left = _about(page, "key_0004")
    expect(left).to_contain_text("its owner left the organization · no longer works")
    for text in ("acknowledged", "answers for it: user-0002", "due on 2026-05-01"):
        expect(_about(page, "key_0003")).to_contain_text(text)
    for text in ("answers for it: you", "was due on 2026-04-10"):
        expect(_about(page, "key_0002")).to_contain_text(text)
    # What can still be used, and is late, comes first within its severity.
    order = rows.evaluate_all(
        "(rows) => rows.map((row) => row.innerText.match(/high|medium|low/)[0])"
    )
    assert order == ["high", "high", "medium", "medium", "low"]


@pytest.mark.slow
def test_what_was_found_of_one_thing_stands_together_and_what_was_accepted_comes_back(
    page: Page, site: Site
) -> None:
    """Accepted ones leave what is to do, until the day to look at them again."""
    rows = site.world.lists["/findings"]
    rows.append(finding(8, "never_used_key", entity_id="key_0003", severity="low"))
    rows[1]["due_by"] = rows[1]["stated"]["due_date"] = "2026-06-30"
    sign_in(page, site, "#findings")
    expect(_rows(page)).to_have_count(4)
    expect(_about(page, "key_0003").get_by_test_id("finding")).to_have_count(2)
    _show(page, "accepted")
    expect(_rows(page)).to_have_count(1)
    for row in rows:
        if row["stated"]["state"] == "accepted":
            row["stated"] |= {"review_date": "2026-04-15"}
    _show(page, "")
    expect(_rows(page)).to_have_count(5)


@pytest.mark.slow
def test_a_resolved_finding_says_what_resolved_it(page: Page, site: Site) -> None:
    """A change, an event that turned up, a picture; or nothing but that it is no longer so."""
    hour = "2026-04-15T09:00:00Z"
    ways: list[tuple[Json | None, str]] = [
        ({"kind": "removed", "event_id": "audit_log-1"}, "by a change: removed, event audit_log-1"),
        ({"kind": "modified", "fields": ["role"]}, "by a change: changed"),
        ({"kind": "event", "event_id": "audit_log-2"}, "by an event that turned up: audit_log-2"),
        ({"kind": "picture", "event_id": None}, "by what a later picture showed"),
        (None, "no longer so; nothing else about it changed"),
    ]
    site.world.lists["/findings"] = [
        finding(n, resolved_hour=hour, resolved_by=by and by | {"hour": hour})
        for n, (by, _) in enumerate(ways)
    ]
    sign_in(page, site, "#findings")
    expect(page.get_by_test_id("findings-empty")).to_contain_text("No open findings")
    _show(page, "resolved")
    for number, (_, says) in enumerate(ways):
        expect(_rows(page).nth(number)).to_contain_text("2026-04-15 09:00–10:00")
        expect(_rows(page).nth(number)).to_contain_text(says)
    expect(page.get_by_test_id("finding-state")).to_have_count(0)


@pytest.mark.slow
def test_the_filters_ask_the_service_and_the_file_follows_them(
    page: Page, site: Site, tmp_path: Path
) -> None:
    """Resolved, by severity, by state; an empty answer says which filter is in the way."""
    sign_in(page, site, "#findings")
    for name, value, count in (("severity", "high", 2), ("state", "acknowledged", 1)):
        page.get_by_test_id(f"findings-filter-{name}").select_option(value)
        expect(_rows(page)).to_have_count(count)
    with page.expect_download() as caught:
        page.get_by_test_id("findings-csv").click()
    assert caught.value.suggested_filename == "openai-audit-findings-acknowledged-high.csv"
    caught.value.save_as(tmp_path / "findings.csv")
    text = (tmp_path / "findings.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["kind"], row["severity"]) == ("orphan_key", "high")
    assert '"state":"acknowledged"' in row["stated"]
    _show(page, "resolved")
    expect(page.get_by_test_id("findings-empty")).to_contain_text("No such finding")
    page.get_by_test_id("findings-filter-severity").select_option("")
    expect(_rows(page)).to_have_count(2)
    _show(page, "all")
    expect(_rows(page)).to_have_count(7)


@pytest.mark.slow
def test_an_admin_says_what_becomes_of_a_finding(page: Page, site: Site) -> None:
    """Accepted only with a reason in a word; the row shows it at once."""
    sign_in(page, site, "#findings")
    _about(page, "user-0007").get_by_test_id("finding-state").click()
    dialog = page.get_by_test_id("finding-dialog")
    expect(dialog).to_contain_text("user-0007")
    page.get_by_test_id("finding-dialog-state").select_option("accepted")
    page.get_by_test_id("finding-dialog-submit").click()
    expect(dialog).to_be_visible()
    assert f"PUT {PATH}" not in [request for request, _ in site.world.requests]
    page.get_by_test_id("finding-dialog-code").select_option("risk_accepted")
    page.get_by_test_id("finding-dialog-reason").fill(" looked into, ticket 4711 ")
    people = dialog.locator("datalist option")
    expect(people).to_have_text(["you", "anna…, owner", "ben…, reader", ""])
    page.get_by_test_id("finding-dialog-accountable").fill("user-0002")
    page.get_by_test_id("finding-dialog-due").fill("2026-06-30")
    page.get_by_test_id("finding-dialog-submit").click()
    expect(dialog).to_have_count(0)
    expect(_about(page, "user-0007")).to_have_count(0)
    _show(page, "open")
    for text in ("accepted", "the risk is known", "ticket 4711", "user-0002", "due on 2026-06-30"):
        expect(_about(page, "user-0007")).to_contain_text(text)
    said = {"state": "accepted", "reason_code": "risk_accepted", "accountable": "user-0002"}
    said |= {"reason": "looked into, ticket 4711", "due_date": "2026-06-30"}
    assert (f"PUT {PATH}", {**said, "review_date": None}) in site.world.requests


def test_what_was_said_is_changed_and_taken_back(page: Page, site: Site) -> None:
    """The form begins with it; an emptied field takes it back."""
    sign_in(page, site, "#findings?state=accepted")
    page.get_by_test_id("finding-state").click()
    expect(page.get_by_test_id("finding-dialog-state")).to_have_value("accepted")
    expect(page.get_by_test_id("finding-dialog-due")).to_have_value("2026-04-10")
    page.get_by_test_id("finding-dialog-state").select_option("open")
    for field in ("reason", "accountable", "due"):
        page.get_by_test_id(f"finding-dialog-{field}").fill("")
    page.get_by_test_id("finding-dialog-submit").click()
    expect(page.get_by_test_id("finding-dialog")).to_have_count(0)
    unsaid = ("reason_code", "reason", "accountable", "due_date", "review_date")
    nothing: dict[str, str | None] = {"state": "open", **dict.fromkeys(unsaid)}
    assert site.world.requests[-1][1] == nothing


@pytest.mark.slow
def test_a_refusal_stays_in_the_dialog_with_what_was_typed(page: Page, site: Site) -> None:
    """In the service's own words; Escape closes."""
    refusal = {"title": "The request cannot be used", "detail": "Accountable must be …"}
    site.world.refuse[f"PUT {PATH}"] = (400, refusal)
    sign_in(page, site, "#findings")
    _about(page, "user-0007").get_by_test_id("finding-state").click()
    page.get_by_test_id("finding-dialog-reason").fill("because")
    page.get_by_test_id("finding-dialog-submit").click()
    expect(page.get_by_test_id("finding-dialog-problem")).to_contain_text("Accountable must be")
    expect(page.get_by_test_id("finding-dialog-reason")).to_have_value("because")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("finding-dialog")).to_have_count(0)
    expect(_about(page, "user-0007")).to_contain_text("open")


@pytest.mark.slow
def test_an_auditor_reads_states_and_sets_none(page: Page, site: Site) -> None:
    """No button at all."""
    site.world.group = "auditor"
    sign_in(page, site, "#findings?state=open")
    expect(_rows(page)).to_have_count(5)
    expect(_about(page, "key_0002")).to_contain_text("used by the year-end run only")
    expect(page.get_by_test_id("select-row")).to_have_count(0)
    expect(page.get_by_test_id("finding-state")).to_have_count(0)


@pytest.mark.slow
def test_the_number_of_open_findings_leads_to_them(signed_in: Page) -> None:
    """From the figures on top."""
    signed_in.get_by_role("link", name="Open findings").click()
    expect(signed_in.get_by_test_id("room-findings")).to_be_visible()


OUTCOMES = [
    ("partial", "connected", "not everything could be read in the hour 2026-04-15 09:00–10:00"),
    ("failed", "connected", "stays as it was until an hour reads it again"),
    ("paused", "paused", "no new pictures are taken"),
    ("paused", "connected", "The next hour is pictured again."),
]


@pytest.mark.slow
def test_where_the_last_hour_is_not_whole_no_list_of_findings_is_called_empty(
    page: Page, site: Site
) -> None:
    """What is derived from a picture stands still where the picture has holes."""
    site.world.lists = {}
    sign_in(page, site, "#findings")
    for outcome, status, says in OUTCOMES:
        site.world.organizations[0] |= {"outcome": outcome, "status": status}
        page.get_by_test_id("refresh").click()
        expect(page.get_by_test_id("section-notice-picture")).to_contain_text(says)
        empty = page.get_by_test_id("findings-empty")
        expect(empty).to_contain_text("does not mean there is nothing")
