"""Bring a stage up on this machine and take it down again; `up` is the whole way."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

from functions.pack.anchor.rfc3161 import NONE
from tools import publish_dashboard
from tools.local import place, stage, versions
from tools.local.deployment import (
    cloudformation_gaps,
    deployment,
    processes,
    servers,
    sign_in,
    synthesis,
)
from tools.local.deployment.aws import Account
from tools.local.deployment.processes import HeldPorts, Server
from tools.local.deployment.servers import Ports
from tools.local.deployment.synthesis import Assembly
from tools.local.deployment.time_authority import NoTimeAuthority, TimeAuthority
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings
from tools.local.stage import Stage

Report = Callable[[str], None]
# Brings an assembly to an account; returns the stack's outputs.
Deploy = Callable[[Account, Assembly], dict[str, str]]


@contextlib.contextmanager
def up(
    settings: Settings,
    report: Report,
    *,
    afresh: bool = False,
    deploy: Deploy = deployment.deploy,
) -> Iterator[tuple[Stage, list[Server]]]:
    """Serve a stage while the block runs; save its state and end its servers afterwards.

    Args:
        settings: of the stage.
        report: told what is being done.
        afresh: whether to forget what the folder holds, once it is certain that it is ours.
        deploy: another way to bring the stack to the account, such as the CDK's own command.

    Raises:
        RunnerStopped: it cannot be served; the message says why.
    """
    with place.held(settings.state_dir), _interrupted_by_signals(), contextlib.ExitStack() as ends:
        held_ports = ends.enter_context(HeldPorts())
        if not held_ports.take(settings.port):
            raise RunnerStopped(
                f"Port {settings.port} (PORT) is in use on 127.0.0.1; choose another PORT."
            )
        if afresh:
            place.forget(settings.state_dir)
        previous = previous_stage(settings, report)
        ports = servers.choose_ports(settings, previous, held_ports)
        time_authority = choose_time_authority(settings, ports, report)
        report("synthesizing the template")
        assembly = synthesis.synthesize(settings, time_authority)
        report("starting the AWS emulator")
        emulator = servers.start_emulator(settings, assembly, ports)
        ends.callback(emulator.stop)
        processes.wait_until_answering(emulator, "/_ministack/health")
        report("deploying the template")
        deployed_stage = _deploy(settings, assembly, ports, deploy)
        ends.callback(lambda: stage.write(settings, stage.stopped(deployed_stage)))
        started = [emulator]
        if settings.openai_base_url is None:
            report("starting the OpenAI simulator")
            started.append(servers.start_simulator(settings, ports))
            ends.callback(started[-1].stop)
        if time_authority != NONE:
            started.append(servers.start_time_authority(settings, ports))
            ends.callback(started[-1].stop)
        started.append(servers.start_origin(settings, deployed_stage))
        ends.callback(started[-1].stop)
        for server in started[1:]:
            processes.wait_until_answering(server, "/")
        stage.write(settings, deployed_stage)
        yield deployed_stage, started


@contextlib.contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, so that both end the servers in order.

    A shell starts its background jobs with SIGINT ignored; whoever sends it means it.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGINT)
    handlers = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, handlers, strict=True):
            signal.signal(number, handler)


def previous_stage(settings: Settings, report: Report) -> Stage | None:
    """Return what the directory holds, refusing what this version cannot read."""
    previous = stage.read(settings)
    if previous is None:
        # A first start that never came to its end left nothing to keep.
        place.remove(settings.state_dir, settings.emulator_dir.name, settings.objects_dir.name)
        return None
    if previous.emulator_version != importlib.metadata.version("ministack"):
        raise RunnerStopped(stage.stale(settings))
    theirs = versions.told(previous.product_version, previous.formats)
    ours = versions.told(versions.product(), versions.formats())
    if versions.is_newer(previous.formats):
        raise RunnerStopped(
            f"The state in {settings.state_dir} was left by {theirs}, newer than this {ours}: "
            f"start that version, or choose another STATE_DIR."
        )
    if theirs != ours:
        report(f"reading what {theirs} left with {ours}")
    return previous


def choose_time_authority(settings: Settings, ports: Ports, report: Report) -> str:
    """Return the stage's choice: an authority of its own, or none where openssl cannot play it."""
    try:
        authority = TimeAuthority.made(settings.time_authority_dir)
    except NoTimeAuthority as error:
        report(f"no time authority, so anchors get no token: {error}")
        return NONE
    return f"http://127.0.0.1:{ports.time_authority}/ {authority.certificate_sha256}"


def _deploy(settings: Settings, assembly: Assembly, ports: Ports, deploy: Deploy) -> Stage:
    deployed_stage = Stage(
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
        product_version=versions.product(),
        formats=versions.formats(),
    )
    account = deployed_stage.account()
    deployed_stage.outputs.update(deploy(account, assembly))
    cloudformation_gaps.apply(
        account, assembly, deployment.physical_ids(account, assembly.stack_name)
    )
    # As an operator has their sender verified.
    account.ses.create_email_identity(EmailIdentity=synthesis.MAIL_FROM)
    sign_in.ensure_users(account, deployed_stage.output("UserPoolId"), stage.users_file(settings))
    # On this machine the emulator itself is where people sign in.
    publish_dashboard.upload(
        account.s3, deployed_stage.outputs | {"SignInDomain": deployed_stage.endpoint_url}
    )
    return deployed_stage


def report_on_stderr(text: str) -> None:
    """Report progress; standard output belongs to the one line of JSON."""
    print(text, file=sys.stderr, flush=True)
