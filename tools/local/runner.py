"""Bring a stage up on this machine and take it down again; the whole walk is `up`."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

from tools.local import dashboard, deployment, fixups, processes, sign_in, stage, synthesis
from tools.local.errors import RunnerStopped
from tools.local.processes import Server
from tools.local.settings import Settings
from tools.local.stage import Stage
from tools.local.synthesis import Assembly

Tell = Callable[[str], None]


@contextlib.contextmanager
def up(settings: Settings, tell: Tell) -> Iterator[tuple[Stage, list[Server]]]:
    """Serve a stage while the block runs; save its state and end its servers afterwards.

    Raises:
        RunnerStopped: it cannot be served; the message says why.
    """
    with _only_runner(settings), _terminable(), contextlib.ExitStack() as servers:
        known = _known(settings)
        _require_free(settings.port, "PORT")
        tell("synthesizing the template")
        assembly = synthesis.synthesize(settings)
        emulator_port, simulator_port = _ports(settings, known)
        tell("starting the AWS emulator")
        emulator = _emulator(settings, assembly, emulator_port, simulator_port)
        servers.callback(emulator.stop)
        processes.wait_until_answering(emulator, "/_ministack/health")
        tell("deploying the template")
        now = _deploy(settings, assembly, emulator_port, simulator_port)
        servers.callback(lambda: stage.write(settings, stage.stopped(now)))
        running = [emulator]
        if settings.openai_base_url is None:
            tell("starting the OpenAI simulator")
            running.append(_simulator(settings, simulator_port))
            servers.callback(running[-1].stop)
        running.append(_door(settings, now))
        servers.callback(running[-1].stop)
        for server in running[1:]:
            processes.wait_until_answering(server, "/")
        stage.write(settings, now)
        yield now, running


@contextlib.contextmanager
def _only_runner(settings: Settings) -> Iterator[None]:
    """Hold the state directory for this runner alone."""
    try:
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        file = (settings.state_dir / "lock").open("w")
    except OSError as refused:
        raise RunnerStopped(
            f"{settings.state_dir} cannot be written: {refused.strerror}."
        ) from refused
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunnerStopped(f"Another runner is using {settings.state_dir}.") from None
        yield


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, so that both end the servers in order."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _known(settings: Settings) -> Stage | None:
    """Return what the directory holds, refusing another version's."""
    known = stage.read(settings)
    if known is not None and known.emulator_version != importlib.metadata.version("ministack"):
        raise RunnerStopped(stage.stale(settings))
    if known is None and settings.emulator_dir.exists():
        # A first start that never came to its end left nothing to keep.
        raise RunnerStopped(stage.stale(settings))
    return known


def _require_free(port: int, name: str) -> None:
    if not processes.port_is_free(port):
        raise RunnerStopped(f"Port {port} ({name}) is in use on 127.0.0.1; choose another {name}.")


def _ports(settings: Settings, known: Stage | None) -> tuple[int, int]:
    """Return the emulator's port, which the account's addresses hold, and the simulator's."""
    if known is None:
        emulator_port = processes.next_free_port(settings.port)
    else:
        emulator_port = known.emulator_port
        if not processes.port_is_free(emulator_port):
            raise RunnerStopped(
                f"Port {emulator_port}, the emulator's in {settings.state_dir}, is in use on "
                f"127.0.0.1; free it or choose another STATE_DIR."
            )
    return emulator_port, processes.next_free_port(max(emulator_port, settings.port))


def _emulator(settings: Settings, assembly: Assembly, port: int, simulator_port: int) -> Server:
    """Start the emulator; the rooms it runs inherit their clock and OpenAI's address from it."""
    openai_base_url = settings.openai_base_url or f"http://127.0.0.1:{simulator_port}/v1"
    environment = {
        "GATEWAY_PORT": str(port),
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
        "OPENAI_BASE_URL": openai_base_url,
        "CLOCK_FILE": str(settings.clock_file),
    }
    return processes.start(
        "emulator",
        ["tools.local.emulator", str(port)],
        port=port,
        log_dir=settings.log_dir,
        environment=environment,
    )


def _deploy(
    settings: Settings, assembly: Assembly, emulator_port: int, simulator_port: int
) -> Stage:
    now = Stage(
        format=stage.FORMAT,
        emulator_version=importlib.metadata.version("ministack"),
        emulator_port=emulator_port,
        simulator_port=simulator_port,
        pid=os.getpid(),
        origin=settings.origin,
        region=assembly.region,
        stack_name=assembly.stack_name,
        outputs={},
    )
    account = now.account()
    now.outputs.update(deployment.deploy(account, assembly))
    fixups.apply(account, assembly, deployment.physical_ids(account, assembly.stack_name))
    sign_in.ensure_users(account, now.output("UserPoolId"), stage.users_file(settings))
    dashboard.publish(
        account, now.output("DashboardBucket"), now.endpoint_url, now.output("ClientId")
    )
    return now


def _simulator(settings: Settings, port: int) -> Server:
    return processes.start(
        "simulator",
        ["tools.openai_simulator", "--port", str(port), "--clock-file", str(settings.clock_file)],
        port=port,
        log_dir=settings.log_dir,
    )


def _door(settings: Settings, now: Stage) -> Server:
    """Start the one origin; its page may talk to sign-in and packs where they are here."""
    packs_host = f"https://{now.output('PacksBucket')}.s3.{now.region}.amazonaws.com"
    return processes.start(
        "door",
        [
            "tools.local.door",
            str(settings.port),
            str(now.emulator_port),
            now.output("DistributionDomain"),
            f"{now.output('SignInDomain')}={now.endpoint_url}",
            f"{packs_host}={now.endpoint_url}",
        ],
        port=settings.port,
        log_dir=settings.log_dir,
    )


def tell_on_stderr(text: str) -> None:
    """Report progress; standard output belongs to the one line of JSON."""
    print(text, file=sys.stderr, flush=True)
