"""The list of anchors: the tenant's own, newest first, as they were written."""

from datetime import timedelta

import pytest

from functions.api.cursor import Cursors
from functions.api.views import anchors as listing
from functions.shared.aws.keys import anchors_prefix
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.evidence.anchors import Anchor, Anchors, Head
from functions.shared.hours import parse_instant, rfc3339
from tests.api.conftest import OURS, THEIRS, Api


def made(api: Api, tenant: str, org: str, *days: str) -> list[Anchor]:
    """Write anchors of some days, and return them."""
    result: list[Anchor] = []
    for day in days:
        head = Head(org, f"{day}T00:00:00Z", sha256_hex(day.encode()))
        at = parse_instant(f"{day}T00:40:00Z")
        each = Anchor.of(tenant, at, [head], result[-1] if result else None)
        result.append(Anchors(api.context.evidence, tenant).write(each))
    return result


DAYS = [f"2026-04-0{day}" for day in range(1, 8)]


def test_anchors_are_listed_newest_first_page_by_page(api: Api) -> None:
    """Each row as packs have it, so that a saved reply can be held against one."""
    ours = made(api, "tenant-a", OURS, *DAYS)
    made(api, "tenant-b", THEIRS, "2026-04-01", "2026-04-09")
    pages = api.pages("/anchors", 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    rows = [row for page in pages for row in page]
    assert rows == [each.row() for each in reversed(ours)]
    assert rows[0]["sha256"] == sha256_hex(canonical(rows[0]["document"]))
    assert THEIRS not in "".join(api.replies)


def test_a_tenant_without_anchors_has_an_empty_list(api: Api) -> None:
    """Whoever else has some."""
    made(api, "tenant-b", THEIRS, *DAYS)
    assert api.get("/anchors") == {"items": [], "next_cursor": None}


def test_a_page_stays_below_what_an_answer_may_weigh(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is short then, and goes on; one row alone is given whatever it weighs."""
    ours = made(api, "tenant-a", OURS, *DAYS)
    monkeypatch.setattr(listing, "_MAX_BYTES", 2 * len(ours[-1].encode()))
    pages = api.pages("/anchors", 50)
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    monkeypatch.setattr(listing, "_MAX_BYTES", 1)
    assert [len(page) for page in api.pages("/anchors", 50)] == [1] * 7


def test_other_objects_among_the_anchors_are_not_listed(api: Api) -> None:
    """Only what has a day's name."""
    made(api, "tenant-a", OURS, "2026-04-01")
    for name in ("notes.txt", "2026-04-02.json.old", "x/2026-04-02.json"):
        api.context.evidence.put_once(f"{anchors_prefix('tenant-a')}{name}", b"x")
    assert len(api.get("/anchors")["items"]) == 1


@pytest.mark.slow
def test_one_answer_holds_the_days_of_the_longest_period(api: Api) -> None:
    """Thirteen months and the day behind them, as one file for the verifier's `--anchors`."""
    first = parse_instant("2025-01-01T00:00:00Z")
    days = [rfc3339(first + timedelta(days=n))[:10] for n in range(398)]
    ours = made(api, "tenant-a", OURS, *days)
    result = api.get("/anchors", {"limit": "400"})
    assert result == {"items": [each.row() for each in reversed(ours)], "next_cursor": None}


@pytest.mark.parametrize("limit", ["0", "401", "0100", "", "-1", "٣", "1e2"])
def test_a_limit_that_cannot_be_is_refused_in_words(api: Api, limit: str) -> None:
    """The words say what can."""
    status, body = api.ask("GET /anchors", query={"limit": limit})
    assert (status, body["detail"]) == (400, "Limit must be a whole number from 1 to 400.")


@pytest.mark.parametrize("cursor", ["x", "2026-04-1", "../2026-04-01"])
def test_a_cursor_that_is_no_day_is_refused(api: Api, cursor: str) -> None:
    """In words, before anything is read."""
    forged = Cursors("tenant-a", "anchors", 1).write(cursor)
    status, body = api.ask("GET /anchors", query={"cursor": forged})
    assert (status, body["type"]) == (400, "/problems/bad-request")
