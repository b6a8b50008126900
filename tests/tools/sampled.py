"""A sample as the script draws it, and as the printed lines of docs/auditors.md draw it."""

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import packs
from tests.support.packs import Pack, Row
from tests.tools.verifier import ROOT, as_json, verify

PAGE = (ROOT / "docs" / "auditors.md").read_text()


@dataclass(frozen=True)
class Drawn:
    """Rows drawn by the printed lines.

    Attributes:
        digests: of the rows, in order.
        rows: the rows.
        sha256: of the whole sample.
    """

    digests: list[str]
    rows: list[str]
    sha256: str


def pack_file(folder: Path, pack: Pack) -> Path:
    """Write a pack to a file."""
    path = folder / "pack-3.tar.gz"
    path.write_bytes(pack.build())
    return path


def sealed_anew(pack: Pack) -> Pack:
    """Return the pack with seals that name its rows as they are now."""
    of_org = {}
    for org_id in pack.org_ids:
        of_org[org_id] = packs.seals(
            ["complete"] * 48,
            "2026-04-01T00",
            pack.rows["events.jsonl"],
            org_id,
            previous="ab" * 32,
            changes=pack.rows["changes.jsonl"],
            statements=pack.rows["statements.jsonl"],
        )
    return pack.but(
        rows={**pack.rows, "coverage.jsonl": [r for rows in of_org.values() for r in rows]}
    )


def options(member: str, n: int, seed: str = "audit 7") -> tuple[str, ...]:
    """Return the options that ask for a sample."""
    return f"--sample={n}", f"--of={member}", f"--seed={seed}"


def sample(path: Path, member: str, n: int, seed: str = "audit 7") -> Row:
    """Return what `--json` says of a sample of a pack that passes."""
    verdict = verify(path, "--json", *options(member, n, seed))
    assert verdict.code == 0, verdict.text
    drawn: Row = as_json(verdict)["sample"]
    return drawn


def run_lines(mark: str, folder: Path, values: dict[str, Any]) -> list[str]:
    """Run the lines that the page has behind a mark, some values replaced; return what they say."""
    match = re.search(
        re.escape(f"<!-- {mark}: tests run these lines -->") + r"\n```sh\n(.*?)```", PAGE, re.DOTALL
    )
    assert match, f"the page has no lines {mark}"
    lines = match[1]
    for name, value in values.items():
        lines, n = re.subn(
            rf"^{name}=.*$",
            f"{name}={shlex.quote(str(value))}".replace("\\", "\\\\"),
            lines,
            flags=re.MULTILINE,
        )
        assert n == 1, name
    done = subprocess.run(
        ["bash", "-eu", "-c", lines],  # noqa: S607
        cwd=folder,
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    return done.stdout.decode().split("\n")[:-1]


def extract(path: Path, folder: Path) -> Path:
    """Extract a pack as the page tells; return the folder."""
    folder.mkdir()
    subprocess.run(["tar", "-xzf", str(path), "-C", str(folder)], check=True)  # noqa: S607
    return folder


def drawn_by_hand(folder: Path, member: str, n: int, seed: str = "audit 7") -> Drawn:
    """Return the rows that the printed lines draw of an extracted pack."""
    *lines, last = run_lines("sample", folder, {"SEED": seed, "N": n, "MEMBER": member})
    pairs = [line.split(" ", 1) for line in lines]
    return Drawn([digest for digest, _ in pairs], [row for _, row in pairs], last[:64])
