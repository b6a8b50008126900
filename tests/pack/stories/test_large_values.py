"""Whatever an hour seals can be packed, and the auditors' script takes it, however large.

Each of these once let the chain go on while every pack of the organization failed.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws.keys import large_key
from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.evidence.seal_versions import VERSION
from functions.shared.limits import ROW, SEAL, WHOLE
from functions.snapshot.records import Snapshot
from tests.pack.conftest import PackFunction
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tests.support.version_2 import reseal_as_version_2
from tests.tools.verifier import verify_bytes
from tools.openai_simulator import World

FIRST, END = "2026-03-31T22:00:00Z", "2026-04-01T00:59:59Z"
CONNECTED = "2026-03-31T23:02:00Z"


def addresses(name: str) -> str:
    """Return a text of 30 KB full of addresses."""
    return " ".join(f"{name}.{number}@mail.example" for number in range(1200))


def networks() -> list[str]:
    """Return an allowlist of 9,000 networks, one of which is everybody's."""
    entries = [f"10.{n >> 8}.{n & 255}.0/24" for n in range(8999)]
    return [*entries, "0.0.0.0/0"]


def the_world() -> World:
    """Return an organization in which everything is as large as somebody could make it."""
    world = World("org-Large")
    early = world.at("2026-03-20T10:00:00Z").hidden()
    early.user_joins("olga", role="owner").project_created("web", name=addresses("ann"))
    early.key_made("huge", "web", owner="olga", name="n" * 300_000)
    early.key_made("long", "web", owner="olga", name="a name " * 1000)
    hour = world.at("2026-03-31T23:10:00Z")
    hour.event("thing.counted", {f"f{number}": number for number in range(110_000)}, id_="e-fields")
    hour.event("thing.listed", {"words": ["short text"] * 15_000}, id_="e-list")
    allowlist = {"id": "allow-1", "allowed_ips": networks(), "name": "office"}
    hour.event("ip_allowlist.created", allowlist, id_="e-networks")
    hour.project_renamed("web", addresses("bob"))
    for number in range(20):
        for word in ("one", "other"):
            fat = {f"f{field}": f"{word} text {field}" for field in range(250)}
            world.at("2026-03-31T22:30:00Z").event("thing.told", fat, id_=f"twice-{number}")
    world.at("2026-04-01T00:10:00Z").key_removed("long")
    return world


def test_whatever_is_sealed_can_be_packed(
    make_fixture: FixtureMaker, function: PackFunction, tmp_path: Path
) -> None:
    """Fat events, lists, names, conflicts, a renaming, an allowlist: one pack, and it is VALID."""
    sealed = make_fixture(the_world())
    sealed.connect(CONNECTED)
    seals = sealed.ticks(FIRST, 3)
    assert [seal.content["outcome"] for seal in seals] == ["partial", "complete", "complete"]
    pack = function.make(FIRST, END, tenant=sealed.tenant, orgs=(sealed.org,))
    assert pack.state == "ready", pack.reason
    verdict = verify_bytes(function.archive(pack), tmp_path, key=function.key.public_hex)
    assert verdict.code == 0, verdict.text
    members = function.members(pack)
    for name, data in members.items():
        if name.endswith(".jsonl"):
            most = SEAL if name == "coverage.jsonl" else ROW
            assert max(map(len, data.splitlines()), default=0) <= most, name
    wholes = {name: data for name, data in members.items() if name.startswith("large/")}
    assert all(name == f"large/{sha256_hex(data)}.json" for name, data in wholes.items())
    facts = function.manifest(pack)["large"]
    assert (facts["members"], facts["bytes"]) == (len(wholes), sum(map(len, wholes.values())))
    events = {row["event_id"]: row["details"] for row in function.rows(pack, "events.jsonl")}
    # C8: every entry verbatim beside the row.
    place = events["e-networks"]["payload"]["allowed_ips"]["$large"]
    assert wholes[f"large/{place['sha256']}.json"] == canonical(networks())
    # Over a mebibyte the digest stands alone.
    place = events["e-fields"]["payload"]["$large"]
    assert place["bytes"] > WHOLE
    assert f"large/{place['sha256']}.json" not in wholes
    assert_renaming(function.rows(pack, "changes.jsonl"), wholes)
    # The key that is gone was read for the last time a month ago; its name is there all the same.
    (key,) = [row for row in function.rows(pack, "api_keys.jsonl") if row["removed_at"]]
    assert wholes[f"large/{key['name']['$large']['sha256']}.json"] == canonical("a name " * 1000)
    assert key["name"]["$large"]["head"].startswith("a name a name")
    assert b"@mail.example" not in b"".join(members.values())


