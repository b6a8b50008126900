"""Closed: what ended findings, whether the log admits it, and whether it was in time."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.world import Json, change, finding

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _closed(number: int, hour: str, due: str | None, **cause: object) -> Json:
    by: Json = {"hour": hour, "kind": "removed", "fields": [], "event_id": None, "actor_id": None}
    row = finding(number, resolved_hour=hour, resolved_by=by | cause if cause else None)
    said = {"state": "acknowledged", "accountable": "user-0002", "due_date": due}
    return row | {"stated": said, "due_by": due}


def closings(site: Site) -> None:
    """Close four findings in a week, each in another way, and one a month before."""
    hidden = "2026-04-10T12:00:00Z"
    site.world.lists["/findings"] += [
        _closed(21, "2026-04-14T09:00:00Z", "2026-04-20", event_id="audit_log-7", actor_id="u-9"),
        _closed(22, "2026-04-13T09:00:00Z", "2026-04-12", kind="removed"),
        _closed(23, hidden, None, kind="removed"),
        _closed(24, "2026-04-10T05:00:00Z", "2026-04-10"),
        _closed(25, "2026-03-10T05:00:00Z", "2026-04-10"),
    ]
    of_key = {"section": "api_keys", "entity_id": "key_0023", "kind": "removed"}
    gone = {"verdict": "unexplained", "reason": "no_event", "event_id": None}
    site.world.lists["/changes"].append(change(0, hour=hidden, **of_key, **gone))


def test_each_closing_says_how_by_whom_and_whether_in_time(page: Page, site: Site) -> None:
    """Hidden is only what the service calls unexplained; not yet is what it may still explain."""
    closings(site)
    sign_in(page, site, "#closed?days=7")
    expect(page.get_by_test_id("closed-chart-sentence")).to_have_text(
        "In 7 days 6 findings were closed: 2 admitted by the log, 2 seen by a picture alone, "
        "1 not told of yet, 1 hidden. 1 too late."
    )
    rows = page.get_by_test_id("table-closed").get_by_test_id("row")
    expect(rows).to_have_count(6)
    for number, texts in {
        1: ("admitted", "audit_log-7", "u-9", "in time", "due 2026-04-20", "user-0002"),
        2: ("not yet", "late"),
        4: ("hidden", "no event tells of it", "no deadline"),
        5: ("seen", "in time"),
    }.items():
        for text in texts:
            expect(rows.nth(number)).to_contain_text(text)
    page.get_by_role("link", name="Hidden", exact=True).click()
    expect(page).to_have_url(re.compile(r"#closed\?days=7&how=hidden$"))
    expect(rows).to_have_count(1)
    rows.nth(0).scroll_into_view_if_needed()
    page.get_by_test_id("closed-bars").locator("a[data-day='2026-04-14']").click()
    expect(page.get_by_test_id("closed-none")).to_be_visible()


def test_what_was_not_read_whole_is_not_counted(page: Page, site: Site) -> None:
    """Without the verdicts nobody can say what was hidden."""
    closings(site)
    site.world.refuse["GET /changes"] = (503, {"title": "Busy"})
    sign_in(page, site, "#closed?days=7")
    expect(page.get_by_test_id("closed-problem")).to_contain_text("Busy")
    expect(page.get_by_test_id("closed-hidden")).to_have_text("—")
    expect(page.get_by_test_id("closed-chart-sentence")).to_contain_text("nothing is counted")
    expect(page.get_by_test_id("table-closed").get_by_test_id("row")).to_have_count(6)
    site.world.refuse.clear()
    page.get_by_test_id("closed-problem").get_by_role("button").click()
    expect(page.get_by_test_id("closed-hidden")).to_have_text("1")


def test_an_event_that_closed_one_is_a_link_to_it(page: Page, site: Site) -> None:
    """And leads to the event in the sealed log."""
    closings(site)
    site.world.lists["/events"][0]["event_id"] = "audit_log-7"
    sign_in(page, site, "#closed?days=7")
    page.get_by_role("link", name="audit_log-7").click()
    expect(page.get_by_test_id("events-event_id")).to_have_value("audit_log-7")
    expect(page.get_by_test_id("table-events").get_by_test_id("row")).to_have_count(1)


def test_the_proofs_of_what_is_listed_are_one_file(page: Page, site: Site, tmp_path: Path) -> None:
    """Each as the hour has it that closed it; what has none, or is not signed yet, is said."""
    closings(site)
    site.world.proof = (200, {"pack": None, "row": {"text": "a\nb"}})
    sign_in(page, site, "#closed?days=7&how=hidden")
    with page.expect_download() as caught:
        page.get_by_test_id("closed-proofs").click()
    assert caught.value.suggested_filename == "openai-audit-proofs.jsonl"
    caught.value.save_as(tmp_path / "proofs.jsonl")
    lines = (tmp_path / "proofs.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [site.world.proof[1]]
    told = page.get_by_test_id("closed-proofs-said")
    expect(told).to_contain_text("1 proof saved, one a line. None is signed yet")
    asked = {"org_id": "org-northwind", "section": "findings", "entity": f"{23:024x}"}
    assert site.world.proofs_asked == [asked | {"as_of": "2026-04-10T12:00:00Z"}]
    site.world.proof = None
    page.get_by_test_id("closed-proofs").click()
    expect(told).to_have_text(
        "0 proofs saved, one a line. Of 1 there is none; the packs hold them."
    )
    site.world.refuse["GET /proof"] = (503, {"title": "Busy"})
    page.get_by_test_id("closed-proofs").click()
    expect(page.get_by_test_id("closed-proofs-problem")).to_contain_text("Busy")
    hour = "2026-04-10T12:00:00Z"
    site.world.lists["/findings"] += [_closed(n, hour, None) for n in range(100, 501)]
    page.get_by_test_id("refresh").click()
    page.get_by_test_id("closed-all").locator("xpath=..").get_by_role("link").click()
    expect(page.get_by_test_id("closed-proofs-many")).to_contain_text("up to 400 at once")
