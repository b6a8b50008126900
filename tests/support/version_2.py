"""A seal as version 2 sealed it, for tests of chains that go on from one."""

from typing import Any, cast

from functions.shared.aws.keys import seal_key
from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant
from functions.shared.records.seals import Run, SealContent
from functions.snapshot.seal.projection import hour_facts
from tests.support.snapshot_fixture import SnapshotFixture

_NEW_IN_SECTIONS = ("lag_hours", "picture_sha256", "not_shown", "root", "salt", "state_at")
_NEW_IN_STREAMS = ("reread_25", "reread_73", "patrol")


def sealed_in(version: int, content: SealContent, run: Run) -> Seal:
    """Return the seal of a content in a version: the newest, or 2."""
    return seal_of_version_2(content, run) if version == 2 else Seal.of(content, run)


def seal_of_version_2(content: SealContent, run: Run) -> Seal:
    """Return the seal that version 2 would have made of an hour; its source stands in the run."""
    facts: Json = {**content, "v": 2}
    marks: Json = dict(facts.pop("watermarks"))
    source = facts.pop("source") or {}
    for name in ("index", "custody", "statements_n"):
        del facts[name]
    marks["streams"] = {
        name: _without(stream, _NEW_IN_STREAMS) for name, stream in marks["streams"].items()
    }
    facts["frontiers"] = {name: value for name, value in marks.items() if value not in (None, {})}
    facts["sections"] = {name: _section(part) for name, part in facts["sections"].items()}
    facts["segments"] = {
        kind: [_without(entry, ("root",)) for entry in entries]
        for kind, entries in facts["segments"].items()
        if kind != "statements"
    }
    body = canonical(
        {
            "run": {**run, **{name: value for name, value in source.items() if value}},
            "seal": facts,
            "sha256": sha256_hex(canonical(facts)),
        }
    )
    return Seal.decode(body, "a seal of version 2")


def _section(part: Any) -> Json:
    facts = _without(part, _NEW_IN_SECTIONS)
    return {name: value for name, value in facts.items() if value != []}


def _without(facts: Any, names: tuple[str, ...]) -> Json:
    return {name: value for name, value in facts.items() if name not in names}


def reseal_as_version_2(fixture: SnapshotFixture, first: str, end: str) -> Seal:
    """Put seals of version 2 in the place of those from an hour up to another; return the last."""
    evidence, previous = fixture.evidence, None
    for hour in fixture.chain.sealed_hours(parse_instant(first), parse_instant(end)):
        seal = fixture.chain.seal(hour)
        assert seal
        link = {"previous_sha256": previous.sha256 if previous else None}
        content = cast("SealContent", {**seal.content, **link})
        previous = seal_of_version_2(content, seal.run)
        key = seal_key(fixture.tenant, fixture.org, hour)
        evidence.client.delete_object(Bucket=evidence.name, Key=key)
        evidence.put_once(key, previous.encode())
        fixture.hour_rows().close(hour, hour_facts(previous, None))
    assert previous
    return previous
