"""An anchor that takes long, while a pack is cut, built, and built again after a crash."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from functions.pack.anchor.anchor import AnchorContext, AnchorTooLate, anchor
from functions.pack.anchor.rfc3161 import Authority, NoToken
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.evidence.anchors import Anchors
from functions.shared.tables.connections import Connections
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.builders import World
from tests.tools.verifier import verify_bytes

DAY = "2026-04-02"
PERIOD = (f"{DAY}T00:00:00Z", f"{DAY}T05:59:59Z")


@dataclass(frozen=True)
class Slow(Authority):
    """A time authority that takes its time and then answers nothing of use."""

    meanwhile: Callable[[], object] = lambda: None

    def stamp(self, digest: bytes, now: datetime) -> bytes:
        """Let something happen, and give no token."""
        self.meanwhile()
        raise NoToken("timeout")


@dataclass
class Scene:
    """A tenant whose chains are to be anchored while its pack is asked for."""

    function: PackFunction
    clock: SettableClock
    context: AnchorContext

    def anchor(self, at: str, meanwhile: Callable[[], object]) -> None:
        """Anchor at an instant, while something else happens."""
        self.clock.set(at)
        authority = Slow("https://tsa.example", frozenset(), meanwhile=meanwhile)
        anchor("tenant-a", replace(self.context, authority=authority))

    def made_at(self, instant: str) -> Pack:
        """Ask for the pack of the six hours, and build it."""
        self.clock.set(instant)
        return self.function.make(*PERIOD)

    def built_again(self, pack: Pack) -> Pack:
        """Build a pack once more, as after a crash before the listing."""
        row = self.function.context.packs.update(pack, state="building")
        self.function.table.delete("T#tenant-a", "PACKCHAIN")
        return self.function.build(row)

    def kept(self) -> bytes:
        """Return what the tenant can keep of its anchors."""
        anchors = Anchors(self.context.evidence, "tenant-a")
        kept = [anchor for anchor in map(anchors.find, anchors.days()) if anchor]
        return json.dumps({"items": [anchor.row() for anchor in kept]}).encode()


@pytest.fixture
def scene(function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock) -> Scene:
    """Give the hours of the 1st of April and six of the 2nd; nothing is anchored yet."""
    World(evidence, table=table).has_user("user-1").chain(["complete"] * 30)
    context = AnchorContext(Connections(table), evidence, None, clock.now, lambda _: None)
    return Scene(function, clock, context)


def test_an_anchor_of_before_the_cut_never_appears_after_the_pack(
    scene: Scene, tmp_path: Path
) -> None:
    """Both builds are the same bytes, and no copy of the anchors accuses the pack."""
    packs: list[Pack] = []
    with suppress(AnchorTooLate):
        scene.anchor(f"{DAY}T05:54:58Z", lambda: packs.append(scene.made_at(f"{DAY}T06:00:05Z")))
    scene.clock.set(f"{DAY}T06:10:00Z")
    anchor("tenant-a", scene.context)
    (first,) = packs
    archive = scene.function.archive(first)
    (tmp_path / "anchors.json").write_bytes(scene.kept())
    asked = ("--anchors", str(tmp_path / "anchors.json"))
    verdict = verify_bytes(archive, tmp_path, *asked, key=scene.function.key.public_hex)
    assert verdict.code == 0, verdict.text
    again = scene.built_again(first)
    assert (again.state, again.archive_sha256) == ("ready", first.archive_sha256), again.reason


@pytest.mark.parametrize(
    ("began", "ended", "late"),
    [
        (f"{DAY}T05:40:00Z", f"{DAY}T05:55:00Z", False),
        (f"{DAY}T05:40:00Z", f"{DAY}T05:55:01Z", True),
        (f"{DAY}T05:56:00Z", f"{DAY}T05:56:00Z", True),
        (f"{DAY}T05:54:00Z", f"{DAY}T06:01:00Z", True),
        (f"{DAY}T06:00:00Z", f"{DAY}T06:00:10Z", False),
    ],
)
def test_an_anchor_is_written_well_within_its_hour_or_not_at_all(
    scene: Scene, began: str, ended: str, late: bool
) -> None:
    """The next firing makes up for it."""
    if late:
        with pytest.raises(AnchorTooLate):
            scene.anchor(began, lambda: scene.clock.set(ended))
    else:
        scene.anchor(began, lambda: scene.clock.set(ended))
    assert list(Anchors(scene.context.evidence, "tenant-a").days()) == ([] if late else [DAY])
