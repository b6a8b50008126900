"""A time authority's token in the anchor, or the reason why there is none, and in the pack."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.pack.anchor.anchor import AnchorContext, anchor
from functions.pack.anchor.rfc3161 import Authority
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.hours import HOUR, floor_hour, rfc3339
from tests.conftest import SettableClock
from tests.pack.anchor.test_anchor import all_of
from tests.pack.conftest import PackFunction
from tests.support.builders import World
from tests.support.time_authority import TimeAuthority, serving
from tests.tools.verifier import verify_bytes

MINUTE = timedelta(minutes=1)


def test_a_stage_that_has_chosen_no_authority_says_so(
    context: AnchorContext, world: World, counted: list[str]
) -> None:
    """In a word of its own that no failure has; nobody is alarmed."""
    todays = anchor("tenant-a", context)
    assert todays
    assert (todays.token, todays.authority, todays.reason) == (None, None, "none_chosen")
    assert counted == []
    assert all_of(context) == [todays]


def test_an_authority_that_fails_never_blocks_the_anchor(
    context: AnchorContext, world: World, counted: list[str]
) -> None:
    """The reason stands in the anchor, and an alarm hears of it."""
    with serving(lambda _: (503, b"")) as url:
        authority = Authority(url, frozenset({"5a" * 32}))
        todays = anchor("tenant-a", replace(context, authority=authority))
    assert todays
    assert (todays.token, todays.authority, todays.reason) == (None, url, "http_503")
    assert counted == ["MissingTokens"]
    assert all_of(context) == [todays]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_another_certificate_s_token_is_refused_and_blocks_nothing(
    context: AnchorContext,
    world: World,
    counted: list[str],
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    """The anchor stands without a token; the reason is in it, and an alarm hears of it."""
    authority = TimeAuthority.make(tmp_path)
    clock.instant = min(datetime.now(UTC), floor_hour(datetime.now(UTC)) + 50 * MINUTE)
    with authority.served() as url:
        chosen = Authority.chosen(f"{url} {'5a' * 32}")
        todays = anchor("tenant-a", replace(context, authority=chosen))
    assert todays
    assert (todays.token, todays.authority, todays.reason) == (None, url, "other_certificate")
    assert counted == ["MissingTokens"]
    assert all_of(context) == [todays]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_from_the_authority_to_the_auditor(
    function: PackFunction,
    context: AnchorContext,
    evidence: Bucket,
    table: Table,
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    """Stamped over HTTP, packed, and held by the script to the authority's root alone."""
    authority = TimeAuthority.make(tmp_path)
    # The authority's clock is the machine's; nothing is anchored in the last minutes of an hour.
    now = clock.instant = min(datetime.now(UTC), floor_hour(datetime.now(UTC)) + 50 * MINUTE)
    start, end = floor_hour(now) - 5 * HOUR, floor_hour(now)
    World(evidence, table=table, first_hour=rfc3339(start)).chain(["complete"] * 5)
    with authority.served() as url:
        chosen = Authority.chosen(f"{url} {authority.certificate_sha256}")
        todays = anchor("tenant-a", replace(context, authority=chosen))
    assert todays
    assert (todays.authority, todays.reason) == (url, None)
    clock.instant = now + HOUR
    pack = function.make(rfc3339(start), f"{rfc3339(end - HOUR)[:14]}59:59Z")
    asked = ("--tsa-cert", str(authority.root))
    verdict = verify_bytes(function.archive(pack), tmp_path, *asked, key=function.key.public_hex)
    assert verdict.code == 0, verdict.text
    assert "anchors   1 of 1 have a token that holds under --tsa-cert" in verdict.text
