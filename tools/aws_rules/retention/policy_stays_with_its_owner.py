"""The policy of a bucket, queue or topic that outlives its stack outlives it too.

The policy is a resource of its own: deleted with the stack, it takes along what the owner refuses,
and whom it let in.
Source: CloudFormation Template Reference, "DeletionPolicy attribute"; AWS::S3::BucketPolicy,
AWS::SQS::QueuePolicy, AWS::SNS::TopicPolicy.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_KEPT = ("Retain", "RetainExceptOnCreate")
# The policy's type, where it names whom it is for, and their type.
_POLICIES = (
    ("AWS::S3::BucketPolicy", "Bucket", "AWS::S3::Bucket"),
    ("AWS::SQS::QueuePolicy", "Queues", "AWS::SQS::Queue"),
    ("AWS::SNS::TopicPolicy", "Topics", "AWS::SNS::Topic"),
)


def check(template: Template) -> Iterator[Finding]:
    """Yield each policy that goes while its owner stays."""
    for kind, place, owners in _POLICIES:
        for name, policy in template.of_type(kind):
            for owner in template.referred(policy[place], owners):
                stays = template.resources[owner].get("DeletionPolicy") in _KEPT
                if stays and template.resources[name].get("DeletionPolicy") not in _KEPT:
                    yield Finding(name, f"goes with the stack, and its owner {owner} stays")
