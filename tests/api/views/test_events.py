"""Audit events: the list of what is sealed, over one organization or all, and one by its id."""

from functools import partial
from pathlib import Path

import pytest

from functions.api.cursor import Cursors
from functions.api.sealed_events import Budget
from functions.shared.aws.keys import index_run_key
from functions.shared.evidence.index_run import row_of, write_run
from functions.shared.evidence.seals import Chain, read_rows
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.events import Event
from functions.shared.records.seals import IndexRun
from functions.shared.tables.connections import Connections
from functions.shared.tables.hour_rows import HourRows
from tests.api.conftest import OURS, Api, MakeLab, story
from tests.support.aws_calls import watched
from tests.support.builders import World as SealedWorld
from tests.support.golden import FIRST_HOUR, LAST_HOUR, ORG, TENANT, put_evidence
from tests.support.seal_parts import connection, hour_facts

NAMES = ("org-aaa", "org-bbb", "org-ccc")


def test_events_are_in_the_order_of_sealing_with_the_packs_fields(sealed: Api) -> None:
    """Every audit event of the story's last hours, each once; here that is by time, too."""
    rows = sealed.get("/events", {"limit": "100"})["items"]
    moments = [(row["occurred_at"], row["event_id"]) for row in rows]
    assert moments == sorted(moments, reverse=True)
    assert len({row["event_id"] for row in rows}) == len(rows)
    assert set(rows[0]) == {
        *("org_id", "event_id", "event_type", "occurred_at", "sealed_hour", "actor_type"),
        *("actor_id", "actor_hash", "project_id", "target_id", "details"),
    }
    assert rows[0]["occurred_at"] == "2026-04-01T03:10:00Z"
    assert rows[0]["sealed_hour"] == "2026-04-01T03:00:00Z"


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_join_to_the_whole_list(sealed: Api, limit: int) -> None:
    """Every row once, in one order."""
    whole = sealed.get("/events", {"limit": "100"})["items"]
    pages = sealed.pages("/events", limit)
    assert [row for page in pages for row in page] == whole


@pytest.mark.parametrize(
    ("query", "moments"),
    [
        ({"from": "2026-04-01T02:10:00Z"}, {"03:10", "02:10"}),
        ({"to": "2026-04-01T02:10:00Z", "from": "2026-04-01T00:00:00Z"}, {"01:10"}),
        ({"from": "2026-04-01T02:10:01Z", "to": "2026-04-01T03:10:00Z"}, set()),
        ({"event_type": "user.deleted"}, {"02:10"}),
        ({"event_type": "user.deleted", "org_id": OURS}, {"02:10"}),
        ({"event_type": "no.such"}, set()),
        ({"target_id": "key_new"}, {"03:10"}),
        ({"target_id": "key_new", "project_id": "proj_web"}, set()),
    ],
)
def test_events_are_filtered_by_time_and_field(
    sealed: Api, query: dict[str, str], moments: set[str]
) -> None:
    """``from`` is included, ``to`` is not; none behind them is asked for."""
    body = sealed.get("/events", query)
    assert {row["occurred_at"][11:16] for row in body["items"]} == moments
    assert body["next_cursor"] is None


def test_an_event_is_found_by_its_id(sealed: Api) -> None:
    """Through the sealed index, in this tenant's organizations only."""
    rows = sealed.get("/events")["items"]
    for row in rows:
        assert sealed.get("/events", {"event_id": row["event_id"]})["items"] == [row]
    never = sealed.get("/events", {"event_id": "never"})
    assert (never["items"], never["next_cursor"]) == ([], None)
    theirs = sealed.get("/events", tenant="tenant-b")["items"]
    assert sealed.get("/events", {"event_id": theirs[0]["event_id"]}) == never
    # Found, and then held to the other filters as well.
    for other in ({"event_type": "no.such"}, {"to": rows[0]["occurred_at"]}):
        query = {"event_id": rows[0]["event_id"], **other}
        assert sealed.get("/events", query)["items"] == []


