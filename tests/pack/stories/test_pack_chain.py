"""A year's folder of packs, each naming the one before: removed, replaced, forked, rolled back."""

from pathlib import Path

import pytest

from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import signing_context
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.pack.resign import SignedPack, archive
from tests.support.builders import World
from tests.tools.verifier import Verdict, verify, verify_bytes

N = 12


def period(number: int) -> tuple[str, str]:
    """Return the period of a pack: they adjoin."""
    hour = f"2026-04-01T{number - 1:02d}"
    return f"{hour}:00:00Z", f"{hour}:59:59Z"


_MADE: dict[int, SignedPack] = {}


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> dict[int, SignedPack]:
    """Give twelve packs by number, written to pack-N.tar.gz as well; they are made once."""
    if not _MADE:
        function, evidence, clock = map(request.getfixturevalue, ("function", "evidence", "clock"))
        _MADE.update(_twelve(function, evidence, clock))
    for number, pack in _MADE.items():
        path_of(tmp_path, number).write_bytes(pack.data)
    return _MADE


def _twelve(
    function: PackFunction, evidence: Bucket, clock: SettableClock
) -> dict[int, SignedPack]:
    World(evidence).has_user("user-1").event("event-1").chain(["complete"] * (N + 1))
    clock.set("2026-04-01T14:30:00Z")
    assert isinstance(function.context.signer, WrappedSeed)
    seed = function.context.signer.kms.unwrap(
        function.key.wrapped_seed, signing_context(function.key.key_id)
    )
    packs: dict[int, SignedPack] = {}
    for number in range(1, N + 1):
        pack = function.make(*period(number))
        assert (pack.number, pack.state) == (number, "ready"), pack.reason
        packs[number] = SignedPack(function.archive(pack), seed)
    return packs


def path_of(tmp_path: Path, number: int) -> Path:
    """Return the file of a pack."""
    return tmp_path / f"pack-{number}.tar.gz"


def follows(folder: dict[int, SignedPack], tmp_path: Path, number: int, before: Path) -> Verdict:
    """Check a pack with the one that is said to come before it."""
    key = folder[number].public_hex
    return verify(path_of(tmp_path, number), "--previous", str(before), key=key)


def test_each_of_twelve_follows_the_one_before(
    folder: dict[int, SignedPack], tmp_path: Path
) -> None:
    """The manifest before, by digest and number, and its last seal by the first seal here."""
    for number in range(2, N + 1):
        verdict = follows(folder, tmp_path, number, path_of(tmp_path, number - 1))
        assert verdict.code == 0, verdict.text
    first = follows(folder, tmp_path, 1, path_of(tmp_path, 2))
    assert "no pack came before it" in first.failed[11]


def test_a_removed_one_is_missed(folder: dict[int, SignedPack], tmp_path: Path) -> None:
    """Whatever stands in its place in the folder, the next one does not follow it."""
    for other in (number for number in range(1, N + 1) if number not in (6, 7)):
        verdict = follows(folder, tmp_path, 7, path_of(tmp_path, other))
        assert set(verdict.failed) == {11}
        assert "previous_manifest_sha256" in verdict.failed[11]


def test_a_replaced_one_is_not_the_one_that_was_followed(
    folder: dict[int, SignedPack], tmp_path: Path
) -> None:
    """Signed anew by whoever has the key, it is not what was sealed; and nothing follows it."""
    other = folder[6].tampered(lambda rows: rows["users.jsonl"][0].update(role="owner"))
    path_of(tmp_path, 6).write_bytes(other)
    assert set(follows(folder, tmp_path, 6, path_of(tmp_path, 5)).failed) == {10}
    assert set(follows(folder, tmp_path, 7, path_of(tmp_path, 6)).failed) == {11}


def test_of_a_fork_only_one_branch_goes_on(folder: dict[int, SignedPack], tmp_path: Path) -> None:
    """Two packs with one number and one predecessor: the next names the digest of one."""
    fork = folder[6].tampered(facts=lambda manifest: manifest.update(created_at=period(7)[0]))
    path_of(tmp_path, 99).write_bytes(fork)
    assert follows(folder, tmp_path, 7, path_of(tmp_path, 6)).code == 0
    verdict = follows(folder, tmp_path, 7, path_of(tmp_path, 99))
    assert set(verdict.failed) == {11}


def test_an_older_pack_is_not_taken_for_a_newer_one(
    folder: dict[int, SignedPack], tmp_path: Path
) -> None:
    """Rolled back: valid alone, and it says what it is; the facts asked for are others."""
    data, key = folder[3].data, folder[3].public_hex
    verdict = verify_bytes(data, tmp_path, key=key)
    assert verdict.last_line.startswith(f"VALID  pack 3 of tenant tenant-a  {period(3)[0]}")
    asked = "..".join(period(12))
    for option, value in (
        ("--period", asked),
        ("--tenant", "tenant-b"),
        ("--manifest-sha256", "ab" * 32),
    ):
        assert set(verify_bytes(data, tmp_path, option, value, key=key).failed) == {11}


def test_an_old_manifest_does_not_cover_new_members(
    folder: dict[int, SignedPack], tmp_path: Path
) -> None:
    """Spliced: the signature holds, the digests do not."""
    old, new = folder[3].members(), folder[4].members()
    spliced = archive(folder[3].manifest(), old | {"users.jsonl": new["users.jsonl"]}, bytes(32))
    verdict = verify_bytes(spliced, tmp_path, key=folder[3].public_hex)
    assert set(verdict.failed) == {4}
    members = new | {name: old[name] for name in ("manifest.json", "manifest.sig")}
    spliced = archive(folder[3].manifest(), members, folder[3].seed)
    verdict = verify_bytes(spliced, tmp_path, key=folder[3].public_hex)
    assert set(verdict.failed) == {8}


def test_a_pack_after_one_that_ends_in_gaps_follows_it_all_the_same(
    function: PackFunction, evidence: Bucket, clock: SettableClock, tmp_path: Path
) -> None:
    """The hours that had no seal then were closed later: their seals are in neither pack."""
    world = World(evidence).has_user("user-1").chain(["complete"] * 2)
    clock.set("2026-04-01T14:30:00Z")
    early = function.make("2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z")
    assert [row["outcome"] for row in function.rows(early, "coverage.jsonl")][-4:] == ["gap"] * 4
    world.chain(["missed"] * 4 + ["complete"] * 3)
    late = function.make("2026-04-01T06:00:00Z", "2026-04-01T08:59:59Z")
    for pack in (early, late):
        path_of(tmp_path, pack.number).write_bytes(function.archive(pack))
    previous = ("--previous", str(path_of(tmp_path, early.number)))
    verdict = verify(path_of(tmp_path, late.number), *previous, key=function.key.public_hex)
    assert verdict.code == 0, verdict.text
