"""The policy of a bucket that outlives its stack outlives it too.

The policy is a resource of its own: deleted with the stack, it takes along what the bucket refuses.
Source: CloudFormation Template Reference, DeletionPolicy attribute; AWS::S3::BucketPolicy.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_KEPT = ("Retain", "RetainExceptOnCreate")


def check(template: Template) -> Iterator[Finding]:
    """Yield each policy that goes while its bucket stays."""
    for name, policy in template.of_type("AWS::S3::BucketPolicy"):
        for bucket in template.referred(policy["Bucket"], "AWS::S3::Bucket"):
            stays = template.resources[bucket].get("DeletionPolicy") in _KEPT
            if stays and template.resources[name].get("DeletionPolicy") not in _KEPT:
                yield Finding(name, f"goes with the stack, and its bucket {bucket} stays")
