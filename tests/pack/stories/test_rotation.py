"""Six months, a new signing key after the second: which key verifies which pack, and the list all.

Through the function that builds packs, the one that rotates, the public list as the API serves it,
and the auditors' own script.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.api.flow import OPEN_ROUTES
from functions.api.handler import context_from, routes
from functions.pack.keys import operator_commands
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.http.edge import answer
from functions.shared.settings import Settings
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.builders import World
from tests.support.http_events import http_event
from tests.tools.verifier import Verdict, verify

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
# A few hours of each month; between them the tenant was not connected.
SOME_HOURS = ("reconnect", "complete", "complete", "disconnect")


@dataclass
class HalfYear:
    """Six monthly packs, the keys they are signed with and the published list."""

    function: PackFunction
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

    def verify_by_list(self, pack: Pack, *flags: str) -> Verdict:
        """Verify a pack under the key that the list gives for it."""
        items = json.loads(Path(self.keys).read_text())["items"]
        (public,) = (key["public_hex"] for key in items if key["key_id"] == pack.signing_key_id)
        return verify(self.path(pack.number), "--keys", self.keys, *flags, key=public)


@pytest.fixture
def half_year(
    function: PackFunction,
    evidence: Bucket,
    signing_kms_key: KmsKey,
    clock: SettableClock,
    tmp_path: Path,
    settings: Settings,
) -> HalfYear:
    """Seal some hours of six months, make each month's pack on the 4th, rotate after the second."""
    world = World(evidence, table=function.table, first_hour="2026-01-10T00:00:00Z").has_user(
        "user-1"
    )
    packs: list[Pack] = []
    for n, month in enumerate(MONTHS):
        while world.hour.strftime("%Y-%m-%d") != f"{month}-10":
            world.chain(["away"])
        world.chain(("complete", *SOME_HOURS[1:]) if n == 0 else SOME_HOURS)
        after = MONTHS[n + 1] if n + 1 < len(MONTHS) else "2026-07"
        clock.set(f"{after}-04T03:14:00Z")
        last = f"{month}-{'28' if month == '2026-02' else '30' if month[5:] in '0406' else '31'}"
        period = (f"{month}-01T00:00:00Z", f"{last}T23:59:59Z")
        packs.append(function.make(*period, month=month, requested_by="schedule"))
        (tmp_path / f"pack-{n + 1}.tar.gz").write_bytes(function.archive(packs[-1]))
        if n == 1:
            clock.advance(hours=1)
            operator_commands.rotate(
                function.context.keys, signing_kms_key, clock.now(), function.key.key_id
            )
    old, new = function.context.keys.all()
    api = routes(context_from(settings))

    def published() -> str:
        event = http_event("GET /signing-keys", tenant=None)
        return str(answer(event, api, OPEN_ROUTES, logging.getLogger("api"))["body"])

    return HalfYear(function, packs, tmp_path, old.public_hex, new.public_hex, published)


def test_the_old_key_verifies_two_the_new_four_the_list_six_of_six(
    half_year: HalfYear, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rotation takes nothing from old packs, gives the old key nothing, and breaks no chain."""
    year = half_year
    by_old, by_new = year.verified(year.old), year.verified(year.new)
    by_list = [year.verify_by_list(pack).code == 0 for pack in year.packs]
    with capsys.disabled():
        print(f"\n{'month':9}{'old key':>9}{'new key':>9}{'the list':>10}")
        for month, *row in zip(MONTHS, by_old, by_new, by_list, strict=True):
            words = ["ok" if ok else "refused" for ok in row]
            print(f"{month:9}{words[0]:>9}{words[1]:>9}{words[2]:>10}")
        print(f"{'':9}{sum(by_old)} of 6{sum(by_new):>4} of 6{sum(by_list):>5} of 6\n")
    assert by_old == [True] * 2 + [False] * 4
    assert by_new == [False] * 2 + [True] * 4
    assert by_list == [True] * 6
    for pack in year.packs[1:]:
        assert year.verify_by_list(pack, "--previous", str(year.path(pack.number - 1))).code == 0


def test_packs_under_a_revoked_key_are_refused_unless_their_digest_is_known(
    half_year: HalfYear, clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list refuses the old key's two; the digest noted at the download vouches for each."""
    year = half_year
    key_id = year.packs[0].signing_key_id
    operator_commands.revoke(
        year.function.context.keys, clock.now(), key_id, "a copy of the seed was found"
    )
    bare = [year.verify_by_list(pack) for pack in year.packs]
    pinned = [
        year.verify_by_list(pack, "--manifest-sha256", str(pack.manifest_sha256))
        for pack in year.packs
    ]
    other = [year.verify_by_list(pack, "--manifest-sha256", "ab" * 32) for pack in year.packs]
    with capsys.disabled():
        print(f"\nrevoked key, list alone   {sum(verdict.code == 0 for verdict in bare)} of 6")
        print(f"with --manifest-sha256    {sum(verdict.code == 0 for verdict in pinned)} of 6\n")
    assert [verdict.code for verdict in bare] == [1, 1, 0, 0, 0, 0]
    assert [verdict.code for verdict in pinned] == [0] * 6
    assert [verdict.code for verdict in other] == [1] * 6
    assert "revoked" in bare[0].failed[11]


def test_a_revision_replaces_a_pack_under_a_revoked_key(
    half_year: HalfYear, clock: SettableClock
) -> None:
    """The way out for its tenant: the same period, signed with the new key, naming the old pack."""
    year = half_year
    first = year.packs[0]
    operator_commands.revoke(
        year.function.context.keys, clock.now(), first.signing_key_id, "stolen"
    )
    before = year.path(1).read_bytes()
    revision = year.function.make(
        first.period_start, first.period_end, kind="revision", replaces=first.number
    )
    year.path(revision.number).write_bytes(year.function.archive(revision))
    assert year.verify_by_list(revision).code == 0
    manifest = year.function.manifest(revision)
    assert (manifest["kind"], manifest["replaces"]) == ("revision", "1")
    assert (
        manifest["chain"][0]["last_seal_sha256"]
        == (year.function.manifest(first)["chain"][0]["last_seal_sha256"])
    )
    assert year.function.archive(first) == before
