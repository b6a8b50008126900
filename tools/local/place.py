"""The folder of a stage: whether it is a stage's at all, who holds it, what of it may go.

Nothing in a folder is written or removed before this has been asked: whoever sets STATE_DIR to
their home keeps what is in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from tools.local.errors import RunnerStopped

_LOCK, _STAGE = "lock", "stage.json"
_DESCRIBED = '"emulator_version"'
_MARK = "This folder is a stage of OpenAI Audit on this machine.\n"
# What a stage makes and a new one would only make again, and what it makes anew.
_STAYS = frozenset({_LOCK, "cdk.out", "logs", "time-authority"})
_GOES = (
    *("clock.json", "clock.new", "emulator", "mails", "objects", _STAGE, "stage.new"),
    "users.json",
)
_DEMO = "demo"
_MOST_DEMOS = 9


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a stage's folder for this runner alone; a new one is made.

    Raises:
        RunnerStopped: it is not a stage's, another runner holds it, or it cannot be written.
    """
    require_ours(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _LOCK).open("a+")
    except OSError as error:
        raise RunnerStopped(f"{folder} cannot be written: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunnerStopped(f"Another runner is using {folder}.") from None
        file.truncate(0)
        file.write(_MARK)
        file.flush()
        yield


def require_ours(folder: Path) -> None:
    """Refuse a folder that holds what no stage made; one that is not there or empty is fine.

    Raises:
        RunnerStopped: it holds something else, or cannot be read.
    """
    names, lock = _names(folder), _read(folder / _LOCK)
    if lock == _MARK or (lock in ("", None) and _DESCRIBED in (_read(folder / _STAGE) or "")):
        return
    # A folder of demos, or of a first start of a version that left no mark.
    named_alike = {name for name in (_LOCK, _STAGE) if name in names and _read(folder / name)}
    if named_alike:
        raise RunnerStopped(
            f"{folder} holds a {min(named_alike)} that no stage made; nothing was touched. Choose "
            f"another STATE_DIR."
        )
    _require_known(folder, {name for name in names if not name.startswith(_DEMO)})


def forget(folder: Path) -> None:
    """Remove what an earlier stage left; what would only be made again stays.

    The folder must be held.

    Raises:
        RunnerStopped: something in it was not made by a stage; nothing is removed.
    """
    _require_known(folder, _names(folder))
    remove(folder, *_GOES)


def remove(folder: Path, *names: str) -> None:
    """Remove some of what a stage makes; what a link points to stays."""
    for path in (folder / name for name in names):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def of_a_demo(state_dir: Path) -> Path:
    """Return the folder of a demo: the first that no runner holds, as a demo may be being served.

    Raises:
        RunnerStopped: ``state_dir`` is not a stage's, or all are held.
    """
    require_ours(state_dir)
    for number in range(1, _MOST_DEMOS + 1):
        folder = state_dir / (_DEMO if number == 1 else f"{_DEMO}-{number}")
        if not _is_held(folder):
            return folder
    raise RunnerStopped(
        f"All of {state_dir / _DEMO} to {folder.name} are in use; stop one, or choose another "
        f"STATE_DIR."
    )


def _is_held(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _require_known(folder: Path, names: set[str]) -> None:
    foreign = names - _STAYS - set(_GOES)
    if foreign:
        raise RunnerStopped(
            f"{folder} holds {min(foreign)}, which no stage made; nothing was touched. Move it "
            f"away, or choose another STATE_DIR."
        )


def _names(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in folder.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()
    except OSError as error:
        raise RunnerStopped(f"{folder} cannot be read: {error.strerror}.") from error


def _read(file: Path) -> str | None:
    """Return a file's text; None where there is none; a link or anything else is not ours."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        return "not a file of a stage"
    try:
        return file.read_text()
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return "not a text of a stage"
