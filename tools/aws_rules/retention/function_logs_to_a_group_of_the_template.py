"""A function logs to a group that the template makes.

Lambda makes a group of its own for one that names none: kept for ever, and not gone with the stack.
Source: Lambda Developer Guide, "Configuring advanced logging controls", Log groups.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each function whose log group AWS makes."""
    for name, function in template.of_type("AWS::Lambda::Function"):
        named = (function.get("LoggingConfig") or {}).get("LogGroup")
        if not template.referred(named, "AWS::Logs::LogGroup"):
            yield Finding(name, "names no log group of the template")