def assert_renaming(changes: list[dict[str, Any]], wholes: dict[str, bytes]) -> None:
    """C7: the change shows two values, each with its digest, and no address."""
    (change,) = [row for row in changes if row["section"] == "projects"]
    before, after = (change[side]["name"]["$large"] for side in ("before", "after"))
    assert before["sha256"] != after["sha256"]
    for place in (before, after):
        assert b"email:" in wholes[f"large/{place['sha256']}.json"]
        assert place["head"].startswith("email:")
        assert "@" not in place["head"]


LONG = "a name " * 1000


def with_a_long_name(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Return an organization with three hours sealed, the last of another month."""
    world = World("org-Long")
    world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner").project_created(
        "web", name=LONG
    )
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    fixture.ticks(FIRST, 3)
    return fixture


def test_a_large_value_that_is_gone_fails_the_pack(
    make_fixture: FixtureMaker, function: PackFunction
) -> None:
    """As any object does that a seal leads to; altered, it does too."""
    sealed = with_a_long_name(make_fixture)
    digest = sha256_hex(canonical(LONG))
    key = large_key(sealed.tenant, sealed.org, "2026-04", digest)
    body = sealed.evidence.need(key)
    for planted, words in ((None, "missing"), (body[:-9] + bytes(9), "invalid")):
        sealed.evidence.client.delete_object(Bucket=sealed.evidence.name, Key=key)
        if planted:
            sealed.evidence.put_once(key, planted)
        pack = function.make(FIRST, END, tenant=sealed.tenant, orgs=(sealed.org,))
        assert pack.state == "failed"
        assert words in str(pack.reason)
        assert digest in str(pack.reason)


def test_an_hour_writes_a_large_value_once(make_fixture: FixtureMaker) -> None:
    """Nothing changed: nothing is written anew. In another month it is, without being read."""
    sealed = with_a_long_name(make_fixture)
    months = {key.split("/")[3] for key in sealed.evidence.keys("") if "/large/" in key}
    assert months == {"month=2026-03", "month=2026-04"}
    before = set(sealed.evidence.keys(""))
    sealed.tick("2026-04-01T01:00:00Z")
    new = [key.split("/")[2] for key in set(sealed.evidence.keys("")) - before]
    assert new == ["seals"]


def test_what_version_2_sealed_becomes_large_without_a_change(
    make_fixture: FixtureMaker,
    function: PackFunction,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Long names, a field called as ours are: no change by the crossing, and packs over both hold.

    Of two hours of version 2 and one of 3; then the name is really another, which is a change.
    """
    world = World("org-Cross")
    early = world.at("2026-03-20T10:00:00Z").hidden()
    early.user_joins("olga", role="owner").project_created("web", name=LONG)
    early.key_made("key", "web", owner="olga", name="k" * 5000)
    world.at("2026-03-31T22:30:00Z").event("thing.told", {"text": "short"}, id_="e-old")
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    place = {"$large": {"bytes": 9, "head": None, "sha256": "a" * 64}}
    with monkeypatch.context() as old:
        old.setattr("functions.snapshot.flow.within_limits", lambda taken, _: _with(taken, place))
        fixture.ticks(FIRST, 2)
    before = reseal_as_version_2(fixture, FIRST, "2026-04-01T00:00:00Z")
    assert fixture.register(before, "projects")[0]["name"] == LONG
    (crossing,) = fixture.tick("2026-04-01T00:00:00Z")
    assert crossing.content["v"] == VERSION
    assert not any(crossing.content["segments"].values())
    (row,) = fixture.register(crossing, "projects")
    assert row["name"]["$large"]["sha256"] == sha256_hex(canonical(LONG))
    world.at("2026-04-01T01:10:00Z").project_renamed("web", LONG + "more")
    (later,) = fixture.tick("2026-04-01T01:00:00Z")
    assert fixture.changes(later) == [("projects", "modified", world.project_id("web"))]
    pack = function.make(FIRST, "2026-04-01T01:59:59Z", tenant=fixture.tenant, orgs=(fixture.org,))
    verdict = verify_bytes(function.archive(pack), tmp_path, key=function.key.public_hex)
    assert verdict.code == 0, verdict.text
    assert f"large/{'a' * 64}.json" not in function.members(pack)


def _with(taken: Snapshot, place: Json) -> Snapshot:
    """Return a snapshot as version 2 had it: an event with a field that is called like ours."""
    events = [
        row | {"details": {"payload": place, "stream": "organization"}}
        for row in taken.audit_events.rows
    ]
    return replace(taken, audit_events=replace(taken.audit_events, rows=events))
