"""A connected organization for each test of the snapshot function."""

import logging
from collections.abc import Callable

import pytest

from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from tests.conftest import SettableClock
from tests.snapshot.stories.trial import FIRST, Trial, office
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World


@pytest.fixture
def make_fixture(
    table: Table,
    evidence: Bucket,
    work: Bucket,
    snapshot_queue: Queue,
    secrets_kms_key: KmsKey,
    clock: SettableClock,
) -> FixtureMaker:
    """Give a function that opens an organization of a world."""

    def make(world: World) -> SnapshotFixture:
        return SnapshotFixture(table, evidence, work, snapshot_queue, secrets_kms_key, clock, world)

    return make


@pytest.fixture
def fresh_aws(aws: dict[str, str]) -> Callable[[], None]:
    """Give a function that empties table and buckets, as if nothing had happened yet."""

    def empty() -> None:
        table = clients.dynamodb()
        for item in table.scan(TableName=aws["TABLE_NAME"])["Items"]:
            key = {"pk": item["pk"], "sk": item["sk"]}
            table.delete_item(TableName=aws["TABLE_NAME"], Key=key)
        s3 = clients.s3()
        for bucket in (aws["EVIDENCE_BUCKET"], aws["WORK_BUCKET"]):
            versions = s3.list_object_versions(Bucket=bucket)
            for version in versions.get("Versions", []) + versions.get("DeleteMarkers", []):
                s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])

    return empty


ROWS = pytest.StashKey[list[tuple[str, str, str]]]()


@pytest.fixture
def make_trial(
    make_fixture: FixtureMaker,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Callable[..., Trial]:
    """Give a function that opens a trial; its lists come four records a page."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("functions.snapshot.fetch.pagination.PAGE_SIZE", 4)
    none_yet: list[tuple[str, str, str]] = []
    rows = request.config.stash.setdefault(ROWS, none_yet)
    printed: list[str] = []

    def said() -> str:
        out = capsys.readouterr()
        printed.append(out.out + out.err)
        return caplog.text + "".join(printed)

    def make(world: World | None = None) -> Trial:
        fixture = make_fixture(world or office())
        fixture.connect("2026-04-01T03:20:00Z")
        fixture.order(FIRST)
        return Trial(fixture, lambda row, what, came: rows.append((row, what, came)), said)

    return make


@pytest.fixture
def trial(make_trial: Callable[..., Trial]) -> Trial:
    """Give the trial of the office."""
    return make_trial()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the fault matrix: one line for each trial."""
    tried = config.stash.get(ROWS, None) or []
    rows = sorted(tried, key=lambda row: (int(row[0][1:]), row[1]))
    if rows:
        terminalreporter.section("fault matrix: the hours from the fault on")
    for row, what, came in rows:
        terminalreporter.write_line(f"{row:<4} {what:<46} {came}")
