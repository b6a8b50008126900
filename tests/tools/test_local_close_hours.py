"""Closing an hour: fire, wait for the seal, and past the grace fire again."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws import keys
from tools.local import clock, settings
from tools.local.commands import close_hours, schedules
from tools.local.commands.stage_reader import Organization
from tools.local.errors import RunnerStopped
from tools.local.stage import Stage

HOUR = clock.parse("2026-04-01T05:00:00Z")
ORG = Organization("tenant-a", "org-one", clock.parse("2026-04-01T00:05:00Z"))
STAGE = Stage(1, "1", 1, 1, 1, 1, "", "eu-central-1", "stack", {})


class FakeStageReader:
    """A reader of a stage whose organization seals at the n-th firing."""

    def __init__(self, seals_at: int, organizations: list[Organization]) -> None:
        self.seals_at = seals_at
        self.connected = organizations
        self.sealed: list[datetime] = []

    def tenants(self) -> list[str]:
        """Return the tenants."""
        return ["tenant-a"]

    def organizations(self, _tenants: list[str]) -> list[Organization]:
        """Return the connections."""
        return self.connected

    def runs_are_over(self) -> bool:
        """Say that nothing runs."""
        return True

    def is_sealed(self, _org: Organization, hour: datetime) -> bool:
        """Whether the hour is among the sealed ones."""
        return hour in self.sealed

    def seal_keys(self, org: Organization, *, after: str = "") -> list[str]:
        """Return the keys of the sealed hours."""
        sealed = [keys.seal_key(org.tenant_id, org.org_id, hour) for hour in sorted(self.sealed)]
        return [key for key in sealed if key > after]

    def seal(self, key: str) -> dict[str, Any]:
        """Return a seal as it lies in the bucket."""
        hour = key.rsplit("/", 1)[1].removesuffix(".json")
        return {
            "sha256": "f" * 64,
            "seal": {
                "tenant_id": "tenant-a",
                "org_id": "org-one",
                "hour": hour,
                "outcome": "complete" if hour == clock.rfc3339(HOUR) else "missed",
                "sections": {"users": {"status": "complete", "count": 1}},
                "segments": {"events": [{"rows": 2}, {"rows": 3}], "changes": []},
            },
        }


@pytest.fixture
def stage_settings(tmp_path: Path) -> settings.Settings:
    """Give settings of an empty state directory."""
    return settings.from_environment({"STATE_DIR": str(tmp_path)})


def close(
    stage_settings: settings.Settings, reader: FakeStageReader, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[dict[str, Any]], list[tuple[datetime, datetime]]]:
    """Close one hour; return its lines, and per firing the event's time and the clock."""
    firings: list[tuple[datetime, datetime]] = []

    def fire(_stage: Stage, rule: str, at: datetime, *, log: str) -> None:
        if rule == schedules.MINUTE:  # tells of what was sealed; seals nothing
            return
        assert (rule, Path(log).name) == (schedules.HOURLY, "emulator.log")
        firings.append((at, clock.read(stage_settings.clock_file)))
        if len(firings) == reader.seals_at:
            reader.sealed += [HOUR - timedelta(hours=1), HOUR]

    monkeypatch.setattr(close_hours, "StageReader", lambda _stage: reader)
    monkeypatch.setattr(schedules, "fire", fire)
    return list(close_hours.close_hours(stage_settings, STAGE, HOUR, 1)), firings


