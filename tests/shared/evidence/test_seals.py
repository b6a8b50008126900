"""Seals and the objects they name: believed by their digests alone."""

from typing import Any, cast

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.aws.keys import seal_key
from functions.shared.canonical import Lines, canonical, sha256_hex, strict_loads
from functions.shared.errors import EvidenceInvalid, EvidenceMissing, EvidenceNewer
from functions.shared.evidence.row_trees import sections_root
from functions.shared.evidence.seals import Chain, Seal, entry_of, read_rows
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.entities import Project
from functions.shared.records.seals import SealContent
from tests.support.builders import World

START = parse_instant("2026-04-01T00:00:00Z")


def test_a_seals_digest_is_over_a_header_that_binds_its_content(evidence: Bucket) -> None:
    """What stands beside it may differ between two runs."""
    seal = World(evidence).chain(["complete", "complete"]).last
    again = Seal.of(seal.content, {"attempt": 7})
    header = {
        "v": 4,
        "org_id": "org-Alpha",
        "hour": "2026-04-01T01:00:00Z",
        "previous_sha256": seal.content["previous_sha256"],
        "content_sha256": sha256_hex(canonical(seal.content)),
        "sections_root": sections_root(seal.content["sections"]),
    }
    assert again.sha256 == seal.sha256 == sha256_hex(canonical(header))
    assert len(canonical(header)) < 400
    assert Seal.decode(again.encode(), "k").run == {"attempt": 7}
    members = {"run": again.run, "seal": again.content, "sha256": again.sha256}
    assert again.encode() == canonical({"header": header, **members})
    assert b"{%b}" % again.members == canonical(members)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"null", b'{"run":{},"seal":{}}'),
        *(b'{"run":{},"seal":{},"sha256":"00"}', b'{"a":1,"a":2}'),
    ],
)
def test_what_is_no_seal_is_not_read(body: bytes) -> None:
    """Not JSON, not one of ours, or another digest."""
    with pytest.raises(EvidenceInvalid):
        Seal.decode(body, "k")


@pytest.mark.parametrize("v", [1, 0, "3", None, True])
def test_a_seal_of_a_version_that_never_was_is_not_read(evidence: Bucket, v: object) -> None:
    """Its digest may be right, its fields may mean something else."""
    content: Any = World(evidence).chain(["complete"]).last.content
    other = Seal.of(cast("SealContent", content | {"v": v}), {})
    with pytest.raises(EvidenceInvalid, match="version 2 or 3"):
        Seal.decode(other.encode(), "k")


def test_a_seal_of_a_newer_version_is_newer_and_not_invalid(evidence: Bucket) -> None:
    """Whatever its digest is over: nobody here can tell."""
    content: Any = World(evidence).chain(["complete"]).last.content
    body = canonical({"run": {}, "seal": content | {"v": 5}, "sha256": "of something else"})
    with pytest.raises(EvidenceNewer, match="newer version than this one knows"):
        Seal.decode(body, "k")


@pytest.mark.parametrize("part", ["segments", "watermarks", "index", "lifecycle"])
def test_a_seal_that_lacks_a_part_is_not_read(evidence: Bucket, part: str) -> None:
    """Its digest is right: whoever can write into the bucket can make one."""
    content: Any = dict(World(evidence).chain(["complete"]).last.content)
    lacking = Seal.of(content | {"segments": {"events": []}}, {})
    del content[part]
    for seal in (lacking, Seal.of(content, {})):
        with pytest.raises(EvidenceInvalid, match="is not a seal"):
            Seal.decode(seal.encode(), "k")


@pytest.mark.parametrize("field", ["content_sha256", "hour", "previous_sha256"])
def test_a_header_of_another_seal_is_not_read(evidence: Bucket, field: str) -> None:
    """Though digest and content agree: whoever reads the header alone would be led astray."""
    seal = World(evidence).chain(["complete"]).last
    document = strict_loads(seal.encode())
    document["header"][field] = "of another"
    with pytest.raises(EvidenceInvalid, match="its own digest"):
        Seal.decode(canonical(document), "k")
    del document["header"]
    with pytest.raises(EvidenceInvalid):
        Seal.decode(canonical(document), "k")


def test_a_seal_names_its_registers_and_segments(evidence: Bucket) -> None:
    """By section; what names nothing has none."""
    world = World(evidence).has_user("user-1").event("event-1").chain(["complete"])
    seal = world.last
    register, segment = seal.register("users"), seal.content["segments"]["events"][0]
    assert register is not None
    assert {register["key"], segment["key"]} <= set(seal.names())
    assert seal.register("audit_events") is None
    assert seal.register("invites") is None


def test_a_chain_yields_its_sealed_hours_and_its_last_seal(evidence: Bucket) -> None:
    """In order, half-open, over gaps; another organization's chain is another."""
    World(evidence).chain(["complete", "gap", "missed"])
    chain = Chain(evidence, "tenant-a", "org-Alpha")
    assert list(chain.sealed_hours(START, START + 5 * HOUR)) == [START, START + 2 * HOUR]
    assert list(chain.sealed_hours(START + HOUR, START + 2 * HOUR)) == []
    last = chain.last_before(START + 9 * HOUR)
    assert last is not None
    assert last.hour == START + 2 * HOUR
    assert chain.last_before(START) is None
    # Longer ago than one look back.
    later = chain.last_before(START + 2000 * HOUR)
    assert later is not None
    assert later.sha256 == last.sha256
    assert Chain(evidence, "tenant-a", "org-Other").seal(START) is None


def test_a_seal_under_another_hours_key_is_not_read(evidence: Bucket) -> None:
    """Nor one that names another organization's objects."""
    seal = World(evidence).has_user("user-1").chain(["complete"]).last
    chain = Chain(evidence, "tenant-a", "org-Alpha")
    evidence.put(seal_key("tenant-a", "org-Alpha", START + HOUR), seal.encode())
    with pytest.raises(EvidenceInvalid, match="another hour"):
        chain.seal(START + HOUR)
    content: Any = seal.content
    text = canonical(content).replace(b"tenant=tenant-a/", b"tenant=tenant-b/")
    planted = Seal.of(strict_loads(text), {})
    evidence.put(seal_key("tenant-a", "org-Alpha", START), planted.encode())
    with pytest.raises(EvidenceInvalid, match="another organization"):
        chain.seal(START)


@pytest.mark.parametrize(
    "stored",
    [
        b"not gzip",
        pack_gzip(b'{"a":1}\n')[:-4],
        pack_gzip(b'{"a":2}\n'),
        pack_gzip(b'{"a":1}\n{"a":1}\n'),
        pack_gzip(b""),
    ],
    ids=["not gzip", "cut", "other", "longer", "empty"],
)
def test_rows_whose_bytes_are_not_those_sealed_are_not_read(
    evidence: Bucket, stored: bytes
) -> None:
    """Checked against the digest that the seal names."""
    entry = entry_of("k", Lines.of([{"a": 1}]))
    with pytest.raises(EvidenceMissing):
        read_rows(evidence, entry, Project)
    evidence.put_once("k", stored)
    with pytest.raises(EvidenceInvalid):
        read_rows(evidence, entry, Project)


def test_rows_that_are_not_json_are_not_read(evidence: Bucket) -> None:
    """Though their digest is right: whoever sealed them did not write rows."""
    body = b"{}\n{\n"
    lines = Lines(body, 2, sha256_hex(body), 0)
    evidence.put_once("k", pack_gzip(body))
    with pytest.raises(EvidenceInvalid, match="not JSON"):
        read_rows(evidence, entry_of("k", lines), Project)