def test_the_audit_logs_status_stands_beside_the_events(api: Api, lab_of: MakeLab) -> None:
    """An empty list of an unproven log is not a clean one."""
    fixture = lab_of(story(), "tenant-a")
    fixture.simulator.faults.add("audit_logging_off")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    body = api.get("/events")
    assert body["items"] == []
    assert [(row["status"], row["hour"]) for row in body["sections"]] == [
        ("unproven", "2026-04-01T00:00:00Z")
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"to": "2026-04-01"},
        {"from": "2026-04-02T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
        {"actor_id": "x" * 201},
        {"cursor": "not-a-cursor"},
    ],
)
def test_a_query_that_cannot_be_used_is_refused(api: Api, query: dict[str, str]) -> None:
    """In words."""
    assert api.ask("GET /events", query=query)[0] == 400


def test_a_cursor_never_leaves_its_own_kind_of_list(sealed: Api) -> None:
    """Of changes, of the look-up of an id, or one that names no hour: refused."""
    changes = sealed.get("/changes", {"limit": "1"})["next_cursor"]
    events = sealed.get("/events", {"limit": "1"})["next_cursor"]
    assert sealed.ask("GET /events", query={"cursor": changes})[0] == 400
    assert sealed.ask("GET /events", query={"cursor": events, "event_id": "x"})[0] == 400
    for position in (("", OURS, "0"), ("2026-04-01T03:00:00Z", OURS, "-1")):
        forged = Cursors("tenant-a", "events", 3).write(*position)
        assert sealed.ask("GET /events", query={"cursor": forged})[0] == 400


@pytest.fixture
def worlds(api: Api) -> list[SealedWorld]:
    """Seal some hours of three organizations of tenant-a, and one of tenant-b, with equal ids."""
    made = []
    for org in (*NAMES, "org-ddd"):
        tenant = "tenant-b" if org == "org-ddd" else "tenant-a"
        world = SealedWorld(api.context.evidence, table=api.context.table, tenant=tenant, org=org)
        for hour in range(3):
            for n in range(4):
                world.event(f"event-{hour}-{n}", details={"payload": org})
            world.chain(["complete"])
        made.append(world)
    return made


def test_pages_run_across_organizations(api: Api, worlds: list[SealedWorld]) -> None:
    """Rows of one instant and id in several organizations neither repeat nor drop out."""
    whole = api.get("/events", {"limit": "100"})["items"]
    names = {(row["org_id"], row["event_id"]) for row in whole}
    assert len(names) == len(whole) == 3 * 4 * (len(worlds) - 1)
    assert [row["details"]["payload"] for row in whole] == [row["org_id"] for row in whole]
    hours = [row["sealed_hour"] for row in whole]
    assert hours == sorted(hours, reverse=True)
    assert [row for page in api.pages("/events", 7) for row in page] == whole


def indexed(world: SealedWorld, folder: Path, since: str | None) -> None:
    """Close an hour whose seal names an index of what was sealed since an hour."""
    ids = {
        f"event-{seal.hour.hour}-{n}": seal.hour
        for seal in world.seals
        for n in range(4)
        if since is None or seal.hour >= parse_instant(since)
    }
    path = folder / world.org
    with path.open("wb") as file:
        fences = write_run([sorted(row_of(name, hour) for name, hour in ids.items())], file)
    key = index_run_key(world.tenant, world.org, world.hour, fences.sha256)
    world.evidence.put_once(key, path)
    run: IndexRun = {
        "key": key,
        "late": 0,
        "level": 0,
        "rows": fences.rows,
        "sha256": fences.sha256,
        "since": since,
    }
    world.index = [run]
    world.chain(["complete"])


