"""Packs of the product, signed again with any field of any row changed: refused, and said where."""

from collections import Counter
from pathlib import Path

import pytest

from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.kms import signing_context
from tests.pack.alterations import try_all
from tests.pack.conftest import PackFunction
from tests.pack.resign import SignedPack
from tests.pack.stories.test_month_story import month
from tests.support.snapshot_fixture import SnapshotFixture
from tests.walk.test_two_days import FIRST, LAST, fixture

__all__ = ["fixture", "month"]

TWO_DAYS, MONTH = 2_000, 1_000


def _say(tried: Counter[str], at_least: int) -> None:
    print(f"\n{tried.total()} alterations refused: {dict(tried)}")
    assert tried.total() >= at_least


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_of_two_days(fixture: SnapshotFixture, function: PackFunction, tmp_path: Path) -> None:
    """The demo's story."""
    fixture.ticks("2026-04-01T01:00:00Z", 47)
    fixture.clock.advance(minutes=4)
    pack = function.make(FIRST, LAST, tenant=fixture.tenant, orgs=(fixture.org,))
    assert isinstance(function.context.signer, WrappedSeed)
    key = function.key
    seed = function.context.signer.kms.unwrap(key.wrapped_seed, signing_context(key.key_id))
    _say(try_all(SignedPack(function.archive(pack), seed), tmp_path, TWO_DAYS), TWO_DAYS - 200)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_of_a_month_of_trouble(month: SignedPack, tmp_path: Path) -> None:
    """Gaps, a pause, a reconnect, a return, late events, two organizations."""
    _say(try_all(month, tmp_path, MONTH), MONTH - 200)
