"""Changes, newest first, over one organization or all."""

import pytest

from tests.api.conftest import Api


def test_changes_tell_what_the_pictures_showed(sealed: Api) -> None:
    """Joined, left, created: with the hour that first showed it."""
    rows = sealed.get("/changes")["items"]
    assert [(row["hour"], row["section"], row["kind"], row["entity_id"]) for row in rows] == [
        ("2026-04-01T03:00:00Z", "projects", "added", "proj_lab"),
        ("2026-04-01T03:00:00Z", "api_keys", "added", "key_new"),
        ("2026-04-01T02:00:00Z", "users", "removed", "user-ann"),
        ("2026-04-01T02:00:00Z", "api_keys", "modified", "key_old"),
        ("2026-04-01T01:00:00Z", "users", "added", "user-ben"),
    ]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_join_to_the_whole_list(sealed: Api, limit: int) -> None:
    """Every row once, in one order."""
    whole = sealed.get("/changes", {"limit": "100"})["items"]
    pages = sealed.pages("/changes", limit)
    assert [row for page in pages for row in page] == whole


def test_a_filter_that_few_rows_pass_gives_a_short_page_and_a_cursor(
    sealed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request looks at a bounded number of rows; the pages still find everything."""
    monkeypatch.setattr("functions.api.views.changes._MAX_LOOKED_AT", 2)
    first = sealed.get("/changes", {"entity_id": "no-such"})
    assert first["items"] == []
    assert first["next_cursor"] is not None
    pages = sealed.pages("/changes", 100, entity_id="user-ben")
    assert [row["section"] for page in pages for row in page] == ["users"]


def test_rows_of_events_that_an_older_version_wrote_are_never_shown(sealed: Api) -> None:
    """The table may still hold them; lists and the look-up of an id do not see them."""
    (change, *_) = sealed.context.table.query("T#tenant-a#O#org-first", prefix="CH#")
    events = sealed.get("/events")
    old = change | {"sk": "EV#2026-04-01T02:10:00Z#x", "event_id": "x", "lookup": "x"}
    sealed.context.table.put(old)
    assert len(sealed.get("/changes")["items"]) == 5
    assert sealed.get("/events") == events
    assert sealed.get("/events", {"event_id": "x"})["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"to": "2026-04-01"},
        {"from": "2026-04-02T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
        {"entity_id": "x" * 201},
        {"cursor": "not-a-cursor"},
    ],
)
def test_a_query_that_cannot_be_used_is_refused(api: Api, query: dict[str, str]) -> None:
    """In words."""
    assert api.ask("GET /changes", query=query)[0] == 400
