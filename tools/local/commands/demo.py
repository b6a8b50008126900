"""The demo: connect, seal hours, make a pack, download and verify it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from tools.local import clock, place, progress, runner, stage
from tools.local.commands import close_hours, token_check
from tools.local.deployment.processes import HeldPorts
from tools.local.deployment.sign_in import read_users
from tools.local.deployment.time_authority import TimeAuthority
from tools.local.errors import RunnerStopped
from tools.local.settings import DEFAULT_PORT, ROOT, Settings
from tools.local.stage import Stage
from tools.openai_simulator.story import story

Report = Callable[[str], None]

START = clock.parse(story.DEMO_START)
_OUT = ROOT / "out"
_VERIFIER = ROOT / "tools" / "evidence-pack-verify.py"
_PACK_LIMIT_S = 180.0


@dataclass(frozen=True)
class Demonstration:
    """What came of a demo: of its hours, and the pack that was downloaded.

    Attributes:
        outcomes: how often hours were sealed as what.
        summary: the API's figures, after the last hour.
        findings: the newest hundred.
        archive: the pack.
        public_key: the published one that the pack names, 64 hex digits.
    """

    outcomes: Counter[str]
    summary: dict[str, Any]
    findings: list[dict[str, Any]]
    archive: Path
    public_key: str


def demo(base_settings: Settings, report: Report) -> None:
    """Run the demo on a stage of its own, and print what came of it.

    Raises:
        RunnerStopped: a step did not go as it must.
    """
    settings = _own_place(base_settings, report)
    out = _OUT if settings.state_dir.name == "demo" else _OUT / settings.state_dir.name
    with runner.up(settings, report, afresh=True) as (running_stage, _):
        shown = demonstrate(settings, running_stage, out)
    archive = shown.archive
    command = verification(shown)
    anchors = token_check.anchors_of(archive)
    certificate = out / "time-authority.pem"
    certificate.unlink(missing_ok=True)
    stamped = [token_check.told(anchors)]
    if token_check.n_tokens(anchors):
        shutil.copyfile(TimeAuthority(settings.time_authority_dir).certificate, certificate)
        command += ["--tsa-cert", str(certificate)]
        stamped += token_check.commands(archive, certificate, _relative)
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    _report(settings, shown, command, stamped)
    sys.stdout.write(verified.stdout)
    if verified.returncode:
        raise RunnerStopped(f"The pack does not verify: {verified.stderr.strip()}")


def demonstrate(settings: Settings, running_stage: Stage, out: Path) -> Demonstration:
    """Connect, seal the hours, make a pack and download it, on a stage that runs, however deployed.

    Args:
        settings: of the stage.
        running_stage: a new one: nothing is connected.
        out: where pack and public key go.

    Raises:
        RunnerStopped: a step did not go as it must.
    """
    admin = next(user for user in read_users(stage.users_file(settings)) if user.group == "admin")
    clock.set_to(settings.clock_file, START + timedelta(minutes=5))
    headers = {"Authorization": f"Bearer {stage.token(settings, running_stage, admin.username)}"}
    with httpx.Client(headers=headers, trust_env=False, timeout=60.0) as api:
        _connect(api, settings)
        outcomes = _close_hours(settings, running_stage)
        pack = _make_pack(api, settings)
        archive = _download(api, settings, pack["number"], out)
        return Demonstration(
            outcomes=outcomes,
            summary=_get(api, settings, "/summary"),
            findings=_get(api, settings, "/findings?limit=100")["items"],
            archive=archive,
            public_key=_pinned_key(api, settings, pack, out),
        )


def verification(shown: Demonstration) -> list[str]:
    """Return the command that verifies the pack offline, under the key that was published."""
    pinned = ("--expected-pubkey", shown.public_key)
    return [sys.executable, str(_VERIFIER), str(shown.archive), *pinned]


def _own_place(base_settings: Settings, report: Report) -> Settings:
    """Return where the demo runs: beside whatever is being served, in a place of its own."""
    folder = place.of_a_demo(base_settings.state_dir)
    if folder.name != "demo":
        report(f"a demo is being served, so this one is in {_relative(folder)}")
    port = base_settings.port
    with HeldPorts() as held:
        if not held.take(port):
            port = held.next_free(port)
            report(f"port {base_settings.port} is in use, so the demo takes {port}")
    return replace(base_settings, state_dir=folder, port=port, openai_base_url=None)


def _connect(api: httpx.Client, settings: Settings) -> None:
    _post(
        api,
        settings,
        "/orgs",
        {"org_id": story.DEMO_ORG_ID, "display_name": "Demo", "admin_key": story.DEMO_ADMIN_KEY},
    )


def _close_hours(settings: Settings, running_stage: Stage) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    bar = progress.Bar(settings.hours)
    for line in close_hours.close_hours(settings, running_stage, START, settings.hours):
        # Connecting sealed the hour before, whose line comes too and is not of the period.
        if line["hour"] >= story.DEMO_START:
            outcomes[line["outcome"]] += 1
            bar.advance(f"{line['hour']} {line['outcome']}")
    bar.close()
    return outcomes


def _make_pack(api: httpx.Client, settings: Settings) -> dict[str, Any]:
    last = START + timedelta(hours=settings.hours) - timedelta(seconds=1)
    period = {"period_start": clock.rfc3339(START), "period_end": clock.rfc3339(last)}
    number = _post(api, settings, "/evidence-packs", period)["number"]
    deadline = time.monotonic() + _PACK_LIMIT_S
    while time.monotonic() < deadline:
        pack = _get(api, settings, f"/evidence-packs/{number}")
        if pack["state"] == "ready":
            return pack
        if pack["state"] == "failed":
            raise RunnerStopped(f"Pack {number} failed: {pack.get('reason')}")
        time.sleep(0.2)
    raise RunnerStopped(f"Pack {number} took over {_PACK_LIMIT_S:.0f} s; see {settings.log_dir}.")


def _download(api: httpx.Client, settings: Settings, number: int, out: Path) -> Path:
    """Fetch the archive from its presigned URL, as anyone with that URL could."""
    link = _get(api, settings, f"/evidence-packs/{number}/download")
    answer = httpx.get(link["url"], trust_env=False, timeout=60.0)
    if answer.status_code != httpx.codes.OK:
        raise RunnerStopped(f"The download of pack {number} answered {answer.status_code}.")
    out.mkdir(parents=True, exist_ok=True)
    archive = out / f"pack-{number}.tar.gz"
    archive.write_bytes(answer.content)
    return archive


def _pinned_key(api: httpx.Client, settings: Settings, pack: dict[str, Any], out: Path) -> str:
    """Return the published public key the pack names."""
    for signing_key in _get(api, settings, "/signing-keys")["items"]:
        if signing_key["key_id"] == pack["signing_key_id"]:
            (out / "signing-key.hex").write_text(signing_key["public_hex"] + "\n")
            return str(signing_key["public_hex"])
    raise RunnerStopped(f"No published key is {pack['signing_key_id']}, which signed the pack.")


def _get(api: httpx.Client, settings: Settings, route: str) -> dict[str, Any]:
    return _body_of(api.get(settings.api_url + route, headers={"Accept": "application/json"}))


def _post(
    api: httpx.Client, settings: Settings, route: str, body: dict[str, Any]
) -> dict[str, Any]:
    return _body_of(api.post(settings.api_url + route, json=body))


def _body_of(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        request = f"{answer.request.method} {answer.request.url.path}"
        raise RunnerStopped(f"{request} answered {answer.status_code}: {answer.text}")
    body: dict[str, Any] = answer.json()
    return body


def _report(
    settings: Settings, shown: Demonstration, command: list[str], stamped: list[str]
) -> None:
    outcome_counts = ", ".join(
        f"{number} {outcome}" for outcome, number in sorted(shown.outcomes.items())
    )
    counts = ", ".join(
        f"{shown.summary[name]} {name.replace('_', ' ')}"
        for name in ("users", "active_projects", "api_keys", "stale_keys")
    )
    print(f"Sealed    {shown.outcomes.total()} hours: {outcome_counts}")
    print(f"Holds     {counts}")
    print(f"Findings  {_count_by_kind(shown.findings)}")
    print(f"Pack      {_relative(shown.archive)}, public key {shown.public_key}")
    print(f"Verify    {shlex.join(['python3', *map(_relative, command[1:])])}")
    print("Stamped   " + "\n          ".join(stamped))
    port = "" if settings.port == DEFAULT_PORT else f"PORT={settings.port} "
    state_dir = _relative(settings.state_dir)
    print(f"Look      {port}STATE_DIR={state_dir} make up, then {settings.origin}/")
    for user in read_users(stage.users_file(settings)):
        print(f"          {user.username} {user.password} ({user.group} of {user.tenant_id})")


def _count_by_kind(findings: list[dict[str, Any]]) -> str:
    kinds = Counter(finding["kind"] for finding in findings)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "none"


def _relative(path: Path | str) -> str:
    """Return a path as it is typed from where the demo was started."""
    try:
        return str(Path(path).relative_to(Path.cwd())) if Path(path).is_absolute() else str(path)
    except ValueError:
        return str(path)
