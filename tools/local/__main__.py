"""`python -m tools.local`: run the product on this machine, on emulated AWS and simulated OpenAI.

Environment: PORT (8080), OPENAI_BASE_URL (the project's own simulator), STATE_DIR (.local),
SCHEDULE (on or off; off with the own simulator), HOURS (48, of `demo`). `demo` starts afresh in
STATE_DIR/demo each time and touches nothing else of STATE_DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

from tools.local import clock, runner, settings, stage
from tools.local.commands import close_hours, demo, pack_month
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        asked.run(settings.from_environment(), asked)
    except RunnerStopped as stopped:
        print(f"{asked.command}: {stopped}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if asked.command == "up" else 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.local",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        return command

    add("up", _up, "serve dashboard and API until interrupted; prints one line of JSON")
    command = add("token", _token, "print an ID token of a user")
    command.add_argument("--user", required=True, metavar="NAME")
    command = add("clock", _clock, "print every room's clock, or set it")
    command.add_argument("--set", metavar="INSTANT", help="such as 2026-04-01T00:05:00Z")
    command = add("tick", _tick, "close hours; prints one line of JSON per seal")
    command.add_argument("--hour", required=True, help="its start, such as 2026-04-01T05:00:00Z")
    command.add_argument("--count", type=_positive, default=1, help="how many hours (1)")
    command = add("pack-month", _pack_month, "make a month's packs; one line of JSON per pack")
    command.add_argument("--month", required=True, help="such as 2026-04")
    add("demo", _demo, "connect, seal HOURS hours, make a pack, download and verify it")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def _up(here: Settings, _asked: argparse.Namespace) -> None:
    with runner.up(here, runner.tell_on_stderr) as (now, servers):
        _print(stage.description(here, now))
        runner.tell_on_stderr(f"serving {here.origin}; Ctrl-C saves the state and stops")
        while True:
            time.sleep(0.5)
            for server in servers:
                server.fail_if_ended()


def _token(here: Settings, asked: argparse.Namespace) -> None:
    print(stage.token(here, stage.running(here), asked.user))


def _clock(here: Settings, asked: argparse.Namespace) -> None:
    if asked.set:
        instant = clock.parse(asked.set)
        stage.running(here)
        clock.set_to(here.clock_file, instant)
    print(clock.rfc3339(clock.read(here.clock_file)))


def _tick(here: Settings, asked: argparse.Namespace) -> None:
    hour = clock.parse_hour(asked.hour)
    for line in close_hours.tick(here, stage.running(here), hour, asked.count):
        _print(line)


def _pack_month(here: Settings, asked: argparse.Namespace) -> None:
    month = pack_month.parse_month(asked.month)
    for line in pack_month.pack_month(here, stage.running(here), month):
        _print(line)


def _demo(here: Settings, _asked: argparse.Namespace) -> None:
    demo.demo(here, runner.tell_on_stderr)


def _print(line: dict[str, Any]) -> None:
    # The table's numbers are decimals; every one told here is whole.
    print(json.dumps(line, default=int), flush=True)


def _forget_real_accounts() -> None:
    """Keep this machine's own AWS settings out: a profile, or an endpoint, of a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


if __name__ == "__main__":
    _forget_real_accounts()
    sys.exit(main())
