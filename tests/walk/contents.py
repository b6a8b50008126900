"""What a full pack must hold of the hours that were sealed, and of what was asked to seal them."""

import re
from collections.abc import Sequence

from functions.shared.canonical import Json, strict_loads
from functions.shared.evidence.seals import Seal, read_rows
from functions.shared.tables.packs import Pack
from tests.pack.conftest import PackFunction
from tests.support.snapshot_fixture import SnapshotFixture

OPTIONAL = {
    "admin_keys": "key_id",
    "service_accounts": "service_account_id",
    "invites": "invite_id",
    "project_users": "membership_id",
}
_NAMED = ("hour", "section", "entity_id", "kind")


def require_changes(
    fixture: SnapshotFixture, function: PackFunction, pack: Pack, seals: Sequence[Seal]
) -> None:
    """Every sealed change is there with the last verdict on it; what explains it is an event."""
    rows = function.rows(pack, "changes.jsonl")
    last = {_name(row): row for row in _sealed(fixture, seals, "verdicts")}
    assert [_name(row) for row in rows] == sorted(map(_name, _sealed(fixture, seals, "changes")))
    for row in rows:
        verdict = last[_name(row)]
        for field in ("verdict", "reason", "event_id", "decided_hour"):
            assert row[field] == verdict[field], row
    events = {row["event_id"] for row in function.rows(pack, "events.jsonl")}
    explained = [row for row in rows if row["verdict"] == "explained"]
    assert len(explained) > len(rows) / 2
    assert {row["event_id"] for row in explained} <= events
    assert {row["section"] for row in rows} > {"users", "api_keys", "project_users", "invites"}


def require_findings(
    fixture: SnapshotFixture, function: PackFunction, pack: Pack, last: Seal
) -> None:
    """They are the last register's; one was resolved by a change that an event explains."""
    rows = function.rows(pack, "findings.jsonl")
    sealed = fixture.register(last, "findings")
    assert [row["finding_id"] for row in rows] == [row["finding_id"] for row in sealed]
    causes = [row["resolved_by"] for row in rows if row["resolved_by"]]
    changes = {(row["hour"], row["kind"], row["event_id"]) for row in _changes(function, pack)}
    assert causes
    for cause in causes:
        assert (cause["hour"], cause["kind"], cause["event_id"]) in changes
    assert any(cause["event_id"] for cause in causes)


def require_optional_lists(
    fixture: SnapshotFixture, function: PackFunction, pack: Pack, last: Seal
) -> None:
    """A row for every row of the last sealed register."""
    for section, identity in OPTIONAL.items():
        rows = function.rows(pack, f"{section}.jsonl")
        sealed = fixture.register(last, section)
        assert rows, section
        assert [row[identity] for row in rows] == [row[identity] for row in sealed]
        assert all(row["state_at"] for row in rows), section


def require_requests_listed(fixture: SnapshotFixture, function: PackFunction, pack: Pack) -> None:
    """Every request of the two days is one of those that collection.json lists; none is hidden."""
    collection = strict_loads(function.members(pack)["collection.json"])
    requests = fixture.simulator.log
    [org] = collection["organizations"]
    assert org["requests"] == len(requests)
    assert [key["last4"] for key in org["admin_keys"]] == [fixture.world.admin_key[-4:]]
    assert org["admin_keys"][0]["key_id"]
    patterns = [
        (_pattern(endpoint["path"]), endpoint["parameters"]) for endpoint in collection["endpoints"]
    ]
    used_endpoints = set()
    for request in requests:
        path = request.path.removeprefix("/v1")
        query = {k: v for k, v in request.query if k not in collection["cursors"]}
        matching = [
            number
            for number, (pattern, parameters) in enumerate(patterns)
            if pattern.fullmatch(path) and _has_parameters(parameters, query)
        ]
        assert matching, (path, query)
        used_endpoints.update(matching)
    sections = {collection["endpoints"][number]["section"] for number in used_endpoints}
    listed = {endpoint["section"] for endpoint in collection["endpoints"]}
    # Of groups and providers, where there are none, there is nothing to ask.
    assert listed - sections <= {"group_members", "group_roles", "workload_identity_rules"}
    assert sections <= listed


def _has_parameters(parameters: Json, query: Json) -> bool:
    same = (value in (query[name], "<epoch second>") for name, value in parameters.items())
    return parameters.keys() == query.keys() and all(same)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


def _changes(function: PackFunction, pack: Pack) -> list[Json]:
    return function.rows(pack, "changes.jsonl")


def _name(row: Json) -> tuple[str, ...]:
    return tuple(row[name] for name in _NAMED)


def _sealed(fixture: SnapshotFixture, seals: Sequence[Seal], kind: str) -> list[Json]:
    segments: list[Json] = [{**seal.content["segments"]} for seal in seals]
    entries = [entry for of_hour in segments for entry in of_hour[kind]]
    return [row for entry in entries for row in read_rows(fixture.evidence, entry, dict)]