def test_an_hour_is_closed_a_minute_after_its_end(
    stage_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One firing for the hour's end; each new seal has a line, the missed one before it too."""
    lines, firings = close(stage_settings, FakeStageReader(1, [ORG]), monkeypatch)
    assert [(line["hour"], line["outcome"]) for line in lines] == [
        ("2026-04-01T04:00:00Z", "missed"),
        ("2026-04-01T05:00:00Z", "complete"),
    ]
    assert lines[1] == {
        "tenant_id": "tenant-a",
        "org_id": "org-one",
        "hour": "2026-04-01T05:00:00Z",
        "outcome": "complete",
        "sections": {"users": "complete"},
        "events": 5,
        "seal_sha256": "f" * 64,
    }
    ((at, now),) = firings
    assert clock.rfc3339(at) == "2026-04-01T06:00:00Z"
    assert timedelta(0) <= now - clock.parse("2026-04-01T06:01:00Z") < timedelta(seconds=30)


def test_a_run_without_a_seal_is_followed_past_the_grace(
    stage_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second firing is for the same hour, with the clock two hours on."""
    lines, firings = close(stage_settings, FakeStageReader(2, [ORG]), monkeypatch)
    assert lines[-1]["hour"] == clock.rfc3339(HOUR)
    assert [clock.rfc3339(at) for at, _ in firings] == ["2026-04-01T06:00:00Z"] * 2
    assert firings[1][1] >= clock.parse("2026-04-01T08:01:00Z")


def test_an_hour_sealed_before_is_printed_again(
    stage_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing it twice prints the same line twice."""
    reader = FakeStageReader(99, [ORG])
    reader.sealed = [HOUR]
    lines, _ = close(stage_settings, reader, monkeypatch)
    assert [line["hour"] for line in lines] == ["2026-04-01T05:00:00Z"]


def test_an_hour_before_the_connection_waits_for_nobody(
    stage_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection answers for the hour before it and those after."""
    connected_later = Organization("tenant-a", "org-one", HOUR + timedelta(hours=2, minutes=5))
    assert close(stage_settings, FakeStageReader(99, [connected_later]), monkeypatch)[0] == []
    assert connected_later.expects(HOUR + timedelta(hours=1))
    assert not connected_later.expects(HOUR)


def test_an_hour_that_never_gets_its_seal_is_an_error(
    stage_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the organization and the log."""
    with pytest.raises(RunnerStopped, match=r"05:00:00Z of tenant-a/org-one got no seal; see "):
        close(stage_settings, FakeStageReader(99, [ORG]), monkeypatch)


@pytest.mark.parametrize(
    ("name", "clock_at", "anchored"),
    [
        ("2026-04-01T06:00:00Z", "2026-04-01T06:01:00Z", "2026-04-01T06:40:00Z"),
        ("2026-04-01T06:00:00Z", "2026-04-01T06:40:01Z", None),
        ("2026-04-01T06:00:00Z", "2026-04-03T00:01:00Z", None),
        ("2026-04-01T07:00:00Z", "2026-04-01T07:01:00Z", None),
    ],
)
def test_the_daily_schedule_fires_in_its_time_and_never_behind_it(
    stage_settings: settings.Settings,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    clock_at: str,
    anchored: str | None,
) -> None:
    """Before the hour ends that it is in; a day that is over gets no anchor."""
    hour = clock.parse(name)
    reader = FakeStageReader(0, [ORG])
    fired: list[tuple[str, str]] = []

    def fire(_stage: Stage, rule: str, at: datetime, *, log: str) -> None:
        if rule == schedules.MINUTE:  # tells of what was sealed; seals nothing
            return
        fired.append((rule, clock.rfc3339(at)))
        if rule == schedules.DAILY:
            now = clock.read(stage_settings.clock_file)
            assert timedelta(0) <= now - at < timedelta(seconds=30)
        reader.sealed.append(hour)

    monkeypatch.setattr(close_hours, "StageReader", lambda _stage: reader)
    monkeypatch.setattr(schedules, "fire", fire)
    clock.set_to(stage_settings.clock_file, clock.parse(clock_at))
    list(close_hours.close_hours(stage_settings, STAGE, hour, 1))
    hourly = (schedules.HOURLY, clock.rfc3339(hour + timedelta(hours=1)))
    assert fired == ([(schedules.DAILY, anchored)] if anchored else []) + [hourly]


def test_after_a_days_last_hour_the_daily_schedule_fires(
    stage_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, after the hour's seal, and not for a day in which nobody was connected."""
    last = clock.parse("2026-04-01T23:00:00Z")
    reader = FakeStageReader(0, [ORG])
    fired: list[tuple[str, str]] = []

    def fire(_stage: Stage, rule: str, at: datetime, *, log: str) -> None:
        if rule == schedules.MINUTE:  # tells of what was sealed; seals nothing
            return
        fired.append((rule, clock.rfc3339(at)))
        reader.sealed.append(last)

    monkeypatch.setattr(close_hours, "StageReader", lambda _stage: reader)
    monkeypatch.setattr(schedules, "fire", fire)
    list(close_hours.close_hours(stage_settings, STAGE, last, 1))
    assert fired == [
        (schedules.HOURLY, "2026-04-02T00:00:00Z"),
        (schedules.DAILY, "2026-04-02T00:40:00Z"),
    ]
    reader.connected = []
    list(close_hours.close_hours(stage_settings, STAGE, last, 1))
    assert [rule for rule, _ in fired].count(schedules.DAILY) == 1
