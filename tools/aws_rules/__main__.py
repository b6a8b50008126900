"""Hold synthesized templates to what AWS refuses: ``python -m tools.aws_rules TEMPLATE...``."""

import argparse
import json
import sys
from pathlib import Path

from tools.aws_rules.registry import check, rule_modules
from tools.aws_rules.template import Quotas


def main(arguments: list[str]) -> int:
    """Check the templates; return 1 where there is a finding, 2 where one cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.aws_rules",
        description="Hold CloudFormation templates (JSON) to what AWS refuses and no linter shows.",
        epilog="A finding a line: template, rule, logical id, words. Exit status 1 with findings.",
    )
    new = Quotas()
    parser.add_argument("templates", nargs="*", type=Path, metavar="TEMPLATE")
    parser.add_argument("--list", action="store_true", help="say what the rules are")
    parser.add_argument(
        "--memory",
        type=int,
        default=new.function_memory_mb,
        metavar="MB",
        help=f"what the account grants a function, default {new.function_memory_mb}: a new one's",
    )
    parser.add_argument(
        "--concurrency",
        type=int,
        default=new.concurrency,
        metavar="N",
        help=f"functions that the account runs at once, default {new.concurrency}: a new one's",
    )
    options = parser.parse_args(arguments)
    if options.list:
        for name, module in rule_modules().items():
            print(f"{name}: {(module.__doc__ or '').splitlines()[0]}")
        return 0
    if not options.templates:
        parser.error("no template is named")
    return _check_all(options.templates, Quotas(options.memory, options.concurrency))


def _check_all(templates: list[Path], quotas: Quotas) -> int:
    n_findings = 0
    for path in templates:
        try:
            body = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            print(f"{path}: no template in JSON: {error}", file=sys.stderr)
            return 2
        for rule, finding in check(body, quotas):
            n_findings += 1
            print(f"{path}: {rule}: {finding.logical_id}: {finding.words}")
    print(f"{len(rule_modules())} rules, {len(templates)} templates, {n_findings} findings")
    return 1 if n_findings else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
