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

from tools.local import clock, runner, stage
from tools.local.commands import close_hours, demo, pack_month
from tools.local.errors import RunnerStopped
from tools.local.settings import Settings, from_environment


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(from_environment(), options)
    except RunnerStopped as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if options.command == "up" else 130
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
    command = add("clock", _clock, "print the functions' clock, or set it")
    command.add_argument("--set", metavar="INSTANT", help="such as 2026-04-01T00:05:00Z")
    command = add("tick", _close_hours, "close hours; prints one line of JSON per seal")
    command.add_argument("--hour", required=True, help="its start, such as 2026-04-01T05:00:00Z")
    command.add_argument("--count", type=_positive, default=1, help="how many hours (1)")
    add("wake", _wake, "fire what is fired each minute: whoever is told hears of what happened")
    command = add("pack-month", _pack_month, "make a month's packs; one line of JSON per pack")
    command.add_argument("--month", required=True, help="such as 2026-04")
    add("demo", _demo, "connect, seal HOURS hours, make a pack, download and verify it")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def _up(settings: Settings, _options: argparse.Namespace) -> None:
    with runner.up(settings, runner.report_on_stderr) as (running_stage, servers):
        _print(stage.description(settings, running_stage))
        runner.report_on_stderr(f"letters that it sends are laid into {settings.mails_dir}")
        runner.report_on_stderr(f"serving {settings.origin}; Ctrl-C saves the state and stops")
        while True:
            time.sleep(0.5)
            for server in servers:
                server.fail_if_ended()


def _token(settings: Settings, options: argparse.Namespace) -> None:
    print(stage.token(settings, stage.running(settings), options.user))


def _clock(settings: Settings, options: argparse.Namespace) -> None:
    if options.set:
        instant = clock.parse(options.set)
        stage.running(settings)
        clock.set_to(settings.clock_file, instant)
    print(clock.rfc3339(clock.read(settings.clock_file)))


def _close_hours(settings: Settings, options: argparse.Namespace) -> None:
    hour = clock.parse_hour(options.hour)
    for line in close_hours.close_hours(settings, stage.running(settings), hour, options.count):
        _print(line)


def _wake(settings: Settings, _options: argparse.Namespace) -> None:
    close_hours.wake(settings, stage.running(settings))


def _pack_month(settings: Settings, options: argparse.Namespace) -> None:
    month = pack_month.parse_month(options.month)
    for line in pack_month.pack_month(settings, stage.running(settings), month):
        _print(line)


def _demo(settings: Settings, _options: argparse.Namespace) -> None:
    demo.demo(settings, runner.report_on_stderr)


def _print(line: dict[str, Any]) -> None:
    # The table's numbers are decimals; all of them are whole.
    print(json.dumps(line, default=int), flush=True)


def _forget_real_accounts() -> None:
    """Keep this machine's own AWS settings out: a profile, or an endpoint, of a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


if __name__ == "__main__":
    _forget_real_accounts()
    sys.exit(main())
