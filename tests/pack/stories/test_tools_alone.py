"""OpenSSL, GNU tar and sha256sum alone, by the lines of README.txt, against our own script.

They say the same of a whole month, and of whatever is changed by somebody who cannot sign. What the
signer itself changes and signs again, only the script's look into the rows finds.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pack.documents.test_readme import lines_of, needs_tools, run
from tests.pack.resign import SignedPack, archive
from tests.pack.stories.test_month_story import month as _month
from tests.support.tars import Entry, tar_entry
from tests.tools.verifier import verify

month = _month
Change = Callable[[SignedPack], bytes]


def by_hand(pack: SignedPack, **members: bytes) -> bytes:
    """Return the archive with some members' bytes replaced, nothing signed again."""
    files = pack.members() | {name.replace("__", "."): data for name, data in members.items()}
    tar = b"".join(tar_entry(Entry(name, data)) for name, data in files.items())
    return gzip.compress(tar + bytes(1024), mtime=0)


def manifest_edited(pack: SignedPack) -> bytes:
    """Let the manifest count one user fewer."""
    text = pack.members()["manifest.json"]
    count = b'"user_count": %d' % pack.manifest()["user_count"]
    assert count in text
    return by_hand(pack, manifest__json=text.replace(count, b'"user_count": 1'))


def row_edited(pack: SignedPack) -> bytes:
    """Let an owner be a reader."""
    text = pack.members()["users.jsonl"]
    return by_hand(pack, users__jsonl=text.replace(b'"role":"owner"', b'"role":"reader"'))


def coverage_row_removed(pack: SignedPack) -> bytes:
    """Take the last hour out."""
    rows = pack.members()["coverage.jsonl"].splitlines(keepends=True)
    return by_hand(pack, coverage__jsonl=b"".join(rows[:-1]))


def event_removed(pack: SignedPack) -> bytes:
    """Take an event out."""
    rows = pack.members()["events.jsonl"].splitlines(keepends=True)
    return by_hand(pack, events__jsonl=b"".join(rows[1:]))


def file_removed(pack: SignedPack) -> bytes:
    """Leave the events out."""
    files = pack.members()
    del files["events.jsonl"]
    return gzip.compress(
        b"".join(tar_entry(Entry(name, data)) for name, data in files.items()) + bytes(1024)
    )


def file_added(pack: SignedPack) -> bytes:
    """Put a file in that nobody signed."""
    return by_hand(pack, extra__jsonl=b"{}\n")


def files_exchanged(pack: SignedPack) -> bytes:
    """Let two files bear each other's names."""
    files = pack.members()
    return by_hand(pack, users__jsonl=files["projects.jsonl"], projects__jsonl=files["users.jsonl"])


def signed_by_another(pack: SignedPack) -> bytes:
    """Sign everything with another key, and name that one in the manifest."""
    other = SignedPack(pack.data, bytes(32))
    manifest = pack.manifest() | {"signing_public_hex": other.public_hex}
    return archive(manifest, pack.members(), other.seed)


def cut(pack: SignedPack) -> bytes:
    """Lose the end of the file."""
    return pack.data[: len(pack.data) // 2]


CHANGES: tuple[Change, ...] = (
    manifest_edited,
    row_edited,
    coverage_row_removed,
    event_removed,
    file_removed,
    file_added,
    files_exchanged,
    signed_by_another,
    cut,
)


def verdicts(folder: Path, pack: SignedPack, data: bytes) -> tuple[int, int, str]:
    """Return the exit codes of our script and of the printed lines, and what those output."""
    folder.mkdir()
    (folder / "pack-1.tar.gz").write_bytes(data)
    (folder / "README.txt").write_bytes(pack.members()["README.txt"])
    ours = verify(folder / "pack-1.tar.gz", key=pack.public_hex)
    commands = lines_of(folder / "README.txt", "WITHOUT ANY OF OUR CODE")
    result = run(folder, commands, pack.public_hex)
    return ours.code, result.returncode, result.stdout + result.stderr


@needs_tools
def test_the_tools_alone_accept_the_month(month: SignedPack, tmp_path: Path) -> None:
    """The signature by OpenSSL, every file by sha256sum, as our script does."""
    ours, theirs, output = verdicts(tmp_path / "good", month, month.data)
    assert (ours, theirs) == (0, 0), output
    assert "Signature Verified Successfully" in output
    assert output.count(": OK\n") == len(month.manifest()["files"])


@needs_tools
@pytest.mark.parametrize("change", CHANGES)
def test_the_tools_alone_refuse_what_somebody_else_changed(
    month: SignedPack, tmp_path: Path, change: Change
) -> None:
    """Some line of them ends with an error, and our script refuses too."""
    ours, theirs, output = verdicts(tmp_path / "bad", month, change(month))
    assert ours == 1
    assert theirs != 0, output
    print(f"{change.__name__:24s} refused by both: {output.strip().splitlines()[-1][:80]}")


@needs_tools
def test_what_the_signer_itself_changed_takes_more_than_digests(
    month: SignedPack, tmp_path: Path
) -> None:
    """A row left out and everything signed again: check 10 of the script, and nothing less."""
    data = month.tampered(lambda rows: rows["coverage.jsonl"].pop())
    ours, theirs, output = verdicts(tmp_path / "signed", month, data)
    assert (ours, theirs) == (1, 0), output
