"""Six months, a new signing key after the second: which key verifies which pack, and the list all.

Through the room that builds packs, the function that rotates, the public list as the API serves it,
and the auditors' own script.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.api.flow import OPEN_ROUTES
from functions.api.handler import doors_from, routes
from functions.pack.keys import operator_commands
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import Vault
from functions.shared.http.edge import answer
from functions.shared.settings import Settings
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackRoom
from tests.support.builders import World
from tests.support.http_events import http_event
from tests.tools.verifier import Verdict, verify

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
# A few hours of each month; between them the tenant was not connected.
SOME_HOURS = ("reconnect", "complete", "complete", "disconnect")


@dataclass
class HalfYear:
    """Six monthly packs, the keys they are signed with and the published list."""

    room: PackRoom
    packs: list[Pack]
    folder: Path
    old: str
    new: str
    published: Callable[[], str]

    @property
    def keys(self) -> str:
        """Return the path of the list of keys as it is published now."""
        path = self.folder / "keys.json"
        path.write_text(self.published())
        return str(path)

    def path(self, number: int) -> Path:
        """Return where a pack was downloaded to."""
        return self.folder / f"pack-{number}.tar.gz"

    def verified(self, key: str, *flags: str) -> list[bool]:
        """Verify each pack under one key."""
        return [verify(self.path(pack.number), *flags, key=key).code == 0 for pack in self.packs]

    def listed(self, pack: Pack, *flags: str) -> Verdict:
        """Verify a pack under the key that the list gives for it."""
        items = json.loads(Path(self.keys).read_text())["items"]
        (public,) = (one["public_hex"] for one in items if one["key_id"] == pack.signing_key_id)
        return verify(self.path(pack.number), "--keys", self.keys, *flags, key=public)


@pytest.fixture
def half_year(
    room: PackRoom,
    evidence: Bucket,
    signing_vault: Vault,
    clock: SettableClock,
    tmp_path: Path,
    settings: Settings,
) -> HalfYear:
    """Seal some hours of six months, make each month's pack on the 4th, rotate after the second."""
    world = World(evidence, table=room.table, first_hour="2026-01-10T00:00:00Z").has_user("user-1")
    made: list[Pack] = []
    for n, month in enumerate(MONTHS):
        while world.hour.strftime("%Y-%m-%d") != f"{month}-10":
            world.chain(["away"])
        world.chain(("complete", *SOME_HOURS[1:]) if n == 0 else SOME_HOURS)
        after = MONTHS[n + 1] if n + 1 < len(MONTHS) else "2026-07"
        clock.set(f"{after}-04T03:14:00Z")
        last = f"{month}-{'28' if month == '2026-02' else '30' if month[5:] in '0406' else '31'}"
        period = (f"{month}-01T00:00:00Z", f"{last}T23:59:59Z")
        made.append(room.made(*period, month=month, requested_by="schedule"))
        (tmp_path / f"pack-{n + 1}.tar.gz").write_bytes(room.archive(made[-1]))
        if n == 1:
            clock.advance(hours=1)
            operator_commands.rotate(room.doors.keys, signing_vault, clock.now(), room.key.key_id)
    old, new = room.doors.keys.all()
    api = routes(doors_from(settings))

    def published() -> str:
        event = http_event("GET /signing-keys", tenant=None)
        return str(answer(event, api, OPEN_ROUTES, logging.getLogger("api"))["body"])

    return HalfYear(room, made, tmp_path, old.public_hex, new.public_hex, published)


def test_the_old_key_verifies_two_the_new_four_the_list_six_of_six(
    half_year: HalfYear, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rotation takes nothing from old packs, gives the old key nothing, and breaks no chain."""
    year = half_year
    by_old, by_new = year.verified(year.old), year.verified(year.new)
    by_list = [year.listed(pack).code == 0 for pack in year.packs]
    with capsys.disabled():
        print(f"\n{'month':9}{'old key':>9}{'new key':>9}{'the list':>10}")
        for month, *row in zip(MONTHS, by_old, by_new, by_list, strict=True):
            told = ["ok" if ok else "refused" for ok in row]
            print(f"{month:9}{told[0]:>9}{told[1]:>9}{told[2]:>10}")
        print(f"{'':9}{sum(by_old)} of 6{sum(by_new):>4} of 6{sum(by_list):>5} of 6\n")
    assert by_old == [True] * 2 + [False] * 4
    assert by_new == [False] * 2 + [True] * 4
    assert by_list == [True] * 6
    for pack in year.packs[1:]:
        assert year.listed(pack, "--previous", str(year.path(pack.number - 1))).code == 0


def test_packs_under_a_revoked_key_are_refused_unless_their_digest_is_known(
    half_year: HalfYear, clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list refuses the old key's two; the digest noted at the download vouches for each."""
    year = half_year
    key_id = year.packs[0].signing_key_id
    operator_commands.revoke(
        year.room.doors.keys, clock.now(), key_id, "a copy of the seed was found"
    )
    bare = [year.listed(pack) for pack in year.packs]
    pinned = [
        year.listed(pack, "--manifest-sha256", str(pack.manifest_sha256)) for pack in year.packs
    ]
    other = [year.listed(pack, "--manifest-sha256", "ab" * 32) for pack in year.packs]
    with capsys.disabled():
        print(f"\nrevoked key, list alone   {sum(one.code == 0 for one in bare)} of 6")
        print(f"with --manifest-sha256    {sum(one.code == 0 for one in pinned)} of 6\n")
    assert [one.code for one in bare] == [1, 1, 0, 0, 0, 0]
    assert [one.code for one in pinned] == [0] * 6
    assert [one.code for one in other] == [1] * 6
    assert "revoked" in bare[0].failed[11]


def test_a_revision_replaces_a_pack_under_a_revoked_key(
    half_year: HalfYear, clock: SettableClock
) -> None:
    """The way out for its tenant: the same period, signed with the new key, naming the old pack."""
    year = half_year
    first = year.packs[0]
    operator_commands.revoke(year.room.doors.keys, clock.now(), first.signing_key_id, "stolen")
    before = year.path(1).read_bytes()
    revision = year.room.made(
        first.period_start, first.period_end, kind="revision", replaces=first.number
    )
    year.path(revision.number).write_bytes(year.room.archive(revision))
    assert year.listed(revision).code == 0
    manifest = year.room.manifest(revision)
    assert (manifest["kind"], manifest["replaces"]) == ("revision", "1")
    assert (
        manifest["chain"][0]["last_seal_sha256"]
        == (year.room.manifest(first)["chain"][0]["last_seal_sha256"])
    )
    assert year.room.archive(first) == before