@pytest.mark.parametrize("limit", [1, 100])
def test_an_id_is_looked_up_in_each_organization(
    api: Api, worlds: list[SealedWorld], tmp_path: Path, limit: int
) -> None:
    """One request for the index, the seal and the segment; no hour is walked through."""
    for world in worlds:
        indexed(world, tmp_path, None)
    with watched() as calls:
        assert api.get("/events", {"event_id": "event-1-2", "org_id": "org-bbb"})["items"]
    # The newest seal, the run of the index, the hour's seal, its segment.
    assert calls.names.count("s3.GetObject") == 4
    with watched() as calls:
        body = api.get("/events", {"event_id": "event-9-9", "org_id": "org-bbb"})
    assert (body["items"], body["next_cursor"]) == ([], None)
    assert calls.names.count("s3.GetObject") == 2
    pages = api.pages("/events", limit, event_id="event-1-2")
    assert [row["org_id"] for page in pages for row in page] == list(NAMES)


def test_few_indexes_are_asked_at_once(
    api: Api, worlds: list[SealedWorld], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is behind a cursor."""
    for world in worlds:
        indexed(world, tmp_path, None)
    monkeypatch.setattr("functions.api.views.events._MOST_INDEXES", 1)
    pages = api.pages("/events", 100, event_id="event-0-0")
    assert [[row["org_id"] for row in page] for page in pages] == [[name] for name in NAMES]


@pytest.mark.parametrize("version", [2, 3])
def test_an_id_from_before_the_index_is_looked_for_hour_by_hour(
    api: Api,
    worlds: list[SealedWorld],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: int,
) -> None:
    """It is not said to be absent before every hour has been looked at that no index holds."""
    world = worlds[0]
    world.version = version
    since = "2026-04-01T02:00:00Z"
    indexed(world, tmp_path, since)
    monkeypatch.setattr("functions.api.views.events.Budget", partial(Budget, hours=1))
    for name in ("event-2-3", "event-0-1"):
        pages = api.pages("/events", 100, event_id=name, org_id=world.org)
        assert [row["event_id"] for page in pages for row in page] == [name]
    with watched() as calls:
        pages = api.pages("/events", 100, event_id="event-9-9", org_id=world.org)
    assert [row for page in pages for row in page] == []
    assert calls.names.count("s3.GetObject") > 2


def test_a_lost_segment_is_our_fault_and_no_empty_list(api: Api, worlds: list[SealedWorld]) -> None:
    """The rows before it are answered."""
    entry = worlds[2].last.content["segments"]["events"][0]
    bucket = api.context.evidence
    bucket.client.delete_object(Bucket=bucket.name, Key=entry["key"])
    status, body = api.ask("GET /events")
    assert (status, body["type"]) == (500, "/problems/evidence-missing")
    assert api.get("/events", {"org_id": "org-bbb"})["items"]


def test_what_an_earlier_version_sealed_is_listed_and_found(api: Api) -> None:
    """The rows of its hours say how many events they sealed, not how old these are."""
    put_evidence(api.context.evidence)
    connection_of_then = connection(TENANT, ORG, parse_instant(FIRST_HOUR))
    Connections(api.context.table).save(connection_of_then)
    chain, names = Chain(api.context.evidence, TENANT, ORG), set[str]()
    for hour in chain.sealed_hours(parse_instant(FIRST_HOUR), parse_instant(LAST_HOUR) + HOUR):
        seal = chain.seal(hour)
        assert seal
        HourRows(api.context.table, TENANT, ORG).close(hour, hour_facts(seal))
        for entry in seal.content["segments"]["events"]:
            names |= {row["event_id"] for row in read_rows(chain.bucket, entry, Event)}
    listed = [row["event_id"] for page in api.pages("/events", 100) for row in page]
    assert (set(listed), len(listed)) == (names, len(names))
    (found,) = api.get("/events", {"event_id": listed[-1]})["items"]
    assert found["event_id"] == listed[-1]
    early = api.get("/events", {"to": "2026-04-01T00:00:00Z", "event_type": found["event_type"]})
    assert early["items"]
