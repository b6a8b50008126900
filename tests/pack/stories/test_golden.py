"""What an earlier version sealed is read for ever: its chain, its objects, its pack."""

from pathlib import Path

import pytest

from functions.pack.collect.seal_chain import MissingEvidence, verify_chain
from functions.shared.aws.bucket import Bucket
from functions.shared.canonical import strict_loads
from functions.shared.evidence.seals import Chain, read_rows
from functions.shared.hours import HOUR, hours_from, parse_instant, rfc3339
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.full_world import FullWorld
from tests.support.golden import (
    FIRST_HOUR,
    LAST_HOUR,
    ORG,
    PACK_PERIOD,
    SEAL_2,
    SEAL_3,
    SEAL_4,
    TENANT,
    members_of,
    put_evidence,
)
from tests.tools.verifier import verify, verify_bytes

FIRST, LAST = parse_instant(FIRST_HOUR), parse_instant(LAST_HOUR)
# What we say of a pack, and may say better.
TOLD = {"README.txt", "controls.json"}


def test_the_chain_is_read_with_every_object_it_names(evidence: Bucket) -> None:
    """Seven seals, each following the one before, and nothing in the bucket that none names."""
    keys = put_evidence(evidence)
    chain, missing = Chain(evidence, TENANT, ORG), MissingEvidence()
    seals = list(verify_chain(chain, FIRST, LAST, missing))
    missing.require_none()
    assert [seal.hour for seal in seals] == list(hours_from(FIRST, LAST + HOUR))
    links = [seal.content["previous_sha256"] for seal in seals]
    assert links == [None, *(seal.sha256 for seal in seals[:-1])]
    named = set()
    for seal in seals:
        sections, segments = seal.content["sections"].values(), seal.content["segments"]
        registers = [section["register"] for section in sections]
        entries = [*segments["events"], *segments["changes"], *segments["verdicts"]]
        for entry in [*entries, *filter(None, registers)]:
            assert len(read_rows(evidence, entry, dict)) == entry["rows"]
            named.add(entry["key"])
    assert named == {key for key in keys if "/seals/" not in key}


def test_a_pack_of_its_hours_is_the_pack_of_then_under_another_key(
    function: PackFunction, evidence: Bucket, clock: SettableClock, tmp_path: Path
) -> None:
    """The same rows, which may say of what they left open then."""
    put_evidence(evidence)
    clock.set("2026-04-01T06:30:00Z")
    pack = function.make(*PACK_PERIOD, tenant=TENANT, orgs=(ORG,))
    members = function.members(pack)
    verdict = verify_bytes(function.archive(pack), tmp_path, key=function.key.public_hex)
    assert (verdict.code, verdict.failed) == (0, {})
    earlier = members_of(SEAL_2)
    new = {name for name in members if name.startswith("sealed/")}
    new |= {"statements.jsonl", "anchors.jsonl"}
    assert [name for name in members if name not in new] == list(earlier)
    for name, body in earlier.items():
        if name not in TOLD:
            assert _same(name, body, members[name]) is not name.startswith("manifest."), name


def test_a_pack_of_hours_of_version_3_is_the_pack_of_then_under_another_key(
    function: PackFunction, evidence: Bucket, clock: SettableClock, tmp_path: Path
) -> None:
    """Byte by byte, but for what is signed; its seals, statements and custody log are read."""
    put_evidence(evidence, SEAL_3)
    clock.set("2026-04-02T00:20:00Z")
    pack = function.make(*PACK_PERIOD, tenant=TENANT, orgs=(ORG,))
    verdict = verify_bytes(function.archive(pack), tmp_path, key=function.key.public_hex)
    assert (verdict.code, verdict.failed) == (0, {})
    members, earlier = function.members(pack), members_of(SEAL_3)
    assert list(members) == list(earlier)
    differ = {name for name, body in earlier.items() if body != members[name]}
    assert differ - TOLD == {"manifest.json", "manifest.sig"}
    assert {"custody.jsonl", "statements.jsonl", "anchors.jsonl"} <= {
        name for name, body in earlier.items() if body
    }
    assert any(name.startswith("large/") for name in earlier)


def test_a_pack_of_hours_of_version_4_is_the_pack_of_then_under_another_key(
    function: PackFunction, evidence: Bucket, clock: SettableClock
) -> None:
    """Byte by byte, but for what is signed; the roots of its chain stay the same."""
    put_evidence(evidence, SEAL_4)
    clock.set("2026-04-01T06:05:00Z")
    pack = function.make(*PACK_PERIOD, tenant=TENANT, orgs=(ORG,))
    members, earlier = function.members(pack), members_of(SEAL_4)
    assert list(members) == list(earlier)
    differ = {name for name, body in earlier.items() if body != members[name]}
    assert differ - TOLD == {"manifest.json", "manifest.sig"}
    (chain,) = strict_loads(members["manifest.json"])["chain"]
    assert [chain] == strict_loads(earlier["manifest.json"])["chain"]
    assert chain["seals_root"]


def test_the_proof_of_then_verifies_under_its_key() -> None:
    """Under no other."""
    key = (SEAL_4 / "signing-key.hex").read_text().strip()
    assert verify(SEAL_4 / "proof.json", "--proof", key=key).code == 0
    assert verify(SEAL_4 / "proof.json", "--proof", key="ab" * 32).code != 0


def _same(name: str, then: bytes, now: bytes) -> bool:
    """Tell whether a file of now says all that the file of then did; that may have lacked some."""
    if then == now or not name.endswith(".jsonl") or then.count(b"\n") != now.count(b"\n"):
        return then == now
    lines = zip(then.splitlines(), now.splitlines(), strict=True)
    rows = [(strict_loads(old), strict_loads(new)) for old, new in lines]
    told = [(old[field], new[field]) for old, new in rows for field in old]
    return all(value in (None, value_now) for value, value_now in told)


def test_a_pack_over_hours_of_then_and_of_now_is_one_chain(
    function: PackFunction, evidence: Bucket, clock: SettableClock, tmp_path: Path
) -> None:
    """The organization goes on in the newest version, and the auditors' script follows it."""
    put_evidence(evidence)
    world = FullWorld(evidence, tenant=TENANT, org=ORG, first_hour=rfc3339(LAST + HOUR))
    before = Chain(evidence, TENANT, ORG).seal(LAST)
    assert before
    world.seals.append(before)
    world.has_user("user-1").event("event-1").chain(["complete"] * 3)
    clock.set("2026-04-01T10:00:00Z")
    pack = function.make(PACK_PERIOD[0], "2026-04-01T08:59:59Z", tenant=TENANT, orgs=(ORG,))
    assert pack.state == "ready", pack.reason
    verdict = verify_bytes(function.archive(pack), tmp_path, key=function.key.public_hex)
    assert (verdict.code, verdict.failed) == (0, {})
    seals = [row["seal"] for row in function.rows(pack, "coverage.jsonl")]
    assert [seal["v"] for seal in seals] == [2] * 6 + [4] * 3


@pytest.mark.parametrize("golden", [SEAL_2, SEAL_3, SEAL_4])
def test_the_pack_of_then_verifies_under_its_key(golden: Path) -> None:
    """Under no other."""
    key = (golden / "signing-key.hex").read_text().strip()
    assert verify(golden / "pack-1.tar.gz", key=key).code == 0
    assert verify(golden / "pack-1.tar.gz", key="ab" * 32).code != 0
