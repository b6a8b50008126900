"""The feed, page by page: nothing lost or doubled, whoever seals late, wherever a page ends."""

import base64
import json
from typing import Any

import pytest

from functions.api.feed import feed
from tests.api.conftest import OURS, THEIRS, Api, Body, MakeLab, story
from tools.openai_simulator import World


def pages(api: Api, since: str | None = None, limit: int = 50, **facts: Any) -> list[Body]:
    """Read until there is no more; each page twice, for a consumer that crashed behind it."""
    found: list[Body] = []
    while True:
        query = {"limit": str(limit)} | ({"since": since} if since else {})
        page = api.get("/feed", query, **facts)
        assert api.get("/feed", query, **facts) == page
        found.append(page)
        since = page["next_cursor"]
        if not page["has_more"]:
            return found


def entries(read: list[Body]) -> list[Body]:
    """Return the entries of some pages."""
    return [item for page in read for item in page["items"]]


def test_pages_of_any_size_hold_the_same_entries_in_the_order_of_sealing(sealed: Api) -> None:
    """Each with the digest of its hour's seal."""
    whole = entries(pages(sealed, limit=1000))
    assert len(whole) > 20
    for limit in (1, 3, 7):
        assert entries(pages(sealed, limit=limit)) == whole
    hours = [item["sealed_hour"] for item in whole]
    assert hours == sorted(hours)
    digests = {
        row["hour"]: row["sha256"]
        for row in sealed.get("/orgs/{org_id}/hours", path={"org_id": OURS})["items"]
    }
    assert all(digests[item["sealed_hour"]] == item["seal_sha256"] for item in whole)
    assert {item["kind"] for item in whole} > {"event", "change", "verdict"}
    assert {item["org_id"] for item in whole} == {OURS}


