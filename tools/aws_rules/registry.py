"""The rules there are: every module below the folders of this package, by its name."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from tools.aws_rules.template import Finding, Quotas, Rule, Template


@cache
def rule_modules() -> Mapping[str, ModuleType]:
    """Return each rule's module by the rule's name, in order of the names."""
    package = importlib.import_module(__package__)
    found = {
        info.name.rpartition(".")[2]: importlib.import_module(info.name)
        for folder in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        if folder.ispkg
        for info in pkgutil.iter_modules(
            importlib.import_module(folder.name).__path__, f"{folder.name}."
        )
    }
    return dict(sorted(found.items()))


def check(body: Mapping[str, Any], quotas: Quotas) -> Iterator[tuple[str, Finding]]:
    """Yield what the rules have against a template, with the rule's name.

    Args:
        body: the template, as JSON.
        quotas: of the account it goes to.
    """
    template = Template(body, quotas)
    for name, module in rule_modules().items():
        rule: Rule = module.check
        for finding in rule(template):
            yield name, finding
