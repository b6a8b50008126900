"""The policy of a bucket that outlives its stack outlives it too.

The policy is a resource of its own: deleted with the stack, it takes along what the bucket refuses.
Source: CloudFormation Template Reference, DeletionPolicy attribute; AWS::S3::BucketPolicy.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import policies_that_go
from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each policy that goes while its bucket stays."""
    for name, bucket in policies_that_go(
        template, "AWS::S3::BucketPolicy", "Bucket", "AWS::S3::Bucket"
    ):
        yield Finding(name, f"goes with the stack, and its bucket {bucket} stays")
