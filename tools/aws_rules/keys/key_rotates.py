"""A symmetric KMS key is rotated every year.

Source: KMS Developer Guide, "Rotate AWS KMS keys"; Security Hub control KMS.4.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each key that is not."""
    for name, key in template.of_type("AWS::KMS::Key"):
        is_symmetric = key.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
        if is_symmetric and key.get("EnableKeyRotation") is not True:
            yield Finding(name, "is not rotated")
