"""Whose folder it is comes first: nothing is written or removed before that is known."""

import fcntl
from pathlib import Path

import pytest

from tools.local import place
from tools.local.errors import RunnerStopped


def everything(folder: Path) -> dict[str, bytes | None]:
    """Return what lies in a folder, folders as None."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def a_stage(folder: Path) -> None:
    """Leave what a stage leaves, some of it."""
    for name in ("emulator", "objects", "cdk.out", "logs", "time-authority"):
        (folder / name).mkdir(parents=True)
        (folder / name / "file").write_text(name)
    for name in ("stage.json", "users.json", "clock.json"):
        (folder / name).write_text('{"emulator_version": "1"}')
    with place.held(folder):
        pass


@pytest.mark.parametrize("name", ["notes.txt", ".bashrc", "src"])
def test_a_folder_with_other_things_in_it_is_not_touched(tmp_path: Path, name: str) -> None:
    """As of a user who sets STATE_DIR to their home, where `objects` may well be theirs."""
    (tmp_path / name).mkdir()
    (tmp_path / "objects").mkdir()
    before = everything(tmp_path)
    with pytest.raises(RunnerStopped, match=f"holds {name}, which no stage made"):
        place.held(tmp_path).__enter__()
    with pytest.raises(RunnerStopped, match="choose another STATE_DIR"):
        place.of_a_demo(tmp_path)
    assert everything(tmp_path) == before


def test_a_new_an_empty_and_a_stages_folder_are_held(tmp_path: Path) -> None:
    """The mark of the first time lets the second know it; so do demos beside it."""
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "new" / "er", tmp_path / "empty"):
        for _ in range(2):
            with place.held(folder):
                assert place.of_a_demo(folder) == folder / "demo"
        (folder / "demo").mkdir()


def test_what_an_older_version_left_is_a_stages(tmp_path: Path) -> None:
    """It marked nothing: its description, or a first start that never ended, says enough."""
    (tmp_path / "ended").mkdir()
    (tmp_path / "ended" / "stage.json").write_text('{"emulator_version": "1"}')
    (tmp_path / "ended" / "notes.txt").touch()
    for name in ("lock", "cdk.out", "logs", "emulator"):
        (tmp_path / "stopped" / name).mkdir(parents=True) if name != "lock" else None
    (tmp_path / "stopped" / "lock").touch()
    for name in ("ended", "stopped"):
        with place.held(tmp_path / name):
            pass


def test_a_stage_is_forgotten_but_for_what_is_made_again(tmp_path: Path) -> None:
    """What a link points to stays as well."""
    a_stage(tmp_path / "demo")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").touch()
    (tmp_path / "demo" / "mails").mkdir()
    (tmp_path / "demo" / "mails" / "1.eml").touch()
    place.remove(tmp_path / "demo", "objects")
    (tmp_path / "demo" / "objects").symlink_to(tmp_path / "theirs")
    place.forget(tmp_path / "demo")
    left = {path.name for path in (tmp_path / "demo").iterdir()}
    assert left == {"lock", "cdk.out", "logs", "time-authority"}
    assert (tmp_path / "theirs" / "file").exists()


def test_nothing_is_forgotten_where_something_foreign_lies(tmp_path: Path) -> None:
    """Named in the one line that says what to do."""
    a_stage(tmp_path)
    (tmp_path / "my.csv").touch()
    before = everything(tmp_path)
    with pytest.raises(RunnerStopped, match=r"holds my\.csv, which no stage made; nothing was"):
        place.forget(tmp_path)
    assert everything(tmp_path) == before


def test_a_held_folder_is_refused_and_a_demo_goes_beside_it(tmp_path: Path) -> None:
    """What is being served is neither met nor emptied."""
    with place.held(tmp_path / "demo"):
        before = everything(tmp_path)
        with pytest.raises(RunnerStopped, match=r"Another runner is using .*demo"):
            place.held(tmp_path / "demo").__enter__()
        assert place.of_a_demo(tmp_path) == tmp_path / "demo-2"
        with place.held(tmp_path / "demo-2"):
            assert place.of_a_demo(tmp_path) == tmp_path / "demo-3"
        assert everything(tmp_path).items() >= before.items()
    assert place.of_a_demo(tmp_path) == tmp_path / "demo"


def test_all_places_in_use_are_said(tmp_path: Path) -> None:
    """With what to do about it."""
    locks = []
    for number in range(1, 10):
        folder = tmp_path / ("demo" if number == 1 else f"demo-{number}")
        folder.mkdir()
        locks.append((folder / "lock").open("w"))
        fcntl.flock(locks[-1], fcntl.LOCK_EX)
    with pytest.raises(RunnerStopped, match="demo to demo-9 are in use; stop one"):
        place.of_a_demo(tmp_path)
    for lock in locks:
        lock.close()


@pytest.mark.parametrize("name", ["lock", "stage.json"])
@pytest.mark.parametrize("is_link", [False, True])
def test_somebody_elses_file_of_the_same_name_is_not_touched(
    tmp_path: Path, name: str, is_link: bool
) -> None:
    """Neither written over, nor what a link by that name leads to."""
    (tmp_path / "theirs").write_text("{}")
    state = tmp_path / "state"
    (state / "objects").mkdir(parents=True)
    if is_link:
        (state / name).symlink_to(tmp_path / "theirs")
    else:
        (state / name).write_text("{}")
    before = everything(tmp_path)
    with pytest.raises(RunnerStopped, match=f"holds a {name} that no stage made"):
        place.held(state).__enter__()
    assert everything(tmp_path) == before
