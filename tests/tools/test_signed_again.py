"""A full pack signed again with any field of any row changed, its seals untouched, is refused."""

from pathlib import Path

import pytest

from tests.pack.alterations import try_all
from tests.pack.resign import SignedPack
from tests.support import full_packs, packs


@pytest.mark.parametrize("most", [250, pytest.param(None, marks=pytest.mark.slow)])
def test_alterations_of_a_small_pack_are_refused(tmp_path: Path, most: int | None) -> None:
    """Alone, and where the sealed row that a row comes from is changed with it."""
    pack = full_packs.with_custody(full_packs.custody([-5, 0, 3, 3, 20], 4, "ab" * 32))
    tried = try_all(SignedPack(pack.build(), packs.SEED), tmp_path, most)
    print(f"\n{tried.total()} alterations refused: {dict(tried)}")
    assert tried.total() > (200 if most else 1_000)
    assert tried["custody"]
