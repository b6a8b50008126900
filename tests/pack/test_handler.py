"""The function's AWS edge: a message in the queue's own form, settings from the environment."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.pack import dispatch, handler
from functions.pack.anchor import anchor
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.errors import Misconfigured
from functions.shared.evidence.anchors import Anchors
from functions.shared.tables.packs import Packs
from tests.pack.conftest import PackFunction
from tests.support.aws_state import received
from tests.support.builders import World
from tests.support.time_authority import serving


@pytest.fixture
def deployed(
    function: PackFunction, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[PackFunction]:
    """Give the functions the environment the template gives them; the key is made."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    handler.context.cache_clear()
    yield function
    handler.context.cache_clear()


def test_the_schedules_event_ends_in_a_listed_pack(
    deployed: PackFunction, evidence: Bucket, table: Table, pack_queue: Queue
) -> None:
    """From EventBridge's event to the queue's message to the pack, by the real handlers."""
    World(evidence, table=table, first_hour="2026-04-30T22:00:00Z").has_user("user-1").chain(
        ["complete"] * 2
    )
    assert dispatch.handle({"time": "2026-05-04T03:14:00Z"}, None) == {"packs": 1}
    [message] = received(pack_queue)
    record = {"messageId": "m-1", "body": '{"number":1,"tenant_id":"tenant-a"}'}
    assert message == {"number": 1, "tenant_id": "tenant-a"}
    assert handler.handle({"Records": [record]}, None) == {"batchItemFailures": []}
    assert Packs(table).need("tenant-a", 1).state == "ready"
    assert deployed.manifest(Packs(table).need("tenant-a", 1))["coverage"]["expected_hours"] == 2


class Minutes:
    """A Lambda context with a quarter of an hour left."""

    def get_remaining_time_in_millis(self) -> int:
        """Return it."""
        return 900_000


@pytest.fixture
def half_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the machine's clock, at half past: nothing is anchored in an hour's last minutes."""
    offset = {"offset_s": (30 - datetime.now(UTC).minute) * 60}
    (tmp_path / "clock.json").write_text(json.dumps(offset))
    monkeypatch.setenv("CLOCK_FILE", str(tmp_path / "clock.json"))


@pytest.mark.usefixtures("deployed", "half_past")
def test_the_daily_event_ends_in_an_anchor(evidence: Bucket, table: Table) -> None:
    """By the real handler; a second firing makes no second one. That none stamps it is said."""
    World(evidence, table=table).chain(["complete"])
    for _ in range(2):
        assert anchor.handle({"time": "2026-04-02T00:40:00Z"}, Minutes()) == {"anchors": 1}
    anchors = Anchors(evidence, "tenant-a")
    (made,) = [anchors.find(day) for day in anchors.days()]
    assert made
    assert (made.token, made.authority, made.reason) == (None, None, "none_chosen")


@pytest.mark.usefixtures("deployed", "half_past")
def test_no_anchor_is_made_before_the_stage_has_chosen(
    evidence: Bucket, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting is named, not guessed."""
    World(evidence, table=table).chain(["complete"])
    monkeypatch.delenv("TIME_AUTHORITY")
    with pytest.raises(Misconfigured, match="TIME_AUTHORITY"):
        anchor.handle({"time": "2026-04-02T00:40:00Z"}, Minutes())
    assert list(Anchors(evidence, "tenant-a").days()) == []


@pytest.mark.usefixtures("deployed", "half_past")
def test_the_authority_that_the_stage_has_chosen_is_asked(
    evidence: Bucket, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its address; what comes of it stands in the anchor."""
    World(evidence, table=table).chain(["complete"])
    with serving(lambda _: (503, b"")) as url:
        monkeypatch.setenv("TIME_AUTHORITY", f"{url} {'5a' * 32}")
        assert anchor.handle({"time": "2026-04-02T00:40:00Z"}, Minutes()) == {"anchors": 1}
    anchors = Anchors(evidence, "tenant-a")
    (made,) = [anchors.find(day) for day in anchors.days()]
    assert made
    assert (made.token, made.authority, made.reason) == (None, url, "http_503")
