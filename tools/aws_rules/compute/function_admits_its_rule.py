"""A function lets each EventBridge rule call it that has it for a target, by a permission for it.

Without one the rule fires and nothing runs; without a source any account's rule may call. A target
with a role of its own calls by that role.
Source: EventBridge User Guide, "Using resource-based policies for Amazon EventBridge", AWS Lambda
permissions.
"""

from collections.abc import Iterator

from tools.aws_rules.publishers import EVENTS, targets_without_role
from tools.aws_rules.template import Finding, Template, references


def check(template: Template) -> Iterator[Finding]:
    """Yield each function that a rule has for a target and may not call."""
    permissions = [p for _, p in template.of_type("AWS::Lambda::Permission")]
    for rule, properties in template.of_type("AWS::Events::Rule"):
        arns = [target["Arn"] for target in targets_without_role(properties)]
        for function in template.referred(arns, "AWS::Lambda::Function"):
            if not any(
                permission["Principal"] == EVENTS
                and function in references(permission["FunctionName"])
                and rule in references(permission.get("SourceArn"))
                for permission in permissions
            ):
                yield Finding(function, f"has no permission for the rule {rule} to call it")
