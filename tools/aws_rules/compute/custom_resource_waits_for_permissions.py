"""A custom resource is called only after its function's role has all its permissions.

CloudFormation makes a role's policies after the role and calls the function as soon as it is there,
unless the function or the resource depends on them: its first call is then refused.
Source: CloudFormation Template Reference, "DependsOn attribute", When a DependsOn attribute is
required; IAM User Guide, "Troubleshoot IAM", Changes that I make are not always immediately
visible.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import policies_of_role, role_of
from tools.aws_rules.template import Finding, Template, listed


def check(template: Template) -> Iterator[Finding]:
    """Yield each policy that a custom resource does not wait for."""
    for name, resource in template.resources.items():
        kind = resource["Type"]
        if not (kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"):
            continue
        token = template.properties(name).get("ServiceToken")
        for function in template.referred(token, "AWS::Lambda::Function"):
            role = role_of(template, function)
            awaited = {
                other
                for waiting in (resource, template.resources[function])
                for other in listed(waiting.get("DependsOn"))
            }
            for policy, _ in policies_of_role(template, role) if role else ():
                if policy not in awaited | {role}:
                    yield Finding(name, f"calls {function} before {policy} is there")
