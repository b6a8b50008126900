"""The command that asks: a line of JSON a row, nothing that a terminal obeys."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.tools.sql.evidence import QUERIES, Evidence
from tests.tools.sql.office import NAMES
from tools.sql.build import FOLDER

ROOT = FOLDER.parents[1]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tools.sql", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )


def test_the_questions_are_listed() -> None:
    """Each with its name and its first line."""
    listed = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [path.stem for path in QUERIES]
    assert all(line.endswith("?") for line in listed)


def test_a_question_of_a_pack_and_of_a_bucket(told: Evidence) -> None:
    """The same lines, in ASCII, whatever keys are called."""
    manifest = told.manifest
    period = ("--from", manifest["period_start"], "--to", manifest["period_end"])
    of_bucket = ("--bucket", str(told.bucket), "--tenant", manifest["tenant_id"], *period)
    name = "auditor-13-keys-and-owners"
    done = [run(*source, name) for source in (("--pack", str(told.pack)), of_bucket)]
    assert [each.stderr for each in done] == ["", ""]
    assert done[0].stdout == done[1].stdout
    assert done[0].stdout.isascii()
    assert "\x1b" not in done[0].stdout
    names = {json.loads(line)["name"] for line in done[0].stdout.splitlines()}
    assert names >= {*NAMES}


def test_a_question_of_ones_own(told: Evidence, tmp_path: Path) -> None:
    """A file of SQL over the same views."""
    (tmp_path / "own.sql").write_text("SELECT count(*) AS n FROM users")
    done = run("--pack", str(told.pack), str(tmp_path / "own.sql"))
    assert json.loads(done.stdout) == {"n": 4}


@pytest.mark.parametrize(
    "arguments", [(), ("lead-10-owners-now",), ("--pack", "x", "--bucket", "y", "z")]
)
def test_wrong_arguments_are_refused(arguments: tuple[str, ...]) -> None:
    """Exit code 2, and what to give."""
    done = run(*arguments)
    assert done.returncode == 2
    assert "give a question, and either --pack or --bucket" in done.stderr


def test_what_cannot_be_answered_is_one_line(tmp_path: Path) -> None:
    """Of DuckDB's error the first line, in ASCII."""
    done = run("--pack", str(tmp_path), "lead-10-owners-now")
    assert (done.returncode, done.stdout) == (2, "")
    assert "extract the pack there first" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_lines_of_the_page_run(told: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/sql.md: what is printed there for DuckDB's own command, `.read` by `.read`."""
    page = (ROOT / "docs" / "sql.md").read_text()
    block = page.split("<!-- duckdb: tests run these lines -->\n```sql\n")[1].split("```")[0]
    monkeypatch.chdir(ROOT)
    connection = duckdb.connect()
    for line in block.replace("'pack-3'", f"'{told.pack}'").splitlines():
        if line.startswith(".read "):
            connection.execute(Path(line.removeprefix(".read ")).read_text())
        elif line and not line.startswith("."):
            connection.execute(line)
    assert [row[1] for row in connection.fetchall()] == ["user-olga", "user-ben"]
