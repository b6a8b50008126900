"""The commands that a page prints, and a shell that runs them one after the other."""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command.

    Attributes:
        code: its exit code.
        stdout: what it printed.
        stderr: what it complained of.
    """

    code: int
    stdout: str
    stderr: str


def printed_commands(page: Path) -> list[str]:
    """Return a page's commands in their order, each as it is printed.

    A command is the fewest lines that bash reads as whole: a loop or a function is one.
    """
    return [
        command
        for block in _BLOCK.findall(page.read_text())
        for command in _whole_commands(block.splitlines())
    ]


def _whole_commands(lines: list[str]) -> list[str]:
    commands, begun = [], ""
    for line in lines:
        begun = f"{begun}\n{line}" if begun else line
        if not begun.strip() or begun.endswith("\\"):
            continue
        if _is_whole(begun):
            commands.append(begun)
            begun = ""
    assert not begun, f"bash cannot read {begun!r}"
    return commands


def _is_whole(script: str) -> bool:
    parsed = subprocess.run(["bash", "-n", "-c", script], capture_output=True, check=False)  # noqa: S607
    # Of a here-document without its end bash complains, and takes it all the same.
    return parsed.returncode == 0 and b"here-document" not in parsed.stderr


class Shell:
    """One reader's shell: what a command defines, those after it know."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._kept = tempfile.TemporaryDirectory()
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],  # noqa: S607
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Shell":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bash.kill()
        self._bash.communicate()
        self._kept.cleanup()

    def run(self, command: str, limit_s: int = 300) -> Done:
        """Run a command to its end; a pipe fails with the first of its parts that fails."""
        script, out, err = (Path(self._kept.name) / name for name in ("script", "out", "err"))
        script.write_text(f"set -o pipefail\n{command}\n")
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        watch = f"sleep {limit_s}; kill -9 $$"
        self._bash.stdin.write(
            f"( {watch} ) >/dev/null 2>&1 & watch=$!\n"
            f". {script} </dev/null >{out} 2>{err}\n"
            "code=$?; kill $watch 2>/dev/null; wait $watch 2>/dev/null; echo $code\n"
        )
        self._bash.stdin.flush()
        code = self._bash.stdout.readline()
        assert code, f"not over in {limit_s} s: {command}\n{err.read_text()}"
        return Done(int(code), out.read_text(), err.read_text())
