"""Hold synthesized templates to checkov: ``python -m tools.checkov_findings TEMPLATE...``.

checkov pins an old boto3, so it has an environment of its own, ``.venv-checkov``, made at its first
run. It reads files only: nothing is asked of a network, nothing is sent. What stands although
checkov finds it is in ``infra/checkov.toml``, each with its reason.
"""

import argparse
import fnmatch
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parent.parent
VERSION: Final = "3.3.30"
ENVIRONMENT = ROOT / ".venv-checkov"
REASONS = ROOT / "infra" / "checkov.toml"


@dataclass(frozen=True, slots=True)
class Standing:
    """Findings of one check that stand, for one reason."""

    check: str
    resources: tuple[str, ...]
    reason: str


def read_reasons(path: Path = REASONS) -> list[Standing]:
    """Return what stands, in the file's order."""
    body = tomllib.loads(path.read_text())
    return [Standing(s["check"], tuple(s["resources"]), s["reason"]) for s in body["stands"]]


def judge(findings: Sequence[Mapping[str, Any]], stands: Sequence[Standing]) -> Iterator[str]:
    """Yield a line for each finding without a reason, and for each reason without a finding.

    Args:
        findings: checkov's own, failed checks of one template or a few.
        stands: what has a reason.
    """
    needed = set()
    for finding in findings:
        check, resource = finding["check_id"], finding["resource"]
        reasons = {
            (check, pattern)
            for standing in stands
            for pattern in standing.resources
            if standing.check == check and fnmatch.fnmatchcase(resource, pattern)
        }
        needed |= reasons
        if not reasons:
            path = finding["file_path"].lstrip("/")
            yield f"{path}: {check}: {resource}: {finding['check_name']}"
    for standing in stands:
        for pattern in standing.resources:
            if (standing.check, pattern) not in needed:
                yield f"{REASONS.name}: {standing.check}: {pattern}: no finding needs this reason"


def run_checkov(templates: Sequence[Path]) -> list[dict[str, Any]]:
    """Return what checkov has against templates; its environment is made where there is none.

    Raises:
        subprocess.CalledProcessError: the environment could not be made, or checkov did not run.
    """
    program = ENVIRONMENT / "bin" / "checkov"
    made = ENVIRONMENT / f"checkov-{VERSION}"
    if not made.exists():
        uv, python = find_uv_bin(), str(ENVIRONMENT / "bin" / "python")
        subprocess.run([uv, "venv", "--quiet", "--clear", str(ENVIRONMENT)], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", python]
        subprocess.run([*install, f"checkov=={VERSION}"], check=True)
        made.touch()
    process = subprocess.run(
        [
            *(str(program), "--framework", "cloudformation", "--skip-download", "--soft-fail"),
            *("--quiet", "--compact", "--output", "json"),
            *(part for template in templates for part in ("--file", str(template))),
        ],
        stdout=subprocess.PIPE,
        check=True,
    )
    report = json.loads(process.stdout)
    summary = report["summary"]
    if summary["parsing_errors"] or not summary["resource_count"]:
        raise subprocess.CalledProcessError(1, program, process.stdout)
    failed: list[dict[str, Any]] = report["results"]["failed_checks"]
    return failed


def main(arguments: list[str]) -> int:
    """Check the templates; return 1 where there is a finding, 2 where checkov did not run."""
    parser = argparse.ArgumentParser(prog="python -m tools.checkov_findings")
    parser.add_argument("templates", nargs="+", type=Path, metavar="TEMPLATE")
    templates = parser.parse_args(arguments).templates
    try:
        findings = run_checkov(templates)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"checkov {VERSION} did not run: {error}", file=sys.stderr)
        return 2
    lines = list(judge(findings, read_reasons()))
    for line in lines:
        print(line)
    print(f"checkov {VERSION}: {len(findings)} findings, {len(lines)} without a reason")
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
