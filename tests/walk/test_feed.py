"""The feed read from zero is the pack of the same period, row by row."""

import json
from typing import Any

from functions.api.handler import context_from, routes
from functions.shared.http.edge import PREFIX, Request
from functions.shared.http.principal import Principal
from functions.shared.settings import Settings
from tests.pack.conftest import PackFunction
from tests.support.http_events import http_event
from tests.support.snapshot_fixture import FixtureMaker
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START, demo_world

FIRST, LAST = "2026-04-01T00:00:00Z", "2026-04-01T11:59:59Z"
N_HOURS = 12
DECIDED = ("verdict", "reason", "event_id", "decided_hour")


def test_the_feed_is_the_pack(
    make_fixture: FixtureMaker, function: PackFunction, settings: Settings
) -> None:
    """Every event, every change with the last verdict on it, every finding, and the pack itself."""
    world = demo_world(DEMO_START, days=2)
    world.org_id, world.admin_key = DEMO_ORG_ID, DEMO_ADMIN_KEY
    world.first = world.organizations[DEMO_ORG_ID]
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T01:05:00Z")
    fixture.order(FIRST)
    fixture.seal(FIRST)
    fixture.ticks("2026-04-01T01:00:00Z", N_HOURS - 1)
    fixture.clock.advance(minutes=4)
    pack = function.make(FIRST, LAST, tenant=fixture.tenant, orgs=(fixture.org,))
    assert pack.state == "ready", pack.reason

    ask = routes(context_from(settings))[f"GET {PREFIX}/feed"]
    signed_in = Principal(fixture.tenant, "user-1", frozenset({"auditor"}))
    told: list[dict[str, Any]] = []
    since = None
    while True:
        query = {"limit": "100"} | ({"since": since} if since else {})
        reply = ask(Request(http_event("GET /feed", query=query), signed_in))
        page = json.loads(reply["body"])
        told += page["items"]
        since = page["next_cursor"]
        if not page["has_more"]:
            break

    def of(kind: str) -> list[dict[str, Any]]:
        return [entry["data"] for entry in told if entry["kind"] == kind]

    rows = function.rows(pack, "events.jsonl")
    in_period = [row for row in of("event") if FIRST <= (row["occurred_at"] or FIRST) <= LAST]
    assert len(rows) > 20
    assert _by(in_period, "event_id") == _by(
        [{name: row[name] for name in row if name != "late"} for row in rows], "event_id"
    )
    names = ("hour", "section", "entity_id", "kind")
    last = {tuple(row[name] for name in names): row for row in of("verdict")}
    rows = function.rows(pack, "changes.jsonl")
    assert len(rows) > 10
    for row, change in zip(
        sorted(rows, key=lambda row: [row[name] for name in names]),
        sorted(of("change"), key=lambda row: [row[name] for name in names]),
        strict=True,
    ):
        verdict = last[tuple(change[name] for name in names)]
        decided = {
            name: verdict[name] for name in ("verdict", "reason", "event_id", "decided_hour")
        }
        assert row == {**change, **decided, "org_id": fixture.org}
    found = {
        (row["finding_id"], row["first_seen_hour"]): row
        for row in (*of("finding_opened"), *of("finding_resolved"))
    }
    rows = function.rows(pack, "findings.jsonl")
    assert {(row["finding_id"], row["first_seen_hour"]) for row in rows} == set(found)
    for row in rows:
        entry = found[row["finding_id"], row["first_seen_hour"]]
        for name in ("kind", "severity", "section", "entity_id", "resolved_hour"):
            assert row[name] == entry[name]
    (made,) = of("pack")
    assert (made["number"], made["manifest_sha256"]) == (pack.number, pack.manifest_sha256)


def _by(rows: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row[field]))
