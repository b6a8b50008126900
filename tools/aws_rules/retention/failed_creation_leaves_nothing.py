"""What outlives its stack is RetainExceptOnCreate, unless its own protection forbids its deletion.

Retain also keeps what a failed first deployment made: empty, paid for, and in the way of the next
try where it has a name. What is protected from deletion cannot be rolled back, so it stays Retain
(or the rollback itself fails).
Source: CloudFormation Template Reference, DeletionPolicy attribute, RetainExceptOnCreate.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Properties, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield what would be left over, and what would make a rollback fail."""
    for name, resource in template.resources.items():
        policy = resource.get("DeletionPolicy")
        protected = _is_protected(template.properties(name))
        if policy == "Retain" and not protected:
            yield Finding(name, "is Retain: a failed first deployment leaves it")
        if policy != "Retain" and protected:
            yield Finding(name, f"is protected from deletion and {policy}: a rollback fails")


def _is_protected(properties: Properties) -> bool:
    return properties.get("DeletionProtectionEnabled") is True or properties.get(
        "DeletionProtection"
    ) in (True, "ACTIVE")
