"""Serve the simulator over HTTP on loopback until interrupted.

    python -m tools.openai_simulator --port 0 --story demo --clock-file .local/clock.json

Prints one line of JSON on standard output once it listens:
`{"base_url": …, "control_url": …, "raw_url": …}`.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from tools.openai_simulator.clock import Clock, OffsetFileClock, SettableClock
from tools.openai_simulator.http.server import HttpServer
from tools.openai_simulator.simulator import Simulator
from tools.openai_simulator.story.story import DEMO_START, demo_world
from tools.openai_simulator.story.world import World


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="openai_simulator", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--port", type=int, default=0, help="of the API; 0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="of the control endpoint")
    parser.add_argument("--story", choices=("demo", "empty"), default="demo")
    parser.add_argument("--start", default=DEMO_START, help="where the story's told hours begin")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another story")
    parser.add_argument("--days", type=int, default=75, help="how long the story goes on")
    clock = parser.add_mutually_exclusive_group()
    clock.add_argument("--now", help="where the clock starts; the story's start when absent")
    clock.add_argument("--clock-file", type=Path, help='{"offset_s": …}, read at each request')
    return parser.parse_args(argv)


def _clock(arguments: argparse.Namespace) -> Clock:
    if arguments.clock_file is not None:
        return OffsetFileClock(arguments.clock_file)
    return SettableClock(arguments.now or arguments.start, running=True)


async def _serve(arguments: argparse.Namespace) -> None:
    demo = arguments.story == "demo"
    world = (
        demo_world(arguments.start, seed=arguments.seed, days=arguments.days) if demo else World()
    )
    simulator = Simulator(world, _clock(arguments))
    server = HttpServer(simulator, port=arguments.port, control_port=arguments.control_port)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await server.start()
    urls = {
        "base_url": server.base_url,
        "control_url": server.control_url,
        "raw_url": server.raw_url,
    }
    print(json.dumps(urls), flush=True)
    await stopped.wait()
    await server.stop()


def main(argv: list[str]) -> int:
    """Serve until interrupted; return 1 with one line when a port is taken."""
    arguments = _arguments(argv)
    try:
        asyncio.run(_serve(arguments))
    except OSError as error:
        print(f"openai_simulator: cannot listen: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
