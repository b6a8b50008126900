"""A key that denies its own deletion to everybody spares the role it is deployed with.

CloudFormation takes back what a failed deployment made. A key that refuses even that makes the
rollback fail, and can be removed by nobody before its policy is changed by hand.
Source: CloudFormation Template Reference, DeletionPolicy attribute; KMS Developer Guide, "Deleting
AWS KMS keys", Controlling access to key deletion; IAM User Guide, aws:PrincipalArn.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import EVERYBODY, Statement, statements
from tools.aws_rules.template import Finding, Template

_EXCEPT = ("ArnNotLike", "ArnNotEquals", "StringNotLike", "StringNotEquals")


def check(template: Template) -> Iterator[Finding]:
    """Yield each key that CloudFormation has to take back and may not."""
    for name, key in template.of_type("AWS::KMS::Key"):
        if template.resources[name].get("DeletionPolicy") == "Retain":
            continue
        for statement in statements(key["KeyPolicy"]):
            denies = statement.effect == "Deny" and statement.covers("kms:ScheduleKeyDeletion")
            if denies and EVERYBODY in statement.principals and not _spares(template, statement):
                yield Finding(name, "denies its deletion to everybody, the deployment's role too")


def _spares(template: Template, statement: Statement) -> bool:
    """Whether somebody is excepted whom the template does not make: its roles deploy nothing."""
    return any(
        key.lower() == "aws:principalarn" and not template.referred(values, "AWS::IAM::Role")
        for test in _EXCEPT
        for key, values in statement.conditions.get(test, {}).items()
    )
