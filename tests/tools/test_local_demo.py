"""`make demo`, shortened: its last line is the verifier's, and it can be run again."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.local import settings
from tools.local.commands import demo
from tools.local.deployment.processes import HeldPorts

pytestmark = pytest.mark.emulator


@pytest.mark.slow
def test_the_demo_ends_with_a_valid_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice from the start, though the first left a state behind."""
    monkeypatch.setattr(demo, "_OUT", tmp_path / "out")
    with HeldPorts() as held:
        port = held.next_free(18000)
    stage_settings = settings.from_environment(
        {"PORT": str(port), "STATE_DIR": str(tmp_path / "state"), "HOURS": "3"}
    )
    for _ in range(2):
        demo.demo(stage_settings, lambda _text: None)
        report = capsys.readouterr().out.splitlines()
        assert report[0] == "Sealed    3 hours: 3 complete"
        assert report[-1].startswith("VALID  pack 1 of tenant tenant-a")
        if shutil.which("openssl"):
            _check_token(report)
    assert (tmp_path / "out" / "pack-1.tar.gz").stat().st_size > 1000
    stage_file = json.loads((tmp_path / "state" / "demo" / "stage.json").read_text())
    assert stage_file["pid"] == 0


def _check_token(report: list[str]) -> None:
    """Hold the report to a token in the pack, by what it prints itself."""
    told = next(n for n, line in enumerate(report) if line.startswith("Stamped   1 of 1 anchors"))
    script = "\n".join(report[told + 1 : told + 5])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "Verification: OK\n"), done.stderr
    assert any("1 of 1 have a token that holds under --tsa-cert" in line for line in report)
