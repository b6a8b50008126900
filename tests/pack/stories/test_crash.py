"""Killed before or after every AWS call of a build: one listed pack, as if nothing had happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functions.pack import dead_letters, handler
from functions.shared.aws import bucket
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Item, Table
from functions.shared.canonical import canonical
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_calls import Calls, Killed, killing, watched
from tests.support.aws_state import all_items, held
from tests.support.builders import World
from tests.tools.verifier import verify_bytes

MOMENTS = ("before", "after")
EVERYDAY_MOMENTS = ("before", pytest.param("after", marks=pytest.mark.slow))
# What a moment in which the row is written anew gives it: the object's version is S3's own.
NOT_OURS = {"object_version"}


@dataclass(slots=True)
class Stage:
    """A tenant with a pack on its way, and what the build that nobody disturbs makes of it."""

    function: PackFunction
    asked: Pack
    before: list[dict[str, Any]]
    folder: Path

    def deliver(self, pack: Pack | None = None) -> None:
        """Hand the message to the function, as the queue would."""
        named = pack or self.asked
        body = canonical({"number": named.number, "tenant_id": named.tenant_id}).decode()
        handler.handle({"Records": [{"messageId": "m-1", "body": body}]}, None)

    def deliver_the_rest(self) -> None:
        """Hand over every message that waits, until none does."""
        for _ in range(5):
            messages = held(self.function.context.queue)
            if not messages:
                return
            for message in messages:
                handler.handle({"Records": [{"body": canonical(message).decode()}]}, None)
        raise AssertionError("messages without end")

    def back(self) -> None:
        """Forget the build: rows, archives and messages as they were before it."""
        table, archives = self.function.table, self.function.context.archives
        for item in all_items(table):
            table.client.delete_item(TableName=table.name, Key={"pk": item["pk"], "sk": item["sk"]})
        for item in self.before:
            table.client.put_item(TableName=table.name, Item=item)
        for version in archives.client.list_object_versions(Bucket=archives.name)["Versions"]:
            if "/pack-1/" not in version["Key"]:
                archives.client.delete_object(
                    Bucket=archives.name, Key=version["Key"], VersionId=version["VersionId"]
                )
        held(self.function.context.queue)
        self.function.counted.clear()

    def row(self) -> Item:
        """Return the pack's row, without what S3 chose."""
        item = self.function.table.get("T#tenant-a", "PACK#00000002") or {}
        return {name: value for name, value in item.items() if name not in NOT_OURS}

    def head(self) -> Item | None:
        """Return the head of the tenant's chain of packs."""
        return self.function.table.get("T#tenant-a", "PACKCHAIN")

    def published(self) -> list[tuple[str, str]]:
        """Return key and version of every archive of the pack."""
        archives = self.function.context.archives
        listing = archives.client.list_object_versions(
            Bucket=archives.name, Prefix="tenant=tenant-a"
        )
        return [
            (version["Key"], version["VersionId"])
            for version in listing.get("Versions", [])
            if "/pack-2/" in version["Key"]
        ]

    def signings(self) -> list[Item]:
        """Return what the custody log says of the pack's signing."""
        entries = self.function.table.query("T#tenant-a", prefix="CUSTODY#")
        return [
            entry["facts"]
            for entry in entries
            if entry["action"] == "pack.signed" and entry["facts"]["number"] == 2
        ]


