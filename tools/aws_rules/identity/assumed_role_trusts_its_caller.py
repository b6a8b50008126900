"""A role of the template that another of its roles may assume trusts it.

Without that the first call is refused, and nothing before shows it.
Source: IAM User Guide, "Grant a user permissions to switch roles"; STS API Reference, AssumeRole.
"""

from collections.abc import Iterator
from typing import Any

from tools.aws_rules.policy import allowed_to_role, role_may
from tools.aws_rules.template import Finding, Template, listed


def check(template: Template) -> Iterator[Finding]:
    """Yield each role that may assume another, which does not let it."""
    for role, _ in template.of_type("AWS::IAM::Role"):
        allowed = allowed_to_role(template, role)
        for assumed, properties in template.of_type("AWS::IAM::Role"):
            trusted = _trusted(template, properties.get("AssumeRolePolicyDocument"))
            if role_may(allowed, "sts:AssumeRole", assumed) and role not in trusted:
                yield Finding(role, f"may assume {assumed}, which does not trust it")


def _trusted(template: Template, document: Any) -> set[str]:
    """Return the template's roles that a trust policy lets in."""
    principals = [
        statement["Principal"]
        for statement in listed((document or {}).get("Statement"))
        if statement["Effect"] == "Allow"
    ]
    return set(template.referred(principals, "AWS::IAM::Role"))
