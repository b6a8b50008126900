"""The servers of a stage: which ports they take and with what each is started."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from tools.local.deployment import processes
from tools.local.deployment.processes import HeldPorts, Server
from tools.local.deployment.synthesis import Assembly
from tools.local.settings import Settings
from tools.local.stage import Stage


@dataclass(frozen=True)
class Ports:
    """Where a stage listens on 127.0.0.1, beside its origin."""

    emulator: int
    simulator: int
    control: int
    time_authority: int


def choose_ports(settings: Settings, previous: Stage | None, held: HeldPorts) -> Ports:
    """Return free ports, held for this runner; the emulator's stays where that is possible.

    Raises:
        RunnerStopped: no port is free.
    """
    if previous is not None and held.take(previous.emulator_port):
        emulator = previous.emulator_port
    else:
        emulator = held.next_free(settings.port)
        if previous is not None:
            _move(settings, previous.emulator_port, emulator)
    simulator = held.next_free(max(emulator, settings.port))
    control = held.next_free(simulator)
    return Ports(emulator, simulator, control, held.next_free(control))


def _move(settings: Settings, old: int, new: int) -> None:
    """Write another port into the addresses that the emulated account holds, as of its queues."""
    address = re.compile(rb"127\.0\.0\.1:%d(?![0-9])" % old)
    for file in settings.emulator_dir.glob("*.json"):
        moved, n_addresses = address.subn(b"127.0.0.1:%d" % new, file.read_bytes())
        if n_addresses:
            new_file = file.with_suffix(".moved")
            new_file.write_bytes(moved)
            new_file.replace(file)


def start_emulator(settings: Settings, assembly: Assembly, ports: Ports) -> Server:
    """Start the emulator, of which the functions inherit their clock and OpenAI's address."""
    openai_base_url = settings.openai_base_url or f"http://127.0.0.1:{ports.simulator}/v1"
    environment = {
        "GATEWAY_PORT": str(ports.emulator),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": assembly.account,
        "MINISTACK_REGION": assembly.region,
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(settings.emulator_dir),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(settings.objects_dir),
        # Its other listeners, and the containers of other emulators on this machine, are not ours.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        # Nor are this machine's own AWS settings.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "OPENAI_BASE_URL": openai_base_url,
        # Where its user pools publish their keys.
        "COGNITO_BASE_URL": f"http://127.0.0.1:{ports.emulator}",
        "CLOCK_FILE": str(settings.clock_file),
        # Nobody outside of this machine is reached from here: receivers are on it.
        "WEBHOOKS_ON_LOOPBACK": "on",
    }
    return processes.start(
        "emulator",
        [
            "tools.local.emulator.emulator",
            str(ports.emulator),
            str(settings.mails_dir),
            str(settings.clock_file),
        ],
        port=ports.emulator,
        log_dir=settings.log_dir,
        environment=environment,
    )


def start_simulator(settings: Settings, ports: Ports) -> Server:
    """Start the OpenAI simulator, which follows the stage's clock and plays the demo story."""
    return processes.start(
        "simulator",
        [
            "tools.local.deployment.child_process",
            "tools.openai_simulator",
            "--port",
            str(ports.simulator),
            "--control-port",
            str(ports.control),
            "--clock-file",
            str(settings.clock_file),
        ],
        port=ports.simulator,
        log_dir=settings.log_dir,
    )


def start_time_authority(settings: Settings, ports: Ports) -> Server:
    """Start the stage's own time authority, which follows the stage's clock."""
    return processes.start(
        "time-authority",
        [
            "tools.local.deployment.child_process",
            "tools.local.deployment.time_authority",
            str(ports.time_authority),
            str(settings.time_authority_dir),
            str(settings.clock_file),
        ],
        port=ports.time_authority,
        log_dir=settings.log_dir,
    )


def start_origin(settings: Settings, stage: Stage) -> Server:
    """Start the origin of dashboard and API; its page may reach this stage's sign-in and packs."""
    packs_host = f"https://{stage.output('PacksBucket')}.s3.{stage.region}.amazonaws.com"
    return processes.start(
        "origin",
        [
            "tools.local.deployment.origin",
            str(settings.port),
            str(stage.emulator_port),
            stage.output("DistributionDomain"),
            f"{stage.output('SignInDomain')}={stage.endpoint_url}",
            f"{packs_host}={stage.endpoint_url}",
        ],
        port=settings.port,
        log_dir=settings.log_dir,
    )
