"""The whole walk, once: connect, seal hours, make a pack, download and verify it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from tools.local import clock, progress, runner, stage
from tools.local.commands import close_hours
from tools.local.deployment.sign_in import read_users
from tools.local.errors import RunnerStopped
from tools.local.settings import DEFAULT_PORT, ROOT, Settings
from tools.local.stage import Stage
from tools.openai_simulator.story import story

Tell = Callable[[str], None]

START = clock.parse(story.DEMO_START)
_OUT = ROOT / "out"
_VERIFIER = ROOT / "tools" / "evidence-pack-verify.py"
_KEPT = ("cdk.out", "logs")
_PACK_LIMIT_S = 180.0


def demo(asked: Settings, tell: Tell) -> None:
    """Walk through it on a stage of its own, and report.

    Raises:
        RunnerStopped: a step did not go as it must.
    """
    here = replace(asked, state_dir=asked.state_dir / "demo", openai_base_url=None)
    _start_afresh(here)
    with runner.up(here, tell) as (now, _):
        admin = next(one for one in read_users(stage.users_file(here)) if one.group == "admin")
        clock.set_to(here.clock_file, START + timedelta(minutes=5))
        headers = {"Authorization": f"Bearer {stage.token(here, now, admin.username)}"}
        with httpx.Client(headers=headers, trust_env=False, timeout=60.0) as api:
            _connect(api, here)
            outcomes = _seal(here, now)
            pack = _make_pack(api, here)
            archive = _download(api, here, pack["number"])
            key = _pinned_key(api, here, pack)
            findings = _get(api, here, "/findings?limit=100")["items"]
            summary = _get(api, here, "/summary")
    command = [sys.executable, str(_VERIFIER), str(archive), "--expected-pubkey", key]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    _report(here, outcomes, summary, findings, archive, key, command)
    sys.stdout.write(verified.stdout)
    if verified.returncode:
        raise RunnerStopped(f"The pack does not verify: {verified.stderr.strip()}")


def _start_afresh(here: Settings) -> None:
    """Forget the last demo; what is costly to make and the same each time stays."""
    for entry in here.state_dir.iterdir() if here.state_dir.exists() else ():
        if entry.name not in _KEPT:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _connect(api: httpx.Client, here: Settings) -> None:
    _post(
        api,
        here,
        "/orgs",
        {"org_id": story.DEMO_ORG_ID, "display_name": "Demo", "admin_key": story.DEMO_ADMIN_KEY},
    )


def _seal(here: Settings, now: Stage) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    bar = progress.Bar(here.hours)
    for line in close_hours.tick(here, now, START, here.hours):
        # Connecting sealed the hour before, which is told too and is not of the period.
        if line["hour"] >= story.DEMO_START:
            outcomes[line["outcome"]] += 1
            bar.advance(f"{line['hour']} {line['outcome']}")
    bar.close()
    return outcomes


def _make_pack(api: httpx.Client, here: Settings) -> dict[str, Any]:
    last = START + timedelta(hours=here.hours) - timedelta(seconds=1)
    period = {"period_start": clock.rfc3339(START), "period_end": clock.rfc3339(last)}
    number = _post(api, here, "/evidence-packs", period)["number"]
    deadline = time.monotonic() + _PACK_LIMIT_S
    while time.monotonic() < deadline:
        pack = _get(api, here, f"/evidence-packs/{number}")
        if pack["state"] == "ready":
            return pack
        if pack["state"] == "failed":
            raise RunnerStopped(f"Pack {number} failed: {pack.get('reason')}")
        time.sleep(0.2)
    raise RunnerStopped(f"Pack {number} took over {_PACK_LIMIT_S:.0f} s; see {here.log_dir}.")


def _download(api: httpx.Client, here: Settings, number: int) -> Path:
    """Fetch the archive from its presigned URL, as anyone with that URL could."""
    link = _get(api, here, f"/evidence-packs/{number}/download")
    answer = httpx.get(link["url"], trust_env=False, timeout=60.0)
    if answer.status_code != httpx.codes.OK:
        raise RunnerStopped(f"The download of pack {number} answered {answer.status_code}.")
    _OUT.mkdir(exist_ok=True)
    archive = _OUT / f"pack-{number}.tar.gz"
    archive.write_bytes(answer.content)
    return archive


def _pinned_key(api: httpx.Client, here: Settings, pack: dict[str, Any]) -> str:
    """Return the published public key the pack names."""
    for one in _get(api, here, "/signing-keys")["items"]:
        if one["key_id"] == pack["signing_key_id"]:
            (_OUT / "signing-key.hex").write_text(one["public_hex"] + "\n")
            return str(one["public_hex"])
    raise RunnerStopped(f"No published key is {pack['signing_key_id']}, which signed the pack.")


def _get(api: httpx.Client, here: Settings, route: str) -> dict[str, Any]:
    return _answered(api.get(here.api_url + route, headers={"Accept": "application/json"}))


def _post(api: httpx.Client, here: Settings, route: str, body: dict[str, Any]) -> dict[str, Any]:
    return _answered(api.post(here.api_url + route, json=body))


def _answered(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        asked = f"{answer.request.method} {answer.request.url.path}"
        raise RunnerStopped(f"{asked} answered {answer.status_code}: {answer.text}")
    body: dict[str, Any] = answer.json()
    return body


def _report(
    here: Settings,
    outcomes: Counter[str],
    summary: dict[str, Any],
    findings: list[dict[str, Any]],
    archive: Path,
    key: str,
    command: list[str],
) -> None:
    sealed = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    counts = ", ".join(
        f"{summary[name]} {name.replace('_', ' ')}"
        for name in ("users", "active_projects", "api_keys", "stale_keys")
    )
    print(f"Sealed    {outcomes.total()} hours: {sealed}")
    print(f"Holds     {counts}")
    print(f"Findings  {_counted(findings)}")
    print(f"Pack      {_short(archive)}, public key {key}")
    print(f"Verify    {shlex.join(['python3', *map(_short, command[1:])])}")
    port = "" if here.port == DEFAULT_PORT else f"PORT={here.port} "
    print(f"Look      {port}STATE_DIR={_short(here.state_dir)} make up, then {here.origin}/")
    for user in read_users(stage.users_file(here)):
        print(f"          {user.username} {user.password} ({user.group} of {user.tenant_id})")


def _counted(findings: list[dict[str, Any]]) -> str:
    kinds = Counter(one["kind"] for one in findings)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "none"


def _short(path: Path | str) -> str:
    """Return a path as it is typed from where the demo was started."""
    try:
        return str(Path(path).relative_to(Path.cwd())) if Path(path).is_absolute() else str(path)
    except ValueError:
        return str(path)
