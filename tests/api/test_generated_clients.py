"""Clients that strangers generate from the document: they compile, and type checkers take them.

Generators stand in an environment of their own in a temporary folder: what they need does not go
with what this repository locks.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from functions.api.document import document
from functions.api.flow import OPERATIONS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
PYTHON_TOOLS = ("openapi-python-client==0.29.1", "mypy==2.4.1", "httpx==0.28.1", "attrs==26.1.0")
NODE_TOOLS = ("openapi-typescript@7.13.0", "typescript@5.9.3")
PYTHON_USE = """
from openai_audit_client import AuthenticatedClient
from openai_audit_client.api.evidence import list_changes
from openai_audit_client.models import ChangeList, ListChangesVerdict, Problem

client = AuthenticatedClient(base_url="https://audit.example", token="TOKEN")


def unexplained() -> int:
    page = list_changes.sync(client=client, verdict=ListChangesVerdict.UNEXPLAINED)
    assert isinstance(page, ChangeList), page
    return len(page.items)
"""
TYPESCRIPT_USE = """
import type { components, operations, paths } from "./schema";

type Verdict = NonNullable<operations["listChanges"]["parameters"]["query"]>["verdict"];
const verdict: Verdict = "unexplained";
// @ts-expect-error a misspelt word is none of the list
const misspelt: Verdict = "unexplaned";
const request: components["schemas"]["PackRequest"] = {
  period_start: "2026-04-01T00:00:00Z",
  period_end: "2026-04-30T23:59:59Z",
};
type Pack =
  paths["/api/v1/openai/evidence-packs"]["post"]["responses"]["202"]["content"]["application/json"];
export const isReady = (pack: Pack): boolean => pack.state === "ready";
export const all = [verdict, misspelt, request];
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that must succeed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """Give a folder with the document in it."""
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    return tmp_path


def test_a_python_client_compiles_and_is_typed(described: Path) -> None:
    """One module an operation, none left out; mypy reads a small use of it."""
    run(sys.executable, "-m", "venv", "tools", cwd=described)
    python = described / "tools" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", *PYTHON_TOOLS, cwd=described)
    command = described / "tools" / "bin" / "openapi-python-client"
    (described / "config.yaml").write_text("post_hooks: []\n")
    said = run(
        *(command, "generate", "--path", "openapi.json", "--meta", "none"),
        *("--output-path", "openai_audit_client", "--config", "config.yaml", "--fail-on-warning"),
        cwd=described,
    )
    assert "WARNING" not in said.upper()
    run(python, "-m", "compileall", "-q", "openai_audit_client", cwd=described)
    modules = [
        path
        for path in (described / "openai_audit_client" / "api").glob("*/*.py")
        if path.stem != "__init__"
    ]
    assert len(modules) == len(OPERATIONS)
    (described / "use.py").write_text(PYTHON_USE)
    run(python, "-m", "mypy", "--strict", "--follow-imports=silent", "use.py", cwd=described)
    run(python, "-c", "import use", cwd=described)


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine")
def test_typescript_types_compile(described: Path) -> None:
    """A misspelt word of a closed list is an error there, too."""
    (described / "package.json").write_text('{"name": "client", "private": true}')
    run("npm", "install", "--no-audit", "--no-fund", *NODE_TOOLS, cwd=described)
    tools = described / "node_modules" / ".bin"
    run(tools / "openapi-typescript", "openapi.json", "-o", "schema.ts", cwd=described)
    (described / "use.ts").write_text(TYPESCRIPT_USE)
    run(tools / "tsc", "--noEmit", "--strict", "--skipLibCheck", "use.ts", cwd=described)
