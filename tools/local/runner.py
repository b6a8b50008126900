"""Bring a stage up on this machine and take it down again; the whole walk is `up`."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

from tools import publish_dashboard
from tools.local import stage
from tools.local.deployment import (
    cloudformation_gaps,
    deployment,
    processes,
    servers,
    sign_in,
    synthesis,
)
from tools.local.deployment.processes import Server
from tools.local.deployment.servers import Ports
from tools.local.deployment.synthesis import Assembly
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings
from tools.local.stage import Stage

Tell = Callable[[str], None]


@contextlib.contextmanager
def up(settings: Settings, tell: Tell) -> Iterator[tuple[Stage, list[Server]]]:
    """Serve a stage while the block runs; save its state and end its servers afterwards.

    Raises:
        RunnerStopped: it cannot be served; the message says why.
    """
    with _only_runner(settings), _terminable(), contextlib.ExitStack() as ends:
        known = _known(settings)
        _require_free(settings.port, "PORT")
        tell("synthesizing the template")
        assembly = synthesis.synthesize(settings)
        ports = servers.choose_ports(settings, known)
        tell("starting the AWS emulator")
        emulator = servers.start_emulator(settings, assembly, ports)
        ends.callback(emulator.stop)
        processes.wait_until_answering(emulator, "/_ministack/health")
        tell("deploying the template")
        now = _deploy(settings, assembly, ports)
        ends.callback(lambda: stage.write(settings, stage.stopped(now)))
        running = [emulator]
        if settings.openai_base_url is None:
            tell("starting the OpenAI simulator")
            running.append(servers.start_simulator(settings, ports))
            ends.callback(running[-1].stop)
        running.append(servers.start_door(settings, now))
        ends.callback(running[-1].stop)
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
    """Treat SIGTERM as Ctrl-C, so that both end the servers in order.

    A shell starts its background jobs with SIGINT ignored; whoever sends it means it.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _known(settings: Settings) -> Stage | None:
    """Return what the directory holds, refusing another version's."""
    known = stage.read(settings)
    if known is not None and known.emulator_version != importlib.metadata.version("ministack"):
        raise RunnerStopped(stage.stale(settings))
    if known is None:
        # A first start that never came to its end left nothing to keep.
        for left in (settings.emulator_dir, settings.objects_dir):
            shutil.rmtree(left, ignore_errors=True)
    return known


def _require_free(port: int, name: str) -> None:
    if not processes.port_is_free(port):
        raise RunnerStopped(f"Port {port} ({name}) is in use on 127.0.0.1; choose another {name}.")


def _deploy(settings: Settings, assembly: Assembly, ports: Ports) -> Stage:
    now = Stage(
        format=stage.FORMAT,
        emulator_version=importlib.metadata.version("ministack"),
        emulator_port=ports.emulator,
        simulator_port=ports.simulator,
        simulator_control_port=ports.control,
        pid=os.getpid(),
        origin=settings.origin,
        region=assembly.region,
        stack_name=assembly.stack_name,
        outputs={},
    )
    account = now.account()
    now.outputs.update(deployment.deploy(account, assembly))
    cloudformation_gaps.apply(
        account, assembly, deployment.physical_ids(account, assembly.stack_name)
    )
    sign_in.ensure_users(account, now.output("UserPoolId"), stage.users_file(settings))
    # On this machine the emulator itself is where people sign in.
    publish_dashboard.upload(account.s3, now.outputs | {"SignInDomain": now.endpoint_url})
    return now


def tell_on_stderr(text: str) -> None:
    """Report progress; standard output belongs to the one line of JSON."""
    print(text, file=sys.stderr, flush=True)
