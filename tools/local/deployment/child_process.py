"""Run a module as a server of the runner: it ends when the runner does.

`python -m tools.local.deployment.child_process MODULE ARGUMENT…`. A runner
that was killed cannot end its servers; their standard input, which it held, tells them.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
import threading


def _watch_runner() -> None:
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the module named first with the rest of the arguments."""
    threading.Thread(target=_watch_runner, daemon=True).start()
    module = sys.argv[1]
    sys.argv[:] = [module, *sys.argv[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
