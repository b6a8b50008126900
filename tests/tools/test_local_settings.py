"""What the runner reads from its environment, and how it refuses what makes no sense."""

import importlib.metadata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools.local import __main__ as command
from tools.local import clock, runner, settings, stage, versions
from tools.local.commands import pack_month
from tools.local.errors import RunnerStopped


def test_defaults_are_those_of_the_contract() -> None:
    """An empty environment means port 8080, the own simulator, .local, no schedules, 48 hours."""
    config = settings.from_environment({})
    assert (config.port, config.openai_base_url, config.hours) == (
        8080,
        None,
        48,
    )
    assert config.state_dir == Path.cwd() / ".local"
    assert not config.schedule_on
    assert config.api_url == "http://127.0.0.1:8080/api/v1/openai"


def test_schedules_are_on_with_another_openai() -> None:
    """The real API runs in real time; SCHEDULE=off still wins."""
    real = {"OPENAI_BASE_URL": "https://api.openai.com/v1/"}
    assert settings.from_environment(real).schedule_on
    assert settings.from_environment(real).openai_base_url == "https://api.openai.com/v1"
    assert not settings.from_environment(real | {"SCHEDULE": "off"}).schedule_on
    assert settings.from_environment({"SCHEDULE": "on"}).schedule_on


@pytest.mark.parametrize(
    "environment",
    [{"PORT": "0"}, {"PORT": "65536"}, {"PORT": "http"}, {"HOURS": "-1"}, {"SCHEDULE": "maybe"}],
)
def test_a_value_that_makes_no_sense_is_named(environment: dict[str, str]) -> None:
    """The message holds the setting and its value."""
    name, value = next(iter(environment.items()))
    with pytest.raises(RunnerStopped, match=f"{name}={value} is"):
        settings.from_environment(environment)


def test_the_clock_runs_on_from_where_it_was_set(tmp_path: Path) -> None:
    """Setting it writes the offset that every function adds to the machine's time."""
    file = tmp_path / "clock.json"
    assert abs(clock.read(file) - datetime.now(UTC)) < timedelta(seconds=5)
    clock.set_to(file, clock.parse("2026-04-01T00:05:00Z"))
    assert timedelta(0) <= clock.read(file) - clock.parse("2026-04-01T00:05:00Z")
    assert clock.read(file) < clock.parse("2026-04-01T00:05:30Z")


@pytest.mark.parametrize("text", ["now", "2026-04-01T00:05:00", "2026-04-01T00:05:00+02:00"])
def test_an_instant_must_be_in_utc(text: str) -> None:
    """A local time would be closed as another hour."""
    with pytest.raises(RunnerStopped, match="is no UTC instant"):
        clock.parse(text)


def test_an_hour_is_named_by_its_start() -> None:
    """05:30 is no hour, 2026-4 no month."""
    assert clock.parse_hour("2026-04-01T05:00:00Z").hour == 5
    with pytest.raises(RunnerStopped, match="is not the start of an hour"):
        clock.parse_hour("2026-04-01T05:30:00Z")
    with pytest.raises(RunnerStopped, match="is no month"):
        pack_month.parse_month("2026/04")


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    """Whatever an older runner left is not read half."""
    config = settings.from_environment({"STATE_DIR": str(tmp_path)})
    assert stage.read(config) is None
    (tmp_path / "stage.json").write_text('{"format": 0}')
    with pytest.raises(RunnerStopped, match="another version of this project; remove it"):
        stage.read(config)


def test_a_refusal_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback: the command, what is wrong, what to do; exit code 1."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    assert command.main(["tick", "--hour", "2026-04-01T05:00:00Z"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"tick: Nothing runs on {tmp_path}; start it with `make up` first.\n"


def test_a_file_in_the_state_directorys_place_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`up` says that it cannot write there."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "file"))
    assert command.main(["up"]) == 1
    assert "cannot be written" in capsys.readouterr().err


OLDER = stage.Stage(
    1, importlib.metadata.version("ministack"), 1, 1, 1, 0, "", "eu-central-1", "stack", {}
)


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (OLDER, "reading what version of before 0.1.0 (formats not said) left with version "),
        (
            replace(OLDER, product_version="0.0.9", formats={"seal": 2, "pack": 2}),
            "reading what version 0.0.9 (pack 2, seal 2) left with version ",
        ),
        (
            replace(OLDER, product_version=versions.product(), formats=versions.formats()),
            None,
        ),
    ],
)
def test_a_state_of_an_older_version_is_read(
    tmp_path: Path, left: stage.Stage, told: str | None
) -> None:
    """In one line; without a word where it is this version's own."""
    config, said = settings.from_environment({"STATE_DIR": str(tmp_path)}), list[str]()
    stage.write(config, left)
    assert runner.previous_stage(config, said.append) == left
    assert [line[: len(told or "")] for line in said] == [told] * (told is not None)


@pytest.mark.parametrize("formats", [{"seal": 99}, {"pack": 99, "seal": 1}, {"ledger": 1}])
def test_a_state_of_a_newer_version_is_refused(tmp_path: Path, formats: dict[str, int]) -> None:
    """In one line that says by which; nothing in it is touched."""
    config = settings.from_environment({"STATE_DIR": str(tmp_path)})
    stage.write(config, replace(OLDER, product_version="9.9", formats=formats))
    before = (tmp_path / "stage.json").read_bytes()
    with pytest.raises(RunnerStopped, match=r"left by version 9\.9 .*, newer than this version"):
        runner.previous_stage(config, lambda _text: None)
    assert (tmp_path / "stage.json").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"stage.json"}


@pytest.mark.parametrize("formats", [{"seal": "3"}, ["seal"], 3, None])
def test_formats_that_are_none_are_refused_in_one_line(tmp_path: Path, formats: Any) -> None:
    """As any other file that no version wrote."""
    config = settings.from_environment({"STATE_DIR": str(tmp_path)})
    stage.write(config, replace(OLDER, formats=formats))
    with pytest.raises(RunnerStopped, match="comes from another version of this project"):
        runner.previous_stage(config, lambda _text: None)
