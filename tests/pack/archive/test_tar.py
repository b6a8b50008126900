"""The archive: plain enough for any tar, the same bytes every time."""

import hashlib
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from functions.pack.archive.spool import Spool
from functions.pack.archive.tar import archive, header


def test_gnu_tar_and_tarfile_read_it(tmp_path: Path) -> None:
    """Regular files, mode 0644, owner 0, time 0, in the order given."""
    with Spool(tmp_path / "users.jsonl") as spool:
        spool.add_row({"b": 1, "a": "ü"})
        member = spool.finish()
    assert (member.rows, member.size) == (1, 17)
    assert member.sha256 == hashlib.sha256('{"a":"ü","b":1}\n'.encode()).hexdigest()
    packed = archive(tmp_path / "pack.tar.gz", b"{}\n", b"c2ln\n", [member])
    assert packed.size == packed.path.stat().st_size
    listing = subprocess.run(
        ["tar", "-tzf", str(packed.path)],  # noqa: S607  # whatever tar the machine has
        capture_output=True,
        text=True,
        check=True,
    )
    assert listing.stdout.split() == ["manifest.json", "manifest.sig", "users.jsonl"]
    with tarfile.open(packed.path) as tar:
        for entry in tar.getmembers():
            assert entry.isreg()
            assert (entry.mode, entry.uid, entry.gid, entry.mtime) == (0o644, 0, 0, 0)
            assert (entry.uname, entry.gname) == ("", "")
    # One gzip member: no name, no time.
    assert packed.path.read_bytes()[:8] == b"\x1f\x8b\x08\0\0\0\0\0"


def test_equal_members_give_equal_bytes(tmp_path: Path) -> None:
    """Neither the folder's name nor the moment is in it."""
    digests = set()
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        with Spool(folder / "users.jsonl") as spool:
            spool.add_row({"a": 1})
            digests.add(archive(folder / f"{name}.gz", b"{}", b"sig", [spool.finish()]).sha256)
    assert len(digests) == 1


def test_a_member_over_8_gib_has_a_pax_size() -> None:
    """Octal ends at 8 GiB; nothing else needs pax."""
    size = 9 << 30
    blocks = header("events.jsonl", size)
    with tarfile.open(fileobj=BytesIO(blocks + bytes(1024))) as tar:
        entry = tar.next()
    assert entry
    assert (entry.name, entry.size) == ("events.jsonl", size)
    assert len(header("events.jsonl", 8**11 - 1)) == 512