@pytest.fixture
def stage(
    function: PackFunction,
    evidence: Bucket,
    table: Table,
    clock: SettableClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Give two organizations' last hours of April, a ready pack, and the monthly one asked for."""
    monkeypatch.setattr(handler, "context", lambda: function.context)
    monkeypatch.setattr(handler.log, "info", lambda *_, **__: None)
    for org in ("org-Alpha", "org-Beta"):
        world = World(evidence, table=table, org=org, first_hour="2026-04-30T21:00:00Z")
        world.has_user("user-1").has_user("user-2").has_project("proj-1").has_key("key-1")
        world.event(f"late-{org}", "2026-03-10T10:00:00Z").event(f"one-{org}")
        world.finding("stale_key", "key-1").chain(["complete"])
        world.loses("users", "user-2").event(f"two-{org}").chain(["partial", "missed", "complete"])
    clock.set("2026-05-01T01:30:00Z")
    two = ("org-Alpha", "org-Beta")
    first = function.make("2026-04-30T21:00:00Z", "2026-04-30T22:59:59Z", orgs=two)
    assert first.state == "ready", first.reason
    clock.set("2026-05-04T03:14:00Z")
    april = ("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z")
    asked = function.request(*april, orgs=two, month="2026-04")
    held(function.context.queue)
    yield Stage(function, asked, all_items(table), tmp_path)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What the build that nobody disturbs leaves behind, and how many AWS calls it makes."""

    row: Item
    head: Item | None
    signing: Item
    n_calls: int
    listing: int


@pytest.fixture
def undisturbed(stage: Stage) -> Undisturbed:
    """Build once without a disturbance, and forget it."""
    with watched() as calls:
        stage.deliver()
    return undisturbed_by(stage, calls)


def undisturbed_by(stage: Stage, calls: Calls) -> Undisturbed:
    """Note what a build left behind, and forget it."""
    assert stage.row()["state"] == "ready", stage.row()["reason"]
    [signing] = stage.signings()
    # The last one lists the pack; one before it notes the signing.
    listing = len(calls.names) - calls.names[::-1].index("dynamodb.TransactWriteItems")
    undisturbed = Undisturbed(stage.row(), stage.head(), signing, len(calls.names), listing)
    stage.back()
    return undisturbed


def require_one_pack(stage: Stage, expected: Undisturbed, where: str) -> None:
    """Demand the row, the object, the log and the chain of the undisturbed build."""
    assert stage.row() == expected.row, where
    assert stage.head() == expected.head, where
    [(key, version)] = stage.published()
    row = stage.function.context.packs.need("tenant-a", 2)
    assert (row.object_key, row.object_version) == (key, version), where
    verdict = verify_bytes(
        stage.function.archive(row), stage.folder, key=stage.function.key.public_hex
    )
    assert verdict.code == 0, (where, verdict.text)
    # Each use of the seed is on record; all of them signed the very same manifest.
    signings = stage.signings()
    assert 1 <= len(signings) <= 2, where
    assert all(facts == expected.signing for facts in signings), where


def kill_and_redeliver(stage: Stage, expected: Undisturbed, moment: str, nth: int) -> None:
    """Let the build die at its n-th call, look at what is listed, and deliver again."""
    where = f"killed {moment} call {nth} of {expected.n_calls}"
    hook: dict[str, Callable[[int], None]] = {moment: killing(nth)}
    with pytest.raises(Killed), watched(**hook):
        stage.deliver()
    if stage.row()["state"] == "ready":
        # Only the listing itself, or what comes after it, may have been reached.
        assert nth >= expected.listing, where
        require_one_pack(stage, expected, where)
    stage.deliver()
    stage.deliver_the_rest()
    require_one_pack(stage, expected, where)
    stage.back()


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_every_aws_call_and_redelivered(
    stage: Stage, undisturbed: Undisturbed, moment: str
) -> None:
    """Whatever call the function dies at, there is one pack in the end, to the byte the same."""
    for nth in range(1, undisturbed.n_calls + 1):
        kill_and_redeliver(stage, undisturbed, moment, nth)
    n = undisturbed.n_calls
    print(f"killed {moment} each of {n} calls: {n} of {n} one listed, verified pack, same bytes")


@pytest.mark.slow
@pytest.mark.parametrize("moment", EVERYDAY_MOMENTS)
def test_killed_while_the_archive_goes_up_in_parts(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A large archive takes more calls; an upload that nobody completes is no object."""
    monkeypatch.setattr(bucket, "_ONE_PUT", 0)
    with watched() as calls:
        stage.deliver()
    assert calls.count("UploadPart", "PutObject") == 1
    first = calls.names.index("s3.CreateMultipartUpload") + 1
    expected = undisturbed_by(stage, calls)
    for nth in range(first, len(calls.names) + 1):
        kill_and_redeliver(stage, expected, moment, nth)


@pytest.mark.slow
@pytest.mark.parametrize("moment", EVERYDAY_MOMENTS)
def test_a_build_that_must_fail_fails_whatever_call_it_dies_at(
    stage: Stage, evidence: Bucket, moment: str
) -> None:
    """The reason is in the row, the alarm was raised, and nothing was published or signed."""
    victim = next(key for key in evidence.keys("") if "/section=users/" in key)
    evidence.client.delete_object(Bucket=evidence.name, Key=victim)
    with watched() as calls:
        stage.deliver()
    expected = stage.row()
    assert expected["state"] == "failed"
    n_calls = len(calls.names)
    for nth in (1, 2, 3, *range(n_calls - 8, n_calls + 1)):
        stage.back()
        hook: dict[str, Callable[[int], None]] = {moment: killing(nth)}
        with pytest.raises(Killed), watched(**hook):
            stage.deliver()
        stage.deliver()
        stage.deliver_the_rest()
        where = f"killed {moment} call {nth} of {n_calls}"
        assert stage.row() == expected, where
        assert (stage.published(), stage.signings()) == ([], []), where
        assert stage.function.counted, where


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_pack_that_is_given_up_fails_whatever_call_it_dies_at(
    stage: Stage, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The dead letter comes again until the row says so."""
    monkeypatch.setenv("TABLE_NAME", aws["TABLE_NAME"])
    with pytest.raises(Killed), watched(before=killing(30)):
        stage.deliver()
    stage.before = all_items(stage.function.table)
    letter = {"Records": [{"body": '{"number":2,"tenant_id":"tenant-a"}'}]}
    with watched() as calls:
        dead_letters.handle(letter, None)
    expected = stage.row()
    assert (expected["state"], expected["reason"]) == ("failed", dead_letters.REASON)
    for nth in range(1, len(calls.names) + 1):
        stage.back()
        hook: dict[str, Callable[[int], None]] = {moment: killing(nth)}
        with pytest.raises(Killed), watched(**hook):
            dead_letters.handle(letter, None)
        dead_letters.handle(letter, None)
        assert stage.row() == expected
    print(f"killed {moment} each of {len(calls.names)} calls: failed, in words")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_request_that_died_and_is_made_again_is_one_pack(
    stage: Stage, clock: SettableClock, moment: str
) -> None:
    """A caller who saw no answer asks again: the same number, and a message that builds it."""

    def ask() -> Pack:
        return stage.function.request("2026-04-30T21:00:00Z", "2026-04-30T23:59:59Z", once=True)

    with watched() as calls:
        ask()
    for nth in range(1, len(calls.names) + 1):
        stage.back()
        hook: dict[str, Callable[[int], None]] = {moment: killing(nth)}
        with pytest.raises(Killed), watched(**hook):
            ask()
        assert ask().number == 3
        assert {"number": 3, "tenant_id": "tenant-a"} in held(stage.function.context.queue)
        assert stage.function.context.packs.find("tenant-a", 4) is None
