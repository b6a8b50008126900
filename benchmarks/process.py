"""Run what is measured in a process of its own, and ask the kernel what it used."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

_ROOT = Path(__file__).parent.parent


def memory_mib(name: str) -> float:
    """Return the memory of this process in MiB: VmRSS now, VmHWM at most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def cpu_s() -> float:
    """Return the CPU seconds of this process and of the children it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def deployed_environment() -> dict[str, str]:
    """Return the variables of the template that bear on a function's memory and start."""
    # Brings botocore, which no process that is measured should have from here.
    from infra.compute.models import build_models
    from infra.settings import HEAP

    return {**HEAP, "AWS_DATA_PATH": str(build_models(_ROOT / "build"))}


def run_in_process(command: list[str], environment: dict[str, str]) -> Figures:
    """Run a Python command; return the JSON it prints."""
    process = subprocess.run(
        [sys.executable, *command],
        env=os.environ | environment,
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{process.stderr[-3000:]}")
    figures: Figures = json.loads(process.stdout.splitlines()[-1])
    return figures
