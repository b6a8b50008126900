"""Findings of cdk-nag's AwsSolutions rules that stand, each with its reason beside its cause."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Let one finding on one construct stand, for a reason a reader can check.

    Args:
        construct: where the finding is.
        rule: its short name, such as ``S1`` or ``IAM5[Resource::*]``.
        reason: why it stands; runs of white space count as one.
    """
    rule_id = f"AwsSolutions::AwsSolutions-{rule}"
    Validations.of(construct).acknowledge(
        Acknowledgment(id=rule_id, reason=" ".join(reason.split()))
    )
