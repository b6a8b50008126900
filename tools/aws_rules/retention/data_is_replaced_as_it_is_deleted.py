"""What outlives its stack outlives its replacement as well.

A change that CloudFormation can only make by a new resource deletes the old one, whatever its
DeletionPolicy, unless its UpdateReplacePolicy is Retain.
Source: CloudFormation Template Reference, UpdateReplacePolicy attribute.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield what a replacement would delete."""
    for name, resource in template.resources.items():
        kept = resource.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
        if kept and resource.get("UpdateReplacePolicy") != "Retain":
            yield Finding(name, "outlives its stack, and a change that replaces it deletes it")