def test_however_much_an_hour_holds_each_request_reads_one_and_comes_to_an_end(
    sealed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever fills registers and the log makes the feed slow to read, and does not stop it."""
    whole = entries(pages(sealed))
    monkeypatch.setattr(feed, "_MOST_READ", 1)
    read = pages(sealed, limit=1000)
    assert all(len({item["sealed_hour"] for item in page["items"]}) <= 1 for page in read)
    assert len(read) > 4
    assert entries(read) == whole


def test_the_events_are_those_of_the_list(sealed: Api) -> None:
    """As rows, too; and no other tenant's."""
    told = [item["data"] for item in entries(pages(sealed)) if item["kind"] == "event"]
    listed = [row for page in sealed.pages("/events", 100) for row in page]
    assert sorted(told, key=lambda row: row["event_id"]) == sorted(
        listed, key=lambda row: row["event_id"]
    )
    assert THEIRS not in json.dumps(entries(pages(sealed)))


def test_a_consumer_goes_on_where_it_was_when_new_hours_close(api: Api, lab_of: MakeLab) -> None:
    """An empty page has a cursor as well; what comes behind it is told once."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.ticks("2026-04-01T00:00:00Z", 2)
    read = pages(api)
    (nothing,) = pages(api, read[-1]["next_cursor"])
    assert nothing["items"] == []
    fixture.ticks("2026-04-01T02:00:00Z", 3)
    later = entries(pages(api, nothing["next_cursor"]))
    assert {item["sealed_hour"] for item in later} <= {f"2026-04-01T0{n}:00:00Z" for n in (2, 3, 4)}
    assert entries(read) + later == entries(pages(api))


def _busy(org: str) -> World:
    world = World(org)
    moment = world.at("2026-01-01T00:00:00Z").user_joins(f"olga-{org}", role="owner")
    moment.project_created(f"web-{org}")
    for n in range(5):
        world.at(f"2026-04-01T0{n}:10:00Z").key_made(
            f"k{n}-{org}", f"web-{org}", owner=f"olga-{org}"
        )
    return world


@pytest.mark.slow
def test_an_organization_that_seals_late_hides_nothing(api: Api, lab_of: MakeLab) -> None:
    """Its hours are told behind those of the others that are later; a page may end anywhere."""
    on_time, late = lab_of(_busy("org-aaa"), "tenant-a"), lab_of(_busy("org-zzz"), "tenant-a")
    for fixture in (on_time, late):
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.tick("2026-04-01T00:00:00Z")
    for limit in (1, 2, 1000):
        read = [api.get("/feed", {"limit": str(limit)})]
        if limit == 1000:
            on_time.ticks("2026-04-01T01:00:00Z", 4)
            read += pages(api, read[-1]["next_cursor"], limit)
            late.ticks("2026-04-01T01:00:00Z", 4)
        read += pages(api, read[-1]["next_cursor"], limit)
        told = [json.dumps(item, sort_keys=True) for item in entries(read)]
        assert len(told) == len(set(told))
        assert sorted(told) == sorted(
            json.dumps(item, sort_keys=True) for item in entries(pages(api))
        )


def test_an_hour_begun_is_ended_before_a_late_one_comes_in(api: Api, lab_of: MakeLab) -> None:
    """What was read of it is not read again."""
    on_time, late = lab_of(_busy("org-aaa"), "tenant-a"), lab_of(_busy("org-zzz"), "tenant-a")
    for fixture in (on_time, late):
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.tick("2026-04-01T00:00:00Z")
    since = pages(api)[-1]["next_cursor"]
    on_time.ticks("2026-04-01T01:00:00Z", 2)
    begun = api.get("/feed", {"since": since, "limit": "1"})
    assert begun["has_more"]
    late.ticks("2026-04-01T01:00:00Z", 2)
    rest = entries(pages(api, begun["next_cursor"]))
    assert rest[0]["sealed_hour"] == begun["items"][0]["sealed_hour"]
    assert rest[0]["org_id"] == "org-aaa"
    told = [json.dumps(item, sort_keys=True) for item in [*begun["items"], *rest]]
    assert len(told) == len(set(told))
    assert {item["org_id"] for item in rest} == {"org-aaa", "org-zzz"}


def test_an_hour_that_is_not_whole_is_told(api: Api, lab_of: MakeLab) -> None:
    """With how its sections were read; one that is whole says nothing by itself."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    fixture.simulator.faults.add("forbidden", path="*api_keys")
    fixture.tick("2026-04-01T01:00:00Z")
    (hour,) = [item for item in entries(pages(api)) if item["kind"] == "hour"]
    assert hour["sealed_hour"] == "2026-04-01T01:00:00Z"
    assert hour["data"]["outcome"] == "partial"
    assert hour["data"]["sections"]["api_keys"] == "forbidden"


def test_it_begins_at_an_instant_s_hour(sealed: Api) -> None:
    """And there only."""
    whole = entries(pages(sealed))
    some = entries(pages(sealed, "2026-04-01T02:30:00Z"))
    assert some == [item for item in whole if item["sealed_hour"] >= "2026-04-01T02:00:00Z"]


def test_a_cursor_of_another_tenant_or_of_nobody_is_refused(sealed: Api) -> None:
    """404 as for what never was; 400 in words."""
    theirs = sealed.get("/feed", tenant="tenant-b")["next_cursor"]
    assert sealed.ask("GET /feed", query={"since": theirs})[0] == 404
    other_list = sealed.get("/users", {"limit": "1"})["next_cursor"]
    empty = base64.urlsafe_b64encode(b"{}").decode()
    for wrong in (other_list, "x", "2026-04-01", "", empty, "A" * 8000):
        assert sealed.ask("GET /feed", query={"since": wrong})[0] == 400, wrong
    for limit in ("0", "1001", "many"):
        assert sealed.ask("GET /feed", query={"limit": limit})[0] == 400


@pytest.mark.parametrize("org", [THEIRS, "org-never-was", "../x", "org-first"])
def test_a_forged_cursor_leads_to_ones_own_hours_alone(sealed: Api, org: str) -> None:
    """Another's organization in it is one that never was."""
    good = sealed.get("/feed", {"limit": "1"})["next_cursor"]
    document = json.loads(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    document["p"][1] = org
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    forged = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    status, body = sealed.ask("GET /feed", query={"since": forged})
    assert status == (200 if org == OURS else 404), body
    assert THEIRS not in json.dumps(body)
