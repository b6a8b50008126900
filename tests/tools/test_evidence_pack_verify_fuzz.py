"""Random damage: never a traceback, never exit 0 for a pack whose content differs."""

import gzip
import io
import random
import tarfile
import time
from pathlib import Path

import pytest

from tests.support import packs
from tests.tools.damage import damage, mutate
from tests.tools.verifier import script, verify_bytes

GOOD = packs.april().build()
PLAIN = gzip.decompress(GOOD)


def contents(data: bytes) -> list[tuple[str, bytes]]:
    """Return names and bytes of the members, as the standard library reads them."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        return [(info.name, archive.extractfile(info).read()) for info in archive]  # type: ignore[union-attr]


def fuzz(n: int, seed: int, folder: Path) -> None:
    """Damage the archive, the tar inside it, or a header of it, `n` times; as small, as large."""
    rng = random.Random(seed)  # noqa: S311 - chance, no secret
    for _ in range(n):
        where = rng.randrange(3)
        if where == 0:
            data = damage(GOOD, rng)
        elif where == 1:
            data = gzip.compress(damage(PLAIN, rng), 1, mtime=0)
        else:
            head = damage(PLAIN[:9000], rng)
            data = gzip.compress(head + PLAIN[9000:], 1, mtime=0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(script, "SMALL", rng.choice((0, script.SMALL)))
            verdict = verify_bytes(data, folder)
        assert "please report" not in verdict.text, verdict.text
        assert verdict.code in (0, 1), verdict.text
        # What is accepted holds the same members: only padding or the gzip header was hit.
        assert verdict.code == 1 or contents(data) == contents(GOOD), verdict.text


def fuzz_signed(n: int, seed: int, folder: Path) -> None:
    """`n` times, sign wrong values: odd types anywhere in the manifest, the rows or the seals."""
    rng = random.Random(seed)  # noqa: S311
    for _ in range(n):
        pack = packs.small()
        if rng.random() < 0.4:
            pack.manifest = lambda m: mutate(m, rng)
        else:
            name = rng.choice([name for name, rows in pack.rows.items() if rows])

            rows = list(pack.rows[name])
            at = rng.randrange(len(rows))
            rows[at] = mutate(rows[at], rng)
            data = packs.jsonl(rows)
            pack.members = lambda members, name=name, data=data: members | {name: data}  # type: ignore[misc]
        verdict = verify_bytes(pack.build(), folder)
        assert "please report" not in verdict.text, verdict.text
        # A pack or seal that says it is of a later format cannot be checked: no verdict.
        is_newer = "made by a newer" in verdict.text
        assert verdict.code in (0, 1) or is_newer, verdict.text
        assert all(" " <= c <= "~" or c == "\n" for c in verdict.text)


def test_random_damage_is_refused_without_a_traceback(tmp_path: Path) -> None:
    """Nothing but exit 1, or 0 where the members are untouched."""
    fuzz(100, 1, tmp_path)


def test_odd_types_under_a_good_signature_are_no_traceback(tmp_path: Path) -> None:
    """A signer who signs nonsense gets a verdict as well."""
    fuzz_signed(150, 2, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_minutes_of_damage(tmp_path: Path) -> None:
    """The same for ten minutes, with chances that differ from run to run."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        fuzz(50, time.time_ns(), tmp_path)
        fuzz_signed(50, time.time_ns(), tmp_path)


def test_the_packs_that_fuzzing_starts_from_are_good(tmp_path: Path) -> None:
    """Otherwise the tests above would prove nothing."""
    assert verify_bytes(GOOD, tmp_path).code == 0
    assert script.VALID == 0
